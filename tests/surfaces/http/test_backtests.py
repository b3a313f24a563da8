"""Backtests over the API: computed once, watched, cancelled, compared, and the same as the command's."""

from __future__ import annotations

import itertools
import json
from threading import Event

import pytest
from structlog.testing import capture_logs

from paddock.core.errors import Code, Unavailable
from paddock.journal import jobs
from paddock.strategy.templates import find_template
from paddock.surfaces import backtests as module
from paddock.surfaces.backtests import KIND, Backtester, backtest_part
from paddock.surfaces.boxes import trials
from paddock.surfaces.cli.main import main
from paddock.surfaces.parts import Ending, run_together
from tests.patience import PATIENCE_S

from .world import World

PATH = "/api/v1/backtests"
STRATEGY = find_template("sma-crossover").document() | {
    "scope": {"venue": "demo", "interval": "1h", "symbols": ["BTC", "ETH"]}
}
WANTED = {"strategy": STRATEGY}


@pytest.fixture
def there(world: World, demo_home):
    world.home = demo_home
    ticks = itertools.count()
    worker = Backtester(world.database, demo_home, lambda: float(next(ticks)), "worker", trials(strangers=False))
    services = world.services()
    return worker, world.client(world.token("ann"), services), world.client(world.token("bob"), services)


