"""Strategies in Python: what they see, what they may do, and how they fail."""

import math
import random
from dataclasses import dataclass, field

import pytest

from paddock.core.errors import Code, Invalid
from paddock.market.feature import Feature
from paddock.runtime.user_code import load_python, strategy_classes
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.expr import FALSE, TRUE, UNKNOWN, Const, Op, State, StateField
from paddock.strategy.program import ActionKind, CancelScope, Size, SizeMode
from paddock.strategy.python import (
    Strategy,
    cancel_orders,
    close_position,
    compile_python,
    equity_pct,
    margin_usd,
    notional_usd,
    open_long,
    open_short,
    place_limit_order,
    place_twap_order,
    position_pct,
    qty,
    reduce_position,
    risk_pct,
    set_stop_loss,
    set_take_profit,
    set_tpsl,
    set_trailing_stop,
    update_leverage,
)
from paddock.strategy.templates import find_template
from paddock.strategy.validate import load_document
from paddock.strategy.view import Market, View

from .documents import document, scope
from .kleene import evaluate
from .twins import SOURCES, python_document

NAN = math.nan


@dataclass
class Bar:
    """An observation made by hand: columns by feature as (before, now), positions by symbol."""

    present: tuple[str, ...] = ("BTC", "ETH", "SOL")
    columns: dict = field(default_factory=dict)
    positions: dict = field(default_factory=dict)
    close_ts: int = 3_600_000

    def value(self, feature):
        return self.columns.get(feature, (NAN, NAN))[1]

    def before(self, symbol, feature):
        assert symbol in self.present
        return self.columns.get(feature, (NAN, NAN))[0]

    def state(self, symbol, which):
        quantity = self.positions.get(symbol, 0.0)
        known = {StateField.QTY: quantity, StateField.NOTIONAL_USD: abs(quantity), StateField.SINCE_ENTRY_S: math.inf}
        return known.get(which, NAN if quantity == 0 else 7.0)


def raw_python(source="", class_name="Mine", **extra):
    return {
        "schema": "paddock/strategy@1",
        "kind": "python",
        "name": "mine",
        "scope": scope("BTC", "ETH"),
        "python": {"source": source or "#", "class": class_name},
    } | extra


def program_of(make, **extra):
    return compile_python(load_document(raw_python(**extra)), make)


def decide(make, bar=None, **extra):
    return program_of(make, **extra).start().decide(bar or Bar())


def failing(make, bar=None, **extra):
    with pytest.raises(Invalid) as caught:
        decide(make, bar, **extra)
    return caught.value


class Acting(Strategy):
    """Returns what `todo` gives for the view."""

    def __init__(self, todo):
        self.todo = todo

    def next(self, view):
        return self.todo(view)


def acting(todo):
    return lambda: Acting(todo)


# The same as a graph


def truth(bar, symbol, test):
    def read(side):
        if isinstance(side, Const):
            return side.value, side.value
        if isinstance(side, State):
            return NAN, bar.state(side.symbol, side.field)
        return bar.before(symbol, side), bar.value(side)

    (left_before, left), (right_before, right) = read(test.left), read(test.right)
    if math.isnan(left) or math.isnan(right):
        return UNKNOWN
    if test.op in (Op.CROSS_ABOVE, Op.CROSS_BELOW):
        if math.isnan(left_before) or math.isnan(right_before):
            return UNKNOWN
        sign = 1 if test.op is Op.CROSS_ABOVE else -1
        return TRUE if sign * (left_before - right_before) <= 0 < sign * (left - right) else FALSE
    holds = {Op.GT: left > right, Op.LT: left < right, Op.GE: left >= right, Op.LE: left <= right}[test.op]
    return TRUE if holds else FALSE


def graph_actions(program, bar):
    return tuple(
        rule.action
        for rule in program.rules
        if rule.action.symbol in bar.present
        and evaluate(rule.guard, lambda test, rule=rule: truth(bar, rule.action.symbol, test)) == TRUE
    )


