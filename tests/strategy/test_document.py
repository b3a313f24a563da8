"""Reading a document strictly, and the one form that names its version."""

import json
import random

import pytest

from paddock.core.errors import Code, Invalid
from paddock.strategy import jsontext
from paddock.strategy.canonical import canonical, canonical_json, strategy_hash
from paddock.strategy.document import Kind
from paddock.strategy.limits import MAX_DOCUMENT_BYTES, MAX_JSON_DEPTH
from paddock.strategy.program import OnDrawdown, RiskPolicy
from paddock.strategy.rescope import rescope
from paddock.strategy.validate import load_document, validate

from .documents import BUY, START, document, issue_example, loaded, node, path, scope

PINNED = "dfde159523e1b8b63c59dd90bda007941cbadc9ef458a79186dc341ecaf02153"


def json_error(text):
    with pytest.raises(Invalid) as caught:
        validate(text)
    assert caught.value.code is Code.STRATEGY_JSON
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{nope",
        "{} extra",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": -1e999}',
        '{"a": ' + "9" * 5000 + "}",
        '{"a": 1, "a": 2}',
        '{"a": {"b": 1, "b": 1}}',
        "[" * 50_000 + "]" * 50_000,
        '{"a":' * 100 + "1" + "}" * 100,
        b"\xff\xfe{}",
        b'{"a": "\xff"}',
        '"' + "x" * MAX_DOCUMENT_BYTES + '"',
        '{"a": "\\ud800',
    ],
)
def test_what_is_not_strict_json_is_refused(text):
    assert json_error(text).rule


def test_a_json_error_says_where():
    assert "line 2" in json_error('{"a": 1,\n nope}').message


def test_brackets_inside_texts_do_not_nest():
    assert jsontext.loads(json.dumps({"a": "[" * 500 + '"' + "{" * 500})) == {"a": "[" * 500 + '"' + "{" * 500}


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), {1: 2}, {"a": object()}, {"a": {1, 2}}])
def test_plain_values_are_held_to_the_same_rules(bad):
    with pytest.raises(Invalid):
        jsontext.check_value({"x": bad})


def test_plain_values_may_not_nest_without_end():
    nested = []
    for _ in range(MAX_JSON_DEPTH + 5):
        nested = [nested]
    with pytest.raises(Invalid):
        jsontext.check_value(nested)
    loop = {}
    loop["again"] = loop
    with pytest.raises(Invalid):
        jsontext.check_value(loop)
    wide = [1]
    for _ in range(30):
        wide = [wide, wide]
    with pytest.raises(Invalid):
        jsontext.check_value(wide)


def problems(raw, code=None):
    found = validate(raw).problems
    return [p.where for p in found if code is None or p.code == code]


def test_bytes_text_and_values_read_alike():
    text = json.dumps(issue_example())
    hashes = {strategy_hash(load_document(form)) for form in (issue_example(), text, text.encode())}
    assert len(hashes) == 1


@pytest.mark.parametrize("raw", [None, [], "text", 5, True])
def test_a_document_is_an_object(raw):
    raw = json.dumps(raw) if isinstance(raw, str) else raw
    assert problems(raw, "document.shape") == ["document"]


