"""The worker's round: what one part cannot do keeps nothing else from being done, and nothing asked is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, func, select

from paddock.core.errors import Code, Invalid, Unavailable, Unknown
from paddock.core.orders import OrderKind, OrderState, Side
from paddock.journal import leases
from paddock.journal.database import Database
from paddock.journal.fences import Fence
from paddock.journal.fences import leases as lease_table
from paddock.journal.intents import Action, Intent, intent_id, intents, record
from paddock.journal.kinds import EventKind
from paddock.runtime import kept, runner
from paddock.runtime.ending import open_lots
from paddock.runtime.feeds import TapeReplay
from paddock.runtime.kill import Kills
from paddock.runtime.lifecycle import KillAction, RunState, StopMode
from paddock.runtime.runs import Run, shard_of
from paddock.venues.broker import VenueFill, VenueOrder
from tests.runtime.rig import CAPITAL, OWNER, Rig, document


@pytest.fixture
def rig(fresh_url: Callable[[str], str]) -> Iterator[Rig]:
    database = Database.open(fresh_url("sqlite"))
    yield Rig(database)
    database.close()


def account_beside(rig: Rig, account_id: str) -> str:
    """An account that another cohort keeps."""
    while True:
        other = rig.accounts.open(OWNER, "paper", CAPITAL).account_id
        if shard_of(other) != shard_of(account_id):
            return other


def until_open(rig: Rig, run_id: str) -> None:
    for _ in range(200):
        rig.go(1)
        if lots_of(rig, run_id):
            return
    raise AssertionError("it never opened a position")


def lots_of(rig: Rig, run_id: str) -> dict[str, int]:
    with rig.database.read() as conn:
        return open_lots(conn, run_id)


def entries_of(rig: Rig, run: Run) -> list[str]:
    intended = rig.events(f"run:{run.run_id}", [EventKind.ORDER_INTENDED])
    return [event.payload["intent_id"] for event in intended if not event.payload["reduce_only"]]


def entries_at_venue(rig: Rig, run: Run) -> list[VenueOrder]:
    return [order for order in rig.paper.open_orders(run.account_id) if not order.reduce_only]


def exits_at_venue(rig: Rig, run: Run) -> list[VenueOrder]:
    return [order for order in rig.paper.open_orders(run.account_id) if order.kind is OrderKind.MARKET]


def until_entry_works(rig: Rig, run: Run) -> None:
    while not entries_at_venue(rig, run):
        rig.go(1)


def test_a_cohort_whose_runs_are_all_over_makes_room_for_another(rig: Rig) -> None:
    first = rig.deploy(document("momentum"))
    rig.go(2)
    rig.runs.stop(OWNER, first.run_id, StopMode.FLATTEN)
    rig.go(2)
    assert rig.run(first.run_id).settled
    second = rig.deploy(document("momentum"), account_id=account_beside(rig, first.account_id))
    rig.go(2)
    assert rig.run(second.run_id).state is RunState.ACTIVE


def test_a_failure_that_could_not_be_recorded_is_recorded_later(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    run = rig.deploy(document("momentum"))
    rig.go(2)
    (held,) = rig.worker._held.values()
    held.runner.kept.by_run[run.run_id].leaving = True
    held.runner.failures[run.run_id] = Invalid(Code.STRATEGY_PYTHON, "it raised")
    once(monkeypatch, held.commands, "_fail", Unavailable(Code.DATABASE_BUSY, "away"))
    rig.go(1)
    assert rig.run(run.run_id).state is RunState.ACTIVE
    rig.go(1)
    assert rig.run(run.run_id).state is RunState.FAILED


def test_a_pause_whose_commit_was_in_doubt_is_obeyed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction came through, and the worker was told that nobody knows."""
    run = rig.deploy(document("rsi-mean-reversion"))
    rig.go(2)
    before = entries_of(rig, run)
    rig.runs.pause(OWNER, run.run_id)
    write = rig.database.write

    @contextmanager
    def doubtful(*args: object) -> Iterator[Connection]:
        with write(*args) as conn:
            yield conn
        with rig.database.read() as conn:
            paused = rig.run(run.run_id).state is RunState.PAUSED
        if paused and not told:
            told.append(True)
            raise Unknown(Code.DATABASE_LOST, "it went away")

    told: list[bool] = []
    monkeypatch.setattr(rig.database, "write", doubtful)
    rig.go(1)
    assert told
    assert rig.run(run.run_id).state is RunState.PAUSED
    rig.go(60)
    assert entries_of(rig, run) == before


def test_s15_a_kill_switch_whose_writing_is_in_doubt_takes_entries_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = rig.deploy(document("maker-reclaim"))
    until_entry_works(rig, run)

    def doubt() -> None:
        raise Unknown(Code.DATABASE_LOST, "it went away while it committed")

    monkeypatch.setattr(Kills, "write", lambda self: doubt())
    with pytest.raises(Unknown):
        rig.kills.engage("platform", "now", by=OWNER)
    rig.worker.step()
    assert entries_at_venue(rig, run) == []


