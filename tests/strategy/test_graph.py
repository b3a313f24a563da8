"""What a graph means: when nodes pass, what belongs to an entry, and in which order things happen."""

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paddock.core.errors import Invalid
from paddock.core.orders import Side
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.expr import FALSE, TRUE, UNKNOWN, Literal
from paddock.strategy.program import ActionKind, CancelScope, Protection, SizeMode
from paddock.strategy.validate import load_document, validate

from .documents import BUY, SELL, START, document, issue_example, loaded, node, path, scope
from .kleene import evaluate, node_passes

VALUES = (FALSE, UNKNOWN, TRUE)
STOP = node("stop", "set_stop_loss", stop_loss_pct=3)


def cond(number):
    """A condition whose own truth a test can choose: it is told apart by its period, and independent of the others."""
    return node(f"c{number}", "sma_above", period=100 + number)


def truth_of(own):
    return lambda test: own[f"c{int(test.right.params[0]) - 100}"]


def rules(doc, symbols=None):
    return compile_strategy(doc, symbols).rules


def guard_of(doc, name):
    return next(rule.guard for rule in rules(doc) if rule.node == name)


def exit_after(nodes, *paths):
    """A document whose only action is a close, so that no rule about stops interferes."""
    return loaded([START, *nodes, node("end", "close_position")], *paths)


def test_the_example_of_the_specification():
    program = compile_strategy(load_document(issue_example()))
    (rule,) = program.rules
    assert (program.symbols, program.interval, program.venue) == (("BTC",), "1h", "hyperliquid")
    assert rule.node == "buy"
    assert rule.action.kind is ActionKind.ENTER
    assert (rule.action.side, rule.action.leverage) == (Side.BUY, 2.0)
    assert rule.action.size.mode is SizeMode.NOTIONAL_USD
    assert rule.action.protection == Protection(stop_loss_pct=2.0, take_profit_pct=4.0)


@pytest.mark.parametrize("a", VALUES)
@pytest.mark.parametrize("b", VALUES)
def test_truth_tables(a, b):
    own = {"c1": a, "c2": b}
    serial = exit_after([cond(1), cond(2)], path("start", "c1", "c2", "end"))
    assert evaluate(guard_of(serial, "end"), truth_of(own)) == min(a, b)
    parallel = exit_after([cond(1), cond(2)], path("start", "c1", "end"), path("start", "c2", "end"))
    assert evaluate(guard_of(parallel, "end"), truth_of(own)) == max(a, b)
    for kind, expected in (("and", min(a, b)), ("or", max(a, b))):
        joined = exit_after(
            [cond(1), cond(2), node("join", kind)], path("start", "c1", "join", "end"), path("start", "c2", "join")
        )
        assert evaluate(guard_of(joined, "end"), truth_of(own)) == expected
    negated = exit_after([cond(1), cond(2), node("no", "not")], path("start", "c1", "c2", "no", "end"))
    assert evaluate(guard_of(negated, "end"), truth_of(own)) == min(a, 2 - min(a, b))


def test_not_of_a_joined_pair_looks_at_the_pair():
    nodes = [cond(1), cond(2), node("both", "and"), node("no", "not")]
    doc = exit_after(nodes, path("start", "c1", "both", "no", "end"), path("start", "c2", "both"))
    guard = guard_of(doc, "end")
    assert evaluate(guard, truth_of({"c1": FALSE, "c2": FALSE})) == TRUE
    assert evaluate(guard, truth_of({"c1": TRUE, "c2": TRUE})) == FALSE
    assert evaluate(guard, truth_of({"c1": UNKNOWN, "c2": TRUE})) == UNKNOWN


def test_children_combine_inside_one_node():
    either = node("either", "or", children=[{"type": "sma_above", "params": {"period": 102}}, "c3"])
    doc = exit_after([cond(1), either, cond(3)], path("start", "c1", "either", "end"))
    guard = guard_of(doc, "end")
    assert evaluate(guard, truth_of({"c1": TRUE, "c2": FALSE, "c3": TRUE})) == TRUE
    assert evaluate(guard, truth_of({"c1": TRUE, "c2": FALSE, "c3": FALSE})) == FALSE
    assert evaluate(guard, truth_of({"c1": FALSE, "c2": TRUE, "c3": TRUE})) == FALSE


