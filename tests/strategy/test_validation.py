"""Every rule of meaning: the smallest graph that breaks it, where the problem sits, and what mends it."""

import re

import pytest

from paddock.core.errors import Invalid
from paddock.strategy import limits
from paddock.strategy.validate import load_document, validate
from tests.project import DOCS, PACKAGE

from .documents import BUY, SELL, START, document, issue_example, node, path, scope

END = node("end", "close_position")
LOW = node("low", "rsi_below", value=30)
HIGH = node("high", "rsi_above", value=70)
NAKED = node("buy", "open_long", size_usd=100)
STOP = node("stop", "set_stop_loss")
TAKE = node("take", "set_take_profit")


def found(raw, symbols=None):
    return {(p.code, p.where) for p in validate(raw, symbols).problems}


def only(raw, code, symbols=None):
    (problem,) = validate(raw, symbols).problems
    assert problem.code == code
    return problem


def test_the_example_has_no_problems():
    report = validate(issue_example(), ["BTC"])
    assert report.problems == ()
    assert report.document is not None


# Shape


def test_no_trigger_and_two():
    assert ("graph.trigger", "nodes") in found(document([END]))
    raw = document([START, node("start2", "trigger"), END], path("start", "end"))
    assert only(raw, "graph.trigger").where == "nodes.start2"


def test_no_nodes_and_no_actions():
    assert only(document([]), "graph.empty")
    assert only(document([START, LOW], path("start", "low")), "graph.no_action")


def test_edges_to_nowhere_to_oneself_and_to_the_trigger():
    raw = document(
        [START, LOW, END], path("start", "low", "end"), path("low", "ghost"), path("low", "low"), path("low", "start")
    )
    codes = found(raw)
    assert ("graph.edge", "edges[2]") in codes
    assert ("graph.self_edge", "edges[3]") in codes
    assert ("graph.edge", "edges[4]") in codes


def test_an_edge_to_a_misspelt_node_is_mended():
    raw = document([START, LOW, END], path("start", "low", "end"), path("lwo", "end"))
    assert only(raw, "graph.edge").suggestion == 'did you mean "low"?'


def test_a_cycle_names_its_nodes_and_no_others():
    raw = document(
        [START, LOW, HIGH, node("flat", "no_open_position"), BUY, STOP],
        path("start", "low", "flat", "low"),
        path("flat", "buy", "stop"),
        path("start", "high", "buy"),
    )
    problem = only(raw, "graph.cycle")
    assert problem.seen == "flat, low"


def test_unreachable_nodes_are_each_named():
    raw = document([START, LOW, HIGH, END], path("start", "end"), path("low", "high", "end"))
    assert found(raw) == {("graph.unreachable", "nodes.low"), ("graph.unreachable", "nodes.high")}


def test_a_node_that_is_named_as_a_child_is_reached():
    both = node("both", "and", children=["low", "high2"])
    raw = document([START, LOW, node("high2", "rsi_above", period=7), both, END], path("start", "both", "end"))
    assert found(raw) == set()


def test_children_that_do_not_exist_or_go_round():
    raw = document([START, node("both", "and", children=["lo", "low"]), LOW, END], path("start", "both", "end"))
    assert only(raw, "graph.child").suggestion == 'did you mean "low"?'
    first, second = node("a", "or", children=["b"]), node("b", "or", children=["a"])
    assert ("graph.child", "nodes.a.params.children.0.children.0") in found(
        document([START, first, second, END], path("start", "a", "end"))
    )


def test_children_nest_so_far_and_no_further():
    inner = {"type": "always_true"}
    for _ in range(20):
        inner = {"type": "or", "params": {"children": [inner]}}
    deep = document([START, node("a", "or", children=[inner]), END], path("start", "a", "end"))
    with pytest.raises(Invalid):  # the JSON itself nests too deep
        validate(deep)
    assert "limit.children" in {
        code for code, _ in found(document([START, *wide_children(), END], path("start", "n0", "end")))
    }


def wide_children():
    return [
        node(f"n{k}", "or", children=[f"n{j}" for j in range(k + 1, min(k + 9, 40))] or ["n39"]) for k in range(39)
    ] + [node("n39", "always_true")]


