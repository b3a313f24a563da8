"""What a builder asks while somebody writes a strategy."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from paddock.strategy.templates import find_template

from .world import World

DRAFT = find_template("rsi-mean-reversion").document()


def path(name: str) -> str:
    return f"/api/v1/strategies/{name}"


@pytest.fixture
def ann(world: World, demo_home):
    world.home = demo_home
    return world.client(world.token("ann"))


def test_a_preview_has_candles_lines_and_marks(ann):
    answer = ann.post(path("preview"), json={"strategy": DRAFT, "symbol": "ETH", "bars": 300})
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert len(made["candles"]) == len(made["lines"][0]["values"]) == 300
    assert (made["symbol"], made["venue"], made["interval"]) == ("ETH", "demo", "1h")
    assert {mark["kind"] for mark in made["marks"]} == {"entry", "exit"}
    exits = [mark["pnl_usd"] for mark in made["marks"] if mark["kind"] == "exit"]
    assert all(isinstance(pnl, str) for pnl in exits)
    assert made["problems"] == []


def test_a_strategy_with_errors_has_no_preview(ann):
    broken = copy.deepcopy(DRAFT)
    broken["nodes"][1]["params"] = {"period": -1}
    error = ann.post(path("preview"), json={"strategy": broken}).json()["error"]
    assert (error["code"], error["problems"][0]["code"]) == ("strategy.invalid", "parameter.value")


def test_while_the_engine_is_compiled_a_preview_waits_for_nobody(world: World, demo_home):
    world.home = demo_home
    services = replace(world.services(), getting_ready=lambda: "compiling")
    answer = world.client(world.token("ann"), services).post(path("preview"), json={"strategy": DRAFT})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "serve.getting_ready")


@pytest.mark.parametrize("bars", [0, 9, 2_001, 1.5, "10"])
def test_a_preview_has_so_many_bars(ann, bars):
    assert ann.post(path("preview"), json={"strategy": DRAFT, "bars": bars}).status_code == 400


def test_two_documents_are_compared_by_meaning(ann):
    other = copy.deepcopy(DRAFT)
    other["nodes"].reverse()
    same = ann.post(path("diff"), json={"before": DRAFT, "after": other}).json()
    assert same == {"same": True, "changes": []}
    other["risk"]["max_leverage"] = 7
    (change,) = ann.post(path("diff"), json={"before": DRAFT, "after": other}).json()["changes"]
    assert (change["kind"], change["where"], change["after"]) == ("changed", "risk.max_leverage", "7x")


def test_two_versions_of_a_bot_are_compared_and_no_stranger_sees_them(world: World, ann):
    bot = ann.post("/api/v1/bots", json={"name": "mine", "strategy": DRAFT}).json()["bot_id"]
    other = DRAFT | {"risk": DRAFT["risk"] | {"max_leverage": 7}}
    assert ann.patch(f"/api/v1/bots/{bot}", json={"strategy": other}).json()["version"] == 2
    found = ann.get(f"/api/v1/bots/{bot}/diff?before=1").json()
    assert [change["where"] for change in found["changes"]] == ["risk.max_leverage"]
    back = ann.get(f"/api/v1/bots/{bot}/diff?before=2&after=1").json()
    assert back["changes"][0]["before"] == found["changes"][0]["after"] == "7x"
    assert ann.get(f"/api/v1/bots/{bot}/diff?before=3").status_code == 404
    bob = world.client(world.token("bob"))
    assert bob.get(f"/api/v1/bots/{bot}/diff?before=1").status_code == 404
    assert bob.get(f"/api/v1/bots/{bot}/python").status_code == 404


def test_a_graph_is_said_in_python_and_code_as_it_is(ann):
    made = ann.post(path("python"), json={"strategy": DRAFT}).json()
    assert f"class {made['class_name']}(Strategy):" in made["source"]
    bot = ann.post("/api/v1/bots", json={"name": "mine", "strategy": DRAFT}).json()["bot_id"]
    assert ann.get(f"/api/v1/bots/{bot}/python").json() == made
    rest = {key: value for key, value in DRAFT.items() if key not in ("nodes", "edges")}
    code = rest | {"kind": "python", "python": {"source": made["source"], "class": made["class_name"]}}
    assert ann.post(path("python"), json={"strategy": code}).json() == made


def test_blocks_say_what_a_builder_shows(ann):
    blocks = {block["type"]: block for block in ann.get(path("blocks")).json()["items"]}
    roles = {block["role"] for block in blocks.values()}
    assert roles == {"trigger", "logic", "condition", "action"}
    side = next(param for param in blocks["position_side_is"]["params"] if param["name"] == "side")
    assert side["choices"] == ["long", "short"] != side["schema"]["enum"]
    symbol = next(param for param in blocks["rsi_below"]["params"] if param["name"] == "symbol")
    assert (symbol["chooses"], symbol["choices"]) == ("symbol", None)
    assert all(block["doc"] for block in blocks.values())
    risk = ann.get(path("risk")).json()
    assert risk["role"] == "policy"
    assert {"max_leverage", "on_drawdown"} <= {param["name"] for param in risk["params"]}


def test_nodes_are_told_one_by_one_also_beside_errors(ann):
    told = ann.post(path("explain"), json={"strategy": DRAFT}).json()
    assert len(told["rule_nodes"]) == len(told["rules"])
    assert f"[{told['rule_nodes'][0]}]" in " ".join(told["rules"][0])
    assert set(told["sentences"]) == {node["id"] for node in DRAFT["nodes"]}
    broken = copy.deepcopy(DRAFT)
    broken["nodes"][1]["params"] = {"period": -1}
    report = ann.post(path("validate"), json={"strategy": broken}).json()
    assert not report["valid"]
    assert set(report["sentences"]) == {node["id"] for node in broken["nodes"]} - {broken["nodes"][1]["id"]}
