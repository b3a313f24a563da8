"""Which leverage does Hyperliquid hold for an account, and how is it set? Together with the margin mode."""

from __future__ import annotations

from collections.abc import Sequence

from paddock.venues import leverage
from paddock.venues.hyperliquid.codec import info, replies, standing
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.leverage import Setting
from paddock.venues.sending import VALID_MS, Sender, Step
from paddock.venues.signing.operations import Leverage
from paddock.venues.transport.budget import Priority
from paddock.venues.wallet import Wallet


class Leverages(leverage.Leverages):
    def __init__(self, gateway: Gateway, sender: Sender) -> None:
        super().__init__(gateway.client.clock, sender)
        self._gateway, self._client = gateway, gateway.client

    def read(self, wallet: Wallet, symbol: str) -> Setting:
        message = self._gateway.read(self._client.ask(info.active_asset(wallet.address, symbol), Priority.OPEN))
        said = standing.active_asset(message).leverage
        return Setting(said.value, said.kind == "cross")

    def steps(self, symbol: str, now: Setting, wanted: Setting) -> Sequence[Step]:
        expires_ts = self._clock.now_ts() + self._client.endpoint.ms(VALID_MS)
        operation = Leverage(symbol, wanted.leverage, wanted.cross)
        return [Step(operation, expires_ts, Priority.OPEN, 1, lambda reply: [replies.acknowledged(reply)])]
