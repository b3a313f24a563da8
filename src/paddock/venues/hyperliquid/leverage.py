"""Which leverage does the venue hold for an account? It is set before an entry that asks for another one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from paddock.core.errors import Code, Unavailable
from paddock.core.orders import OrderKind
from paddock.venues.broker import Accepted, Placement, Rejected
from paddock.venues.hyperliquid.codec import info, replies, standing
from paddock.venues.hyperliquid.codec.instruments import Listing
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.sending import Sender, Step
from paddock.venues.hyperliquid.wallet import Wallet
from paddock.venues.signing.operations import Leverage
from paddock.venues.transport.budget import Priority

KNOWN_MS: Final = 300_000  # a person may set another one meanwhile
VALID_MS: Final = 30_000
_TRIGGERS: Final = frozenset({OrderKind.STOP, OrderKind.TAKE})


@dataclass(frozen=True, slots=True)
class Setting:
    """Of one symbol: how many times its margin a position may be worth, and whether it shares the account's."""

    leverage: int
    cross: bool


def reduces(order: Placement) -> bool:
    return order.reduce_only or order.kind in _TRIGGERS


def wanted(placements: Iterable[Placement], wallet: Wallet, listing: Listing) -> dict[str, Setting]:
    """By symbol, for what may open something.

    The venue counts in whole numbers: rounded up, so that what was decided has margin; of several orders the largest.
    """
    found: dict[str, int] = {}
    for each in placements:
        if not reduces(each):
            found[each.symbol] = max(found.get(each.symbol, 1), math.ceil(each.leverage))
    return {
        symbol: Setting(leverage, wallet.cross and not listing[symbol].isolated) for symbol, leverage in found.items()
    }


class Leverages:
    """What is set, as far as it is known; for any thread but the gateway's own."""

    def __init__(self, gateway: Gateway, sender: Sender) -> None:
        self._gateway, self._client, self._sender = gateway, gateway.client, sender
        self._known: dict[tuple[str, str], tuple[Setting, int]] = {}

    def set(self, wallet: Wallet, symbol: str, wanted: Setting, held: Callable[[], bool]) -> Rejected | None:
        """Make the venue hold a setting; why it cannot be, or None when it does.

        It is the whole position's: while one is `held`, its leverage is only raised. Raises Unavailable when the venue
        does not show the setting: whatever waits for it has not left.
        """
        known_ts = self._known.get((wallet.address, symbol), (None, 0))[1]
        fresh = self._client.clock.now_ts() - known_ts < KNOWN_MS
        now = self._known[wallet.address, symbol][0] if fresh else self._read(wallet, symbol)
        enough = now.cross == wanted.cross and now.leverage >= wanted.leverage
        if now == wanted or (enough and held()):
            return None
        expires_ts = self._client.clock.now_ts() + VALID_MS
        operation = Leverage(symbol, wanted.leverage, wanted.cross)
        step = Step(operation, expires_ts, Priority.OPEN, 1, lambda reply: [replies.acknowledged(reply)])
        ((outcome,),) = self._sender.send(wallet, [step])
        if isinstance(outcome, Rejected):
            return outcome
        shown = self._read(wallet, symbol)
        if shown == wanted:
            return None
        raise Unavailable(
            Code.VENUE_UNAVAILABLE,
            f"the leverage of {symbol} is {shown.leverage}, not {wanted.leverage} yet",
            seen="accepted" if isinstance(outcome, Accepted) else outcome.reason,
            rule="an entry waits until the venue shows the leverage that it was decided with",
            suggestion="try again later",
        )

    def _read(self, wallet: Wallet, symbol: str) -> Setting:
        message = self._gateway.read(self._client.ask(info.active_asset(wallet.address, symbol), Priority.OPEN))
        said = standing.active_asset(message).leverage
        setting = Setting(said.value, said.kind == "cross")
        self._known[wallet.address, symbol] = setting, self._client.clock.now_ts()
        return setting