def random_graph(chance):
    """A graph of conditions and logic that validation accepts, its sinks leading to one close."""
    nodes, edges = [START], []
    count = chance.randint(1, 9)
    for number in range(1, count + 1):
        kind = chance.choice(["test", "test", "test", "and", "or", "not"]) if number > 2 else "test"
        before = [n["id"] for n in nodes]
        choices = [name for name in before if name.startswith("c") or (kind == "test" and name == "start")]
        choices += [name for name in before if name.startswith("l")]
        picked = chance.sample(choices, min(len(choices), chance.randint(1, 3)))
        item = cond(number) if kind == "test" else node(f"l{number}", kind)
        nodes.append(item)
        edges += [{"source": source, "target": item["id"]} for source in picked]
    leading = {edge["source"] for edge in edges}
    edges += [{"source": n["id"], "target": "end"} for n in nodes if n["id"] not in leading]
    return document([*nodes, node("end", "close_position")], edges)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_guards_agree_with_the_definition(seed, values):
    raw = random_graph(random.Random(seed))
    report = validate(raw)
    assume(report.document is not None)
    chance = random.Random(values)
    own = {f"c{number}": chance.choice(VALUES) for number in range(12)}
    fired = rules(report.document)
    guard = fired[0].guard if fired else Literal(False)
    assert evaluate(guard, truth_of(own)) == node_passes(raw, own)["end"]


def test_a_symbol_left_out_is_each_symbol_of_the_scope():
    for given_symbol in (None, "*", "__BOT_MARKET_UNIVERSE__"):
        params = {} if given_symbol is None else {"symbol": given_symbol}
        doc = loaded([START, node("end", "close_position", **params)], path("start", "end"), scope=scope("ETH", "BTC"))
        assert [rule.action.symbol for rule in rules(doc)] == ["BTC", "ETH"]


def test_an_explicit_symbol_stays_and_equal_actions_merge():
    test = node("high", "price_above", value=5)
    doc = loaded(
        [START, test, node("end", "close_position", symbol="ETH")],
        path("start", "high", "end"),
        scope=scope("BTC", "ETH"),
    )
    (rule,) = rules(doc)
    assert rule.action.symbol == "ETH"
    read = {part.left.symbol for part in rule.guard.parts}
    assert read == {"BTC", "ETH"}
    assert evaluate(rule.guard, lambda test: TRUE if test.left.symbol == "BTC" else FALSE) == TRUE


def test_a_condition_may_read_a_market_outside_of_the_scope():
    doc = loaded(
        [START, node("high", "price_above", symbol="BTC", value=5), node("end", "close_position")],
        path("start", "high", "end"),
        scope=scope("ETH"),
    )
    program = compile_strategy(doc, ["BTC", "ETH"])
    assert program.symbols == ("BTC", "ETH")
    assert [rule.action.symbol for rule in program.rules] == ["ETH"]
    with pytest.raises(Invalid) as caught:
        compile_strategy(doc, ["ETH"])
    assert caught.value.seen == "BTC"


def test_a_universe_is_resolved_against_the_tape():
    universe = {"venue": "hyperliquid", "universe": {"exclude": ["B"], "max_symbols": 2}, "interval": "1h"}
    doc = loaded([START, node("end", "close_position")], path("start", "end"), scope=universe)
    assert [rule.action.symbol for rule in rules(doc, ["D", "C", "B", "A"])] == ["A", "C"]
    with pytest.raises(Invalid):
        compile_strategy(doc, ["B"])
    everything = {"venue": "hyperliquid", "universe": "all", "interval": "1h"}
    doc = loaded([START, node("end", "close_position")], path("start", "end"), scope=everything)
    assert len(rules(doc, ["D", "C", "B", "A"])) == 4


def test_a_scope_that_the_tape_lacks_is_refused_with_the_nearest():
    doc = loaded([START, node("end", "close_position")], path("start", "end"), scope=scope("BTCC"))
    with pytest.raises(Invalid) as caught:
        compile_strategy(doc, ["BTC"])
    assert 'did you mean "BTC"?' in caught.value.suggestion


# Brackets


def naked(name="buy", **params):
    return node(name, "open_long", size={"mode": "qty", "value": 1}, **params)


