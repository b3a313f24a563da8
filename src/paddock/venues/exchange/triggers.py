"""Which waiting orders does a price set off? Kept sorted, so that a price that sets off none costs a comparison."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from fractions import Fraction

from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.requests import PriceSource, Trigger, TriggerKind


def fires_rising(trigger: Trigger, sign: int) -> bool:
    """Whether it fires at or above its price, for an order of that sign; else at or below."""
    return (trigger.kind is TriggerKind.STOP) == (sign > 0)


def reached(trigger: Trigger, sign: int, px: int | Fraction) -> bool:
    return px >= trigger.px if fires_rising(trigger, sign) else px <= trigger.px


class Triggers:
    """The orders of one contract that wait for a price."""

    __slots__ = ("_falling", "_rising", "_waiting")

    def __init__(self) -> None:
        # By source: (price, order id, order), the first to fire last. Falling ones keep their order ids negated.
        self._rising: dict[PriceSource, list[tuple[int, int, Order]]] = {source: [] for source in PriceSource}
        self._falling: dict[PriceSource, list[tuple[int, int, Order]]] = {source: [] for source in PriceSource}

        self._waiting = 0

    def add(self, order: Order, trigger: Trigger) -> None:
        self._waiting += 1
        insort(*self._entry(order, trigger))

    def remove(self, order: Order, trigger: Trigger) -> None:
        self._waiting -= 1
        entries, entry = self._entry(order, trigger)
        del entries[bisect_left(entries, entry)]

    def next_due(self, price: Callable[[PriceSource], int | Fraction]) -> Order | None:
        """Take out one that the price of its source has reached, the first it reached first; None when none is."""
        if not self._waiting:
            return None
        for source in PriceSource:
            rising, falling = self._rising[source], self._falling[source]
            px = price(source)
            if not px:
                continue
            for entries, due in (
                (rising, rising and -rising[-1][0] <= px),
                (falling, falling and falling[-1][0] >= px),
            ):
                if due:
                    self._waiting -= 1
                    return entries.pop()[2]
        return None

    def _entry(self, order: Order, trigger: Trigger) -> tuple[list[tuple[int, int, Order]], tuple[int, int, Order]]:
        """Its list, and its entry there: the entry nearest to firing sorts last."""
        if fires_rising(trigger, order.sign):
            return self._rising[trigger.source], (-trigger.px, -order.order_id, order)
        return self._falling[trigger.source], (trigger.px, -order.order_id, order)
