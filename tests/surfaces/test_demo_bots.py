"""The demo's bots are made once, whatever a person did to them since."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from paddock.core.seams import CountingIds, ManualClock
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.runtime.lifecycle import StopMode
from paddock.runtime.runs import Runs
from paddock.runtime.tables import feeds, runs
from paddock.surfaces.demo_bots import TEMPLATES, ensure_demo_bots
from paddock.surfaces.house import House, house_on

NOW = 1_750_000_000_000
FEED = {"feed": "demo-1h", "venue": "demo", "interval": "1h", "symbols": ["BTC", "ETH", "SOL"], "source": "test"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    database = Database.open(f"sqlite:///{tmp_path}/paddock.db")
    upgrade(database)
    with database.write() as conn:
        conn.execute(insert(feeds), FEED | {"anchor_ts": NOW, "begin_ts": NOW, "last_ts": NOW})
    yield house_on(database, ManualClock(NOW), CountingIds("id"))
    database.close()


def test_they_are_made_once(house: House) -> None:
    first = ensure_demo_bots(house)
    assert len(first) == len(TEMPLATES)
    assert ensure_demo_bots(house) == first


def test_one_that_was_renamed_or_stopped_and_deleted_is_not_made_again(house: House) -> None:
    renamed, deleted, _ = ensure_demo_bots(house)
    house.bots.change("local", renamed.bot_id, name="mine")
    house.runs.stop("local", deleted.run_id, StopMode.KEEP)
    with house.database.write() as conn:
        conn.execute(runs.update().where(runs.c.run_id == deleted.run_id).values(state="stopped", settled=1))
    house.bots.delete("local", deleted.bot_id)
    again = ensure_demo_bots(house)
    assert [run.run_id for run in again] == [run.run_id for run in house.runs.list("local").items]
    assert len(again) == len(TEMPLATES)


def test_what_was_interrupted_is_taken_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Runs, "deploy", cut_off)
        with pytest.raises(KeyboardInterrupt):
            ensure_demo_bots(house)
    assert len(ensure_demo_bots(house)) == len(TEMPLATES)
    assert [bot.name for bot in house.bots.list("local").items] == list(TEMPLATES)
    assert len(house.accounts.list("local").items) == 1


def cut_off(*_words: object, **_more: object) -> None:
    raise KeyboardInterrupt
