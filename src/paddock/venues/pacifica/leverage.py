"""Which leverage and margin mode does Pacifica hold for an account? Set before an entry that asks for others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from paddock.core.errors import Code, Unavailable
from paddock.core.orders import OrderKind
from paddock.venues.broker import Accepted, Outcome, Placement, Rejected
from paddock.venues.hyperliquid.wallet import Wallet
from paddock.venues.pacifica.codec import account, outcomes, queries
from paddock.venues.pacifica.codec.instruments import Listing
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.sending import Sender, Step
from paddock.venues.signing.operations import Leverage, MarginMode, Operation
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.http import Reply

KNOWN_MS: Final = 300_000  # a person may set another one meanwhile
VALID_MS: Final = 30_000
EARLY_MS: Final = 2_000  # the venue takes nothing that was signed later than its own time: our clock may be ahead
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
        symbol: Setting(leverage, wallet.cross and not listing[symbol].isolated_only)
        for symbol, leverage in found.items()
    }


class Leverages:
    """What is set, as far as it is known; for any thread but the gateway's own."""

    def __init__(self, gateway: Gateway, sender: Sender) -> None:
        self._gateway, self._client, self._sender = gateway, gateway.client, sender
        self._known: dict[str, tuple[dict[str, Setting], int]] = {}

    def set(self, wallet: Wallet, symbol: str, wanted: Setting, held: Callable[[], bool]) -> Rejected | None:
        """Make the venue hold a setting; why it cannot be, or None when it does.

        It is the whole position's: while one is `held`, its leverage is only raised, and the venue refuses another
        margin mode. Raises Unavailable when the venue does not show the setting: whatever waits for it has not left.
        """
        settings, known_ts = self._known.get(wallet.address, ({}, 0))
        fresh = self._client.clock.now_ts() - known_ts < KNOWN_MS
        now = self._of(settings, symbol) if fresh else self._read(wallet, symbol)
        enough = now.cross == wanted.cross and now.leverage >= wanted.leverage
        if now == wanted or (enough and held()):
            return None
        seen = ""
        for operation in _changes(symbol, now, wanted):
            outcome = self._send(wallet, operation)
            if isinstance(outcome, Rejected):
                return outcome
            seen = "accepted" if isinstance(outcome, Accepted) else outcome.reason
        shown = self._read(wallet, symbol)
        if shown == wanted:
            return None
        raise Unavailable(
            Code.VENUE_UNAVAILABLE,
            f"the leverage of {symbol} is {shown.leverage}, not {wanted.leverage} yet",
            seen=seen,
            rule="an entry waits until the venue shows the leverage that it was decided with",
            suggestion="try again later",
        )

    def _send(self, wallet: Wallet, operation: Operation) -> Outcome:
        now_ts = self._client.clock.now_ts()
        step = Step(operation, now_ts - EARLY_MS, now_ts + VALID_MS, Priority.OPEN, 1, _acknowledged)
        ((outcome,),) = self._sender.send(wallet.account_id, [step])
        return outcome

    def _read(self, wallet: Wallet, symbol: str) -> Setting:
        data = self._gateway.read(self._client.data(queries.settings(wallet.address), Priority.OPEN))
        settings = {each.symbol: Setting(each.leverage, not each.isolated) for each in account.settings(data)}
        self._known[wallet.address] = settings, self._client.clock.now_ts()
        return self._of(settings, symbol)

    def _of(self, settings: dict[str, Setting], symbol: str) -> Setting:
        """What is not told is as by default: cross, where the market allows that, at its highest leverage."""
        market = self._client.listing[symbol]
        return settings.get(symbol) or Setting(int(market.instrument.max_leverage), not market.isolated_only)


def _changes(symbol: str, now: Setting, wanted: Setting) -> list[Operation]:
    mode = [] if now.cross == wanted.cross else [MarginMode(symbol, isolated=not wanted.cross)]
    times = [] if now.leverage == wanted.leverage else [Leverage(symbol, wanted.leverage)]
    return [*mode, *times]


def _acknowledged(reply: Reply) -> list[Outcome]:
    return [outcomes.outcome(reply.status, reply.headers, reply.body)]
