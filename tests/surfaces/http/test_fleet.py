"""One answer has what a dashboard shows of every run, with as many questions for many runs as for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import Engine, event, insert, select, update

from paddock.journal.tables import equity_points
from paddock.market.features import FeatureStore
from paddock.runtime.desk_tables import desk_blocks
from paddock.runtime.kill import account_scope
from paddock.runtime.lifecycle import StopMode
from paddock.runtime.tables import feeds, run_states
from paddock.runtime.tell import Tell
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.validate import load_document
from paddock.surfaces.report.indicators import features_of
from tests.runtime.moves import MOVES
from tests.runtime.rig import CAPITAL, COSTS, OWNER, Rig, document

from .world import World

BARS = 30


@pytest.fixture(scope="module")
def lived(lasting: World):
    """Two runs that go on, one that was stopped, and a bot that was never deployed."""
    rig = Rig(lasting.database)
    account = rig.accounts.open(OWNER, "paper", 3 * CAPITAL).account_id
    rig.go(1)
    moves = MOVES | {"scope": document("breakout")["scope"]}
    kept = [rig.deploy(raw, account_id=account) for raw in (document("rsi-mean-reversion"), moves)]
    stopped = rig.deploy(document("breakout"), account_id=account)
    idle = rig.bots.create(OWNER, "idle", document("breakout"))
    rig.go(5)
    rig.runs.stop(OWNER, stopped.run_id, StopMode.FLATTEN)
    rig.go(BARS)
    while not held(rig, kept[1].run_id):
        rig.go(1)
    tell = Tell(lambda _feed: rig.feed.history(), lambda _feed: COSTS)
    services = replace(
        lasting.services(),
        tell=tell,
        bots=rig.bots,
        runs=rig.runs,
        accounts=rig.accounts,
        kills=rig.kills,
        histories=lambda _feed: rig.feed.history(),
    )
    with lasting.client(lasting.token(OWNER), services) as client:
        yield rig, [run.run_id for run in kept], stopped.run_id, idle.bot_id, client


def held(rig: Rig, run_id: str) -> bool:
    return any(one.book == run_id for one in rig.paper.positions(rig.run(run_id).account_id))


def run_of(row: dict) -> str | None:
    return row["current"] and row["current"]["run"]["run_id"]


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements that are made meanwhile."""
    told: list[str] = []

    def note(_conn, _cursor, statement, *_more) -> None:
        told.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield told
    event.remove(Engine, "before_cursor_execute", note)


def test_a_fleet_is_told_as_its_runs_are_one_by_one(lived):
    _, kept, stopped, idle, client = lived
    rows = client.get("/api/v1/fleet").json()["items"]
    by_run = {row["current"]["run"]["run_id"]: row for row in rows if row["current"]}
    assert set(by_run) == {*kept, stopped}
    assert [row["bot"]["bot_id"] for row in rows if row["current"] is None] == [idle]
    for run_id in kept:
        row, path = by_run[run_id]["current"], f"/api/v1/runs/{run_id}"
        metrics, health = client.get(f"{path}/metrics").json(), client.get(f"{path}/health").json()
        assert row["run"] == client.get(path).json()
        assert row["positions"] == client.get(f"{path}/positions").json()["items"]
        assert (row["condition"], row["reasons"]) == (health["condition"], health["reasons"])
        booked = Decimal(metrics["realised_usd"]) - Decimal(metrics["fees_usd"]) + Decimal(metrics["funding_usd"])
        assert Decimal(row["booked_usd"]) == booked
        unrealised = sum(Decimal(one["unrealised_usd"]) for one in row["positions"])
        assert Decimal(row["unrealised_usd"]) == unrealised
        assert Decimal(row["equity_usd"]) == Decimal(metrics["capital_usd"]) + booked + unrealised
        now = [metrics[name] for name in ("booked_usd", "unrealised_usd", "worth_usd", "drawdown_pct")]
        assert now == [row[name] for name in ("booked_usd", "unrealised_usd", "equity_usd", "drawdown_pct")]
        assert row["last_decision_ts"] == client.get(f"{path}/decisions?newest=true").json()["items"][0]["ts"]
        assert by_run[run_id]["account"] == "paper"


