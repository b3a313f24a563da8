"""Jobs: queued once, done by one at a time, tried again, and given up; schedules fire once for all who look."""

import threading
from dataclasses import replace

import pytest

from paddock.core.errors import Code, Invalid, NotFound, Refused
from paddock.core.seams import ManualClock
from paddock.core.time import parse_ts
from paddock.journal import cron, jobs
from paddock.journal.cron import Schedule, last_time
from paddock.journal.events import read
from paddock.journal.jobs import JobState


@pytest.fixture
def clock():
    return ManualClock(1_000_000)


@pytest.fixture
def database(databases, clock):
    return databases(clock=clock)


def queue(database, job_id, **options):
    with database.write() as conn:
        return jobs.enqueue(conn, job_id, options.pop("kind", "work"), {"n": 1}, now_ts=5, **options)


def look(database, job_id):
    with database.read() as conn:
        return jobs.get(conn, job_id)


def told(database):
    with database.read() as conn:
        return [(event.stream, event.kind.value, event.payload["job_id"]) for event in read(conn, limit=100)]


def test_a_job_is_claimed_in_order_and_finished(database, clock):
    queue(database, "b", owner="ann")
    queue(database, "a")
    assert jobs.claim(database, ["other"], "w", 100) is None
    first = jobs.claim(database, ["other", "work"], "w", 100)
    assert (first.job_id, first.state, first.attempts, first.payload) == ("b", JobState.RUNNING, 1, {"n": 1})
    assert jobs.claim(database, ["work"], "v", 100).job_id == "a"
    assert jobs.claim(database, ["work"], "v", 100) is None
    assert jobs.heartbeat(database, first, 100, 0.5).progress == 0.5
    with database.write() as conn:
        jobs.finish(conn, first, {"found": [1, 2]}, 9)
    done = look(database, "b")
    assert (done.state, done.result, done.progress, done.ended_ts) == (JobState.DONE, {"found": [1, 2]}, 1.0, 9)
    assert told(database) == [
        ("user:ann", "job.queued", "b"),
        ("platform", "job.queued", "a"),
        ("user:ann", "job.finished", "b"),
    ]


def test_the_same_work_is_queued_once(database):
    first = queue(database, "a", key="sweep:1")
    assert queue(database, "b", key="sweep:1") == first
    assert len(told(database)) == 1
    assert queue(database, "c", key="sweep:2").job_id == "c"


def test_a_job_that_is_not_due_waits(database, clock):
    queue(database, "a", due_ts=clock.ts + 50)
    assert jobs.claim(database, ["work"], "w", 100) is None
    clock.advance(50)
    assert jobs.claim(database, ["work"], "w", 100).job_id == "a"


def test_a_job_of_a_silent_worker_is_tried_again_and_given_up_at_last(database, clock):
    queue(database, "a", max_attempts=3)
    for attempt in (1, 2, 3):
        claimed = jobs.claim(database, ["work"], f"w{attempt}", 100)
        assert claimed.attempts == attempt
        clock.advance(99)
        assert jobs.claim(database, ["work"], "v", 100) is None
        clock.advance(1)
    assert jobs.claim(database, ["work"], "v", 100) is None
    dead = look(database, "a")
    assert (dead.state, dead.attempts) == (JobState.DEAD, 3)
    assert "silent 3 times" in dead.error
    assert told(database)[-1] == ("platform", "job.failed", "a")


def test_a_heartbeat_keeps_a_long_job(database, clock):
    queue(database, "a")
    claimed = jobs.claim(database, ["work"], "w", 100)
    for _ in range(10):
        clock.advance(90)
        jobs.heartbeat(database, claimed, 100)
        assert jobs.claim(database, ["work"], "v", 100) is None
    assert look(database, "a").attempts == 1


def test_p07_an_earlier_attempt_can_neither_finish_nor_fail_nor_go_on(database, clock):
    queue(database, "a")
    old = jobs.claim(database, ["work"], "w", 100)
    clock.advance(100)
    new = jobs.claim(database, ["work"], "w", 100)  # even under the same name
    for late in (
        lambda conn: jobs.finish(conn, old, 1, 9),
        lambda conn: jobs.fail(conn, old, "x", 9, retry_ms=None),
        lambda conn: jobs.give_back(conn, old, 9),
        lambda conn: jobs.canceled(conn, old, 9),
        lambda conn: jobs.require_held(conn, old),
    ):
        with pytest.raises(Refused) as caught, database.write() as conn:
            late(conn)
        assert caught.value.code is Code.FENCED
    with pytest.raises(Refused):
        jobs.heartbeat(database, old, 100)
    with database.write() as conn:
        jobs.finish(conn, new, 2, 9)
        with pytest.raises(Refused):
            jobs.finish(conn, new, 3, 9)
    assert look(database, "a").result == 2


def test_a_failed_job_is_tried_again_later_and_given_up(database, clock):
    queue(database, "a", max_attempts=2)
    with database.write() as conn:
        pass
    claimed = jobs.claim(database, ["work"], "w", 100)
    with database.write() as conn:
        jobs.fail(conn, claimed, "no data", clock.ts, retry_ms=70)
    assert (look(database, "a").state, look(database, "a").error) == (JobState.QUEUED, "no data")
    assert jobs.claim(database, ["work"], "w", 100) is None
    clock.advance(70)
    claimed = jobs.claim(database, ["work"], "w", 100)
    with database.write() as conn:
        jobs.fail(conn, claimed, "no data again", clock.ts, retry_ms=70)
    assert (look(database, "a").state, look(database, "a").error) == (JobState.DEAD, "no data again")


