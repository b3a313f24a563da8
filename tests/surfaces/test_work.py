"""What `paddock serve` keeps going: strategies in Python too, each in a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from paddock.core.money import MICROS
from paddock.core.seams import CountingIds
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.lake import Lake
from paddock.runtime.confine import CALLS
from paddock.runtime.lifecycle import RunState
from paddock.surfaces import boxes, ipc, work
from paddock.surfaces.cli.main import main
from paddock.surfaces.house import House, house_on
from paddock.surfaces.machine import SystemClock
from paddock.surfaces.parts import run_together
from paddock.surfaces.replay import Replay
from paddock.surfaces.start import Start
from tests.patience import PATIENCE_S
from tests.strategy.twins import SOURCES

OWNER = "ada"
STRATEGY = {
    "schema": "paddock/strategy@1",
    "kind": "python",
    "name": "mine",
    "scope": {"venue": "demo", "symbols": ["BTC"], "interval": "1h"},
    "risk": {"max_leverage": 3},
    "python": {"class": "RsiMeanReversion", "source": SOURCES["rsi-mean-reversion"]},
}


def deployed(house: House) -> str:
    bot = house.bots.create(OWNER, "mine", STRATEGY)
    account = house.accounts.open(OWNER, "play", 1_000 * MICROS)
    return house.runs.deploy(OWNER, bot.bot_id, account.account_id, 1_000 * MICROS).run_id


def test_a_strategy_in_python_decides(demo_home, monkeypatch):
    monkeypatch.setattr(work, "rehearse_once", lambda *_: None)
    patient = replace(boxes.OF_STRANGERS, answer_s=PATIENCE_S, start_s=PATIENCE_S)
    monkeypatch.setattr(work, "OF_STRANGERS", patient)
    with tempfile.TemporaryDirectory(prefix="paddock-") as folder, ipc.door(Path(folder)) as entrance:
        database = Database.open(f"sqlite:///{folder}/paddock.db")
        upgrade(database)
        house = house_on(database, SystemClock(), CountingIds("id"))
        replay = Replay("demo", "1h", speed=None)
        lake = Lake(demo_home)
        played = work.playing([replay], lake, house.clock, demo=False)
        stop, run_ids = Event(), []
        start = Start(lambda _what: None, lambda: run_ids.append(deployed(house)))
        parts = work.working(house, lake, played, start, demo=False, strangers=True, entrance=entrance)
        remove = database.after_commit(lambda: run_ids and decided(house, run_ids[0], stop))
        assert run_together([parts[0]], stop, within_s=PATIENCE_S).failed == ()
        remove()
        run = house.runs.get(OWNER, run_ids[0])
        assert (run.state, run.reason, run.decision > 0) == (RunState.ACTIVE, "", True)
        database.close()


def decided(house: House, run_id: str, stop: Event) -> None:
    run = house.runs.get(OWNER, run_id)
    if run.decision or run.state is RunState.FAILED:
        stop.set()


def test_a_strategy_of_a_stranger_takes_the_wall_that_holds_strangers():
    assert CALLS in boxes.OF_STRANGERS.walls - boxes.OF_ONES_OWN.walls


class Compiling:
    """A rehearsal that takes until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = Event(), Event()

    def __call__(self, _tape, _clock, _ids, on_wait) -> None:
        on_wait("compiling")
        self.begun.set()
        assert self.go.wait(PATIENCE_S)


@pytest.fixture
def compiling(monkeypatch) -> Iterator[Compiling]:
    made = Compiling()
    monkeypatch.setattr(work, "rehearse_once", made)
    yield made
    made.go.set()


@pytest.fixture
def starting(demo_home, compiling) -> Iterator[tuple[Path, Start, Event, Thread]]:
    """A process that compiles: its home, how far it is, what ends it, and where it runs."""
    with tempfile.TemporaryDirectory(prefix="paddock-") as folder, ipc.door(Path(folder)) as entrance:
        database = Database.open(f"sqlite:///{folder}/paddock.db")
        upgrade(database)
        house = house_on(database, SystemClock(), CountingIds("id"))
        played = work.playing([Replay("demo", "1h")], Lake(demo_home), house.clock, demo=False)
        stop, ready = Event(), Event()
        start = Start(lambda _what: None, ready.set)
        parts = work.working(house, Lake(demo_home), played, start, demo=False, strangers=False, entrance=entrance)
        thread = Thread(target=run_together, args=(parts, stop), kwargs={"within_s": PATIENCE_S})
        thread.start()
        assert compiling.begun.wait(PATIENCE_S)
        yield Path(folder), ready, stop, thread
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        compiling.go.set()
        database.close()


def test_paper_fills_at_what_the_process_was_told(demo_home, tmp_path):
    database = Database.open(f"sqlite:///{tmp_path}/paddock.db")
    late = Costs(latency_ms=250)
    house = house_on(database, SystemClock(), CountingIds("id"), late)
    played = work.playing([Replay("demo", "1h")], Lake(demo_home), house.clock, demo=False)
    (market,) = [work._on_paper(house, feed) for feed in played.feeds.values()]
    assert market.costs == house.paper == late
    database.close()


def test_while_the_engine_is_compiled_the_socket_says_so(starting, compiling, capsys):
    home, ready, _, _ = starting
    assert ipc.ask(home, "get_state")["getting_ready"] == "compiling"
    assert main(["status", "--home", str(home)]) == 0
    assert "getting ready  compiling" in capsys.readouterr().out
    assert not ready.is_set()
    compiling.go.set()
    assert ready.wait(PATIENCE_S)
    assert ipc.ask(home, "get_state")["getting_ready"] is None


def test_what_is_told_to_end_does_not_wait_for_the_compiler(starting, compiling):
    _, ready, stop, thread = starting
    stop.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert not (compiling.go.is_set() or ready.is_set())
