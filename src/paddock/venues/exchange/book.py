"""Who trades first? Resting orders by price, then by time of arrival."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.views import DepthLevel


@dataclass(slots=True, eq=False)
class Level:
    """The orders of one price, oldest first, and the lots they have left."""

    px: int
    lots: int = 0
    orders: dict[int, Order] = field(default_factory=dict)


class Ladder:
    """One side of a book.

    `_keys` are its prices times its sign, ascending, so that the best price is the last and leaves without a shift.
    """

    __slots__ = ("_keys", "_levels", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign  # +1 of bids, -1 of asks
        self._keys: list[int] = []
        self._levels: dict[int, Level] = {}

    def best(self) -> Level | None:
        return self._levels[self._keys[-1]] if self._keys else None

    def best_px(self) -> int:
        """0 when the side is empty."""
        return self._keys[-1] * self.sign if self._keys else 0

    def add(self, order: Order) -> None:
        """Behind all others of its price."""
        key = order.px * self.sign
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = Level(order.px)
            if self._keys and key < self._keys[-1]:
                insort(self._keys, key)
            else:
                self._keys.append(key)
        level.orders[order.order_id] = order
        level.lots += order.left
        order.level = level

    def remove(self, order: Order) -> None:
        """Take out an order with what it has left, wherever it stands."""
        level = order.level
        if level is None:
            return
        order.level = None
        del level.orders[order.order_id]
        level.lots -= order.left
        if not level.orders:
            self._drop(level.px * self.sign)

    def levels(self) -> Iterator[Level]:
        """Best first. The side must not change meanwhile."""
        return (self._levels[key] for key in reversed(self._keys))

    def depth(self, count: int, step: int) -> tuple[DepthLevel, ...]:
        """The best `count` levels, each price rounded away from the middle to a multiple of `step`."""
        found: list[DepthLevel] = []
        for level in self.levels():
            px = -(-level.px // step) * step if self.sign < 0 else level.px // step * step
            if found and found[-1].px == px:
                last = found[-1]
                found[-1] = DepthLevel(px, last.lots + level.lots, last.orders + len(level.orders))
            elif len(found) == count:
                break
            else:
                found.append(DepthLevel(px, level.lots, len(level.orders)))
        return tuple(found)

    def average_px(self, tick_lots: Fraction) -> Fraction:
        """What trading a value of `tick_lots` against this side costs on average; 0 where there is not so much."""
        missing, lots = tick_lots, Fraction(0)
        for level in self.levels():
            here = level.px * level.lots
            if here >= missing:
                return tick_lots / (lots + missing / level.px)
            missing -= here
            lots += level.lots
        return Fraction(0)

    def _drop(self, key: int) -> None:
        del self._levels[key]
        if self._keys[-1] == key:
            self._keys.pop()
        else:
            del self._keys[bisect_left(self._keys, key)]


class Book:
    """Both sides of one contract's book; `sequence` grows with each change."""

    __slots__ = ("asks", "bids", "sequence")

    def __init__(self) -> None:
        self.bids, self.asks = Ladder(+1), Ladder(-1)
        self.sequence = 0

    def side(self, sign: int) -> Ladder:
        """Where orders of that sign rest."""
        return self.bids if sign > 0 else self.asks

    def add(self, order: Order) -> None:
        self.sequence += 1
        self.side(order.sign).add(order)

    def remove(self, order: Order) -> None:
        self.sequence += 1
        self.side(order.sign).remove(order)

    def shrink(self, order: Order, lots: int) -> None:
        """Account for `lots` less of a resting order, which keeps its place; the order itself is the caller's."""
        self.sequence += 1
        if order.level is not None:
            order.level.lots -= lots

    def mid(self) -> Fraction:
        """0 unless both sides have orders."""
        bid, ask = self.bids.best_px(), self.asks.best_px()
        return Fraction(bid + ask, 2) if bid and ask else Fraction(0)
