"""Any number of workers: one holds a lease, and what an earlier holder still does is refused by the database."""

import signal
import subprocess
import sys
import time

import pytest

from paddock.core.errors import Code, Refused
from paddock.core.seams import ManualClock
from paddock.journal import jobs, leases
from paddock.journal.events import Draft, append, last_position
from paddock.journal.kinds import EventKind
from tests.patience import PATIENCE_S
from tests.project import ROOT

DRAFT = Draft("platform", EventKind.KILL_ENGAGED, 1, {"by": "us"})


@pytest.fixture
def clock():
    return ManualClock(1_000_000)


@pytest.fixture
def virtual(databases, clock):
    """The test's database in a time that the test moves."""
    return databases(clock=clock)


def test_one_holds_it_until_it_runs_out(virtual, clock):
    first = leases.acquire(virtual, "runner", "a", 1000)
    assert (first.holder, first.epoch) == ("a", 1)
    assert leases.acquire(virtual, "runner", "b", 1000) is None
    assert leases.acquire(virtual, "other", "b", 1000).epoch == 1
    clock.advance(999)
    assert leases.acquire(virtual, "runner", "b", 1000) is None
    clock.advance(1)
    assert leases.acquire(virtual, "runner", "b", 1000).epoch == 2


def test_a_heartbeat_keeps_it(virtual, clock):
    held = [leases.acquire(virtual, name, "a", 1000) for name in ("x", "y")]
    for _ in range(5):
        clock.advance(900)
        assert leases.renew(virtual, held, 1000) == held
        assert leases.acquire(virtual, "x", "b", 1000) is None
    clock.advance(1000)
    taken = leases.acquire(virtual, "x", "b", 1000)
    assert leases.renew(virtual, held, 1000) == held[1:]
    assert leases.renew(virtual, [taken], 1000) == [taken]


def test_what_was_given_back_is_free_and_no_longer_a_fence(virtual):
    held = leases.acquire(virtual, "runner", "a", 1000)
    leases.release(virtual, [held])
    with pytest.raises(Refused), virtual.write(held):
        pass
    again = leases.acquire(virtual, "runner", "b", 1000)
    assert again.epoch == 2
    leases.release(virtual, [held])
    assert leases.acquire(virtual, "runner", "c", 1000) is None


def test_p07_an_old_epoch_cannot_write(virtual, clock):
    old = leases.acquire(virtual, "runner", "a", 1000)
    with virtual.write(old) as conn:
        append(conn, [DRAFT])
    clock.advance(1000)
    with virtual.write(old) as conn:  # it ran out, but nobody else took it: nobody is hurt
        append(conn, [DRAFT])
    new = leases.acquire(virtual, "runner", "b", 1000)
    with pytest.raises(Refused) as caught, virtual.write(old) as conn:
        append(conn, [DRAFT])
    assert caught.value.code is Code.FENCED
    with virtual.write(new) as conn:
        append(conn, [DRAFT])
        assert last_position(conn) == 3


def test_p07_a_process_of_the_same_name_fences_its_predecessor(virtual):
    old = leases.acquire(virtual, "runner", "a", 1000)
    new = leases.acquire(virtual, "runner", "a", 1000)
    with pytest.raises(Refused), virtual.write(old):
        pass
    with virtual.write(new):
        pass


def until(made):
    """What `made` gives once it gives something; a stopped worker's lease runs out in real time."""
    deadline = time.monotonic() + PATIENCE_S
    while (given := made()) is None:
        assert time.monotonic() < deadline
    return given


def worker(kind, url):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.journal.worker", kind, url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("kind", ["lease", "job"])
def test_p07_a_worker_that_was_stopped_and_wakes_up_can_not_write(database, database_url, kind):
    """SIGSTOP past its time, another takes over, SIGCONT: the database refuses what it was about to do."""
    with database.write() as conn:
        jobs.enqueue(conn, "j1", "work", {}, now_ts=1)
        events = last_position(conn)
    with worker(kind, database_url) as paused:
        assert paused.stdout.readline() == "holds\n"
        paused.send_signal(signal.SIGSTOP)
        if kind == "lease":
            fence = until(lambda: leases.acquire(database, "runner", "us", 60_000))
            with database.write(fence) as conn:
                append(conn, [DRAFT])
        else:
            taken = until(lambda: jobs.claim(database, ["work"], "us", 60_000))
            with database.write() as conn:
                jobs.finish(conn, taken, {"by": "us"}, 2)
        paused.send_signal(signal.SIGCONT)
        told, _ = paused.communicate("go\n", timeout=PATIENCE_S)
    assert told == f"{Code.FENCED}\n"
    with database.read() as conn:
        assert last_position(conn) == events + 1
        if kind == "job":
            assert jobs.get(conn, "j1").result == {"by": "us"}