def test_a_curve_has_the_first_and_the_last_and_few_between(lived, lasting):
    _, kept, _, _, client = lived
    with lasting.database.read() as conn:
        wanted = select(equity_points.c.ts, equity_points.c.equity).where(equity_points.c.run_id == kept[1])
        known = {row.ts: row.equity for row in conn.execute(wanted.order_by(equity_points.c.ts))}
    rows = client.get("/api/v1/fleet").json()["items"]
    curve = next(r["current"]["equity"] for r in rows if r["current"] and r["current"]["run"]["run_id"] == kept[1])
    stamps = sorted(known)
    assert [curve[0]["ts"], curve[-1]["ts"]] == [stamps[0], stamps[-1]]
    assert 2 <= len(curve) <= 48
    for point in curve:
        before = max(ts for ts in stamps if ts <= point["ts"])
        assert Decimal(point["equity_usd"]) * 1_000_000 == known[before]


def test_drawdown_is_from_the_highest_that_was_known_which_is_not_looked_for_again(lived, lasting):
    _, kept, _, _, client = lived

    def now() -> tuple[Decimal, float]:
        metrics = client.get(f"/api/v1/runs/{kept[0]}/metrics").json()
        return Decimal(metrics["worth_usd"]), metrics["drawdown_pct"]

    mine = equity_points.c.run_id == kept[0]
    with lasting.database.read() as conn:
        known = conn.execute(select(equity_points).where(mine).order_by(equity_points.c.ts)).mappings().all()
    worth, before = now()
    peak = max(CAPITAL, worth * 1_000_000, *(row["equity"] for row in known))
    assert before == pytest.approx(float(100 * (worth * 1_000_000 - peak) / peak), abs=1e-5)
    past = dict(known[0]) | {"ts": known[0]["ts"] - 1, "equity": 3 * CAPITAL}
    newer = dict(known[-1]) | {"ts": known[-1]["ts"] + 1, "equity": 2 * CAPITAL}
    with lasting.database.write() as conn:
        conn.execute(insert(equity_points), past)
    assert now() == (worth, before)
    with lasting.database.write() as conn:
        conn.execute(insert(equity_points), newer)
    assert now()[1] == pytest.approx(float(100 * (worth * 1_000_000 - 2 * CAPITAL) / (2 * CAPITAL)), abs=1e-5)
    with lasting.database.write() as conn:
        conn.execute(equity_points.delete().where(mine, equity_points.c.ts.in_([past["ts"], newer["ts"]])))


def test_a_position_tells_what_it_is_worth_and_what_protects_it(lived):
    rig, kept, _, _, client = lived
    found = client.get(f"/api/v1/runs/{kept[1]}/positions").json()["items"]
    assert found
    for one in found:
        sign = 1 if one["side"] == "long" else -1
        made = sign * (Decimal(one["mark_px"]) - Decimal(one["entry_px"])) * Decimal(one["qty"])
        assert Decimal(one["unrealised_usd"]) == pytest.approx(made, abs=Decimal("0.01"))
        assert Decimal(one["notional_usd"]) == pytest.approx(
            Decimal(one["mark_px"]) * Decimal(one["qty"]), abs=Decimal("0.01")
        )
        assert one["protection"] == "protected" and one["opened_ts"] <= one["protected_since_ts"]
        assert sign * (Decimal(one["mark_px"]) - Decimal(one["stop_px"])) > 0
        assert one["leverage"] >= 1 and one["unknown"] == {}
        assert one["mark_ts"] <= rig.feed.now_ts()
        assert sum(Decimal(lot["qty"]) for lot in one["lots"]) == Decimal(one["qty"])


def test_levels_are_those_of_the_position(lived):
    _, kept, _, _, client = lived
    for one in client.get(f"/api/v1/runs/{kept[1]}/positions").json()["items"]:
        levels = client.get(f"/api/v1/runs/{kept[1]}/levels?symbol={one['symbol']}").json()["items"]
        standing = {level["kind"]: level for level in levels if level["until_ts"] is None}
        kinds = {"entry": "entry_px", "stop": "stop_px", "target": "take_px", "trail": "trail_px"}
        assert {kinds[kind]: level["px"] for kind, level in standing.items()} == {
            name: one[name] for name in kinds.values() if one[name] is not None
        }
        assert one["protected_since_ts"] in {level["order_ts"] for level in standing.values()}
    assert client.get(f"/api/v1/runs/{kept[1]}/levels?symbol=NOWHERE").status_code == 404


def test_indicators_are_what_the_rules_read(lived):
    rig, kept, _, _, client = lived
    found = client.get(f"/api/v1/runs/{kept[0]}/indicators?symbol=A&limit=40").json()
    assert [(line["label"], line["pane"]) for line in found["lines"]] == [("RSI(14)", "own")]
    assert (found["thresholds"], found["unit"]) == ([30, 45, 55, 70], "0 to 100")
    assert found["ts"] == client.get(f"/api/v1/runs/{kept[0]}/candles?symbol=A&limit=40").json()["ts"]
    program = compile_strategy(load_document(document("rsi-mean-reversion")), rig.tape.symbols)
    rsi = next(feature for feature in features_of(program) if feature.symbol == "A")
    row = int(np.searchsorted(rig.tape.ts, found["ts"][-1]))
    whole = FeatureStore(rig.tape).compute(rsi)[row - 39 : row + 1]
    values = [float("nan") if value is None else value for value in found["lines"][0]["values"]]
    assert values == pytest.approx(whole, abs=1e-4, nan_ok=True)


