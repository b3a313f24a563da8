"""W1 to W4: the same work for the product and for every peer that can do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench import documents, product
from bench.market import YEAR_OF_MINUTES, Arrays, synthetic
from bench.pairs import THOUSAND, Pairs
from bench.peers import backtesting, raptorbt, vectorbt

PADDOCK = "paddock"
ENGINES = ("rust", "numba")
Work = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Contender:
    """Work whose time is multiplied by `scale` (it did one part of `scale` equal parts), and the count of its trades.

    `bare` marks what shows an engine without the interface that its package documents.
    """

    work: Work
    trades: Callable[[Any], int]
    scale: float = 1.0
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Workload:
    """`make(arrays)` gives the contenders by name; arrays are in memory before the clock starts."""

    name: str
    title: str
    symbols: int
    bars: int
    target: float  # how many times faster than the fastest peer the product is to be
    make: Callable[[Arrays], Mapping[str, Contender]]

    def arrays(self, share: float = 1.0) -> Arrays:
        return synthetic(int(self.bars * share), self.symbols)


def _ours(document: documents.Json, arrays: Arrays) -> dict[str, Contender]:
    return {PADDOCK: Contender(lambda: product.result(document, arrays), lambda done: len(done[0].trades))}


def _vectorbt(arrays: Arrays, signals: Callable[[Arrays], dict[str, Any]]) -> dict[str, Contender]:
    found = {}
    for engine in ENGINES:
        found[f"vectorbt Portfolio, {engine}"] = Contender(
            lambda engine=engine: vectorbt.portfolio_result(arrays, engine, **signals(arrays)),
            lambda done: int((done[0].trades.records["status"] == 1).sum()),
        )
    for engine in ENGINES:
        found[f"vectorbt bare functions, {engine}"] = Contender(
            lambda engine=engine: vectorbt.bare_result(arrays, engine, **signals(arrays)),
            lambda done: int((done.trades["status"] == 1).sum()),
            bare=True,
        )
    return found


def _raptorbt(arrays: Arrays, run: Callable[[Arrays], list[Any]]) -> dict[str, Contender]:
    return {"raptorbt": Contender(lambda: run(arrays), lambda done: sum(len(trades) for trades, _, _ in done))}


def _backtesting(arrays: Arrays, run: Callable[[Arrays], Any]) -> dict[str, Contender]:
    return {"backtesting.py": Contender(lambda: run(arrays), lambda stats: int(stats["# Trades"]))}


def _w1(arrays: Arrays) -> Mapping[str, Contender]:
    return (
        _ours(documents.OF["W1"], arrays)
        | _raptorbt(arrays, raptorbt.w1)
        | _vectorbt(arrays, vectorbt.w1_signals)
        | _backtesting(arrays, backtesting.w1)
    )


def _w2(arrays: Arrays) -> Mapping[str, Contender]:
    return (
        _ours(documents.OF["W2"], arrays)
        | _raptorbt(arrays, raptorbt.w2)
        | _vectorbt(arrays, vectorbt.w2_signals)
        | _backtesting(arrays, backtesting.w2)
    )


def _w3(arrays: Arrays, pairs: Pairs = THOUSAND) -> Mapping[str, Contender]:
    sample = pairs.sample(2)
    scale = len(pairs) / len(sample)
    return {
        PADDOCK: Contender(
            lambda: product.sweep_result(documents.OF["W3"], pairs, arrays),
            lambda trials: sum(int(trial.figures["trades"].value) for trial in trials),
        ),
        "raptorbt": Contender(
            lambda: raptorbt.sweep(arrays, sample), lambda done: sum(m.total_closed_trades for m in done), scale
        ),
        "vectorbt Portfolio, rust": Contender(
            lambda: vectorbt.portfolio_sweep(arrays, sample, "rust"),
            lambda done: sum(int(part["trades"].sum()) for part in done),
            scale,
        ),
        "vectorbt bare functions, rust": Contender(
            lambda: vectorbt.bare_sweep(arrays, sample, "rust"),
            lambda done: sum(one.metrics["trading"][0]["trades"] for one in done),
            scale,
            bare=True,
        ),
    }


def _w4(arrays: Arrays) -> Mapping[str, Contender]:
    return _ours(documents.OF["W4"], arrays) | _raptorbt(arrays, raptorbt.w4) | _vectorbt(arrays, vectorbt.w4_signals)


W1 = Workload("W1", "SMA(10/50) cross, long or flat", 1, YEAR_OF_MINUTES, 4, _w1)
W2 = Workload("W2", "RSI(14), stop and target, long and short", 1, YEAR_OF_MINUTES, 4, _w2)
W3 = Workload("W3", "1,000 SMA pairs", 1, YEAR_OF_MINUTES, 10, _w3)
W4 = Workload("W4", "50 symbols, one cash account", 50, 100_000, 5, _w4)
WORKLOADS = {workload.name: workload for workload in (W1, W2, W3, W4)}
