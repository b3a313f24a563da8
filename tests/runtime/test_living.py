"""Bots that live on a replayed tape with the paper venue: what they do is their backtest, whatever interrupts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select, update

from paddock.core.errors import Code, Unavailable
from paddock.core.seams import ManualClock
from paddock.engine.explain import BarReading
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.journal.kinds import EventKind
from paddock.journal.ledger import Book, balance, check
from paddock.runtime.desk_policy import DeskPolicy
from paddock.runtime.ending import is_idle, open_lots
from paddock.runtime.health import Condition, health_of
from paddock.runtime.kill import DeadMan
from paddock.runtime.lifecycle import KillAction, RunState, StopMode
from paddock.runtime.paper_tables import paper_events, paper_orders
from paddock.runtime.parity import latest, measure, store
from paddock.runtime.seen import bar_at
from paddock.runtime.tables import bot_versions, run_states
from paddock.runtime.tell import Tell
from paddock.strategy.templates import TEMPLATES
from paddock.venues.broker import VenueOrder
from tests.runtime.rig import CAPITAL, OWNER, Rig, document


@pytest.fixture
def rig(database: Database) -> Rig:
    return Rig(database)


def tell(rig: Rig) -> Tell:
    return Tell(lambda _: rig.feed.history(), lambda _: rig.costs)


def log_of(database: Database) -> list[tuple[object, ...]]:
    """The whole log, byte for byte, but the workers' own business."""
    with database.read() as conn:
        return [(e.stream, e.seq, e.kind, e.ts, e.digest) for e in read(conn, limit=1_000_000)]


def payloads(rig: Rig) -> list[tuple[object, ...]]:
    return [(e.stream, e.kind, e.ts, e.payload) for e in rig.events()]


def all_templates(rig: Rig) -> dict[str, str]:
    """A run of each template, all on one account."""
    account = rig.accounts.open(OWNER, "paper", CAPITAL * len(TEMPLATES)).account_id
    return {name: rig.deploy(document(name), account_id=account).run_id for name in TEMPLATES}


@pytest.fixture
def twin(fresh_url: Callable[[str], str], database: Database) -> Rig:
    """Another platform on the same engine."""
    return Rig(Database.open(fresh_url(database.dialect)))


def test_each_template_is_its_backtest_order_for_order(fresh_url: Callable[[str], str]) -> None:
    rig = Rig(Database.open(fresh_url("sqlite")))
    names = all_templates(rig)
    rig.go(rig.tape.bars - rig.begin)
    assert rig.feed.finished
    orders = 0
    with rig.database.read() as conn:
        for name, run_id in names.items():
            parity = measure(conn, rig.run(run_id), tell(rig))
            assert parity.exact, (name, parity)
            assert set(parity.bps_a_day.values()) == {0.0}
            orders += parity.orders
        assert check(conn) == []
    assert orders > 300


def test_a_run_that_joins_later_is_its_backtest_from_then_on(rig: Rig) -> None:
    rig.deploy(document("rsi-mean-reversion"))
    rig.go(20)
    late = rig.deploy(document("rsi-mean-reversion")).run_id
    rig.go(40)
    with rig.database.read() as conn:
        told = tell(rig).record(conn, rig.run(late))
        assert (told.start, told.end) == (rig.begin + 20, rig.begin + 60)
        parity = measure(conn, rig.run(late), tell(rig))
    assert parity.exact
    assert parity.orders > 3


def test_a_worker_that_is_replaced_at_every_bar_changes_nothing(rig: Rig, twin: Rig) -> None:
    """The log of a platform whose process is another one at every bar is that of one that was never interrupted."""
    for one in (rig, twin):
        for name in ("rsi-mean-reversion", "twap-trend", "maker-reclaim", "breakout"):
            one.deploy(document(name))
    bars = 30
    for _ in range(bars):
        rig.start()
        rig.go(1)
    twin.go(bars)
    assert payloads(rig) == payloads(twin)
    assert log_of(rig.database) == log_of(twin.database)
    assert len(rig.events(kinds=[EventKind.FILL_BOOKED])) > 20


