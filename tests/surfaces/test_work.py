"""What `paddock serve` keeps going: strategies in Python too, each in a process of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Event

from paddock.core.money import MICROS
from paddock.core.seams import CountingIds
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.lake import Lake
from paddock.runtime.confine import CALLS
from paddock.runtime.lifecycle import RunState
from paddock.surfaces import boxes, ipc, work
from paddock.surfaces.house import House, house_on
from paddock.surfaces.machine import SystemClock
from paddock.surfaces.parts import run_together
from paddock.surfaces.replay import Replay
from tests.strategy.twins import SOURCES

PATIENCE_S = 120.0
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
    with tempfile.TemporaryDirectory(prefix="paddock-") as folder, ipc.door(Path(folder)) as entrance:
        database = Database.open(f"sqlite:///{folder}/paddock.db")
        upgrade(database)
        house = house_on(database, SystemClock(), CountingIds("id"))
        replay = Replay("demo", "1h", speed=None)
        parts = work.working(house, Lake(demo_home), [replay], demo=False, strangers=True, entrance=entrance)
        run_id, stop = deployed(house), Event()
        remove = database.after_commit(lambda: decided(house, run_id, stop))
        assert run_together([parts[0]], stop, within_s=PATIENCE_S).failed == ()
        remove()
        run = house.runs.get(OWNER, run_id)
        assert (run.state, run.reason, run.decision > 0) == (RunState.ACTIVE, "", True)
        database.close()


def decided(house: House, run_id: str, stop: Event) -> None:
    run = house.runs.get(OWNER, run_id)
    if run.decision or run.state is RunState.FAILED:
        stop.set()


def test_a_strategy_of_a_stranger_takes_the_wall_that_holds_strangers():
    assert CALLS in boxes.OF_STRANGERS.walls - boxes.OF_ONES_OWN.walls