def test_protection_behind_an_entry_is_its_bracket_and_no_rule():
    trail = node("trail", "set_trailing_stop", trailing_stop_pct=1)
    doc = loaded([START, naked(), STOP, trail], path("start", "buy", "stop", "trail"))
    (rule,) = rules(doc)
    assert rule.action.protection == Protection(stop_loss_pct=3, trailing_stop_pct=1)


def test_levels_on_the_entry_and_behind_it_are_one_bracket():
    doc = loaded([START, naked(take_profit_pct=9), STOP], path("start", "buy", "stop"))
    assert rules(doc)[0].action.protection == Protection(stop_loss_pct=3, take_profit_pct=9)


def test_a_bracket_ends_at_the_next_entry():
    second = node("again", "open_long", size={"mode": "qty", "value": 2})
    close = node("stop2", "set_stop_loss", stop_loss_pct=1)
    doc = loaded([START, naked(), STOP, second, close], path("start", "buy", "again", "stop2"), path("buy", "stop"))
    found = {rule.node: rule.action.protection.stop_loss_pct for rule in rules(doc)}
    assert found == {"buy": 3, "again": 1}


def test_other_actions_behind_an_entry_share_its_guard():
    doc = loaded(
        [START, cond(1), naked(), STOP, node("clean", "cancel_orders", scope="exits")],
        path("start", "c1", "buy", "stop"),
        path("buy", "clean"),
    )
    found = {rule.node: rule for rule in rules(doc)}
    assert found["clean"].guard == found["buy"].guard
    assert found["clean"].action.cancel is CancelScope.EXITS


def test_protection_that_is_also_reached_on_its_own_is_also_a_rule():
    doc = loaded(
        [START, cond(1), naked(), cond(2), STOP], path("start", "c1", "buy", "stop"), path("start", "c2", "stop")
    )
    entry, protect = sorted(rules(doc), key=lambda rule: rule.node)
    assert entry.action.protection.stop_loss_pct == 3
    assert protect.action.kind is ActionKind.PROTECT
    assert evaluate(protect.guard, truth_of({"c1": TRUE, "c2": FALSE})) == FALSE
    assert evaluate(protect.guard, truth_of({"c1": FALSE, "c2": TRUE})) == TRUE


def test_protection_of_another_symbol_is_no_bracket():
    other = node("other", "set_take_profit", symbol="ETH", take_profit_pct=1)
    doc = loaded(
        [START, naked(symbol="BTC"), STOP, other], path("start", "buy", "stop", "other"), scope=scope("BTC", "ETH")
    )
    found = {rule.node: rule.action for rule in rules(doc)}
    assert found["buy"].protection == Protection(stop_loss_pct=3)
    assert (found["other"].kind, found["other"].symbol) == (ActionKind.PROTECT, "ETH")


# Order


def test_exits_and_protection_come_before_entries_whatever_the_layout():
    nodes = [
        START,
        BUY,
        node("lever", "update_leverage", leverage=2),
        node("tp", "set_take_profit", take_profit_pct=1),
        node("half", "reduce_position"),
        node("end", "close_position"),
        node("drop", "cancel_orders"),
    ]
    doc = loaded(nodes, *[path("start", item["id"]) for item in nodes[1:]])
    assert [rule.node for rule in rules(doc)] == ["drop", "end", "half", "tp", "lever", "buy"]


def test_within_a_kind_the_shorter_path_comes_first_then_longs():
    doc = loaded(
        [START, cond(1), SELL, BUY, node("late", "open_long", stop_loss_pct=1, symbol="BTC")],
        path("start", "sell"),
        path("start", "buy"),
        path("start", "c1", "late"),
        scope=scope("BTC", "ETH"),
    )
    order = [(rule.node, rule.action.symbol) for rule in rules(doc)]
    assert order == [("buy", "BTC"), ("buy", "ETH"), ("sell", "BTC"), ("sell", "ETH"), ("late", "BTC")]


def renamed(raw, chance):
    """The same graph with other ids, nodes, edges and symbols in another order, and a new layout."""
    names = {item["id"]: f"n{number}" for number, item in enumerate(chance.sample(raw["nodes"], len(raw["nodes"])))}
    nodes = [item | {"id": names[item["id"]], "position": {"x": chance.random()}} for item in raw["nodes"]]
    edges = [{"source": names[e["source"]], "target": names[e["target"]]} for e in raw["edges"]]
    chance.shuffle(nodes)
    chance.shuffle(edges)
    symbols = list(raw["scope"]["symbols"])
    chance.shuffle(symbols)
    return raw | {"nodes": nodes, "edges": edges, "scope": raw["scope"] | {"symbols": symbols}}


