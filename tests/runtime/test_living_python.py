"""Python strategies that live: in processes of their own, carried over restarts, and failing alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from paddock.core.errors import Code, Invalid
from paddock.engine.explain import CodeReading
from paddock.engine.scripted import backtest_python
from paddock.journal.database import Database
from paddock.journal.kinds import EventKind
from paddock.runtime.ending import open_lots
from paddock.runtime.lifecycle import RunState, StopMode
from paddock.runtime.parity import measure
from paddock.runtime.tell import Tell
from paddock.runtime.user_code import load_python
from paddock.strategy.python import compile_python
from paddock.strategy.validate import load_document
from tests.runtime import boxes
from tests.runtime.boxes import strategy
from tests.runtime.rig import OWNER, Rig, box_of, document, in_python
from tests.strategy.twins import SOURCES

CLASS = "RsiMeanReversion"


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)


def test_it_is_its_backtest_also_over_restarts(rig: Rig) -> None:
    raw = in_python(SOURCES["rsi-mean-reversion"], CLASS)
    run_id = rig.deploy(raw).run_id
    for bars in (7, 8, 25):
        rig.go(bars)
        rig.worker.stop()
        rig.start()
    strategy_ = compile_python(load_document(raw), load_python(SOURCES["rsi-mean-reversion"], CLASS), rig.tape.symbols)
    with rig.database.read() as conn:
        told = Tell(lambda _: rig.feed.history(), lambda _: rig.costs).record(conn, rig.run(run_id))
    shadow = backtest_python(
        strategy_, told.tape, start_usd=Decimal(10_000), costs=rig.costs, window=(told.start, told.end)
    )
    np.testing.assert_array_equal(told.equity, shadow.equity)
    for column in ("bar", "lots", "px", "fee", "side"):
        np.testing.assert_array_equal(told.fills[column], shadow.fills[column])
    assert len(told.fills) > 5


def test_parity_is_zero_order_for_order_and_a_bar_tells_what_next_returned(rig: Rig) -> None:
    """The shadow runs in a process of its own, too."""
    run_id = rig.deploy(in_python(SOURCES["rsi-mean-reversion"], CLASS)).run_id
    rig.go(40)
    decided = [event.payload["bar_ts"] for event in rig.events(f"run:{run_id}", [EventKind.DECISION_MADE])]
    tell = Tell(lambda _: rig.feed.history(), lambda _: rig.costs, box_of)
    with rig.database.read() as conn:
        parity = measure(conn, rig.run(run_id), tell)
        with tell.told(conn, rig.run(run_id)) as told:
            readings = [told.explain(ts) for ts in decided[:2]]
            live = told.lived
            silent = next(ts for ts in live.tape.ts[live.start : live.end].tolist() if ts not in decided)
            quiet = told.explain(silent)
    assert parity.exact, parity
    assert parity.orders > 5
    assert isinstance(quiet, CodeReading) and not quiet.returned
    for reading in readings:
        assert isinstance(reading, CodeReading)
        assert reading.returned and len(reading.orders) > 0
        assert {feature.name for feature, _, _ in reading.read} == {"rsi"}
        assert any(now < 30 or now > 55 or now < 45 or now > 70 for _, now, _ in reading.read)


def test_without_processes_it_is_not_measured(rig: Rig) -> None:
    run_id = rig.deploy(in_python(SOURCES["rsi-mean-reversion"], CLASS)).run_id
    rig.go(1)
    with rig.database.read() as conn, pytest.raises(Invalid) as refused:
        measure(conn, rig.run(run_id), Tell(lambda _: rig.feed.history(), lambda _: rig.costs))
    assert refused.value.code is Code.RUN_EXPLAIN


FAILING = {
    "raises": strategy("raise RuntimeError('no')"),
    "stalls": strategy("while True: pass"),
    "leaves": strategy("import os\nos._exit(3)"),
    "returns nonsense": strategy("return [7]"),
}


@pytest.mark.parametrize("source", FAILING.values(), ids=FAILING)
def test_one_that_fails_fails_alone(rig: Rig, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if source == FAILING["stalls"]:
        monkeypatch.setattr(boxes, "PATIENT", replace(boxes.PATIENT, answer_s=1.0))
    bad = rig.deploy(in_python(source, "Mine"))
    good = rig.deploy(document("rsi-mean-reversion"), account_id=None)
    rig.go(14)
    assert rig.states() == {bad.run_id: RunState.FAILED, good.run_id: RunState.ACTIVE}
    assert rig.run(bad.run_id).reason
    assert [e.kind for e in rig.events(f"run:{bad.run_id}")][-1] == EventKind.RUN_FAILED
    assert rig.events(f"run:{good.run_id}", [EventKind.FILL_BOOKED])


def test_one_that_does_not_start_fails_with_its_reason_and_alone(rig: Rig) -> None:
    missing = strategy("pass", init="self.far = market.feature('sma', 3, symbol='NOPE')")
    bad = [rig.deploy(in_python(source, "Mine")) for source in ("import nothing_of_that_name\n", missing)]
    good = rig.deploy(document("rsi-mean-reversion"))
    rig.go(2)
    assert [rig.run(run.run_id).state for run in bad] == [RunState.FAILED] * 2
    assert "nothing_of_that_name" in rig.run(bad[0].run_id).reason
    assert "NOPE" in rig.run(bad[1].run_id).reason
    assert rig.run(good.run_id).state is RunState.ACTIVE


def test_a_position_of_one_that_failed_keeps_its_stop_until_its_owner_ends_it(rig: Rig) -> None:
    body = """
self.n = getattr(self, 'n', 0) + 1
assert self.n < 3
if self.n == 1:
    yield open_long('A', equity_pct(10), stop_loss_pct=40)
"""
    bad = rig.deploy(in_python(strategy(body), "Mine"))
    rig.go(5)
    assert rig.run(bad.run_id).state is RunState.FAILED
    with rig.database.read() as conn:
        assert open_lots(conn, bad.run_id)
    rig.runs.stop(OWNER, bad.run_id, StopMode.FLATTEN)
    rig.go(3)
    assert rig.run(bad.run_id).settled