def test_a_node_without_effect_is_a_warning():
    raw = document([START, LOW, HIGH, END], path("start", "low", "end"), path("start", "high"))
    problem = only(raw, "graph.dead_end")
    assert (problem.where, problem.severity) == ("nodes.high", "warning")
    assert validate(raw).document is not None


def test_not_needs_a_condition_before_it():
    raw = document([START, node("no", "not"), END], path("start", "no", "end"))
    assert only(raw, "graph.not").where == "nodes.no"


def test_joining_one_node_is_a_warning():
    raw = document([START, LOW, node("all", "and"), END], path("start", "low", "all", "end"))
    assert only(raw, "graph.combines_one").severity == "warning"


# Symbols and intervals


def test_symbols_that_are_not_known_are_named_with_the_nearest():
    raw = document(
        [START, node("eth", "rsi_below", symbol="ETHH"), END], path("start", "eth", "end"), scope=scope("BTC", "SLO")
    )
    problems = {p.where: p for p in validate(raw, ["BTC", "ETH", "SOL"]).problems}
    assert problems["scope.symbols"].suggestion == 'did you mean "SOL"?'
    assert problems["nodes.eth"].suggestion == 'did you mean "ETH"?'
    assert validate(raw).problems == ()


def test_an_action_stays_in_the_scope():
    raw = document([START, node("end", "close_position", symbol="ETH")], path("start", "end"))
    assert only(raw, "scope.outside").where == "nodes.end"


@pytest.mark.parametrize("interval", ["1m", "15m", "30m"])
def test_a_condition_reads_no_bars_finer_than_the_scope(interval):
    raw = document([START, node("low", "rsi_below", interval=interval), END], path("start", "low", "end"))
    problem = only(raw, "scope.interval")
    assert problem.where == "nodes.low.params.interval"
    assert "1h, 2h, 4h" in problem.rule


def test_a_higher_interval_is_a_multiple():
    raw = document(
        [START, node("low", "rsi_below", interval="5m"), END],
        path("start", "low", "end"),
        scope=scope("BTC", interval="3m"),
    )
    assert only(raw, "scope.interval")
    high = node("up", "higher_timeframe_sma_above", higher_interval="2h")
    assert found(document([START, high, END], path("start", "up", "end"), scope=scope("BTC", interval="4h"))) == {
        ("scope.interval", "nodes.up.params.higher_interval")
    }


def test_children_are_held_to_the_same_rules():
    child = {"type": "rsi_below", "params": {"interval": "5m"}}
    raw = document([START, node("a", "or", children=[child]), END], path("start", "a", "end"))
    assert ("scope.interval", "nodes.a.params.children.0.params.interval") in found(raw)


def test_lookbacks_are_bounded_in_bars_of_the_scope():
    def raw(interval):
        return document(
            [START, node("up", "sma_above", period=5000, interval="1d"), END],
            path("start", "up", "end"),
            scope=scope("BTC", interval=interval),
        )

    assert found(raw("1h")) == set()
    assert only(raw("1m"), "limit.lookback").where == "nodes.up"


# Stops


def test_an_entry_needs_a_stop():
    problem = only(document([START, NAKED], path("start", "buy")), "entry_without_stop")
    assert problem.where == "nodes.buy"
    assert "set_stop_loss" in problem.suggestion
    assert ("entry_without_stop", "nodes.buy") in found(document([START, NAKED, TAKE], path("start", "buy", "take")))


@pytest.mark.parametrize(
    "protection",
    [
        node("stop", "set_stop_loss"),
        node("stop", "set_stop_loss", price=5),
        node("stop", "set_trailing_stop"),
        node("stop", "set_tpsl"),
        node("stop", "set_stop_loss", symbol="*"),
    ],
)
def test_any_stop_behind_it_will_do(protection):
    assert found(document([START, NAKED, TAKE, protection], path("start", "buy", "take", "stop"))) == set()


def test_reducing_orders_need_no_stop():
    out = node("out", "place_market_order", reduce_only=True, side="short")
    assert found(document([START, out], path("start", "out"))) == set()


def test_every_path_into_a_second_entry_counts():
    again = node("again", "open_long", size_usd=5)
    raw = document([START, NAKED, again, STOP], path("start", "buy", "again", "stop"))
    assert only(raw, "entry_without_stop").where == "nodes.buy"


