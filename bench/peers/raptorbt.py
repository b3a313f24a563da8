"""raptorbt 0.13 (Rust): its array runners, which come with all of their 48 metrics.

What they cannot do, and what is run instead: see `docs/performance.md`, "What the peers were given".
"""

from __future__ import annotations

from typing import Any

import raptorbt
import talib

from bench.documents import CASH_USD, FEE_BPS
from bench.market import Arrays
from bench.pairs import Pairs
from bench.signals import crosses, rsi_extremes, sma_crosses

NS = 1_000_000
BATCH = 25  # results with equity curves that are held at once


def config(fill_timing: str = "next_bar_open") -> Any:
    return raptorbt.BacktestConfig(initial_capital=float(CASH_USD), fees=FEE_BPS / 1e4, fill_timing=fill_timing)


def bars(arrays: Arrays) -> tuple[Any, ...]:
    return (arrays.ts * NS, *(values[0] for values in arrays.columns))


def finished(result: Any) -> Any:
    """Trades and equity as Python has them; metrics come with the result."""
    return result.trades(), result.equity_curve(), result.metrics


def w1(arrays: Arrays) -> list[Any]:
    up, down = sma_crosses(arrays.close[0])
    return [finished(raptorbt.run_single_backtest(*bars(arrays), up, down, 1, 1.0, "S00", config()))]


def w2(arrays: Arrays) -> list[Any]:
    """One side at a time, both at once on two threads; the other extreme must serve as an exit."""
    low, high = rsi_extremes(arrays.close[0])
    wanted = config()
    wanted.set_fixed_stop(0.02)
    wanted.set_fixed_target(0.04)
    sides = [
        raptorbt.BatchSingleItem("long", low, high, 1, 0.5, "S00"),
        raptorbt.BatchSingleItem("short", high, low, -1, 0.5, "S00"),
    ]
    return [finished(result) for _, result in raptorbt.batch_single_backtest(*bars(arrays), sides, wanted)]


def w4(arrays: Arrays) -> list[Any]:
    ts = arrays.ts * NS
    rows = []
    for s, close in enumerate(arrays.close):
        low, high = rsi_extremes(close)
        rows.append((ts, *(values[s] for values in arrays.columns), low, high, 1, 1.0, f"S{s:02d}"))
    return [finished(raptorbt.run_portfolio_backtest(rows, config("same_bar_close"), "equal_weight").result)]


def sweep(arrays: Arrays, pairs: Pairs) -> list[Any]:
    """Its parameter sweep: every pair on a thread of its own, prices shared."""
    averages = {n: talib.SMA(arrays.close[0], n) for n in (*pairs.fast, *pairs.slow)}
    todo, done, given = list(pairs), [], bars(arrays)
    for start in range(0, len(todo), BATCH):
        items = [
            raptorbt.BatchSingleItem(f"{fast}_{slow}", *crosses(averages[fast], averages[slow]))
            for fast, slow in todo[start : start + BATCH]
        ]
        done += [result.metrics for _, result in raptorbt.batch_single_backtest(*given, items, config())]
    return done
