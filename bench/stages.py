"""Where the product's own time goes: the same work as `product.result`, taken apart."""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench.market import Arrays, tape_of
from bench.product import COSTS, START_USD, THREADS
from paddock.engine.backtest import check_window, finished
from paddock.engine.metrics import measure
from paddock.engine.pack import start_cash
from paddock.engine.session import Session
from paddock.engine.signals import pack_rules, signals_of, tests_of
from paddock.market.features import PassingFeatures
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.validate import load_document


class Laps:
    """Milliseconds between one `lap` and the next, by name."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}
        self._at = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.ms[name] = (now - self._at) * 1e3
        self._at = time.perf_counter()


def once(document: dict[str, Any], arrays: Arrays) -> dict[str, float]:
    """Milliseconds of each stage, one after the other; a run of several blocks finds signals while the kernel runs."""
    laps = Laps()
    tape = tape_of(arrays)
    laps.lap("tape")
    checked = load_document(document)
    laps.lap("validate")
    program = compile_strategy(checked, tape.symbols)
    laps.lap("compile")
    rules = pack_rules([program])
    laps.lap("pack")
    cash = start_cash(START_USD)
    session = Session([program], tape, COSTS, [cash], [0], *check_window(None, tape))
    laps.lap("session")
    store = PassingFeatures(tape)
    tests = tests_of(rules, store, 0, tape.bars, THREADS)
    laps.lap("features and tests")
    decisions = signals_of(rules, tests, 0, store, 0, tape.bars)
    laps.lap("signals")
    session.run(decisions, tape.bars)
    laps.lap("kernel")
    run = finished(program, tape, COSTS, session, cash)
    measure(run)
    laps.lap("metrics")
    return laps.ms


def stages(document: dict[str, Any], arrays: Arrays, rounds: int) -> dict[str, float]:
    """Median milliseconds of each stage over `rounds`, after one that does not count."""
    once(document, arrays)
    runs = [once(document, arrays) for _ in range(rounds)]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}