def random_bar(chance, features):
    present = tuple(sorted(chance.sample(["BTC", "ETH", "SOL"], chance.randint(1, 3))))
    columns = {f: tuple(chance.choice([NAN, *range(10, 100, 5)]) * 1.0 for _ in "ab") for f in features}
    return Bar(present, columns, {symbol: chance.choice([0.0, 0.0, 1.0, -1.0]) for symbol in ("BTC", "ETH", "SOL")})


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_in_python_acts_like_its_graph(name):
    raw = find_template(name).document()
    graph = compile_strategy(load_document(raw))
    twin = load_document(python_document(name, raw))
    program = compile_python(twin, load_python(twin.body.source, twin.body.class_name))
    assert (program.program.symbols, program.program.risk) == (graph.symbols, graph.risk)
    decider, chance, fired = program.start(), random.Random(name), 0
    for _ in range(400):
        bar = random_bar(chance, program.features)
        expected = graph_actions(graph, bar)
        assert decider.decide(bar) == expected
        fired += len(expected)
    assert fired > 50


# What a strategy sees


def test_features_are_declared_for_each_symbol_once():
    class Reads(Strategy):
        def init(self, market):
            self.rsi = market.feature("rsi", 14)
            self.again = market.feature("rsi", 14)
            self.defaults = market.feature("macd")
            self.bitcoin = market.feature("close", symbol="SOL", interval="4h")

    program = program_of(Reads)
    assert program.features == (
        Feature("BTC", "1h", "rsi", (14.0,)),
        Feature("ETH", "1h", "rsi", (14.0,)),
        Feature("BTC", "1h", "macd", (12.0, 26.0, 9.0)),
        Feature("ETH", "1h", "macd", (12.0, 26.0, 9.0)),
        Feature("SOL", "4h", "close", ()),
    )
    assert (program.scope, program.program.symbols) == (("BTC", "ETH"), ("BTC", "ETH", "SOL"))
    assert program.program.rules == ()


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("rsj",), {}),
        (("rsi", 1), {}),
        (("rsi", 14, 3), {}),
        (("rsi",), {"interval": "5m"}),
        (("rsi",), {"interval": "x"}),
    ],
)
def test_features_that_do_not_exist_are_refused(arguments, options):
    with pytest.raises(Invalid):
        Market(("BTC",), "1h").feature(*arguments, **options)


def test_a_view_is_of_the_bars_that_are_there_and_of_the_scope():
    seen = []
    decide(
        acting(lambda view: seen.append((view.symbols, view.time, [now.symbol for now in view]))), Bar(("BTC", "SOL"))
    )
    assert seen == [(("BTC",), 3_600_000, ["BTC"])]


def test_a_symbol_without_a_bar_cannot_be_looked_at():
    error = failing(acting(lambda view: view["ETH"]), Bar(("BTC",)))
    assert (error.code, error.seen) == (Code.STRATEGY_PYTHON, "ETH")


def test_what_is_not_known_is_none():
    market = Market(("BTC",), "1h")
    rsi, sma = market.feature("rsi"), market.feature("sma")
    columns = {rsi.of("BTC"): (NAN, 40.0), sma.of("BTC"): (3.0, NAN)}
    now = View(Bar(columns=columns), ("BTC",))["BTC"]
    assert (now.value(rsi), now.previous(rsi)) == (40.0, None)
    assert (now.value(sma), now.previous(sma)) == (None, 3.0)
    assert now.crosses_above(rsi, 30) is None
    assert now.position.pnl_usd is None
    assert now.position.duration_s is None
    assert now.position.since_entry_s == math.inf


@pytest.mark.parametrize(
    ("before", "now", "above", "below"),
    [
        ((1, 2), (3, 2), True, False),
        ((2, 2), (3, 2), True, False),
        ((3, 2), (1, 2), False, True),
        ((3, 2), (4, 2), False, False),
        ((1, 2), (2, 2), False, False),
    ],
)
def test_crosses(before, now, above, below):
    market = Market(("BTC",), "1h")
    left, right = market.feature("sma", 5), market.feature("sma", 9)
    columns = {left.of("BTC"): (before[0], now[0]), right.of("BTC"): (before[1], now[1])}
    one = View(Bar(columns=columns), ("BTC",))["BTC"]
    assert (one.crosses_above(left, right), one.crosses_below(left, right)) == (above, below)
    assert (one.crosses_above(left, 2), one.crosses_below(left, 2)) == (above, below)