def test_what_was_asked_for_is_done_and_is_what_the_command_says(there, tmp_path, demo_home, capsys):
    worker, ann, _ = there
    made = ann.post(PATH, json=WANTED)
    assert (made.status_code, made.json()["state"], made.json()["progress"]) == (201, "queued", 0.0)
    path = f"{PATH}/{made.json()['backtest_id']}"
    early = ann.get(f"{path}/result")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "backtest.not_done")
    assert worker.step() and not worker.step()
    assert ann.get(path).json()["state"] == "done"
    file = tmp_path / "strategy.json"
    file.write_text(json.dumps(STRATEGY))
    capsys.readouterr()
    assert main(["backtest", str(file), "--home", str(demo_home), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert ann.get(f"{path}/result").json() == said


def test_the_same_request_is_computed_once(there):
    worker, ann, bob = there
    first = ann.post(PATH, json=WANTED).json()
    again = ann.post(PATH, json=WANTED | {"start_usd": "10000", "costs": {}}).json()
    assert again["backtest_id"] == first["backtest_id"]
    theirs = bob.post(PATH, json=WANTED).json()
    assert theirs["backtest_id"] != first["backtest_id"] and theirs["result_id"] == first["result_id"]
    assert theirs["state"] == "queued"
    assert worker.step()
    assert bob.get(f"{PATH}/{theirs['backtest_id']}").json()["state"] == "done"
    third = ann.post(PATH, json=WANTED | {"start_usd": "5000"}).json()
    assert third["result_id"] != first["result_id"] and third["state"] == "queued"


@pytest.mark.parametrize(
    "change",
    [{"costs": {"slippage_bps": 9}}, {"symbols": ["ETH"]}, {"interval": "4h"}, {"end_ts": 1_735_000_000_000}],
)
def test_another_request_is_another_result(there, change):
    _, ann, _ = there
    first, other = (ann.post(PATH, json=body).json() for body in (WANTED, WANTED | change))
    assert first["result_id"] != other["result_id"]


def test_it_can_be_cancelled_while_it_waits_and_asked_for_again(there):
    worker, ann, _ = there
    made = ann.post(PATH, json=WANTED).json()
    assert ann.post(f"{PATH}/{made['backtest_id']}/cancel").json()["state"] == "canceled"
    assert not worker.step()
    again = ann.post(PATH, json=WANTED).json()
    assert (again["state"], again["backtest_id"] == made["backtest_id"]) == ("queued", False)


def test_it_can_be_cancelled_while_it_runs(there, world, monkeypatch):
    worker, ann, _ = there
    made = ann.post(PATH, json=WANTED).json()
    prepare = module.prepare_opened

    def cancelled_meanwhile(*given):
        assert ann.post(f"{PATH}/{made['backtest_id']}/cancel").json()["state"] == "running"
        return prepare(*given)

    monkeypatch.setattr(module, "prepare_opened", cancelled_meanwhile)
    assert worker.step()
    assert ann.get(f"{PATH}/{made['backtest_id']}").json()["state"] == "canceled"


def test_what_cannot_be_run_says_why(there):
    worker, ann, _ = there
    made = ann.post(PATH, json=WANTED | {"start_ts": 4_000_000_000_000}).json()
    assert worker.step()
    found = ann.get(f"{PATH}/{made['backtest_id']}").json()
    assert (found["state"], found["error"]["code"]) == ("dead", "run.range")


def test_a_result_has_an_end(there, monkeypatch):
    worker, ann, _ = there
    made = ann.post(PATH, json=WANTED).json()
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    assert worker.step()
    found = ann.get(f"{PATH}/{made['backtest_id']}").json()
    assert (found["state"], found["error"]["code"]) == ("dead", "run.range")
    assert "at most 3" in found["error"]["rule"]


def test_what_was_not_possible_is_tried_again(there, world, monkeypatch):
    worker, ann, _ = there
    made = ann.post(PATH, json=WANTED).json()

    def away(*_):
        raise Unavailable(Code.MACHINE, "away")

    monkeypatch.setattr(module, "AGAIN_MS", 0)
    with monkeypatch.context() as patch:
        patch.setattr(module, "prepare_opened", away)
        assert worker.step()
    assert ann.get(f"{PATH}/{made['backtest_id']}").json()["state"] == "queued"
    assert worker.step()
    assert ann.get(f"{PATH}/{made['backtest_id']}").json()["state"] == "done"


def test_a_bug_is_the_end_of_its_job_and_of_nothing_else(there, monkeypatch):
    worker, ann, _ = there
    made = ann.post(PATH, json=WANTED).json()

    def no_memory(*_):
        raise MemoryError

    with monkeypatch.context() as patch, capture_logs() as logged:
        patch.setattr(module, "prepare_opened", no_memory)
        assert worker.step()
    found = ann.get(f"{PATH}/{made['backtest_id']}").json()
    assert (found["state"], found["error"]["code"], found["error"]["kind"]) == ("dead", "internal", "error")
    (told,) = [one for one in logged if one["log_level"] == "error"]
    assert told["job_id"] == found["error"]["where"]
    again = ann.post(PATH, json=WANTED | {"start_usd": "5000"}).json()
    assert worker.step()
    assert ann.get(f"{PATH}/{again['backtest_id']}").json()["state"] == "done"


def test_a_queue_that_fails_ends_nothing_else(there, monkeypatch):
    worker, _, _ = there
    monkeypatch.setattr("paddock.surfaces.parts.AGAIN_S", 0.001)
    rounds = []

    def fail(stop):
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        raise KeyError("a bug")

    monkeypatch.setattr(worker, "step", fail)
    assert run_together([backtest_part(worker)], Event(), within_s=PATIENCE_S) == Ending((), ())
    assert len(rounds) == 3


def test_a_worker_that_was_taken_over_writes_nothing(there, world, monkeypatch):
    worker, ann, _ = there
    made = ann.post(PATH, json=WANTED).json()
    prepare = module.prepare_opened

    def taken_over(*given):
        monkeypatch.setattr(module, "prepare_opened", prepare)
        with world.database.write() as conn:
            conn.execute(jobs.jobs.update().values(expires_ts=0))
        assert jobs.claim(world.database, [KIND], "another", 60_000) is not None
        return prepare(*given)

    monkeypatch.setattr(module, "prepare_opened", taken_over)
    assert worker.step()
    assert ann.get(f"{PATH}/{made['backtest_id']}").json()["state"] == "running"


def test_they_are_compared_side_by_side(there):
    worker, ann, _ = there
    ids = [ann.post(PATH, json=WANTED | {"start_usd": usd}).json()["backtest_id"] for usd in ("1000", "2000")]
    path = f"{PATH}/compare?ids={ids[0]}&ids={ids[1]}"
    assert ann.get(path).status_code == 409
    assert worker.step() and worker.step()
    found = ann.get(path).json()
    assert [one["backtest_id"] for one in found["backtests"]] == ids
    assert len(found["figures"]) > 20
    assert all(len(figure["values"]) == 2 for figure in found["figures"])


def test_anothers_backtest_is_not_there(there):
    _, ann, bob = there
    made = ann.post(PATH, json=WANTED).json()["backtest_id"]
    assert bob.get(f"{PATH}/{made}").status_code == 404
    assert bob.get(f"{PATH}/compare?ids={made}&ids={made}").status_code == 404
    assert bob.get(PATH).json()["items"] == []


def test_pages_go_back_in_time(there, world):
    _, ann, _ = there
    ids = []
    for usd in range(1, 8):
        world.clock.advance(1)
        ids.append(ann.post(PATH, json=WANTED | {"start_usd": f"{usd}000"}).json()["backtest_id"])
    found, after = [], ""
    while after is not None:
        page = ann.get(f"{PATH}?limit=3{after}").json()
        found += [item["backtest_id"] for item in page["items"]]
        after = f"&after={page['next']}" if page["next"] else None
    assert found == ids[::-1]


def test_a_queue_has_an_end(there):
    _, ann, _ = there
    for usd in range(1, 21):
        assert ann.post(PATH, json=WANTED | {"start_usd": f"{usd}000"}).status_code == 201
    answer = ann.post(PATH, json=WANTED | {"start_usd": "99000"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "backtest.queue")


def test_a_bots_newest_version_is_meant(there):
    _, ann, bob = there
    bot = ann.post("/api/v1/bots", json={"name": "b", "strategy": STRATEGY}).json()["bot_id"]
    made = ann.post(PATH, json={"bot_id": bot})
    assert made.json()["result_id"] == ann.post(PATH, json=WANTED).json()["result_id"]
    assert bob.post(PATH, json={"bot_id": bot}).status_code == 404
    assert ann.post(PATH, json={"bot_id": bot} | WANTED).status_code == 400
