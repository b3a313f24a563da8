"""The meter measures what can be measured, and on a replay there is nothing between a run and its backtest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from paddock.core.errors import Code, Unavailable
from paddock.core.seams import CountingIds, ManualClock
from paddock.core.time import interval_ms
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.market.lake import Lake
from paddock.market.load import load_tape
from paddock.runtime.runs import Run, Runs
from paddock.runtime.tables import feeds
from paddock.runtime.tell import Tell
from paddock.surfaces import rehearsal
from paddock.surfaces.meter import MOST_ROUNDS, Meter, meter_part
from paddock.surfaces.parts import Ending, run_together
from tests.runtime.rig import box_of


class FaultyTell(Tell):
    """Tells of runs, but of those in `broken` only why it cannot."""

    broken: dict[str, Exception]

    def record(self, conn, run, program=None):
        if run.run_id in self.broken:
            raise self.broken[run.run_id]
        return super().record(conn, run, program)


@dataclass(slots=True)
class Lived:
    """A database in which two runs, of a graph and in Python, lived for some bars."""

    database: Database
    clock: ManualClock
    step_ms: int
    tell: FaultyTell
    run: Run

    def meter(self) -> Meter:
        """Of graphs."""
        return Meter(self.database, self.tell, {self.run.feed: self.clock})

    def told(self) -> list[dict]:
        with self.database.read() as conn:
            return [event.payload for event in read(conn, limit=1000) if event.kind == "parity.measured"]

    def live_on(self, bars: int) -> None:
        """As far as the meter can tell: time passes."""
        self.clock.advance(bars * self.step_ms)
        with self.database.write() as conn:
            conn.execute(update(feeds).values(last_ts=feeds.c.last_ts + bars * self.step_ms))


@pytest.fixture
def lived(demo_home: Path, tmp_path: Path) -> Iterator[Lived]:
    lake = Lake(demo_home)
    tape = load_tape(lake, venue="demo", interval="1h", symbols=["BTC"], specs=lake)
    step_ms = interval_ms(tape.interval)
    clock, ids = ManualClock(int(tape.ts[-1]) + step_ms), CountingIds("id")
    rehearsal.rehearse(tape, clock, ids, tmp_path)
    database = Database.open(f"sqlite:///{tmp_path}/rehearsal.db")
    (run,) = Runs(database, clock, ids).list(rehearsal.NAME).items
    tell = FaultyTell(lambda _feed: rehearsal.feed_on(tape).history(), lambda _feed: Costs())
    tell.broken = {}
    yield Lived(database, clock, step_ms, tell, run)
    database.close()


def test_a_replayed_run_is_measured_and_differs_by_nothing(lived: Lived) -> None:
    assert lived.meter().step() == 1
    assert [(one["orders"] > 0, one["differing"], one["total"]) for one in lived.told()] == [(True, 0, 0)]
    assert Meter(lived.database, lived.tell, {}).step() == 0


def test_a_run_in_python_is_measured_in_a_process_of_its_own(lived: Lived) -> None:
    tell = Tell(lived.tell._histories, lived.tell._costs, box_of)
    clocks = {lived.run.feed: lived.clock}
    for scripted in (True, False):
        meter = Meter(lived.database, tell, clocks, scripted=scripted)
        assert [meter.step(), meter.step()] == [1, 0], "each measures its own"
    assert [(one["orders"] > 0, one["differing"], one["total"]) for one in lived.told()] == [(True, 0, 0)] * 2


def test_a_run_is_measured_again_when_its_life_is_longer_by_a_part(lived: Lived) -> None:
    meter = lived.meter()
    bars = 1_000
    lived.live_on(bars)
    assert [meter.step() for _ in range(3)] == [1, 0, 0]
    measured = 0
    for _ in range(bars):
        lived.live_on(1)
        measured += meter.step()
    assert 40 < measured < 50  # from 1,000 bars to 2,000 by a 64th each time; a run in Python is not asked each round
    assert len(lived.told()) == measured + 1


def test_a_run_that_cannot_be_measured_is_told_once_and_tried_again(lived: Lived) -> None:
    meter, run_id = lived.meter(), lived.run.run_id
    lived.tell.broken[run_id] = ZeroDivisionError("a bug")
    with capture_logs() as logged:
        assert [meter.step() for _ in range(4 * MOST_ROUNDS)] == [0] * 4 * MOST_ROUNDS
    assert [(one["log_level"], one["run_id"]) for one in logged] == [("error", run_id)]
    del lived.tell.broken[run_id]
    assert sum(meter.step() for _ in range(MOST_ROUNDS)) == 1
    lived.live_on(100)
    lived.tell.broken[run_id] = ZeroDivisionError("a bug")
    with capture_logs() as logged:
        meter.step()
    assert len(logged) == 1  # it was well in between


def test_a_bug_in_the_meter_ends_nothing_else(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paddock.surfaces.meter.EVERY_S", 0.001)
    monkeypatch.setattr("paddock.surfaces.parts.AGAIN_S", 0.001)
    meter, stop, rounds = lived.meter(), Event(), []

    def fail(_stop: Event) -> int:
        rounds.append(1)
        if len(rounds) == 50:
            raise Unavailable(Code.DATABASE_BUSY, "not now")
        raise KeyError("a bug")

    monkeypatch.setattr(meter, "step", fail)
    Timer(0.5, stop.set).start()
    with capture_logs() as logged:
        assert run_together([meter_part(meter)], stop, within_s=5) == Ending((), ())
    assert len(rounds) > 50
    assert [one["log_level"] for one in logged] == ["error", "warning"]