def test_a_view_has_no_way_to_another_bar():
    """No public attribute of what `next` is given takes or holds a row, a time other than now, or a column."""
    bar = Bar()
    view = View(bar, ("BTC",))
    assert {name for name in dir(view) if not name.startswith("_")} == {"symbols", "time"}
    public = {name for name in dir(view["BTC"]) if not name.startswith("_")}
    assert public == {"symbol", "value", "previous", "crosses_above", "crosses_below", "position"}


# What it may do


def test_actions_come_in_firing_order_and_keep_the_authors_order_within_a_kind():
    def todo(view):
        yield open_long("ETH", qty(1), stop_loss_pct=1)
        yield set_stop_loss("ETH", 1)
        yield open_long("BTC", qty(1), stop_loss_pct=1)
        yield close_position("BTC")
        yield cancel_orders("BTC")

    kinds = [(action.kind.name, action.symbol) for action in decide(acting(todo))]
    assert kinds == [("CANCEL", "BTC"), ("CLOSE", "BTC"), ("PROTECT", "ETH"), ("ENTER", "ETH"), ("ENTER", "BTC")]


def test_an_action_on_a_symbol_without_a_bar_is_left_out():
    todo = acting(lambda view: [close_position("BTC"), close_position("ETH")])
    assert [action.symbol for action in decide(todo, Bar(("ETH",)))] == ["ETH"]


def test_nothing_to_do_is_nothing():
    assert decide(acting(lambda view: None)) == ()
    assert decide(acting(lambda view: [])) == ()


def test_helpers_make_the_actions_of_blocks():
    entry = open_short(
        "BTC", margin_usd(50), 3, stop_loss_pct=1, take_profit_pct=2, trailing_stop_pct=3, max_slippage_pct=0.5
    )
    assert (entry.kind, entry.side, entry.leverage, entry.bound_pct) == (ActionKind.ENTER, -1, 3.0, 0.5)
    assert entry.protection.trailing_stop_pct == 3
    limit = place_limit_order(
        "BTC", "long", notional_usd(5), offset_pct=1, tif="alo", expire_seconds=60, stop_loss_pct=1
    )
    assert (limit.offset_pct, limit.tif.name, limit.expire_ms) == (1.0, "ALO", 60_000)
    assert place_twap_order("BTC", "short", risk_pct(1), duration_seconds=60, stop_loss_pct=1).duration_ms == 60_000
    assert reduce_position("BTC", position_pct(25)).size == Size(SizeMode.POSITION_PCT, 25.0)
    assert set_take_profit("BTC", price=5).protection.take_profit_px == 5
    assert set_stop_loss("BTC", 2).protection.stop_loss_pct == 2
    assert set_tpsl("BTC", 1, 2).protection.take_profit_pct == 2
    assert set_trailing_stop("BTC", 2).protection.trailing_stop_pct == 2
    assert update_leverage("BTC", 3).leverage == 3
    assert cancel_orders("BTC", "protective").cancel is CancelScope.PROTECTION
    assert equity_pct(5).mode is SizeMode.EQUITY_PCT


@pytest.mark.parametrize(
    "make",
    [
        lambda: open_long("BTC", qty(-1), stop_loss_pct=1),
        lambda: open_long("BTC", qty(1), 1000, stop_loss_pct=1),
        lambda: open_long("BTC", qty(math.nan), stop_loss_pct=1),
        lambda: open_long("BTC", qty(1), stop_los_pct=1),
        lambda: set_stop_loss("BTC"),
        lambda: reduce_position("BTC", equity_pct(5)),
        lambda: cancel_orders("BTC", "some"),
    ],
)
def test_helpers_hold_the_bounds_of_blocks(make):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.code is Code.STRATEGY_PYTHON


