"""Candles of every interval, made of what happens one price at a time; of each the newest 4,000 are kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from paddock.venues.exchange.units import DAY_MS, HOUR_MS
from paddock.venues.pacifica.simulator.listing import Coin
from paddock.venues.pacifica.simulator.numbers import decimal, px

MOST: Final = 4_000
_MINUTE_MS: Final = 60_000
INTERVALS: Final = {
    "1m": _MINUTE_MS,
    "3m": 3 * _MINUTE_MS,
    "5m": 5 * _MINUTE_MS,
    "15m": 15 * _MINUTE_MS,
    "30m": 30 * _MINUTE_MS,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "8h": 8 * HOUR_MS,
    "12h": 12 * HOUR_MS,
    "1d": DAY_MS,
}
_OF_A_DAY: Final = "15m"


@dataclass(slots=True)
class Candle:
    """Prices in ticks, volume in lots and micro-dollars."""

    open_ts: int
    open: int
    high: int
    low: int
    close: int
    lots: int = 0
    value: int = 0
    count: int = 0

    def add(self, at: int, lots: int, value: int) -> None:
        self.high, self.low, self.close = max(self.high, at), min(self.low, at), at
        self.lots += lots
        self.value += value
        self.count += 1

    def join(self, other: Candle) -> None:
        """Take in what came after it."""
        self.high, self.low, self.close = max(self.high, other.high), min(self.low, other.low), other.close
        self.lots += other.lots
        self.value += other.value
        self.count += other.count


class Candles:
    """Of one kind: trades, or marks (which have no volume). A candle exists where something happened in it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], deque[Candle]] = {}

    def add(self, symbol: str, ts: int, at: int, lots: int = 0, value: int = 0) -> None:
        for interval in INTERVALS:
            self._at(symbol, interval, ts, at).add(at, lots, value)

    def remember(self, symbol: str, interval: str, past: Iterable[Candle]) -> None:
        """Candles from before the venue opened, each with trades, oldest first; longer intervals are made of them."""
        longer = [name for name, length in INTERVALS.items() if length >= INTERVALS[interval]]
        for old in past:
            for name in longer:
                self._at(symbol, name, old.open_ts, old.open).join(old)

    def between(self, symbol: str, interval: str, start_ts: int, end_ts: int) -> list[Candle]:
        """Oldest first, those that open in the span; the last may still be forming."""
        kept = self._kept.get((symbol, interval), ())
        return [candle for candle in kept if start_ts <= candle.open_ts <= end_ts]

    def _at(self, symbol: str, interval: str, ts: int, px: int) -> Candle:
        """The candle of a time, which is the newest; begun at `px` where there is none yet."""
        kept = self._kept.setdefault((symbol, interval), deque(maxlen=MOST))
        open_ts = ts // INTERVALS[interval] * INTERVALS[interval]
        if not kept or kept[-1].open_ts < open_ts:
            kept.append(Candle(open_ts, px, px, px, px))
        return kept[-1]

    def last(self, symbol: str, interval: str) -> Candle | None:
        kept = self._kept.get((symbol, interval))
        return kept[-1] if kept else None

    def day(self, symbol: str, now_ts: int) -> tuple[int, int]:
        """Of the last 24 hours: the price they began with (0: unknown), and micro-dollars that traded."""
        rows = self.between(symbol, _OF_A_DAY, now_ts - DAY_MS, now_ts)
        return (rows[0].open if rows else 0), sum(row.value for row in rows)


def shown(candle: Candle, coin: Coin, interval: str) -> dict[str, Any]:
    """It ends, at the venue, where the next one begins."""
    return {
        "t": candle.open_ts,
        "T": candle.open_ts + INTERVALS[interval],
        "s": coin.symbol,
        "i": interval,
        "o": px(candle.open),
        "c": px(candle.close),
        "h": px(candle.high),
        "l": px(candle.low),
        "v": decimal(candle.lots, coin.qty_decimals),
        "n": candle.count,
    }
