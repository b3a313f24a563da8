"""What the fake venue holds: orders that work, positions, and what happened, in order."""

from __future__ import annotations

from dataclasses import dataclass

from paddock.core.orders import TERMINAL, OrderKind, OrderState, Side
from paddock.venues.broker import Bracket, Placement, VenueOrder

TRIGGERED = frozenset({OrderKind.STOP, OrderKind.TAKE, OrderKind.TRAIL})


@dataclass(slots=True)
class Booked:
    """An order that the venue has. `lots` may grow: that of a bracket's level follows its entry."""

    asked: Placement
    venue_order_id: str
    lots: int
    parent: str = ""  # client id of the entry that brought it
    state: OrderState = OrderState.OPEN
    filled: int = 0
    px: float = 0.0
    best_px: float = 0.0  # trailing: the best price since it rests

    @property
    def live(self) -> bool:
        return self.state not in TERMINAL

    @property
    def rest(self) -> int:
        return self.lots - self.filled

    def seen(self) -> VenueOrder:
        return VenueOrder(
            self.asked.client_id,
            self.venue_order_id,
            self.asked.book,
            self.asked.symbol,
            self.asked.kind,
            self.asked.side,
            self.lots,
            self.filled,
            self.state,
            self.px,
            self.asked.reduce_only,
        )

    def reached(self, px: float) -> bool:
        """Whether a trade at `px` lets it fill (a limit) or sets it off (a level)."""
        buys = self.asked.side is Side.BUY
        match self.asked.kind:
            case OrderKind.LIMIT:
                return px <= self.px if buys else px >= self.px
            case OrderKind.STOP | OrderKind.TRAIL:
                return px >= self.px if buys else px <= self.px
            case OrderKind.TAKE:
                return px <= self.px if buys else px >= self.px
            case _:
                return True


@dataclass(slots=True)
class Held:
    """A position: signed lots and their average entry."""

    lots: int = 0
    entry_px: float = 0.0

    def book(self, signed: int, px: float) -> None:
        after = self.lots + signed
        if self.lots * signed >= 0:
            self.entry_px = (abs(self.lots) * self.entry_px + abs(signed) * px) / abs(after)
        elif self.lots * after <= 0:
            self.entry_px = px if after else 0.0
        self.lots = after


def level_px(bracket: Bracket, kind: OrderKind, side: Side, average: float) -> float:
    """The price of a bracket's level for an entry on `side` at an average of `average`; 0 when it has none."""
    away = int(side) * average / 100.0
    if kind is OrderKind.TAKE:
        return bracket.take_px or (average + bracket.take_pct * away if bracket.take_pct else 0.0)
    pct = bracket.trail_pct if kind is OrderKind.TRAIL else bracket.stop_pct
    fixed = 0.0 if kind is OrderKind.TRAIL else bracket.stop_px
    return fixed or (average - pct * away if pct else 0.0)
