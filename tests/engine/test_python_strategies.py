"""The same strategy, written as a graph and in Python, leaves the same orders behind."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.orders_hash import orders_hash
from paddock.engine.scripted import backtest_python
from paddock.market.tape import Tape
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.document import PythonCode
from paddock.strategy.python import compile_python
from paddock.strategy.rescope import rescope
from paddock.strategy.templates import find_template
from paddock.strategy.validate import load_document
from tests.engine.twins import TWINS
from tests.market.tapes import tape_of, walk

SYMBOLS = ("S0", "S1", "S2")
START = Decimal(10_000)


def holed(seed: int) -> Tape:
    """Three symbols, 1,500 bars, some of them missing here and there."""
    columns = walk(seed, 1500, 3)
    missing = np.random.default_rng(seed).random((3, 1500)) < 0.02
    return tape_of(columns, missing=missing)


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("window", [None, (400, 1300)])
def test_twins_trade_alike(name: str, window: tuple[int, int] | None) -> None:
    document = rescope(load_document(find_template(name).document()), symbols=SYMBOLS)
    body = PythonCode(source="", class_name=TWINS[name].__name__)
    twin = compile_python(replace(document, body=body), TWINS[name])
    tape, costs = holed(11), Costs(slippage_bps=3)

    graph = backtest(compile_strategy(document, SYMBOLS), tape, start_usd=START, costs=costs, window=window)
    python = backtest_python(twin, tape, start_usd=START, costs=costs, window=window)

    assert len(graph.trades) > 20
    assert orders_hash(python) == orders_hash(graph)
    np.testing.assert_array_equal(python.equity, graph.equity)
