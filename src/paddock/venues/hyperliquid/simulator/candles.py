"""Candles of every interval, made of trades as they happen; of each the newest 5,000 are kept, as the venue does."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Final

from paddock.venues.exchange.units import DAY_MS, HOUR_MS
from paddock.venues.hyperliquid.simulator.listing import Coin
from paddock.venues.hyperliquid.simulator.numbers import decimal

MOST: Final = 5_000
MONTH: Final = "1M"
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
    "3d": 3 * DAY_MS,
    "1w": 7 * DAY_MS,
    MONTH: 31 * DAY_MS,
}
_OF_A_DAY: Final = "15m"


@dataclass(slots=True)
class Candle:
    """Prices in ticks, volume in lots and micro-dollars; `end_ts` is where the next one begins.

    One without trades stands at the price before.
    """

    open_ts: int
    end_ts: int
    open: int
    high: int
    low: int
    close: int
    lots: int = 0
    value: int = 0
    trades: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """The last 24 hours: the price they began with (0: unknown), and what traded in them."""

    open_px: int
    lots: int
    value: int


class Candles:
    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], deque[Candle]] = {}

    def add(self, symbol: str, ts: int, px: int, lots: int, value: int) -> None:
        """One trade."""
        for interval in INTERVALS:
            candle = self._current(symbol, interval, ts, px)
            candle.high, candle.low, candle.close = max(candle.high, px), min(candle.low, px), px
            candle.lots += lots
            candle.value += value
            candle.trades += 1

    def remember(self, symbol: str, interval: str, past: Iterable[Candle]) -> None:
        """Candles from before the venue opened, each with trades, oldest first; longer intervals are made of them."""
        longer = [name for name, length in INTERVALS.items() if length >= INTERVALS[interval]]
        for old in past:
            for name in longer:
                candle = self._current(symbol, name, old.open_ts, old.open)
                candle.high, candle.low = max(candle.high, old.high), min(candle.low, old.low)
                candle.close = old.close
                candle.lots += old.lots
                candle.value += old.value
                candle.trades += old.trades

    def between(self, symbol: str, interval: str, start_ts: int, end_ts: int, now_ts: int) -> list[Candle]:
        """Oldest first, those that touch the span; the last may still be forming."""
        kept = self._kept.get((symbol, interval))
        if not kept:
            return []
        self._current(symbol, interval, now_ts, kept[-1].close)
        recent = takewhile(lambda candle: candle.end_ts > start_ts, reversed(kept))
        return [candle for candle in recent if candle.open_ts <= end_ts][::-1]

    def day(self, symbol: str, now_ts: int) -> Day:
        rows = self.between(symbol, _OF_A_DAY, now_ts - DAY_MS, now_ts, now_ts)
        if not rows:
            return Day(0, 0, 0)
        return Day(rows[0].open, sum(row.lots for row in rows), sum(row.value for row in rows))

    def _current(self, symbol: str, interval: str, ts: int, px: int) -> Candle:
        """The candle that a time falls into; where nothing traded, the price before stands."""
        kept = self._kept.setdefault((symbol, interval), deque(maxlen=MOST))
        if not kept:
            kept.append(_fresh(interval, ts, px))
        last = kept[-1]
        if ts >= last.end_ts + (MOST - 1) * INTERVALS[interval]:
            kept.append(_fresh(interval, ts - (MOST - 1) * INTERVALS[interval], last.close))
        while kept[-1].end_ts <= ts:
            kept.append(_fresh(interval, kept[-1].end_ts, kept[-1].close))
        candle = kept[-1]
        if not candle.trades:
            candle.open = candle.high = candle.low = candle.close = px
        return candle


def shown(candle: Candle, coin: Coin, interval: str) -> dict[str, Any]:
    return {
        "t": candle.open_ts,
        "T": candle.end_ts - 1,
        "s": coin.name,
        "i": interval,
        "o": decimal(candle.open, coin.px_decimals),
        "c": decimal(candle.close, coin.px_decimals),
        "h": decimal(candle.high, coin.px_decimals),
        "l": decimal(candle.low, coin.px_decimals),
        "v": decimal(candle.lots, coin.sz_decimals),
        "n": candle.trades,
    }


def _fresh(interval: str, ts: int, px: int) -> Candle:
    open_ts = _open_ts(interval, ts)
    return Candle(open_ts, _end_ts(interval, open_ts), px, px, px, px)


def _open_ts(interval: str, ts: int) -> int:
    if interval != MONTH:
        return ts // INTERVALS[interval] * INTERVALS[interval]
    date = datetime.fromtimestamp(ts / 1000, UTC)
    return int(datetime(date.year, date.month, 1, tzinfo=UTC).timestamp()) * 1000


def _end_ts(interval: str, open_ts: int) -> int:
    if interval != MONTH:
        return open_ts + INTERVALS[interval]
    return _open_ts(MONTH, open_ts + INTERVALS[MONTH])
