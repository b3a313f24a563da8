"""Kill switches under many hands at once: what was pulled holds from then on, and what is written is what holds."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from paddock.core.errors import NotFound
from paddock.core.seams import ManualClock
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.journal.kinds import EventKind
from paddock.runtime.kill import Kills, account_scope, engaged

HANDS = 6
SCOPES = [account_scope(f"account-{n}") for n in range(3)]


@pytest.fixture
def database(fresh_url: Callable[[str], str]) -> Iterator[Database]:
    database = Database.open(fresh_url("sqlite"), busy_ms=60_000)
    yield database
    database.close()


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads take turns at nearly every step."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(*hands: Callable[[], object]) -> None:
    """Do all of it at the same time; raises what any of it raised."""
    start = threading.Barrier(len(hands))
    with ThreadPoolExecutor(len(hands)) as pool:
        done = [pool.submit(lambda hand=hand: (start.wait(), hand())) for hand in hands]
    for one in done:
        one.result()


def written(database: Database) -> set[str]:
    with database.read() as conn:
        return {kill.scope for kill in engaged(conn)}


def told(database: Database, scope: str) -> list[bool]:
    """Each time that a switch was pulled (True) or released, as the log has it."""
    with database.read() as conn:
        return [event.kind is EventKind.KILL_ENGAGED for event in read(conn, streams=[scope], limit=10_000)]


@pytest.mark.usefixtures("hurried")
def test_a_switch_that_was_seen_engaged_is_engaged_until_somebody_releases_it(database: Database) -> None:
    kills, over = Kills(database, ManualClock(0)), threading.Event()
    scopes = [account_scope(f"account-{n}") for n in range(40)]
    flickered = []

    def look() -> None:
        seen: set[str] = set()
        while not over.is_set():
            now = {kill.scope for kill in kills.engaged()}
            flickered.extend(seen - now)
            seen |= now

    def pull() -> None:
        for scope in scopes:
            kills.engage(scope, "now", by="a test")
            assert scope in {kill.scope for kill in kills.engaged()}
        over.set()

    at_once(look, look, pull)
    assert flickered == []
    assert {kill.scope for kill in kills.engaged()} == written(database) == set(scopes)


@pytest.mark.usefixtures("hurried")
def test_many_hands_on_the_same_switches_leave_what_is_written_and_what_holds_the_same(database: Database) -> None:
    """Each hand has a switch of its own beside those that all pull: nobody else's doing touches that."""
    kills = Kills(database, ManualClock(0))
    lost = []

    def work(hand: int) -> None:
        own = account_scope(f"own-{hand}")
        for n in range(12):
            kills.engage(own, "mine", by=f"hand {hand}")
            shared = SCOPES[(hand + n) % len(SCOPES)]
            if n % 2:
                kills.engage(shared, "ours", by=f"hand {hand}")
            else:
                released(kills, shared)
            kills.refresh()
            if own not in {kill.scope for kill in kills.engaged()} & written(database):
                lost.append((hand, n))
            kills.release(own, by=f"hand {hand}")

    at_once(*(lambda hand=hand: work(hand) for hand in range(HANDS)))
    assert lost == []
    known = {kill.scope for kill in kills.engaged()}
    assert known == written(database) <= set(SCOPES)
    for scope in SCOPES:
        assert told(database, scope)[-1:] == [scope in known]
    for hand in range(HANDS):
        assert told(database, account_scope(f"own-{hand}")) == [True, False] * 12
    for scope in SCOPES:
        kills.engage(scope, "in the end", by="a test")
    assert {kill.scope for kill in Kills(database, ManualClock(0)).engaged()} == set()  # it has not looked yet
    assert {kill.scope for kill in kills.engaged()} == written(database) == set(SCOPES)


def released(kills: Kills, scope: str) -> None:
    with contextlib.suppress(NotFound):  # another hand was quicker
        kills.release(scope, by="a hand")
