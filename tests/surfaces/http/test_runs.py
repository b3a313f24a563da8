"""A run that lived is shown as it lived: page by page, as its result, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from paddock.engine.backtest import backtest
from paddock.engine.explain import explain
from paddock.engine.result import document as result_document
from paddock.journal.tables import closures, decisions, fills, orders
from paddock.runtime.parity import measure, store
from paddock.runtime.tell import Tell
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.templates import find_template
from paddock.strategy.validate import load_document
from paddock.surfaces.cli.reading import lines
from paddock.surfaces.explanation import explanation_document
from paddock.surfaces.readings import Readings
from tests.runtime.rig import BEGIN, CAPITAL, COSTS, OWNER, Rig, document

from .world import World

BARS = 300


@pytest.fixture(scope="module")
def lived(lasting: World):
    """A run of 300 bars, and its owner's client."""
    rig = Rig(lasting.database)
    rig.go(1)
    raw = document("sma-crossover")
    run = rig.deploy(raw)
    rig.go(BARS)
    tell = Tell(lambda _feed: rig.feed.history(), lambda _feed: COSTS)
    services = replace(
        lasting.services(),
        tell=tell,
        readings=Readings(rig.database, tell),
        bots=rig.bots,
        runs=rig.runs,
        accounts=rig.accounts,
        kills=rig.kills,
    )
    with lasting.client(lasting.token(OWNER), services) as client:
        yield rig, raw, run, client


