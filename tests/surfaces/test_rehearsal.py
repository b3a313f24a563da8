"""The engine is compiled by a bot whose database is thrown away: it enters, protects and leaves like any other."""

from __future__ import annotations

from paddock.core.seams import CountingIds, ManualClock
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.market.lake import Lake
from paddock.surfaces import kernel_cache, rehearsal
from paddock.surfaces.histories import load_tape


def demo_tape(home):
    lake = Lake(home)
    return load_tape(lake, venue="demo", interval="1h", symbols=["BTC", "SOL"], specs=lake)


def test_it_goes_through_everything_that_a_bot_needs(demo_home, tmp_path):
    rehearsal.rehearse(demo_tape(demo_home), ManualClock(0), CountingIds("id"), tmp_path)
    database = Database.open(f"sqlite:///{tmp_path}/rehearsal.db")
    with database.read() as conn:
        told = [(event.stream, str(event.kind)) for event in read(conn, limit=1000)]
    database.close()
    lived = {stream for stream, kind in told if kind == "run.deployed"}
    assert len(lived) == 2  # a graph, and the same in Python
    for stream in lived:
        kinds = {kind for of, kind in told if of == stream}
        assert {"decision.made", "order.opened", "fill.booked", "position.closed"} <= kinds


def test_it_is_done_once_for_each_engine(demo_home, tmp_path, monkeypatch):
    done, told = [], []
    monkeypatch.setattr(kernel_cache, "folder", lambda: tmp_path / "kernel-1")
    monkeypatch.setattr(rehearsal, "rehearse", lambda *_: done.append(1))
    for _ in range(2):
        rehearsal.rehearse_once(demo_tape(demo_home), ManualClock(0), CountingIds("id"), told.append)
    assert done == [1]
    assert told == [rehearsal.COMPILING]
