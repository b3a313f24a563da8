"""Where is the price, and when? Points that a market maker follows, and the clock that plays them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace

from paddock.venues.exchange.exchange import Exchange
from paddock.venues.exchange.maker import MarketMaker


@dataclass(frozen=True, slots=True)
class Point:
    """At `ts` the market stands at `px` ticks, and `lots` trade on the way there."""

    ts: int
    px: int
    lots: int = 0


@dataclass(frozen=True, slots=True)
class Candle:
    """Prices in ticks, volume in lots."""

    open_ts: int
    open: int
    high: int
    low: int
    close: int
    lots: int = 0


def points(candles: Iterable[Candle], interval_ms: int, steps: int = 5) -> Iterator[Point]:
    """Through each candle: open, the extreme on the other side of its close, the other extreme, close.

    `steps` points for each of the three legs, evenly in time; the close comes 1 ms before the next candle.
    """
    for candle in candles:
        rises = candle.close >= candle.open
        turns = (candle.low, candle.high) if rises else (candle.high, candle.low)
        corners = (candle.open, *turns, candle.close)
        count = 3 * steps
        share, rest = divmod(candle.lots, count)
        yield Point(candle.open_ts, candle.open, rest)
        for index in range(1, count + 1):
            leg, step = divmod(index - 1, steps)
            start, end = corners[leg], corners[leg + 1]
            px = start + (end - start) * (step + 1) // steps
            yield Point(candle.open_ts + (interval_ms - 1) * index // count, px, share)


class Tape:
    """Plays the points of several markets in the order of their times."""

    def __init__(self, exchange: Exchange, tracks: Iterable[tuple[MarketMaker, Iterable[Point]]]) -> None:
        self._exchange = exchange
        self._heap: list[tuple[int, int, Point, MarketMaker, Iterator[Point]]] = []
        for index, (maker, track) in enumerate(tracks):
            rest = iter(track)
            first = next(rest, None)
            if first is not None:
                self._heap.append((first.ts, index, first, maker, rest))
        heapify(self._heap)

    @property
    def next_ts(self) -> int | None:
        """When the next point is due; None when the tape has ended."""
        return self._heap[0][0] if self._heap else None

    def advance(self, now_ts: int) -> None:
        """Play all points up to `now_ts`, and let the exchange do what is due between and after them."""
        while self._heap and self._heap[0][0] <= now_ts:
            ts, index, point, maker, rest = self._heap[0]
            self._exchange.advance(max(ts, self._exchange.now_ts))
            maker.move(point.px, point.lots)
            following = next(rest, None)
            if following is None:
                heappop(self._heap)
            else:
                heapreplace(self._heap, (following.ts, index, following, maker, rest))
        self._exchange.advance(now_ts)