def test_what_is_wrong_is_told_once_with_the_bots_that_it_touches(lived, lasting):
    rig, kept, _, _, client = lived
    account = rig.run(kept[0]).account_id
    block = {"account_id": account, "book": "", "symbol": "", "reason": "frozen", "detail": "odd", "since_ts": 7}
    with lasting.database.write() as conn:
        conn.execute(insert(desk_blocks), block)
        conn.execute(update(feeds).values(stale_ts=9))
        conn.execute(update(run_states).where(run_states.c.run_id == kept[0]).values(refused=[["A", "drawdown_halt"]]))
    rig.kills.engage(account_scope(account), "by hand", by=OWNER)
    fleet = client.get("/api/v1/fleet").json()
    alerts, since = fleet["alerts"], rig.feed.now_ts()
    told = [(one["kind"], one["what"], one["since_ts"], len(one["bot_ids"])) for one in alerts]
    assert told == [
        ("kill", "paper", since, 2),
        ("frozen", "paper", 7, 2),
        ("stale", rig.feed.name, 9, 2),
        ("breach", "bot", None, 1),
    ]
    assert [one["text"] for one in alerts[:3]] == [
        "the account's kill switch is engaged: by hand",
        "no entries on any market: frozen, odd",
        "the feed is silent: nothing is decided on it",
    ]
    reasons = next(row["current"]["reasons"] for row in fleet["items"] if run_of(row) == kept[1])
    assert sorted((one["text"], one["since_ts"]) for one in reasons) == sorted(
        (one["text"], one["since_ts"]) for one in alerts[:3]
    )
    rig.kills.release(account_scope(account), by=OWNER)
    with lasting.database.write() as conn:
        conn.execute(desk_blocks.delete())
        conn.execute(update(feeds).values(stale_ts=None))
    assert [one["kind"] for one in client.get("/api/v1/fleet").json()["alerts"]] == ["breach"]


def test_many_runs_take_no_more_questions_than_one(lived):
    _, _, _, _, client = lived
    with asked() as few:
        assert len(client.get("/api/v1/fleet?limit=1").json()["items"]) == 1
    with asked() as many:
        page = client.get("/api/v1/fleet").json()
    assert len(page["items"]) == 4 and page["next"] is None
    assert len(many) - len(few) <= 5  # of positions, where only one of them holds something


def test_a_page_follows_the_one_before(lived):
    _, _, _, _, client = lived
    whole = client.get("/api/v1/fleet").json()["items"]
    first = client.get("/api/v1/fleet?limit=2").json()
    second = client.get(f"/api/v1/fleet?limit=2&after={first['next']}").json()
    assert first["items"] + second["items"] == whole


def test_nobody_else_sees_any_of_it(lived, lasting):
    other = lasting.client(lasting.token("bob")).get("/api/v1/fleet").json()
    assert other == {"items": [], "next": None, "alerts": []}


def test_what_a_stopped_run_keeps_is_told_beside_the_one_that_follows_it(lived):
    """And what was drawn of its equity stays."""
    rig, kept, _, _, client = lived
    before = {run_of(row): row["current"] for row in client.get("/api/v1/fleet").json()["items"] if row["current"]}
    old = rig.run(kept[1])
    rig.runs.stop(OWNER, old.run_id, StopMode.KEEP)
    rig.go(1)
    assert rig.run(old.run_id).state == "stopped" and held(rig, old.run_id)
    new = rig.runs.deploy(OWNER, old.bot_id, rig.accounts.open(OWNER, "other", CAPITAL).account_id, CAPITAL)
    rig.go(1)
    rows = {run_of(row): row["current"] for row in client.get("/api/v1/fleet").json()["items"] if row["current"]}
    assert {old.run_id, new.run_id} <= set(rows) and rows[old.run_id]["run"]["state"] == "stopped"
    assert rows[old.run_id]["positions"] and rows[old.run_id]["unrealised_usd"] is not None
    drawn, anew = (of[kept[0]]["equity"] for of in (before, rows))
    past = [point for point in anew if point["ts"] < drawn[-1]["ts"]]
    assert len(anew) > 2 and all(point in drawn for point in past)