def test_the_paper_venue_keeps_the_newest_however_long_its_bots_live(rig: Rig, twin: Rig) -> None:
    """And with that they live as if it kept all, however often they are interrupted."""
    short, never = DeskPolicy(forget_ms=4 * 3_600_000), DeskPolicy(audit_ms=10**15)
    twin.start(policy=never)
    for one in (rig, twin):
        for name in ("maker-reclaim", "twap-trend"):
            one.deploy(document(name))
    for _ in range(2):
        rig.start(policy=short)
        rig.go(16)
        twin.go(16)
        kept, all_ = paper_rows(rig), paper_rows(twin)
        assert kept[0] < 5
        assert kept[1] < 10
    assert all_[0] > 40
    assert all_[1] > 12
    assert log_of(rig.database) == log_of(twin.database)


def paper_rows(rig: Rig) -> tuple[int, int]:
    """Events and orders that the paper venue has."""
    with rig.database.read() as conn:
        counts = [conn.execute(select(func.count()).select_from(one)) for one in (paper_events, paper_orders)]
        return counts[0].scalar_one(), counts[1].scalar_one()


def test_a_paused_run_makes_no_entries_and_keeps_its_exits(rig: Rig) -> None:
    """Also after a restart: what was refused while it was paused is not done then."""
    run_id = rig.deploy(document("rsi-mean-reversion")).run_id
    rig.go(30)
    rig.runs.pause(OWNER, run_id)
    rig.worker.step()
    assert rig.run(run_id).state is RunState.PAUSED
    before = entries(rig, run_id)
    rig.go(20)
    rig.start()
    rig.go(40)
    assert entries(rig, run_id) == before
    refused = rig.events(f"run:{run_id}", [EventKind.ENTRY_REFUSED])
    assert "paused" in {event.payload["reason"] for event in refused}
    with rig.database.read() as conn:
        assert open_lots(conn, run_id) == {}  # exits, stops and timeouts went on
    rig.runs.resume(OWNER, run_id)
    rig.go(40)
    assert len(entries(rig, run_id)) > len(before)
    kinds = [e.kind for e in rig.events(f"run:{run_id}") if e.kind.startswith("run.")]
    assert kinds == [EventKind.RUN_DEPLOYED, EventKind.RUN_PAUSED, EventKind.RUN_RESUMED]


def entries(rig: Rig, run_id: str) -> list[str]:
    intended = rig.events(f"run:{run_id}", [EventKind.ORDER_INTENDED])
    return [event.payload["intent_id"] for event in intended if not event.payload["reduce_only"]]


def until_open(rig: Rig, run_id: str) -> None:
    """Go on until the run has a position."""
    for _ in range(200):
        rig.go(1)
        with rig.database.read() as conn:
            if open_lots(conn, run_id):
                return
    raise AssertionError("it never opened a position")


def test_a_run_that_stops_flat_closes_everything_and_gives_its_money_back(rig: Rig) -> None:
    run_id = rig.deploy(document("rsi-mean-reversion")).run_id
    until_open(rig, run_id)
    rig.runs.stop(OWNER, run_id, StopMode.FLATTEN)
    rig.worker.step()
    assert rig.run(run_id).state is RunState.ACTIVE  # not yet: the exits wait for the next bar
    rig.go(2)
    run = rig.run(run_id)
    assert (run.state, run.settled, run.asked) == (RunState.STOPPED, True, False)
    with rig.database.read() as conn:
        assert is_idle(conn, run_id)
        assert balance(conn, run.account_id, run_id) == 0
        own = balance(conn, run.account_id, "")
        earned = sum(-balance(conn, run.account_id, run_id, book) for book in (Book.REALISED, Book.FEES, Book.FUNDING))
        assert own == CAPITAL + earned
    before = len(rig.events(f"run:{run_id}"))
    rig.go(10)
    assert len(rig.events(f"run:{run_id}")) == before