def test_all_problems_of_form_at_once():
    raw = issue_example() | {"colour": "red", "name": "", "risk": {"max_leverag": 3, "max_open_positions": 0}}
    raw["scope"] = {"venue": "Hyper Liquid", "symbols": [], "interval": "7q", "tape": 1}
    raw["nodes"][1]["params"] = {"perid": 14, "value": "30"}
    raw["nodes"][2]["kind"] = "condition"
    raw["edges"][0]["weight"] = 1
    report = validate(raw)
    where = {problem.where for problem in report.problems}
    assert where >= {
        "colour",
        "name",
        "risk.max_leverag",
        "risk.max_open_positions",
        "scope.venue",
        "scope.symbols",
        "scope.interval",
        "scope.tape",
        "nodes.low.params.perid",
        "nodes.low.params.value",
        "nodes.flat.kind",
        "edges[0].weight",
    }
    assert 'did you mean "max_leverage"?' in {problem.suggestion for problem in report.problems}
    assert report.document is None


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"schema": "paddock/strategy@2"}, "document.schema", "schema"),
        ({"kind": "grahp"}, "document.kind", "kind"),
        ({"kind": "prompt"}, "document.kind", "kind"),
        ({"kind": {}}, "document.kind", "kind"),
        ({"name": 5}, "document.text", "name"),
        ({"name": "x" * 101}, "document.text", "name"),
        ({"scope": []}, "scope", "scope"),
        ({"scope": {"venue": "x", "interval": "1h"}}, "scope.symbols", "scope"),
        (
            {"scope": {"venue": "x", "interval": "1h", "symbols": ["A"], "universe": "all"}},
            "scope.symbols",
            "scope",
        ),
        ({"scope": {"venue": "x", "interval": "1h", "symbols": ["*"]}}, "scope.symbols", "scope.symbols[0]"),
        ({"scope": {"venue": "x", "interval": "1h", "universe": "some"}}, "scope.universe", "scope.universe"),
        (
            {"scope": {"venue": "x", "interval": "1h", "universe": {"max_symbols": True}}},
            "scope.universe",
            "scope.universe.max_symbols",
        ),
        ({"risk": []}, "document.shape", "risk"),
        ({"risk": {"max_drawdown_pct": 0}}, "parameter.value", "risk.max_drawdown_pct"),
        ({"risk": {"sizing_mode": "fixed_usd"}}, "parameter.unknown", "risk.sizing_mode"),
        ({"risk": {"on_drawdown": "panic"}}, "parameter.value", "risk.on_drawdown"),
        ({"waivers": {}}, "waiver", "waivers"),
        ({"waivers": [{"rule": "gravity", "reason": "it is only a test"}]}, "waiver", "waivers[0].rule"),
        ({"waivers": [{"rule": "entry_without_stop", "reason": "no"}]}, "waiver", "waivers[0].reason"),
        ({"nodes": {}}, "limit.nodes", "nodes"),
        ({"nodes": [5]}, "node.shape", "nodes[0]"),
        ({"nodes": [{"type": "trigger"}]}, "node.id", "nodes[0].id"),
        ({"nodes": [{"id": "a\nb", "type": "trigger"}]}, "node.id", "nodes[0].id"),
        ({"nodes": [{"id": "a"}]}, "document.missing", "nodes.a.type"),
        ({"nodes": [{"id": "a", "type": 5}]}, "node.type", "nodes.a.type"),
        ({"nodes": [{"id": "a", "type": "trigger", "params": []}]}, "node.shape", "nodes.a.params"),
        ({"edges": {}}, "limit.edges", "edges"),
        ({"edges": [5]}, "edge.shape", "edges[0]"),
        ({"edges": [{"source": "start"}]}, "edge.shape", "edges[0]"),
    ],
)
def test_problems_of_form(change, code, where):
    found = validate(issue_example() | change).problems
    assert (code, where) in {(problem.code, problem.where) for problem in found}


def test_missing_keys_are_named():
    assert set(problems({"schema": "paddock/strategy@1", "kind": "graph"}, "document.missing")) == {
        "name",
        "scope",
        "nodes",
        "edges",
    }


def test_risk_is_read_with_its_defaults_and_aliases():
    assert load_document(issue_example() | {"risk": {}}).risk == RiskPolicy()
    full = {
        "max_leverage": 3,
        "max_open_positions": 2,
        "max_entries": 3,
        "max_order_size_usd": 500,
        "allocated_capital_usd": 1000,
        "cooldown_seconds": 30,
        "cooldown_after_stop_seconds": 60,
        "position_timeout_hours": 24,
        "max_drawdown_pct": 25,
        "on_drawdown": "halt",
        "daily_loss_limit_pct": 8,
        "allowed_symbols": ["ETH", "BTC"],
    }
    assert load_document(issue_example() | {"risk": full}).risk == RiskPolicy(
        max_leverage=3,
        max_open_positions=2,
        max_entries=3,
        max_order_usd=500,
        allocated_capital_usd=1000,
        cooldown_seconds=30,
        cooldown_after_stop_seconds=60,
        position_timeout_seconds=86_400,
        max_drawdown_pct=25,
        on_drawdown=OnDrawdown.HALT,
        daily_loss_pct=8,
        allowed_symbols=("BTC", "ETH"),
    )


