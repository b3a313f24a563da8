"""W5: one new bar for ten thousand bots of mixed rules on fifty symbols."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import talib

from bench import product
from bench.documents import Json, bot
from bench.market import Arrays, symbols_of, synthetic, tape_of
from bench.timing import Times
from paddock.engine.fleet import Fleet
from paddock.market.growing import Bar
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.program import Program
from paddock.strategy.validate import load_document

SYMBOLS = 50
HISTORY = 1_000  # bars before the first step
STEPS = 200
FRAME_BARS = 500  # what a loop of data frames looks back on
SAMPLE = 200  # bots that the loop is timed on


@dataclass(frozen=True, slots=True)
class FleetTimes:
    """Milliseconds a bar; `loop` is what a data frame a bot costs, scaled to all bots from a sample."""

    bots: int
    features: int
    orders: int
    setup_s: float
    step: Times
    loop_ms: float


def documents(count: int, seed: int = 11) -> Iterator[Json]:
    """Bots that differ: seven kinds of rules, periods and levels drawn from what people use, a symbol each."""
    rng = np.random.default_rng(seed)
    symbols = symbols_of(SYMBOLS)
    for n in range(count):
        symbol = symbols[int(rng.integers(SYMBOLS))]
        period = int(rng.integers(7, 31))
        slow = period + int(rng.integers(5, 60))
        level = int(rng.integers(20, 41))
        yield bot(n % 7, symbol, period, slow, level)


def programs(count: int) -> list[Program]:
    return [compile_strategy(load_document(document), symbols_of(SYMBOLS)) for document in documents(count)]


def bars_after(arrays: Arrays, first: int, count: int) -> Iterator[Bar]:
    for t in range(first, first + count):
        yield Bar(int(arrays.ts[t]), *(np.ascontiguousarray(column[:, t]) for column in arrays.columns))


def measure_fleet(bots: int) -> FleetTimes:
    arrays = synthetic(HISTORY + STEPS + 1, SYMBOLS)
    start = time.perf_counter()
    fleet = Fleet(programs(bots), tape_of(arrays.head(HISTORY)), start_usd=product.START_USD, costs=product.COSTS)
    bars = list(bars_after(arrays, HISTORY, STEPS + 1))
    fleet.step(bars[0])
    setup = time.perf_counter() - start
    times = Times()
    for bar in bars[1:]:
        start = time.perf_counter()
        fleet.step(bar)
        times.wall.append((time.perf_counter() - start) * 1e3)
    return FleetTimes(bots, len(fleet.stream.features), len(fleet.orders), setup, times, frame_loop_ms(arrays) * bots)


def frame_loop_ms(arrays: Arrays) -> float:
    """Median milliseconds a bot of the usual loop: build its data frame, compute its indicator, look at the end."""
    taken = []
    for n in range(SAMPLE):
        s = n % SYMBOLS
        start = time.perf_counter()
        names = ("open", "high", "low", "close", "volume")
        frame = pd.DataFrame(
            {name: column[s, :FRAME_BARS] for name, column in zip(names, arrays.columns, strict=True)},
            index=pd.to_datetime(arrays.ts[:FRAME_BARS], unit="ms"),
        )
        frame["rsi"] = talib.RSI(frame["close"], 7 + n % 24)
        frame["entry"] = (frame["rsi"] < 30) & (frame["volume"] > 0)
        assert frame["entry"].iloc[-1] in (True, False)
        taken.append((time.perf_counter() - start) * 1e3)
    return statistics.median(taken)