def test_an_entry_needs_a_stop_unless_that_is_waived():
    todo = acting(lambda view: [open_long("BTC", qty(1))])
    assert "no stop" in failing(todo).message
    waivers = [{"rule": "entry_without_stop", "reason": "watched by hand"}]
    assert len(decide(todo, waivers=waivers)) == 1


@pytest.mark.parametrize(
    ("todo", "words"),
    [
        (lambda view: [5], "no action"),
        (lambda view: 5, "no action"),
        (lambda view: open_long("BTC", qty(1), stop_loss_pct=1), "no action"),
        (lambda view: [close_position("DOGE")], "not in the scope"),
    ],
)
def test_what_is_no_action_of_the_scope_is_refused(todo, words):
    assert words in failing(acting(todo)).message


def test_each_run_starts_afresh():
    class Counts(Strategy):
        def init(self, market):
            self.count = 0

        def next(self, view):
            self.count += 1
            return [close_position("BTC")] if self.count == 2 else []

    program = program_of(Counts)
    for _ in range(2):
        run = program.start()
        assert [len(run.decide(Bar())) for _ in range(3)] == [0, 1, 0]


# How it fails


SOURCE = """
from paddock.strategy.python import Strategy


class Mine(Strategy):
    def init(self, market):
        {init}

    def next(self, view):
        {next}
"""


@pytest.mark.parametrize(
    ("body", "words", "line"),
    [
        ("return view['BTC'].value(None) + 1", "AttributeError", "line 10, in next"),
        ("return 1 / 0", "ZeroDivisionError: division by zero", "line 10, in next"),
        ("yield missing", "NameError", "line 10, in next"),
        ("return None > 30", "TypeError", "line 10, in next"),
        ("return next(self, view)", "TypeError", "line 10, in next"),
        ("return self.next(view)", "RecursionError", "line 10, in next"),
    ],
)
def test_a_failure_tells_the_line_and_hides_the_machinery(body, words, line):
    source = SOURCE.format(init="pass", next=body)
    error = failing(load_python(source, "Mine"))
    assert words in error.message
    assert error.where == line
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_a_failure_in_init_and_in_a_helper_tells_the_line():
    with pytest.raises(Invalid) as caught:
        program_of(load_python(SOURCE.format(init="market.feature('rsj')", next="pass"), "Mine"))
    assert caught.value.where == "line 7, in init"
    assert caught.value.suggestion == 'did you mean "rsi"?'


def test_none_in_a_comparison_is_explained():
    error = failing(load_python(SOURCE.format(init="pass", next="return [] if None > 30 else []"), "Mine"))
    assert "None" in error.suggestion


def test_stopping_the_program_is_not_swallowed():
    def stop(view):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decide(acting(stop))


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("class Mine(", "line 1"),
        ("import nowhere_to_be_found", "line 1, in the source"),
        ("x = 1\ny = x / 0", "line 2, in the source"),
        ("class Mine: pass", "python.class"),
        ("from paddock.strategy.python import Strategy as Mine", "python.class"),
        ("x = '\0'", "python.source"),
        ("-" * 100_000 + "1", "python.source"),
    ],
)
def test_a_source_that_gives_no_class_is_refused(source, where):
    with pytest.raises(Invalid) as caught:
        load_python(source, "Mine")
    assert caught.value.code is Code.STRATEGY_PYTHON
    assert caught.value.where.startswith(where)


def test_only_classes_of_the_source_itself_count():
    source = "from paddock.strategy.python import Strategy\nclass A(Strategy): ...\nclass B(A): ...\nclass C: ..."
    assert set(strategy_classes(source)) == {"A", "B"}


def test_a_graph_is_not_python_and_the_other_way_round():
    with pytest.raises(Invalid):
        compile_strategy(load_document(raw_python()))
    with pytest.raises(Invalid):
        load_document(document([]) | {"python": {}})
