"""Our side: the product's own path from a document and arrays to trades, equity and every metric."""

from __future__ import annotations

import os
from collections.abc import Sequence
from decimal import Decimal

from bench.documents import CASH_USD, FEE_BPS, Json
from bench.market import Arrays, tape_of
from bench.pairs import Pairs
from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.log import Run
from paddock.engine.metrics import Metrics, measure
from paddock.research.sweep import Trial, sweep
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.validate import load_document

COSTS = Costs(taker_bps=FEE_BPS, maker_bps=FEE_BPS, slippage_bps=0.0, funding=False)
START_USD = Decimal(CASH_USD)
THREADS = os.cpu_count() or 1  # as the command does


def result(document: Json, arrays: Arrays) -> tuple[Run, Metrics]:
    """Validate, compile, compute, simulate, measure; nothing is kept between calls."""
    tape = tape_of(arrays)
    program = compile_strategy(load_document(document), tape.symbols)
    run = backtest(program, tape, start_usd=START_USD, costs=COSTS, threads=THREADS)
    return run, measure(run)


def sweep_result(document: Json, pairs: Pairs, arrays: Arrays, threads: int = THREADS) -> Sequence[Trial]:
    """Every pair of the grid, with all metrics each."""
    return sweep(document, pairs.grid, tape_of(arrays), start_usd=START_USD, costs=COSTS, threads=threads)
