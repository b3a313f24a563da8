"""Which leverage and margin mode does Pacifica hold for an account, and how are they set? Each by itself.

While a position is held the venue refuses another margin mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from paddock.venues import leverage
from paddock.venues.broker import Outcome
from paddock.venues.leverage import Setting
from paddock.venues.pacifica.codec import account, outcomes, queries
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.sending import VALID_MS, Sender, Step
from paddock.venues.signing.operations import Leverage, MarginMode, Operation
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.http import Reply
from paddock.venues.wallet import Wallet

EARLY_MS: Final = 2_000  # the venue takes nothing that was signed later than its own time: our clock may be ahead


class Leverages(leverage.Leverages):
    def __init__(self, gateway: Gateway, sender: Sender) -> None:
        super().__init__(gateway.client.clock, sender)
        self._gateway, self._client = gateway, gateway.client

    def read(self, wallet: Wallet, symbol: str) -> Setting:
        """What is not told is as by default: cross, where the market allows that, at its highest leverage."""
        data = self._gateway.read(self._client.data(queries.settings(wallet.address), Priority.OPEN))
        for each in account.settings(data):
            if each.symbol == symbol:
                return Setting(each.leverage, not each.isolated)
        market = self._client.listing[symbol]
        return Setting(market.instrument.max_leverage, not market.isolated_only)

    def steps(self, symbol: str, now: Setting, wanted: Setting) -> Sequence[Step]:
        mode = [] if now.cross == wanted.cross else [self._step(MarginMode(symbol, isolated=not wanted.cross))]
        times = [] if now.leverage == wanted.leverage else [self._step(Leverage(symbol, wanted.leverage))]
        return [*mode, *times]

    def _step(self, operation: Operation) -> Step:
        now_ts = self._clock.now_ts()
        expires_ts = now_ts + self._client.endpoint.ms(VALID_MS)
        return Step(operation, expires_ts, Priority.OPEN, 1, _acknowledged, now_ts - EARLY_MS)


def _acknowledged(reply: Reply) -> list[Outcome]:
    return [outcomes.outcome(reply.status, reply.headers, reply.body)]
