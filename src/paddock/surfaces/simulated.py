"""What a simulated venue needs from this machine: a clock, and prices that walk or come out of the lake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from paddock.core.errors import Code, Invalid, NotFound
from paddock.core.seams import Clock, SeededRandom
from paddock.core.time import interval_ms
from paddock.market.lake import Key, Lake
from paddock.venues.exchange import Contract, prices
from paddock.venues.exchange.tape import Candle, Point, points
from paddock.venues.exchange.walk import walk

HISTORY: Final = 1_000  # candles of a recording that are past when it begins to play
_STEP_MS: Final = 1_000
_FASTEST: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Faster:
    """A clock that began with another and runs `speed` times as fast."""

    wall: Clock
    start_ts: int
    speed: float

    def now_ts(self) -> int:
        return self.start_ts + int((self.wall.now_ts() - self.start_ts) * self.speed)


@dataclass(frozen=True, slots=True)
class Played:
    """Of one coin: candles that are past, and the points to come. Both in ticks and lots."""

    past: list[Candle]
    to_come: Iterator[Point]


def clock(wall: Clock, speed: float) -> Clock:
    """Raises Invalid (usage)."""
    if not 0 < speed <= _FASTEST:
        rule = f"a speed is above 0 and at most {_FASTEST:g}; 1 is real time"
        raise Invalid(Code.USAGE, "time must pass, but not too fast", where="speed", seen=speed, rule=rule)
    return wall if speed == 1 else Faster(wall, wall.now_ts(), speed)


def walking(contract: Contract, px: int, start_ts: int, speed: float, seed: int) -> Iterator[Point]:
    """A random walk of its own for each coin, with about a point a second of real time."""
    own = SeededRandom(seed * 1_000_003 + sum(contract.symbol.encode()))
    return walk(contract, px, start_ts, max(_STEP_MS, int(_STEP_MS * speed)), own)


def recorded(lake: Lake, data: str, contracts: Mapping[str, Contract], now_ts: int) -> dict[str, Played]:
    """The candles of `VENUE:INTERVAL` as if they happened now: the first of them are past, the rest is to come.

    Raises NotFound (data.not_found) when the lake has none of the venue's coins, and Invalid (usage).
    """
    venue, colon, interval = data.partition(":")
    if not (venue and colon and interval):
        raise Invalid(Code.USAGE, "data is VENUE:INTERVAL", where="data", seen=data, suggestion="hyperliquid:1h")
    step_ms = interval_ms(interval)
    listed = [key.symbol for key in lake.series(venue) if key.interval == interval and key.symbol in contracts]
    if not listed:
        raise NotFound(
            Code.DATA_NOT_FOUND,
            f"the lake has no {interval} candles of {venue} in {', '.join(contracts)}",
            where="data",
            seen=data,
            rule="a recording is of coins that the simulated venue lists",
            suggestion="paddock data list",
        )
    return {
        symbol: _played(lake, Key(venue, symbol, interval), contracts[symbol], step_ms, now_ts) for symbol in listed
    }


def _played(lake: Lake, key: Key, contract: Contract, step_ms: int, now_ts: int) -> Played:
    frame = lake.read(key)
    rows = frame.select("ts", "open", "high", "low", "close", "volume").rows()
    begin = min(HISTORY, len(rows) // 2)
    shift = now_ts // step_ms * step_ms - rows[begin][0]
    candles = [_candle(contract, row[0] + shift, *row[1:]) for row in rows]
    to_come = points(islice(candles, begin, None), step_ms)
    return Played(candles[:begin], to_come)


def _candle(contract: Contract, ts: int, *values: float) -> Candle:
    unit = 10**contract.px_decimals
    first, high, low, last = (
        prices.rounded(contract, max(round(value * unit), contract.tick), up=False) for value in values[:4]
    )
    lots = int((values[4] or 0.0) * 10**contract.qty_decimals) // contract.lot * contract.lot
    return Candle(ts, first, high, low, last, lots)