def test_a_stop_of_another_symbol_protects_nothing():
    other = node("stop", "set_stop_loss", symbol="ETH")
    raw = document([START, NAKED, other], path("start", "buy", "stop"), scope=scope("BTC", "ETH"))
    assert ("entry_without_stop", "nodes.buy") in found(raw)


def test_a_condition_between_entry_and_stop_is_told_with_its_mend():
    raw = document([START, NAKED, LOW, STOP], path("start", "buy", "low", "stop"))
    problems = {p.code: p for p in validate(raw).problems}
    assert set(problems) == {"entry_without_stop", "bracket.condition"}
    assert problems["bracket.condition"].where == "nodes.stop"
    assert problems["entry_without_stop"].suggestion.startswith("connect stop directly behind buy")


def test_a_waiver_with_a_reason_lifts_the_rule():
    waivers = [{"rule": "entry_without_stop", "reason": "the venue holds the stop"}]
    raw = document([START, NAKED], path("start", "buy"), waivers=waivers)
    assert found(raw) == set()
    assert load_document(raw).waivers[0].reason == "the venue holds the stop"
    problem = only(document([START, BUY], path("start", "buy"), waivers=waivers), "waiver.unused")
    assert problem.severity == "warning"


def test_two_stops_on_one_entry():
    raw = document([START, BUY, node("stop", "set_stop_loss", stop_loss_pct=3)], path("start", "buy", "stop"))
    assert only(raw, "bracket.twice").seen == "two values for the stop loss"
    same = document([START, BUY, node("stop", "set_stop_loss", stop_loss_pct=2)], path("start", "buy", "stop"))
    assert found(same) == set()


def test_a_stop_beyond_liquidation_is_a_warning():
    raw = document([START, node("buy", "open_long", leverage=5, stop_loss_pct=25)], path("start", "buy"))
    assert only(raw, "bracket.beyond_liquidation").severity == "warning"


# Policy


def test_leverage_against_the_policy():
    raw = document(
        [START, node("buy", "open_long", leverage=4, stop_loss_pct=1)], path("start", "buy"), risk={"max_leverage": 3}
    )
    assert only(raw, "risk.leverage").where == "nodes.buy.params.leverage"
    lever = document([START, node("lever", "update_leverage", leverage=6)], path("start", "lever"))
    assert only(lever, "risk.leverage").suggestion.startswith("use 5")


def test_size_against_the_policy_is_a_warning():
    def raw(size, **risk):
        return document(
            [START, node("buy", "open_long", size=size, leverage=2, stop_loss_pct=1)], path("start", "buy"), risk=risk
        )

    notional, margin = {"mode": "notional_usd", "value": 900}, {"mode": "margin_usd", "value": 400}
    assert only(raw(notional, max_order_usd=500), "risk.max_order_usd").severity == "warning"
    assert only(raw(margin, max_order_usd=500), "risk.max_order_usd").seen == "$800"
    assert only(raw(notional, allocated_capital_usd=400), "risk.capital").seen == "$450 of margin"
    assert found(raw(notional, max_order_usd=900, allocated_capital_usd=450)) == set()


def test_size_by_risk_needs_a_stop_loss():
    size = {"mode": "risk_pct", "value": 1}
    trailing = document([START, node("buy", "open_long", size=size, trailing_stop_pct=1)], path("start", "buy"))
    assert only(trailing, "size.risk_without_stop").where == "nodes.buy"
    assert found(document([START, node("buy", "open_long", size=size), STOP], path("start", "buy", "stop"))) == set()


def test_allowed_symbols_outside_of_the_scope_are_a_warning():
    raw = document([START, END], path("start", "end"), risk={"allowed_symbols": ["ETH"]})
    assert only(raw, "risk.allowed_symbols").severity == "warning"