# The hash


def version(raw):
    return strategy_hash(load_document(raw))


def test_layout_and_order_are_not_part_of_the_hash():
    raw = issue_example()
    chance = random.Random(1)
    moved = [item | {"position": {"x": chance.random(), "y": 1}} for item in raw["nodes"]]
    chance.shuffle(moved)
    edges = [edge | {"id": f"e{number}"} for number, edge in enumerate(raw["edges"])]
    chance.shuffle(edges)
    assert version(raw | {"nodes": moved, "edges": [*edges, *edges[:1]]}) == version(raw)


def test_defaults_aliases_and_forms_of_numbers_are_not_part_of_the_hash():
    def one(**params):
        return document([START, node("low", "rsi_below", **params), BUY], path("start", "low", "buy"))

    plain = version(one())
    assert version(one(period=14, value=30)) == plain
    assert version(one(period=14.0, value=30.0)) == plain
    assert version(one(symbol="*", timeframe="1h")) == plain
    assert version(one(interval="scope")) == plain
    assert version(one(period=15)) != plain
    assert version(one(interval="2h")) != plain
    held = document([START, node("held", "has_position"), BUY], path("start", "held", "buy"))
    alias = document([START, node("held", "has_open_position"), BUY], path("start", "held", "buy"))
    assert version(held) == version(alias)


def test_symbols_in_any_order_and_twice_are_one_scope():
    first = issue_example() | {"scope": scope("ETH", "BTC", "BTC-PERP")}
    assert version(first) == version(issue_example() | {"scope": scope("BTC", "ETH")})


def test_risk_written_out_is_the_same_as_left_out():
    raw = issue_example()
    del raw["risk"]
    written = {"max_leverage": 5.0, "max_open_positions": 5, "max_drawdown_pct": None, "on_drawdown": "flatten"}
    assert version(raw) == version(raw | {"risk": written})


def test_what_matters_is_part_of_the_hash():
    raw = issue_example()
    changes = [
        {"name": "other"},
        {"scope": scope("ETH")},
        {"scope": scope("BTC", interval="2h")},
        {"risk": {"max_leverage": 4}},
        {"edges": [*raw["edges"][:-1], {"source": "stop", "target": "take"}]},
    ]
    assert len({version(raw | change) for change in [{}, *changes]}) == len(changes) + 1


def test_the_hash_is_pinned():
    """A change of this value renames every version that people have: it must be meant, and told in the changelog."""
    assert version(issue_example()) == PINNED


def test_the_canonical_form_reads_back_as_itself():
    once = load_document(issue_example())
    again = load_document(canonical(once))
    assert canonical_json(again) == canonical_json(once)
    assert json.loads(canonical_json(once)) == canonical(once)
    assert once.kind is Kind.GRAPH


# Another scope


def test_rescope_replaces_what_is_given():
    doc = load_document(issue_example())
    assert rescope(doc) is doc
    moved = rescope(doc, symbols=["SOL", "ETH"], interval="5m", venue="demo")
    assert (moved.scope.venue, moved.scope.interval, moved.scope.symbols) == ("demo", "5m", ("ETH", "SOL"))
    everything = rescope(doc, symbols=["*"])
    assert everything.scope.universe is not None
    assert rescope(everything, symbols=["BTC"]).scope == doc.scope


def test_rescope_takes_conditions_of_the_scope_along_and_refuses_what_does_not_fit():
    doc = loaded([START, node("high", "rsi_above", interval="2h"), BUY], path("start", "high", "buy"))
    with pytest.raises(Invalid) as caught:
        rescope(doc, interval="4h")
    assert caught.value.problems[0].where == "nodes.high.params.interval"
    follows = loaded([START, node("high", "rsi_above", interval="1h"), BUY], path("start", "high", "buy"))
    assert rescope(follows, interval="4h").scope.interval == "4h"