def trading_graph(chance):
    """A graph with several actions of all kinds, several of them alike."""
    nodes, edges = [START], []
    for number in range(1, chance.randint(2, 7)):
        item = cond(chance.randint(1, 4)) | {"id": f"t{number}"}
        nodes.append(item)
        source = chance.choice([n["id"] for n in nodes[:-1]])
        edges.append({"source": source, "target": item["id"]})
    actions = [
        ("open_long", {"stop_loss_pct": 2}),
        ("open_short", {"stop_loss_pct": 2}),
        ("close_position", {}),
        ("set_stop_loss", {"stop_loss_pct": 3}),
        ("cancel_orders", {"scope": "entries"}),
        ("open_long", {"stop_loss_pct": 2, "leverage": 2}),
    ]
    for number in range(chance.randint(1, 6)):
        kind, params = chance.choice(actions)
        nodes.append(node(f"a{number}", kind, **params))
        for source in chance.sample(nodes[: len(nodes) - number - 1], 1):
            edges.append({"source": source["id"], "target": f"a{number}"})
    return document(nodes, edges, scope=scope("BTC", "ETH", "SOL"))


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_names_and_layout_change_nothing(seed, other):
    raw = trading_graph(random.Random(seed))
    first = rules(load_document(raw))
    second = rules(load_document(renamed(raw, random.Random(other))))
    assert [(rule.action, rule.guard) for rule in first] == [(rule.action, rule.guard) for rule in second]


# Orders that refer to orders


def test_cancel_order_finds_the_slot_of_the_label():
    nodes = [
        START,
        node("bid", "place_limit_order", client_order_id="dip", stop_loss_pct=1),
        node("out", "place_limit_order", client_order_id="out", reduce_only=True, size_usd=5, side="short"),
        node("a", "cancel_order", order_id="dip"),
        node("b", "cancel_order", client_order_id="out"),
        node("c", "cancel_order"),
        node("d", "cancel_twap_order"),
        node("slow", "place_twap_order", reduce_only=True, size_usd=5, side="short"),
    ]
    tests = [cond(number) for number in range(1, len(nodes))]
    paths = [path("start", test["id"], item["id"]) for test, item in zip(tests, nodes[1:], strict=True)]
    doc = loaded([*nodes, *tests], *paths)
    found = {}
    for rule in rules(doc):
        found.setdefault(rule.node, []).append(rule.action.cancel)
    assert found["a"] == [CancelScope.ENTRIES]
    assert found["b"] == [CancelScope.EXITS]
    assert found["c"] == [CancelScope.ENTRIES, CancelScope.EXITS]
    assert found["d"] == [CancelScope.EXITS]


def test_cancel_all_orders_is_once_a_symbol():
    doc = loaded([START, node("all", "cancel_all_orders")], path("start", "all"), scope=scope("BTC", "ETH"))
    assert [(r.action.symbol, r.action.cancel) for r in rules(doc)] == [
        ("BTC", CancelScope.ALL),
        ("ETH", CancelScope.ALL),
    ]


def test_a_reduce_only_order_acts_on_the_other_side_only():
    out = node("out", "place_market_order", reduce_only=True, size_usd=5, side="short")
    (rule,) = rules(loaded([START, out], path("start", "out")))
    assert rule.action.kind is ActionKind.REDUCE
    assert (rule.guard.op.name, rule.guard.left.field.name) == ("GT", "QTY")


def test_sharing_keeps_a_ladder_of_diamonds_small():
    nodes, edges, last = [START], [], "start"
    for rung in range(30):
        left, right = cond(2 * rung), cond(2 * rung + 1)
        join = node(f"j{rung}", "ema_above", period=100 + rung)
        nodes += [left, right, join]
        edges += path(last, left["id"], join["id"]) + path(last, right["id"], join["id"])
        last = join["id"]
    doc = loaded([*nodes, node("end", "close_position")], edges, path(last, "end"))
    assert len(rules(doc)[0].guard.parts) == 60