def test_s15_a_silent_feed_does_not_keep_a_kill_switch_from_being_honoured(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = rig.deploy(document("rsi-mean-reversion"))
    until_open(rig, run.run_id)
    poll = rig.feed.poll

    def silent() -> list[object]:
        raise Unavailable(Code.VENUE_UNAVAILABLE, "the stream is down")

    monkeypatch.setattr(rig.feed, "poll", silent)
    rig.kills.engage("platform", "now", by=OWNER)
    rig.worker.step()
    assert len(exits_at_venue(rig, run)) == len(lots_of(rig, run.run_id))
    monkeypatch.setattr(rig.feed, "poll", poll)
    rig.go(3)
    assert rig.run(run.run_id).settled


class Forgotten(TapeReplay):
    """A feed whose source knew its bars when it was made, and does not when it is taken up again."""

    def start(self, after_ts: int) -> None:
        again = hasattr(self, "_next")
        super().start(after_ts)
        if again:
            raise Invalid(Code.DATA_COVERAGE, "the bars that follow are forgotten")


def test_a_feed_whose_bars_are_forgotten_leaves_its_runs_within_reach(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = rig.deploy(document("rsi-mean-reversion"))
    other = rig.deploy(document("rsi-mean-reversion"), account_id=account_beside(rig, run.account_id))
    until_open(rig, run.run_id)
    rig.worker.stop()
    monkeypatch.setattr("tests.runtime.rig.TapeReplay", Forgotten)
    rig.start()
    rig.runs.pause(OWNER, other.run_id)
    rig.runs.stop(OWNER, run.run_id, StopMode.FLATTEN)
    rig.go(1)
    assert rig.run(other.run_id).state is RunState.PAUSED
    assert len(exits_at_venue(rig, run)) == len(lots_of(rig, run.run_id)) > 0
    rig.kills.engage("platform", "now", by=OWNER)
    rig.go(1)
    assert len(exits_at_venue(rig, other)) == len(lots_of(rig, other.run_id)) > 0


def test_a_cohort_that_cannot_go_on_does_not_hold_the_others(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    one = rig.deploy(document("momentum"))
    other = rig.deploy(document("momentum"), account_id=account_beside(rig, one.account_id))
    rig.go(2)
    first, second = (rig.worker._held[name] for name in rig.worker.cohorts)

    def stuck(*_: object) -> int:
        raise Unavailable(Code.VENUE_UNAVAILABLE, "its venue is away")

    monkeypatch.setattr(first.runner, "advance", stuck)
    before = second.runner.kept.last_ts
    rig.go(1)  # the next bar is held back at the venue only until every shard was decided on this one
    assert second.runner.kept.last_ts > before
    assert {rig.run(run.run_id).state for run in (one, other)} == {RunState.ACTIVE}


def test_a_long_way_to_catch_up_is_gone_in_parts(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between them kill switches are looked at and leases renewed."""
    monkeypatch.setattr(runner, "MOST_BARS", 4)
    rig.deploy(document("momentum"))
    rig.go(1)
    (held,) = rig.worker._held.values()
    for _ in range(10):
        rig.feed.advance()
        held.runner.watch.take()
    assert [rig.worker.step() for _ in range(4)] == [4, 4, 2, 0]


@pytest.mark.parametrize("by", ["owner", "switch"])
def test_a_pause_takes_working_entries_back(rig: Rig, by: str) -> None:
    """An entry that fills after a pause would be one that the pause was to prevent."""
    run = rig.deploy(document("maker-reclaim"))
    until_entry_works(rig, run)
    if by == "owner":
        rig.runs.pause(OWNER, run.run_id)
    else:
        rig.kills.engage("platform", "night", by=OWNER, action=KillAction.PAUSE)
    rig.worker.step()
    assert entries_at_venue(rig, run) == []
    held = lots_of(rig, run.run_id)
    rig.go(5)
    assert lots_of(rig, run.run_id).keys() <= held.keys()
    if by == "switch":
        rig.kills.release("platform", by=OWNER)
    rig.runs.resume(OWNER, run.run_id)
    until_entry_works(rig, run)  # its books know that the order is gone: it asks again


def test_a_run_that_fails_leaves_no_entry_to_fill_behind_it(rig: Rig) -> None:
    run = rig.deploy(document("maker-reclaim"))
    until_entry_works(rig, run)
    (held,) = rig.worker._held.values()
    held.runner.kept.by_run[run.run_id].leaving = True
    held.runner.failures[run.run_id] = Invalid(Code.STRATEGY_PYTHON, "it raised")
    rig.worker.step()
    assert rig.run(run.run_id).state is RunState.FAILED
    assert entries_at_venue(rig, run) == []


def test_the_past_is_read_once_for_runs_that_join_and_not_for_nobody(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.deploy(document("sma-crossover"))
    rig.go(3)
    rig.start()
    read, lived = [], kept.lived
    monkeypatch.setattr(kept, "lived", lambda *args: read.append(args) or lived(*args))
    rig.worker.step()
    assert len(read) == 1
    (run_id,) = rig.states()
    account = account_beside(rig, rig.run(run_id).account_id)
    rig.deploy(document("sma-crossover"), account_id=account)
    while len(rig.worker.cohorts) < 2:
        rig.go(1)
    assert len(read) == 2
    assert set(rig.states().values()) == {RunState.ACTIVE}


def test_p07_a_worker_that_slept_before_its_first_write_keeps_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another takes the cohort over between the lease and the first transaction: no error, and theirs is left alone."""
    rig.deploy(document("sma-crossover"))
    acquire = leases.acquire

    def sleep_after(database: Database, name: str, holder: str, lease_ms: int) -> Fence | None:
        fence = acquire(database, name, holder, lease_ms)
        if fence is not None and name.startswith("cohort:"):
            leases.release(database, [fence])
            acquire(database, name, "another", lease_ms)
        return fence

    with monkeypatch.context() as sleepy:
        sleepy.setattr(leases, "acquire", sleep_after)
        rig.worker.step()
    assert rig.worker.cohorts == ()
    with rig.database.read() as conn:
        holders = conn.execute(select(lease_table.c.holder).where(lease_table.c.name.like("cohort:%"))).scalars().all()
    assert holders == ["another"]


def test_a_kill_switch_also_closes_what_a_stopped_run_kept(rig: Rig) -> None:
    run = rig.deploy(document("rsi-mean-reversion"))
    until_open(rig, run.run_id)
    rig.runs.stop(OWNER, run.run_id, StopMode.KEEP)
    rig.worker.step()
    assert rig.run(run.run_id).state is RunState.STOPPED
    assert lots_of(rig, run.run_id)
    rig.kills.engage("platform", "now", by=OWNER)
    rig.go(3)
    assert lots_of(rig, run.run_id) == {}
    assert rig.run(run.run_id).settled


def test_an_end_that_is_asked_for_again_and_again_cancels_an_order_once(rig: Rig) -> None:
    run = rig.deploy(document("maker-reclaim"))
    until_entry_works(rig, run)
    working, broker = len(entries_at_venue(rig, run)), rig.paper.cancel

    def away(_: object) -> list[object]:
        raise Unavailable(Code.VENUE_UNAVAILABLE, "maintenance")

    rig.paper.cancel = away  # type: ignore[method-assign, assignment]
    rig.runs.stop(OWNER, run.run_id, StopMode.FLATTEN)
    for _ in range(30):
        rig.feed._told_ts += 6_000  # within the bar
        rig.worker.step()
    living = select(func.count()).where(
        intents.c.action == Action.CANCEL, intents.c.state.in_(["pending", "sent", "unknown"])
    )
    with rig.database.read() as conn:
        assert conn.execute(living).scalar_one() == working
    rig.paper.cancel = broker  # type: ignore[method-assign]
    for _ in range(15):
        rig.feed._told_ts += 6_000
        rig.worker.step()
    assert rig.run(run.run_id).settled


def test_a_fill_that_comes_after_the_end_is_wound_up_too(rig: Rig) -> None:
    """Its order was cancelled, and filled all the same: the position may not stay without anybody."""
    run = rig.deploy(document("momentum"))
    rig.go(2)
    rig.runs.stop(OWNER, run.run_id, StopMode.FLATTEN)
    rig.worker.step()
    assert rig.run(run.run_id).settled
    events = rig.paper.events
    late = VenueFill("late", "", run.run_id, "B", OrderKind.MARKET, Side.BUY, 10, 100.0, 7, False, rig.feed.now_ts())
    rig.paper.events = lambda account, cursor: ([late], cursor)  # type: ignore[method-assign]
    with rig.database.write() as conn:  # it once ordered something, so the book is a run of ours
        name = intent_id(run.run_id, 9, 0)
        state = OrderState.CANCELED
        record(conn, [Intent(name, run.run_id, run.account_id, 9, 0, Action.PLACE, name, {}, 0, 0, state=state)])
    rig.worker.step()
    rig.paper.events = events  # type: ignore[method-assign]
    assert lots_of(rig, run.run_id) == {"B": 10}
    assert not rig.run(run.run_id).settled
    rig.feed._told_ts += 6_000
    rig.worker.step()
    exits = [e for e in rig.events(f"run:{run.run_id}", [EventKind.ORDER_INTENDED]) if e.payload["reduce_only"]]
    assert [event.payload["lots"] for event in exits] == [10]


def once(monkeypatch: pytest.MonkeyPatch, where: object, name: str, error: Exception) -> None:
    """The first call raises."""
    real = getattr(where, name)

    def raising(*args: object, **named: object) -> object:
        monkeypatch.setattr(where, name, real)
        raise error

    monkeypatch.setattr(where, name, raising)
