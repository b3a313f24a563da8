"""Which leverage does a venue hold for an account? It is set before an entry that asks for another one."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from paddock.core.errors import Code, Unavailable
from paddock.core.orders import OrderKind
from paddock.core.seams import Clock
from paddock.venues.broker import Accepted, Placement, Rejected
from paddock.venues.sending import Sender, Step
from paddock.venues.wallet import Wallet

KNOWN_MS: Final = 300_000  # a person may set another one meanwhile
_TRIGGERS: Final = frozenset({OrderKind.STOP, OrderKind.TAKE})


@dataclass(frozen=True, slots=True)
class Setting:
    """Of one symbol: how many times its margin a position may be worth, and whether it shares the account's."""

    leverage: int
    cross: bool


def reduces(order: Placement) -> bool:
    return order.reduce_only or order.kind in _TRIGGERS


def wanted(placements: Iterable[Placement], cross: Callable[[str], bool]) -> dict[str, Setting]:
    """By symbol, for what may open something; `cross` says whether a symbol's position shares the account's margin.

    A venue counts in whole numbers: rounded up, so that what was decided has margin; of several orders the largest.
    """
    found: dict[str, int] = {}
    for each in placements:
        if not reduces(each):
            found[each.symbol] = max(found.get(each.symbol, 1), math.ceil(each.leverage))
    return {symbol: Setting(leverage, cross(symbol)) for symbol, leverage in found.items()}


class Leverages(ABC):
    """What is set, as far as it is known; for any thread but the gateway's own."""

    def __init__(self, clock: Clock, sender: Sender) -> None:
        self._clock, self._sender = clock, sender
        self._known: dict[tuple[str, str], tuple[Setting, int]] = {}

    @abstractmethod
    def read(self, wallet: Wallet, symbol: str) -> Setting:
        """As the venue shows it now. Raises Unavailable, Unknown."""
        ...

    @abstractmethod
    def steps(self, symbol: str, now: Setting, wanted: Setting) -> Sequence[Step]:
        """What changes one setting into the other; one after the other, each has one outcome."""
        ...

    def set(self, wallet: Wallet, symbol: str, wanted: Setting, held: Callable[[], bool]) -> Rejected | None:
        """Make the venue hold a setting; why it cannot be, or None when it does.

        It is the whole position's: while one is `held`, its leverage is only raised. Raises Unavailable when the venue
        does not show the setting: whatever waits for it has not left.
        """
        known, known_ts = self._known.get((wallet.address, symbol), (None, 0))
        fresh = known is not None and self._clock.now_ts() - known_ts < KNOWN_MS
        now = known if known is not None and fresh else self._read(wallet, symbol)
        enough = now.cross == wanted.cross and now.leverage >= wanted.leverage
        if now == wanted or (enough and held()):
            return None
        seen = ""
        for step in self.steps(symbol, now, wanted):
            ((outcome,),) = self._sender.send(wallet, [step])
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

    def _read(self, wallet: Wallet, symbol: str) -> Setting:
        setting = self.read(wallet, symbol)
        self._known[wallet.address, symbol] = setting, self._clock.now_ts()
        return setting
