"""What is drawn of runs and backtests is what they were made of."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from paddock.market.growing import Bar
from paddock.runtime.seen import write_bar
from paddock.runtime.tables import feeds
from paddock.strategy.templates import find_template
from paddock.surfaces.backtests import Backtester
from paddock.surfaces.boxes import trials

from .world import World

HOUR = 3_600_000
STRATEGY = find_template("rsi-mean-reversion").document() | {
    "scope": {"venue": "demo", "interval": "1h", "symbols": ["BTC", "ETH"]}
}
PATH = "/api/v1/backtests"


@pytest.fixture
def ann(world: World, demo_home):
    world.home = demo_home
    return world.client(world.token("ann"), world.services())


@pytest.fixture
def done(world: World, ann) -> str:
    made = ann.post(PATH, json={"strategy": STRATEGY, "start_ts": 1_740_000_000_000}).json()["backtest_id"]
    early = ann.get(f"{PATH}/{made}/chart?symbol=BTC")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "backtest.not_done")
    ticks = itertools.count()
    assert Backtester(world.database, world.home, lambda: float(next(ticks)), "worker", trials(strangers=False)).step()
    return made


def test_a_chart_has_the_bars_and_the_equity_of_the_result(ann, done):
    chart = ann.get(f"{PATH}/{done}/chart?symbol=ETH").json()
    result = ann.get(f"{PATH}/{done}/result").json()
    assert len(chart["t"]) == len(chart["c"]) == len(chart["oscillators"][0]["v"]) > 1000
    assert chart["t"][0] == result["tape"]["start_ts"]
    assert chart["levels"] == [30, 45, 55, 70]
    assert chart["equity"]["last"][-1] == pytest.approx(float(result["account"]["end_usd"]), abs=0.01)
    deepest = result["metrics"]["max_drawdown_pct"]["value"]
    assert min(chart["equity"]["drawdown"]) == pytest.approx(-abs(deepest), abs=1e-4)
    assert ann.get(f"{PATH}/{done}/chart?symbol=SOL").json()["error"]["code"] == "data.symbol"


def test_a_report_is_a_file_to_keep(ann, done):
    answer = ann.get(f"{PATH}/{done}/report")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="paddock-')
    assert answer.text.startswith("<!doctype html>") and "RSI mean reversion" in answer.text


def test_nobody_else_sees_them(world: World, done):
    bob = world.client(world.token("bob"))
    assert bob.get(f"{PATH}/{done}/chart?symbol=BTC").status_code == 404
    assert bob.get(f"{PATH}/{done}/report").status_code == 404


@pytest.fixture
def run(world: World, ann) -> str:
    """On a feed that begins within the demo's history, and has brought three bars."""
    began = 1_740_000_000_000 // HOUR * HOUR
    feed = {"feed": "demo-1h", "venue": "demo", "interval": "1h", "source": "replay", "anchor_ts": began}
    symbols = ["BTC", "DOGE", "ETH", "LINK", "SOL", "kPEPE"]
    with world.database.write() as conn:
        conn.execute(feeds.insert(), feed | {"symbols": symbols, "begin_ts": began, "last_ts": began + 3 * HOUR})
        for n in range(1, 4):
            px = np.full(6, 100.0 + n)
            write_bar(conn, "demo-1h", Bar(began + n * HOUR, px, px + 1, px - 1, px, px))
    bot = ann.post("/api/v1/bots", json={"name": "b", "strategy": STRATEGY}).json()["bot_id"]
    account = ann.post("/api/v1/accounts", json={"name": "a", "deposit_usd": "1000"}).json()["account_id"]
    wanted = {"bot_id": bot, "account_id": account, "capital_usd": "500", "feed": "demo-1h"}
    return ann.post("/api/v1/runs", json=wanted).json()["run_id"]


def test_the_bars_of_a_run_are_those_it_saw_behind_its_history(ann, run):
    path = f"/api/v1/runs/{run}/candles?symbol=ETH"
    made = ann.get(f"{path}&limit=5").json()
    assert np.diff(made["ts"]).tolist() == [HOUR] * 4
    assert made["close"][-3:] == [101.0, 102.0, 103.0] and made["close"][1] > 1000
    before = ann.get(f"{path}&limit=3&before_ts={made['ts'][-1]}").json()
    assert before["ts"] == made["ts"][1:4] and before["close"] == made["close"][1:4]
    assert ann.get(f"/api/v1/runs/{run}/candles?symbol=XRP").json()["error"]["code"] == "data.symbol"