# Meaning


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (LOW, HIGH),
        (node("low", "has_position"), node("high", "no_open_position")),
        (node("low", "position_side_is", side="long"), node("high", "position_side_is", side="short")),
        (node("low", "position_side_is", side="long"), node("high", "no_open_position")),
        (node("low", "sma_above"), node("high", "sma_below")),
        (node("low", "price_above", value=5), node("high", "price_below", value=5)),
        (node("low", "ema_crosses_above"), node("high", "ema_crosses_below")),
        (node("low", "zscore_within"), node("high", "zscore_above")),
        (node("low", "breakout_above_recent_high"), node("high", "breakout_below_recent_low")),
        (node("low", "time_between", start="08:00", end="09:00"), node("high", "time_between", start="10:00")),
        (node("low", "weekday_is", days=["mon"]), node("high", "weekday_is", days=["sun", "sat"])),
    ],
)
def test_contradictions_on_a_path(first, second):
    raw = document([START, first, second, END], path("start", "low", "high", "end"))
    problem = only(raw, "path.contradiction")
    assert problem.where == "nodes.high"
    assert "through low" in problem.rule


def test_a_contradiction_is_told_once_and_not_again_behind_it():
    raw = document(
        [START, LOW, HIGH, node("flat", "no_open_position"), END], path("start", "low", "high", "flat", "end")
    )
    assert only(raw, "path.contradiction").where == "nodes.high"


def test_one_path_may_contradict_while_another_passes():
    raw = document(
        [START, LOW, node("mid", "rsi_above", value=50), HIGH, END],
        path("start", "low", "high", "end"),
        path("start", "mid", "high"),
    )
    assert "through low" in only(raw, "path.contradiction").rule


def test_a_joint_of_opposites_never_passes():
    raw = document(
        [START, LOW, HIGH, node("both", "and"), END], path("start", "low", "both", "end"), path("start", "high", "both")
    )
    assert only(raw, "path.contradiction").where == "nodes.both"


def test_switching_off_on_purpose_is_no_contradiction():
    raw = document([START, node("off", "always_false"), END], path("start", "off", "end"))
    assert found(raw) == set()


def test_opposite_entries_that_may_meet_are_a_warning():
    raw = document([START, BUY, SELL], path("start", "buy"), path("start", "sell"))
    assert only(raw, "path.opposite_entries").severity == "warning"
    apart = document([START, LOW, HIGH, BUY, SELL], path("start", "low", "buy"), path("start", "high", "sell"))
    assert found(apart) == set()


def test_labels_of_orders():
    bid = node("bid", "place_limit_order", client_order_id="dip", stop_loss_pct=1)
    again = node("again", "place_limit_order", client_order_id="dip", stop_loss_pct=2)
    cancel = node("cancel", "cancel_order", client_order_id="dipp")
    raw = document([START, bid, again, cancel], *(path("start", name) for name in ("bid", "again", "cancel")))
    assert found(raw) >= {("order.label", "nodes.again"), ("order.label", "nodes.cancel")}


# Many at once


def test_problems_of_every_kind_come_together_errors_first():
    raw = document(
        [START, node("low", "rsi_belwo"), node("high", "rsi_above", value=700), NAKED, node("z", "has_position"), LOW],
        path("start", "low", "buy"),
        path("start", "high", "buy"),
        path("high", "nowhere"),
        scope=scope("BTC", interval="7q"),
    )
    codes = [p.code for p in validate(raw).problems]
    assert set(codes) >= {
        "node.type",
        "parameter.value",
        "graph.edge",
        "graph.unreachable",
        "graph.duplicate_id",
        "entry_without_stop",
        "scope.interval",
    }
    with pytest.raises(Invalid) as caught:
        load_document(raw)
    assert len(caught.value.problems) == len(codes)


def test_so_many_problems_that_the_rest_is_counted():
    nodes = [node(f"n{number}", "rsi_below", value=1000) for number in range(200)]
    problems = validate(document([START, *nodes, END], path("start", "end"))).problems
    assert len(problems) == limits.MAX_PROBLEMS + 1
    assert problems[-1].code == "limit.problems"


def test_every_problem_has_a_rule_and_each_code_is_documented():
    """The table in docs/errors.md and the codes in the source are the same."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "strategy").rglob("*.py"))
    used = set(re.findall(r'(?:problem|warning|Problem|\.add)\(\s*"([a-z_.]+)"', sources))
    used |= set(re.findall(r'"(scope\.(?:interval|symbols))" if', sources)) | {"entry_without_stop", "scope.symbols"}
    section = (DOCS / "errors.md").read_text(encoding="utf-8").split("## Problems of a strategy")[1]
    assert set(re.findall(r"^\| `([a-z_.]+)` \|", section, re.MULTILINE)) == used
