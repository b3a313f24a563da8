"""A graph said in Python gives the same orders, and says so where it has no words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from paddock.core.errors import Code, Invalid
from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.orders_hash import orders_hash
from paddock.engine.scripted import backtest_python
from paddock.market.lake import Lake
from paddock.market.load import load_tape
from paddock.runtime.user_code import load_python
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.python import compile_python
from paddock.strategy.rescope import rescope
from paddock.strategy.scripting import script_of
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document

from .documents import BUY, SELL, START, document, node, path

BARS = (2_000, 5_000)
SYMBOLS = ("BTC", "ETH", "SOL")
HARD = {
    "negations": document(
        [
            START,
            node("low", "rsi_below", period=14, value=40),
            node("not_low", "not"),
            node("wide", "not", children=[{"type": "adx_below", "params": {"value": 15}}]),
            node("flat", "no_open_position"),
            BUY,
            node("high", "rsi_above", period=14, value=60),
            node("held", "has_position"),
            node("either", "or"),
            node("leave", "close_position"),
        ],
        path("start", "low", "not_low", "wide", "flat", "buy"),
        path("start", "high", "either"),
        path("start", "wide", "either"),
        path("either", "held", "leave"),
    ),
    "orders": document(
        [
            START,
            node("over", "sma_crosses_above", fast=10, slow=30),
            node("under", "sma_crosses_below", fast=10, slow=30),
            node("limit", "place_limit_order", side="long", offset_pct=0.4, expire_seconds=7200, stop_loss_pct=3),
            node("twap", "place_twap_order", side="short", duration_seconds=14_400, trailing_stop_pct=2.5),
            node("old", "position_duration_above", seconds=36_000),
            node("half", "reduce_position", size={"mode": "position_pct", "value": 40}),
            node("losing", "position_pnl_pct_below", value=-1),
            node("leave", "close_position"),
            node("away", "cancel_orders", scope="entries"),
            node("winning", "position_in_profit"),
            node("tight", "set_stop_loss", stop_loss_pct=1),
        ],
        path("start", "over", "limit"),
        path("start", "under", "twap"),
        path("start", "old", "half"),
        path("start", "losing", "leave"),
        path("leave", "away"),
        path("start", "winning", "tight"),
        waivers=[],
    ),
    "names that are no names": document(
        [START, node("a # b", "rsi_below"), BUY], path("start", "a # b", "buy"), name='1 if """ \'x'
    ),
}


@pytest.fixture(scope="module")
def tape(demo_home):
    lake = Lake(demo_home)
    return load_tape(lake, venue="demo", interval="1h", symbols=SYMBOLS, specs=lake, funding=True)


def both(raw, tape) -> tuple[str, str, int]:
    """Hashes of the orders of a graph and of its script, and how many orders there are."""
    graph = rescope(load_document(raw), venue="demo", symbols=SYMBOLS)
    script = script_of(graph)
    cls = load_python(script.source, script.class_name)
    said = {"schema": "paddock/strategy@1", "kind": "python", "name": cls.name, "scope": cls.scope, "risk": cls.risk}
    scripted = load_document(
        said | {"waivers": cls.waivers, "python": {"source": script.source, "class": script.class_name}}
    )
    assert (scripted.name, scripted.scope, scripted.risk) == (graph.name, graph.scope, graph.risk)
    asked = {"start_usd": Decimal(10_000), "costs": Costs(), "window": BARS}
    runs = (
        backtest(compile_strategy(graph, tape.symbols), tape, **asked),
        backtest_python(compile_python(scripted, cls, tape.symbols), tape, **asked),
    )
    return orders_hash(runs[0]), orders_hash(runs[1]), len(runs[0].orders)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_gives_the_same_orders_in_python(name, tape):
    graph, script, orders = both(find_template(name).document(), tape)
    assert graph == script
    assert orders > 5


@pytest.mark.parametrize("name", HARD)
def test_what_is_hard_to_say_gives_the_same_orders_in_python(name, tape):
    graph, script, orders = both(HARD[name], tape)
    assert graph == script
    assert orders > 5


def test_it_is_readable():
    source = script_of(load_document(find_template("rsi-mean-reversion").document())).source
    assert "class RSIMeanReversion(Strategy):" in source
    assert "if now.position.is_flat and below(now.value(self.rsi_14), 30):" in source
    assert "yield open_long(now.symbol, equity_pct(20), 2, stop_loss_pct=4, take_profit_pct=6)" in source
    assert max(map(len, source.splitlines())) < 250


@pytest.mark.parametrize(
    ("nodes", "seen"),
    [
        ([node("in", "has_position", symbol="ETH"), BUY], "the position on ETH"),
        ([node("in", "rsi_below"), node("buy", "open_long", symbol="ETH", stop_loss_pct=2)], "an action on ETH"),
    ],
)
def test_what_python_has_no_words_for_is_said(nodes, seen):
    scope = {"venue": "demo", "symbols": ["BTC", "ETH"], "interval": "1h"}
    raw = document([START, *nodes], path("start", "in", "buy"), scope=scope)
    with pytest.raises(Invalid) as caught:
        script_of(load_document(raw))
    assert (caught.value.code, caught.value.seen) == (Code.STRATEGY_PYTHON, seen)


def test_a_name_never_becomes_code():
    """A name, a description and ids are the author's; a source that holds them must hold them as text."""
    evil = '"""\n\nimport os  # \\'
    raw = document(
        [START, node("x: import os", "rsi_below"), SELL],
        path("start", "x: import os", "sell"),
        name="a'\"b\\",
        description=evil,
    )
    script = script_of(load_document(raw))
    cls = load_python(script.source, script.class_name)
    assert (cls.name, cls.description) == ("a'\"b\\", evil)
    assert "\nimport" not in script.source
