"""Backtests of strategies in Python over the API: in a process that holds them in, and otherwise as any other."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event

import pytest

from paddock.runtime.kept import Boxes
from paddock.runtime.sandbox import Allowance
from paddock.strategy.templates import find_template
from paddock.surfaces.backtests import KIND_PYTHON, Backtester
from paddock.surfaces.boxes import boxes
from paddock.surfaces.cli.main import main
from paddock.surfaces.http.routes.backtests import MAX_ATTEMPTS
from paddock.surfaces.redrawn import Redrawn
from tests.runtime.boxes import PATIENT, strategy
from tests.strategy.twins import SOURCES

from .world import World

PATH = "/api/v1/backtests"
START, END = datetime(2024, 12, 24, tzinfo=UTC), datetime(2025, 1, 5, tzinfo=UTC)
WINDOW = {"start_ts": int(START.timestamp()) * 1000, "end_ts": int(END.timestamp()) * 1000}
SCOPE = {"venue": "demo", "interval": "1h", "symbols": ["BTC", "ETH"]}
TRIED = replace(PATIENT, remember=False)
SHORT = replace(TRIED, cpu_s=2, memory_mb=400)  # a start takes some of that, too


def wanted(source: str, class_name: str = "Mine", **window: int) -> dict:
    raw = find_template("sma-crossover").document()
    kept = {key: raw[key] for key in ("schema", "name", "risk")}
    python = {"source": source, "class": class_name}
    return {"strategy": kept | {"kind": "python", "scope": SCOPE, "python": python}} | WINDOW | window


class Asked:
    """A server, a worker of its queue for Python, and a client."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services = replace(world.services(), redrawn=Redrawn(world.home, boxes(TRIED)))
        self.client = world.client(world.token("ann"), self.services)

    def worker(self, made: Boxes, kind: str = KIND_PYTHON) -> Backtester:
        ticks = itertools.count()
        return Backtester(self.world.database, self.world.home, lambda: float(next(ticks)), "worker", made, kind)

    def done(self, body: dict, allowed: Allowance) -> dict:
        made = self.client.post(PATH, json=body)
        assert made.status_code == 201, made.text
        assert self.worker(boxes(allowed)).step()
        return self.client.get(f"{PATH}/{made.json()['backtest_id']}").json()


@pytest.fixture
def asked(world: World, demo_home) -> Iterator[Asked]:
    world.home = demo_home
    yield Asked(world)


def test_it_is_what_the_command_says_and_is_computed_once(asked, tmp_path, demo_home, capsys):
    body = wanted(SOURCES["rsi-mean-reversion"], "RsiMeanReversion")
    waiting = asked.client.post(PATH, json=body).json()
    assert not asked.worker(boxes(TRIED), "backtest").step()
    assert asked.worker(boxes(TRIED)).step()
    path = f"{PATH}/{waiting['backtest_id']}"
    assert asked.client.get(path).json()["state"] == "done"
    file = tmp_path / "strategy.json"
    file.write_text(json.dumps(body["strategy"]))
    capsys.readouterr()
    window = ["--start", START.isoformat(), "--end", END.isoformat()]
    assert main(["backtest", str(file), "--home", str(demo_home), *window, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["trades"]
    assert asked.client.get(f"{path}/result").json() == said
    assert asked.client.post(PATH, json=body).json()["backtest_id"] == waiting["backtest_id"]
    chart = asked.client.get(f"{path}/chart?symbol=BTC")
    assert chart.status_code == 200 and chart.json()


HOSTILE = {
    "never answers": strategy("while True: pass"),
    "takes all memory": strategy("self.all = [bytes(1 << 26) for _ in range(64)]"),
    "reads files": strategy("open('/etc/passwd')"),
    "calls out": strategy("import socket\nsocket.create_connection(('127.0.0.1', 80))"),
    "raises": strategy("raise RuntimeError('no')"),
    "does not start": "import nothing_of_that_name\n",
    "wants what is not there": strategy("pass", init="market.feature('sma', 3, symbol='NOPE')"),
}


def test_what_harms_ends_alone_and_is_told_in_one_shape(asked):
    for what, source in HOSTILE.items():
        found = asked.done(wanted(source), SHORT)
        assert found["state"] == "dead", what
        assert found["error"]["kind"] in ("invalid", "not_found"), what
        assert found["error"]["code"] in ("strategy.python", "data.symbol", "data.not_found"), (what, found["error"])
        assert found["error"]["message"], what
    well = strategy("yield open_long('BTC', equity_pct(10), stop_loss_pct=5)")
    assert asked.done(wanted(well), TRIED)["state"] == "done"


def test_it_can_be_cancelled_while_it_runs(asked):
    backtest_id = asked.client.post(PATH, json=wanted(strategy("pass"))).json()["backtest_id"]
    made = []

    def cancelled_meanwhile(document, symbols):
        if symbols is not None:
            answer = asked.client.post(f"{PATH}/{backtest_id}/cancel")
            assert answer.json()["state"] == "running"
        made.append(boxes(TRIED)(document, symbols))
        return made[-1]

    assert asked.worker(cancelled_meanwhile).step()
    assert asked.client.get(f"{PATH}/{backtest_id}").json()["state"] == "canceled"
    assert not any(box.running for box in made)


def test_what_a_worker_that_ends_has_begun_goes_back_into_the_queue(asked):
    backtest_id = asked.client.post(PATH, json=wanted(strategy("pass"))).json()["backtest_id"]
    stop = Event()
    stop.set()
    for _ in range(MAX_ATTEMPTS + 1):
        assert asked.worker(boxes(TRIED)).step(stop)
        assert asked.client.get(f"{PATH}/{backtest_id}").json()["state"] == "queued"
    assert asked.worker(boxes(TRIED)).step()
    assert asked.client.get(f"{PATH}/{backtest_id}").json()["state"] == "done"