def test_a_run_that_stops_and_keeps_leaves_its_protection_and_settles_when_that_is_done(rig: Rig) -> None:
    run_id = rig.deploy(document("rsi-mean-reversion")).run_id
    until_open(rig, run_id)
    rig.runs.stop(OWNER, run_id, StopMode.KEEP)
    rig.worker.step()
    run = rig.run(run_id)
    assert (run.state, run.settled) == (RunState.STOPPED, False)
    intended = len(rig.events(f"run:{run_id}", [EventKind.ORDER_INTENDED]))
    with rig.database.read() as conn:
        assert open_lots(conn, run_id)
    for _ in range(150):
        rig.go(1)
        if rig.run(run_id).settled:
            break
    assert rig.run(run_id).settled
    assert len(rig.events(f"run:{run_id}", [EventKind.ORDER_INTENDED])) == intended
    with rig.database.read() as conn:
        assert balance(conn, run.account_id, run_id) == 0


def test_a_run_that_was_never_taken_up_stops_at_once(rig: Rig) -> None:
    run = rig.deploy(document("breakout"))
    rig.runs.stop(OWNER, run.run_id, StopMode.FLATTEN)
    rig.worker.step()
    assert rig.run(run.run_id).state is RunState.STOPPED
    with rig.database.read() as conn:
        assert balance(conn, run.account_id, "") == CAPITAL


