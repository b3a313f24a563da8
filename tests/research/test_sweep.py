"""Every variant of a sweep is the single backtest of its document, whatever the threads and the columns kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from paddock.core.errors import Invalid
from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.metrics import measure
from paddock.market.tape import Tape
from paddock.research.sweep import sweep, with_params
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.templates import find_template
from paddock.strategy.validate import load_document
from tests.market.tapes import tape_of, walk

START, COSTS = Decimal(10_000), Costs(slippage_bps=3)
GRID = {"up,down.fast_period": [5, 8, 13], "up,down.slow_period": [21, 34]}


def crossover() -> dict[str, Any]:
    document = dict(find_template("sma-crossover").document())
    return document | {"scope": {"venue": "test", "symbols": ["S0", "S1"], "interval": "1h"}}


def holed_tape() -> Tape:
    missing = np.random.default_rng(3).random((2, 900)) < 0.02
    return tape_of(walk(3, 900, 2), missing=missing)


@pytest.mark.parametrize(("threads", "columns"), [(1, 2), (2, 2), (2, 64)])
@pytest.mark.parametrize("window", [None, (200, 800)])
def test_each_variant_is_the_backtest_of_its_document(
    threads: int, columns: int, window: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paddock.engine.backtest.BLOCK", 256)  # several blocks, so that equity starts over
    tape = holed_tape()

    trials = sweep(
        crossover(), GRID, tape, start_usd=START, costs=COSTS, window=window, threads=threads, columns=columns
    )

    assert [tuple(trial.params.values()) for trial in trials] == [(f, s) for f in (5, 8, 13) for s in (21, 34)]
    for trial in trials:
        program = compile_strategy(load_document(with_params(crossover(), trial.params)), tape.symbols)
        run = backtest(program, tape, start_usd=START, costs=COSTS, window=window)
        assert len(run.trades) > 10
        assert trial.strategy_hash == program.strategy_hash
        assert trial.figures == measure(run).figures


def test_a_key_that_names_no_node_is_refused_with_the_nearest() -> None:
    with pytest.raises(Invalid, match='no node "upp"') as caught:
        sweep(crossover(), {"upp.fast_period": [5]}, holed_tape(), start_usd=START, costs=COSTS)
    assert '"up"' in caught.value.suggestion


def test_a_value_out_of_bounds_is_refused() -> None:
    with pytest.raises(Invalid):
        sweep(crossover(), {"up.fast_period": [5, -1]}, holed_tape(), start_usd=START, costs=COSTS)
