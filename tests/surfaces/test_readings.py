"""A bar of a run in Python is explained by running its code once more, which nobody waits for long."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.journal.database import Database
from paddock.journal.kinds import EventKind
from paddock.journal.upgrade import upgrade
from paddock.runtime.tell import Tell
from paddock.surfaces import readings as module
from paddock.surfaces.cli.reading import lines
from paddock.surfaces.readings import Readings
from tests.patience import PATIENCE_S
from tests.runtime.rig import Rig, box_of, in_python
from tests.strategy.twins import SOURCES


def test_what_next_returned_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/paddock.db")
    upgrade(database)
    rig = Rig(database)
    run = rig.deploy(in_python(SOURCES["rsi-mean-reversion"], "RsiMeanReversion"))
    rig.go(12)
    run = rig.run(run.run_id)
    first = rig.events(f"run:{run.run_id}", [EventKind.DECISION_MADE])[0].payload["bar_ts"]
    readings = Readings(database, Tell(lambda _: rig.feed.history(), lambda _: rig.costs, box_of))

    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    with pytest.raises(Unavailable) as busy:
        readings.read(run, first)
    assert busy.value.code is Code.GETTING_READY
    monkeypatch.setattr(module, "PATIENCE_S", PATIENCE_S)
    found = json.loads(json.dumps(readings.read(run, first), allow_nan=False))
    assert (found["ts"], found["rules"]) == (first, [])
    assert found["orders"] and found["returned"]
    assert {one["action"] for one in found["returned"]} <= {"open long", "open short", "close the position"}
    assert all(one["name"].startswith("RSI") and one["value"] is not None for one in found["read"])
    assert any("next returned open" in line for line in lines(found))
    monkeypatch.setattr(module, "PATIENCE_S", 0.0)
    assert readings.read(run, first) == found  # made once

    monkeypatch.setattr(module, "PATIENCE_S", PATIENCE_S)
    with pytest.raises(Invalid) as nowhere:
        readings.read(run, 0)
    assert nowhere.value.code is Code.RUN_EXPLAIN
    database.close()
