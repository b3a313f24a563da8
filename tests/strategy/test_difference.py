"""What changed in meaning is told, and nothing else is."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.strategy.canonical import strategy_hash
from paddock.strategy.difference import Change, Kind, difference
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document

from .documents import issue_example


def changed(edit, raw=None) -> tuple[Change, ...]:
    before = raw or issue_example()
    after = copy.deepcopy(before)
    edit(after)
    return difference(load_document(before), load_document(after))


def by_id(raw, name):
    return next(node for node in raw["nodes"] if node["id"] == name)


def test_where_things_stand_and_in_which_order_is_no_change():
    def edit(raw):
        raw["nodes"].reverse()
        raw["edges"].reverse()
        for number, node in enumerate(raw["nodes"]):
            node["position"] = {"x": number, "y": 7}
        by_id(raw, "low")["params"] = {"value": 30.0}  # the period is the default
        raw["risk"].pop("cooldown_seconds")

    assert changed(edit) == ()


def test_a_parameter_is_told_with_its_unit():
    (change,) = changed(lambda raw: by_id(raw, "stop")["params"].update(stop_loss_pct=3))
    assert change == Change(
        Kind.CHANGED,
        "nodes.stop.params.stop_loss_pct",
        "stop loss pct of set stop loss: 2% → 3%",
        "2%",
        "3%",
    )


def test_a_block_that_came_and_one_that_went_take_their_ways_with_them():
    def edit(raw):
        raw["nodes"] = [node for node in raw["nodes"] if node["id"] != "take"]
        raw["nodes"].append({"id": "trail", "type": "set_trailing_stop", "params": {"trailing_stop_pct": 1}})
        raw["edges"] = [edge for edge in raw["edges"] if edge["target"] != "take"]
        raw["edges"].append({"source": "stop", "target": "trail"})

    assert [(change.kind, change.where) for change in changed(edit)] == [
        (Kind.REMOVED, "nodes.take"),
        (Kind.ADDED, "nodes.trail"),
    ]


def test_a_way_is_told():
    def edit(raw):
        raw["edges"] = [edge for edge in raw["edges"] if edge["source"] != "low"]
        raw["edges"] += [{"source": "start", "target": "flat"}, {"source": "low", "target": "buy"}]

    found = [(change.kind, change.what) for change in changed(edit)]
    assert found == [
        (Kind.REMOVED, "low no longer leads to flat"),
        (Kind.ADDED, "low now leads to buy"),
        (Kind.ADDED, "start now leads to flat"),
    ]


def test_another_name_of_a_node_is_no_change_of_it():
    def edit(raw):
        by_id(raw, "low")["id"] = "oversold"
        for edge in raw["edges"]:
            edge.update({end: "oversold" for end in ("source", "target") if edge[end] == "low"})

    assert changed(edit) == ()


def test_another_block_under_the_same_name_is_told():
    (change,) = changed(lambda raw: by_id(raw, "low").update(type="rsi_above", params={"value": 70}))
    assert (change.kind, change.where, change.before, change.after) == (
        Kind.CHANGED,
        "nodes.low",
        "RSI below",
        "RSI above",
    )


@pytest.mark.parametrize(
    ("edit", "where", "before", "after"),
    [
        (lambda raw: raw.update(name="other"), "name", "RSI reversal", "other"),
        (lambda raw: raw["scope"].update(interval="4h"), "scope.interval", "1h", "4h"),
        (lambda raw: raw["scope"].update(symbols=["ETH", "BTC"]), "scope.symbols", "BTC", "BTC, ETH"),
        (lambda raw: raw["risk"].update(max_leverage=4), "risk.max_leverage", "3x", "4x"),
        (lambda raw: raw["risk"].update(daily_loss_pct=5), "risk.daily_loss_pct", "no limit", "5%"),
        (
            lambda raw: by_id(raw, "buy")["params"].update(size={"mode": "equity_pct", "value": 10}),
            "nodes.buy.params.size",
            "1000 notional_usd",
            "10 equity_pct",
        ),
    ],
)
def test_each_part_is_told(edit, where, before, after):
    (change,) = changed(edit)
    assert (change.kind, change.where, change.before, change.after) == (Kind.CHANGED, where, before, after)


def test_code_is_told_to_have_changed():
    raw = {key: value for key, value in issue_example().items() if key not in ("nodes", "edges")}
    raw |= {"kind": "python", "python": {"source": "class A: pass", "class": "A"}}
    (change,) = changed(lambda other: other["python"].update(source="class A: ..."), raw)
    assert change.where == "python.source"
    kinds = difference(load_document(issue_example()), load_document(raw))
    assert [found.where for found in kinds] == ["kind"]


@given(st.sampled_from(sorted(TEMPLATES)), st.sampled_from(sorted(TEMPLATES)))
def test_there_is_a_change_exactly_where_the_versions_differ(one, other):
    before, after = (load_document(find_template(name).document()) for name in (one, other))
    assert (difference(before, after) == ()) == (strategy_hash(before) == strategy_hash(after))
