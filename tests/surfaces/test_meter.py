"""The meter measures what can be measured, and on a replay there is nothing between a run and its backtest."""

from __future__ import annotations

from paddock.core.seams import CountingIds, ManualClock
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.market.lake import Lake
from paddock.market.load import load_tape
from paddock.runtime.runs import Runs
from paddock.runtime.tell import Tell
from paddock.surfaces import rehearsal
from paddock.surfaces.meter import Meter


def test_a_replayed_run_is_measured_and_differs_by_nothing(demo_home, tmp_path):
    lake = Lake(demo_home)
    tape = load_tape(lake, venue="demo", interval="1h", symbols=["BTC"], specs=lake)
    clock, ids = ManualClock(0), CountingIds("id")
    rehearsal.rehearse(tape, clock, ids, tmp_path)
    database = Database.open(f"sqlite:///{tmp_path}/rehearsal.db")
    (run,) = Runs(database, clock, ids).list(rehearsal.NAME).items
    tell = Tell(lambda _feed: rehearsal.feed_on(tape).history(), lambda _feed: Costs())
    meter = Meter(database, tell, {run.feed: clock})
    assert [meter.step(), meter.step()] == [1, 1]
    with database.read() as conn:
        told = [event.payload for event in read(conn, limit=1000) if event.kind == "parity.measured"]
    assert [(one["orders"] > 0, one["differing"], one["total"]) for one in told] == [(True, 0, 0)] * 2
    assert Meter(database, tell, {}).step() == 0
    database.close()