def test_redeploying_makes_another_run(rig: Rig) -> None:
    first = rig.deploy(document("breakout"))
    rig.go(3)
    rig.runs.stop(OWNER, first.run_id, StopMode.FLATTEN)
    rig.go(2)
    second = rig.runs.deploy(OWNER, first.bot_id, first.account_id, CAPITAL // 2)
    rig.go(1)
    assert rig.states() == {first.run_id: RunState.STOPPED, second.run_id: RunState.ACTIVE}


def test_a_kill_switch_stops_and_flattens_what_it_covers(rig: Rig) -> None:
    mine, other = (rig.deploy(document("rsi-mean-reversion")) for _ in range(2))
    until_open(rig, mine.run_id)
    rig.kills.engage(f"account:{mine.account_id}", "enough", by=OWNER)
    rig.worker.step()
    rig.go(2)
    assert rig.run(mine.run_id).state is RunState.STOPPED
    assert "enough" in rig.run(mine.run_id).reason
    assert rig.run(other.run_id).state is RunState.ACTIVE
    with rig.database.read() as conn:
        assert open_lots(conn, mine.run_id) == {}
        assert open_lots(conn, other.run_id)


def test_a_pausing_kill_switch_leaves_runs_paused_when_it_is_released(rig: Rig) -> None:
    run = rig.deploy(document("rsi-mean-reversion"))
    rig.go(5)
    rig.kills.engage("platform", "night", by=OWNER, action=KillAction.PAUSE)
    rig.go(1)
    assert rig.run(run.run_id).state is RunState.PAUSED
    rig.kills.release("platform", by=OWNER)
    rig.go(1)
    assert rig.run(run.run_id).state is RunState.PAUSED
    rig.runs.resume(OWNER, run.run_id)
    rig.go(1)
    assert rig.run(run.run_id).state is RunState.ACTIVE


def test_when_nobody_is_there_every_run_is_paused(rig: Rig) -> None:
    run = rig.deploy(document("rsi-mean-reversion"))
    rig.go(2)
    man = DeadMan(rig.database)
    man.arm(600_000)
    rig.go(1)
    assert rig.run(run.run_id).state is RunState.ACTIVE
    man.arm(-1)
    rig.go(1)
    assert rig.run(run.run_id).state is RunState.PAUSED
    (kill,) = rig.kills.engaged()
    assert "operator" in kill.reason


def test_a_version_that_cannot_be_run_fails_alone(rig: Rig) -> None:
    bad, good = rig.deploy(document("breakout")), rig.deploy(document("momentum"))
    with rig.database.write() as conn:
        where = bot_versions.c.bot_id == bad.bot_id
        conn.execute(update(bot_versions).where(where).values(document={"schema": "another"}))
    rig.go(3)
    assert rig.states() == {bad.run_id: RunState.FAILED, good.run_id: RunState.ACTIVE}
    assert "problem" in rig.run(bad.run_id).reason
    rig.runs.stop(OWNER, bad.run_id, StopMode.FLATTEN)
    rig.go(1)
    assert rig.run(bad.run_id).settled


def test_reasons_say_what_was_found_true(rig: Rig) -> None:
    run_id = rig.deploy(document("rsi-mean-reversion")).run_id
    until_open(rig, run_id)
    made = rig.events(f"run:{run_id}", [EventKind.DECISION_MADE])
    assert [event.payload["decision"] for event in made] == list(range(1, len(made) + 1))
    told = made[0].payload["detail"]["because"][0]
    assert told["action"] == "enter"
    values = {name: value for one in told["conditions"] for name, value in one["values"]}
    assert any(name.startswith("rsi") and value is not None for name, value in values.items())
    with rig.database.read() as conn, tell(rig).told(conn, rig.run(run_id)) as lived:
        reading = lived.explain(made[0].payload["bar_ts"])
    assert isinstance(reading, BarReading)
    fired = {rule.rule.node for rule in reading.rules if rule.code == 2}
    assert told["node"] in fired


def test_a_hold_writes_nothing_of_its_own(rig: Rig) -> None:
    """Bars at which nothing is decided cost the log nothing, and a run's state is not written again."""
    run_id = rig.deploy(document("momentum")).run_id
    rig.go(1)
    before = log_of(rig.database)
    rig.go(10)
    assert log_of(rig.database) == before
    with rig.database.read() as conn:
        assert conn.execute(select(run_states).where(run_states.c.run_id == run_id)).all() == []


def test_parity_is_kept_and_told(rig: Rig) -> None:
    run_id = rig.deploy(document("rsi-mean-reversion")).run_id
    rig.go(30)
    with rig.database.write() as conn:
        assert latest(conn, run_id) is None
        store(conn, rig.run(run_id), measure(conn, rig.run(run_id), tell(rig)), rig.feed.now_ts())
    with rig.database.read() as conn:
        kept = latest(conn, run_id)
    assert kept is not None
    assert (kept["total"], kept["ts"]) == (0, rig.feed.now_ts())
    assert len(rig.events(f"run:{run_id}", [EventKind.PARITY_MEASURED])) == 1


def test_p07_a_worker_that_slept_past_its_lease_neither_writes_nor_sends(databases: Callable[..., Database]) -> None:
    clock = ManualClock(10**12)
    rig = Rig(databases(clock=clock))
    run_id = rig.deploy(document("rsi-mean-reversion")).run_id
    rig.go(12)
    sleeper, tape_of_sleeper = rig.worker, rig.feed
    clock.advance(60_000)
    rig.start("another")
    rig.go(5)
    assert sleeper.cohorts == rig.worker.cohorts
    before = log_of(rig.database)
    tape_of_sleeper.advance(3)
    for _ in range(3):
        assert sleeper.step() == 0
    assert sleeper.cohorts == ()
    assert log_of(rig.database) == before
    rig.go(40)
    with rig.database.read() as conn:
        assert measure(conn, rig.run(run_id), tell(rig)).exact


def test_two_workers_share_cohorts_and_none_is_kept_twice(databases: Callable[..., Database]) -> None:
    first = Rig(databases())
    ids = [first.deploy(document("rsi-mean-reversion")).run_id for _ in range(8)]
    first.worker.step()
    alone = first.worker.cohorts
    assert len(alone) > 2
    second = Rig(databases())
    second.start("another")
    for _ in range(4):
        second.worker.step()
        first.worker.step()
    assert set(first.worker.cohorts) | set(second.worker.cohorts) == set(alone)
    assert not set(first.worker.cohorts) & set(second.worker.cohorts)
    for _ in range(30):
        for one in (first, second):
            one.feed.advance()
        for _ in range(2):
            first.worker.step()
            second.worker.step()
    with first.database.read() as conn:
        for run_id in ids:
            assert measure(conn, first.run(run_id), tell(first)).exact


def test_old_bars_are_told_and_change_nothing(rig: Rig) -> None:
    run_id = rig.deploy(document("rsi-mean-reversion")).run_id
    rig.go(10)
    again = bar_at(rig.tape, rig.begin + 4)
    corrected = replace(again, close=again.close * 1.5)
    late = replace(again, ts=again.ts - 1)
    poll = rig.feed.poll
    rig.feed.poll = lambda: [again, corrected, late, *poll()]  # type: ignore[method-assign]
    rig.go(20)
    assert [e.kind for e in rig.events("platform")] == [EventKind.BAR_LATE, EventKind.BAR_CORRECTED]
    with rig.database.read() as conn:
        assert measure(conn, rig.run(run_id), tell(rig)).exact


def test_a_run_whose_books_disagree_is_set_aside(rig: Rig) -> None:
    bad, good = (rig.deploy(document("rsi-mean-reversion")) for _ in range(2))
    until_open(rig, bad.run_id)
    with rig.database.write() as conn:
        conn.execute(delete(run_states).where(run_states.c.run_id == bad.run_id))
    rig.start()
    rig.go(2)
    assert rig.states() == {bad.run_id: RunState.QUARANTINED, good.run_id: RunState.ACTIVE}
    assert "fills come to" in rig.run(bad.run_id).reason
    rig.runs.stop(OWNER, bad.run_id, StopMode.FLATTEN)
    rig.go(3)
    assert rig.run(bad.run_id).settled


class Away:
    """A database that does not answer."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        def refuse(*_: object) -> object:
            raise Unavailable(Code.DATABASE_BUSY, "away")

        return refuse


def test_s15_a_kill_switch_takes_entries_back_without_a_database(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    run = rig.deploy(document("maker-reclaim"))
    working: list[VenueOrder] = []
    while not working:
        rig.go(1)
        working = [order for order in rig.paper.open_orders(run.account_id) if not order.reduce_only]
    monkeypatch.setattr(rig.kills, "_database", Away())
    with pytest.raises(Unavailable):
        rig.kills.engage("platform", "now", by=OWNER)
    before = log_of(rig.database)
    rig.go(1)
    assert log_of(rig.database) == before  # nothing was decided, recorded or sent
    assert [order for order in rig.paper.open_orders(run.account_id) if not order.reduce_only] == []
    monkeypatch.setattr(rig.kills, "_database", rig.database)
    rig.go(4)
    assert rig.run(run.run_id).settled
    assert [event.kind for event in rig.events("platform")] == [EventKind.KILL_ENGAGED]


def test_health_names_the_worst_that_is_true(rig: Rig) -> None:
    run_id = rig.deploy(document("momentum")).run_id

    def condition() -> Condition:
        with rig.database.read() as conn:
            return health_of(conn, rig.run(run_id)).condition

    assert condition() is Condition.WAITING
    rig.go(1)
    assert condition() is Condition.HEALTHY
    rig.runs.pause(OWNER, run_id)
    assert condition() is Condition.WAITING
    rig.go(1)
    assert condition() is Condition.PAUSED
    rig.kills.engage(f"run:{run_id}", "no", by=OWNER, action=KillAction.PAUSE)
    assert condition() is Condition.DEGRADED
    rig.runs.stop(OWNER, run_id, StopMode.KEEP)
    rig.go(1)
    assert condition() is Condition.STOPPED