def test_a_job_that_is_given_back_waits_as_if_nobody_had_begun_it(database, clock):
    queued = queue(database, "a", max_attempts=2)
    for _ in range(4):
        claimed = jobs.claim(database, ["work"], "w", 100)
        jobs.heartbeat(database, claimed, 100, 0.5)
        with database.write() as conn:
            jobs.give_back(conn, claimed, clock.ts)
        assert look(database, "a") == replace(queued, due_ts=clock.ts)
    with database.write() as conn, pytest.raises(Refused):
        jobs.finish(conn, claimed, 1, 9)


def test_a_failure_that_no_attempt_can_mend_ends_it_at_once(database, clock):
    queue(database, "a")
    claimed = jobs.claim(database, ["work"], "w", 100)
    with database.write() as conn:
        jobs.fail(conn, claimed, "no such symbol", clock.ts, retry_ms=None)
    assert look(database, "a").state is JobState.DEAD


def test_cancelling(database, clock):
    for name in ("waits", "runs", "silent"):
        queue(database, name, kind=name)
    with database.write() as conn:
        assert jobs.cancel(conn, "waits", 9).state is JobState.CANCELED
        assert jobs.cancel(conn, "waits", 10).ended_ts == 9
    running = jobs.claim(database, ["runs"], "w", 100)
    jobs.claim(database, ["silent"], "w", 100)
    with database.write() as conn:
        assert not running.cancel
        assert jobs.cancel(conn, "runs", 9).state is JobState.RUNNING
        jobs.cancel(conn, "silent", 9)
    assert jobs.heartbeat(database, running, 100).cancel
    with database.write() as conn:
        jobs.canceled(conn, running, 9)
    clock.advance(100)
    assert jobs.claim(database, ["silent"], "v", 100) is None
    assert {look(database, name).state for name in ("waits", "runs", "silent")} == {JobState.CANCELED}
    with pytest.raises(NotFound) as caught, database.write() as conn:
        jobs.cancel(conn, "none", 9)
    assert caught.value.code is Code.JOB_NOT_FOUND


def test_listing_pages_from_the_newest(database):
    for n in range(5):
        queue(database, f"j{n}", owner="ann" if n % 2 else "bob")
    with database.read() as conn:
        assert [job.job_id for job in jobs.listed(conn, limit=2)] == ["j4", "j3"]
        assert [job.job_id for job in jobs.listed(conn, before=4, limit=2)] == ["j2", "j1"]
        assert [job.job_id for job in jobs.listed(conn, owner="ann", limit=9)] == ["j3", "j1"]
        assert jobs.listed(conn, states=[JobState.DONE], limit=9) == []


def test_many_workers_do_each_job_once(databases):
    database, done = databases(), []
    for n in range(24):
        queue(database, f"j{n}")

    def work(name, mine):
        while (claimed := jobs.claim(mine, ["work"], name, 60_000)) is not None:
            with mine.write() as conn:
                jobs.finish(conn, claimed, name, 1)
            done.append(claimed.job_id)

    workers = [threading.Thread(target=work, args=(f"w{n}", databases())) for n in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(done) == sorted(f"j{n}" for n in range(24))
    with database.read() as conn:
        assert {job.attempts for job in jobs.listed(conn, limit=50)} == {1}


HOURLY = Schedule("parity", "0 * * * *", "parity.measure", {"all": True})


def test_a_schedule_fires_once_for_all_who_look(database):
    begin = parse_ts("2026-03-01T10:30")
    hour = 3_600_000

    def fire(ts):
        with database.write() as conn:
            return [job.key for job in cron.fire(conn, [HOURLY], ts)]

    assert fire(begin) == []  # what came due before anybody looked is not caught up on
    assert fire(begin + 1) == []
    assert fire(begin + hour // 2) == [f"cron:parity:{begin + hour // 2}"]
    assert fire(begin + hour // 2) == []
    assert fire(begin - hour) == []  # a clock that went back fires nothing
    assert fire(begin + hour // 2 + 1) == []
    assert fire(begin + 4 * hour) == [f"cron:parity:{begin + 3 * hour + hour // 2}"]  # of three missed, the newest
    assert jobs.claim(database, ["parity.measure"], "w", 100).payload == {"all": True}


@pytest.mark.parametrize(
    ("expression", "now", "last"),
    [
        ("*/5 * * * *", "2026-03-01T10:04:59", "2026-03-01T10:00"),
        ("*/5 * * * *", "2026-03-01T10:05", "2026-03-01T10:05"),
        ("0 0 * * *", "2026-03-29T00:59", "2026-03-29T00:00"),
        ("30 1 * * 1", "2026-03-31T00:00", "2026-03-30T01:30"),
    ],
)
def test_times_of_a_schedule_are_utc(expression, now, last):
    assert last_time(expression, parse_ts(now)) == parse_ts(last)


@pytest.mark.parametrize("expression", ["", "hourly", "61 * * * *", "0 0 31 2 *"])
def test_what_is_no_schedule_is_refused(expression):
    with pytest.raises(Invalid) as caught:
        last_time(expression, 1_700_000_000_000)
    assert caught.value.code is Code.JOB_SCHEDULE