def pages(client, path: str, limit: int, more: str = "") -> list[dict]:
    found, after = [], ""
    while True:
        page = client.get(f"{path}?limit={limit}{more}{after}").json()
        found += page["items"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


def as_a_backtest(lived, of: Callable[..., Any], *more: int) -> Any:
    """What the engine says of the same strategy over the same bars."""
    rig, raw, _, _ = lived
    program = compile_strategy(load_document(raw), rig.tape.symbols)
    window = (BEGIN + 1, BEGIN + 1 + BARS)
    return of(program, rig.tape, *more, start_usd=Decimal(CAPITAL) / 1_000_000, costs=COSTS, window=window)


@pytest.mark.parametrize(
    ("name", "table"), [("orders", orders), ("fills", fills), ("closures", closures), ("decisions", decisions)]
)
def test_pages_hold_every_row_once(lived, lasting, name, table):
    _, _, run, client = lived
    path = f"/api/v1/runs/{run.run_id}/{name}"
    whole = pages(client, path, 500)
    with lasting.database.read() as conn:
        rows = conn.execute(select(func.count()).select_from(table).where(table.c.run_id == run.run_id)).scalar()
    assert len(whole) == rows > 5
    assert pages(client, path, 3) == whole
    assert pages(client, path, 3, "&newest=true") == whole[::-1]


def test_the_ledger_and_equity_turn_round(lived):
    _, _, run, client = lived
    for path in (f"/api/v1/accounts/{run.account_id}/ledger", f"/api/v1/runs/{run.run_id}/equity"):
        whole = pages(client, path, 500)
        assert len(whole) > 5
        assert pages(client, path, 7, "&newest=true") == whole[::-1]


def test_events_page_by_position(lived):
    rig, _, run, client = lived
    path = f"/api/v1/runs/{run.run_id}/events"
    found = pages(client, path, 7)
    assert pages(client, path, 7, "&newest=true") == found[::-1]
    middle = found[len(found) // 2]["position"]
    behind = client.get(f"{path}?after={middle}&limit=1").json()["items"]
    before = client.get(f"{path}?after={middle}&limit=1&newest=true").json()["items"]
    assert [*before, *behind] == [found[len(found) // 2 - 1], found[len(found) // 2 + 1]]
    written = rig.events(f"run:{run.run_id}")
    assert [(each["position"], each["kind"], each["digest"]) for each in found] == [
        (event.position, event.kind, event.digest) for event in written
    ]


def test_an_order_comes_with_all_that_happened_to_it(lived):
    rig, _, run, client = lived
    path = f"/api/v1/runs/{run.run_id}/orders"
    written = [event.position for event in rig.events(f"run:{run.run_id}")]
    told: list[int] = []
    for order in pages(client, path, 500):
        found = client.get(f"{path}/{order['order_id']}").json()
        positions = [event["position"] for event in found["events"]]
        assert found["order"] == order and positions == sorted(positions)
        assert found["events"][0]["kind"] == "order.intended" and found["events"][-1]["payload"]["intent_id"]
        told += positions
    assert len(told) == len(set(told)) and set(told) <= set(written)
    assert client.get(f"{path}/there-is-none").status_code == 404


def test_money_adds_up(lived):
    _, _, run, client = lived
    path = f"/api/v1/runs/{run.run_id}"
    metrics = client.get(f"{path}/metrics").json()
    fees = sum(Decimal(fill["fee_usd"]) for fill in pages(client, f"{path}/fills", 500))
    realised = sum(Decimal(one["realised_usd"]) for one in pages(client, f"{path}/closures", 500))
    assert (Decimal(metrics["fees_usd"]), Decimal(metrics["realised_usd"])) == (fees, realised)
    assert Decimal(metrics["equity_usd"]) - Decimal(metrics["capital_usd"]) == Decimal(metrics["pnl_usd"])
    last = pages(client, f"{path}/equity", 500)[-1]
    assert metrics["equity_usd"] == last["equity_usd"]
    listed = next(one for one in client.get("/api/v1/runs").json()["items"] if one["run_id"] == run.run_id)
    assert metrics["pnl_usd"] == listed["pnl_usd"] == client.get(path).json()["pnl_usd"]
    account = client.get(f"/api/v1/accounts/{run.account_id}").json()
    ledger = pages(client, f"/api/v1/accounts/{run.account_id}/ledger", 50)
    cash = sum(Decimal(line["amount_usd"]) for line in ledger if line["book"] == "cash")
    assert Decimal(account["cash_usd"]) == cash
    assert sum(Decimal(line["amount_usd"]) for line in ledger) == 0


def test_the_result_is_the_backtests(lived):
    _, _, run, client = lived
    told = client.get(f"/api/v1/runs/{run.run_id}/result").json()
    wanted = result_document(as_a_backtest(lived, backtest))
    assert told["account"] == wanted["account"]
    assert told["trades"] == wanted["trades"]


def test_a_bar_is_explained_in_the_words_of_the_command(lived):
    _, _, run, client = lived
    decided = pages(client, f"/api/v1/runs/{run.run_id}/decisions", 500)[0]
    path = f"/api/v1/runs/{run.run_id}/explain"
    found = client.get(f"{path}?at={decided['bar_ts']}").json()
    assert found["ts"] == decided["bar_ts"]
    assert any(rule["verdict"] == "passed" for rule in found["rules"])
    assert found["orders"]
    assert list(lines(found))
    reading = as_a_backtest(lived, explain, decided["bar_ts"])
    assert found == explanation_document(as_a_backtest(lived, backtest), reading)
    nowhere = client.get(f"{path}?at=0")
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (400, "run.explain")


def test_positions_health_and_status_are_those_of_the_run(lived):
    _, _, run, client = lived
    path = f"/api/v1/runs/{run.run_id}"
    assert client.get(path).json()["state"] == "active"
    health = client.get(f"{path}/health").json()
    assert (health["condition"], health["reasons"], health["unprotected"]) == ("healthy", [], [])
    for position in client.get(f"{path}/positions").json()["items"]:
        assert Decimal(position["qty"]) > 0 and Decimal(position["entry_px"]) > 0
    status = client.get("/api/v1/status").json()
    assert status["runs"] == {"active": 1}
    assert client.get("/api/v1/feeds").json()["items"][0]["feed"] == run.feed


def test_parity_is_shown_once_it_was_measured(lived, lasting):
    rig, _, run, client = lived
    path = f"/api/v1/runs/{run.run_id}/parity"
    early = client.get(path)
    assert (early.status_code, early.json()) == (200, {"ts": None, "report": None})
    with lasting.database.write() as conn:
        store(conn, run, measure(conn, rig.run(run.run_id), Tell(lambda _: rig.feed.history(), lambda _: COSTS)), 5)
    found = client.get(path).json()
    assert found["ts"] == 5
    assert set(found["report"]["bps_a_day"].values()) == {0.0}


def test_a_worker_that_gets_ready_has_its_feeds_later(world):
    doing = ["compiling"]
    client = world.client(world.token("ann"), replace(world.services(), getting_ready=lambda: doing[0]))
    strategy = find_template("breakout").document()
    bot = client.post("/api/v1/bots", json={"name": "b", "strategy": strategy}).json()["bot_id"]
    account = client.post("/api/v1/accounts", json={"name": "a", "deposit_usd": "100"}).json()["account_id"]
    wanted = {"bot_id": bot, "account_id": account, "capital_usd": "100"}
    early = client.post("/api/v1/runs", json=wanted)
    assert (early.status_code, early.headers["Retry-After"]) == (503, "1")
    assert early.json()["error"]["code"] == "serve.getting_ready"
    assert "compiling" in early.json()["error"]["message"]
    doing[0] = ""
    answer = client.post("/api/v1/runs", json=wanted)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "feed.not_found")


def test_a_run_is_steered(lived):
    rig, _, run, client = lived
    path = f"/api/v1/runs/{run.run_id}"
    assert client.post(f"{path}/pause").json()["wanted"] == "paused"
    rig.go(1)
    assert client.get(path).json()["state"] == "paused"
    assert client.post(f"{path}/resume").json()["wanted"] == "active"
    rig.go(1)
    killed = client.post("/api/v1/kills", json={"scope": "run", "id": run.run_id, "reason": "test"})
    assert (killed.status_code, killed.json()["scope"]) == (201, f"run:{run.run_id}")
    assert [kill["reason"] for kill in client.get("/api/v1/kills").json()["items"]] == ["test"]
    rig.go(3)
    assert client.get(path).json()["state"] == "stopped"
    released = client.post("/api/v1/kills/release", json={"scope": "run", "id": run.run_id})
    assert released.json() == {"items": [], "next": None}
    assert client.post(f"{path}/resume").status_code == 409


def test_the_platforms_switch_is_an_admins(lived):
    _, _, _, client = lived
    answer = client.post("/api/v1/kills", json={"scope": "platform"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access.scope")
