"""A bar of a run in Python is explained by running its code once more, which nobody waits for long."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Semaphore
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.journal.database import Database
from paddock.journal.kinds import EventKind
from paddock.journal.upgrade import upgrade
from paddock.runtime.runs import Run
from paddock.runtime.tell import Tell, Told
from paddock.surfaces import readings as module
from paddock.surfaces.cli.reading import lines
from paddock.surfaces.readings import AT_ONCE, OF_ONE, Readings
from tests.patience import PATIENCE_S
from tests.runtime.rig import BEGIN, Rig, box_of, in_python
from tests.strategy.twins import SOURCES

T = TypeVar("T", bound=Tell)


class Slow(Tell):
    """Each replay begins when it may."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.begun, self.may = Semaphore(0), Event()

    @contextmanager
    def told(self, conn: Connection, run: Run) -> Iterator[Told]:
        self.begun.release()
        assert self.may.wait(PATIENCE_S)
        with super().told(conn, run) as told:
            yield told


@dataclass
class Living:
    """A run in Python, and who explains it."""

    rig: Rig
    run_id: str

    @property
    def run(self) -> Run:
        return self.rig.run(self.run_id)

    def decided(self) -> list[int]:
        made = self.rig.events(f"run:{self.run_id}", [EventKind.DECISION_MADE])
        return [one.payload["bar_ts"] for one in made]

    def tell(self, kind: type[T]) -> T:
        return kind(lambda _: self.rig.feed.history(), lambda _: self.rig.costs, box_of)


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    database = Database.open(f"sqlite:///{tmp_path}/paddock.db")
    upgrade(database)
    rig = Rig(database)
    run = rig.deploy(in_python(SOURCES["rsi-mean-reversion"], "RsiMeanReversion"))
    yield Living(rig, run.run_id)
    database.close()


def told_of(readings: Readings, run: Run, at_ts: int) -> str:
    """Why it is not explained at once."""
    with pytest.raises(Unavailable) as busy:
        readings.read(run, at_ts)
    assert busy.value.code is Code.GETTING_READY
    return busy.value.message


def test_what_next_returned_is_told(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    living.rig.go(12)
    run, first = living.run, living.decided()[0]
    readings = Readings(living.rig.database, living.tell(Tell))

    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    assert "once more" in told_of(readings, run, first)
    monkeypatch.setattr(module, "PATIENCE_S", PATIENCE_S)
    found = json.loads(json.dumps(readings.read(run, first), allow_nan=False))
    assert (found["ts"], found["rules"]) == (first, [])
    assert found["orders"] and found["returned"]
    assert {one["action"] for one in found["returned"]} <= {"open long", "open short", "close the position"}
    assert all(one["name"].startswith("RSI") and one["value"] is not None for one in found["read"])
    assert any("next returned open" in line for line in lines(found))
    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    assert readings.read(run, first) == readings.read(run, first + 1) == found  # made once

    monkeypatch.setattr(module, "PATIENCE_S", PATIENCE_S)
    with pytest.raises(Invalid) as nowhere:
        readings.read(run, 0)
    assert nowhere.value.code is Code.RUN_EXPLAIN
    readings.close()


def test_what_became_of_its_orders_is_read_anew(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    while not living.decided():
        living.rig.go(1)
    (decided,) = living.decided()
    readings = Readings(living.rig.database, living.tell(Tell))
    monkeypatch.setattr(module, "PATIENCE_S", PATIENCE_S)
    before = readings.read(living.run, decided)
    living.rig.go(1)
    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    after = readings.read(living.run, decided)
    assert {one["state"] for one in before["orders"]} == {"working"}
    assert {one["state"] for one in after["orders"]} == {"filled"}
    readings.close()


def test_one_owner_leaves_room_for_others_and_nothing_outlives_the_process(
    living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    living.rig.go(12)
    run, tape = living.run, living.rig.tape
    bars = [int(ts) for ts in tape.ts[BEGIN + 1 : BEGIN + 12]]
    tell = living.tell(Slow)
    readings = Readings(living.rig.database, tell)
    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    for n in range(OF_ONE):
        assert "up to this bar" in told_of(readings, run, bars[n])
    assert "many" in told_of(readings, run, bars[OF_ONE])
    assert "up to this bar" in told_of(readings, run, bars[0] + 1), "it is under way"
    other = replace(run, owner="bea")
    assert "up to this bar" in told_of(readings, other, bars[OF_ONE])

    for _ in range(AT_ONCE):
        assert tell.begun.acquire(timeout=PATIENCE_S)
    under_way = [one.made for one in readings._replays.values()]
    readings.close()
    tell.may.set()
    ends = [made.exception(PATIENCE_S) for made in under_way[:AT_ONCE]]
    assert [isinstance(end, Unavailable) and end.code for end in ends] == [Code.REQUEST_CLOSED] * AT_ONCE
    assert all(made.cancelled() for made in under_way[AT_ONCE:])
    with pytest.raises(Unavailable) as closed:
        readings.read(run, bars[0])
    assert closed.value.code is Code.REQUEST_CLOSED
