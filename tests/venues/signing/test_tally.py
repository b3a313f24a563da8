"""The day's count: it survives any end of the process, starts anew with the day, and one process keeps it."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from paddock.core.errors import Invalid, Refused
from paddock.venues.signing.tally import FileTally

DAY = 20_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tally"


def reopened(tally: FileTally, path) -> FileTally:
    tally.close()
    return FileTally(path)


@settings(max_examples=25)
@for_all(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(1, 10**15)), max_size=20))
def test_it_counts_by_key_and_day_whatever_happens(tmp_path_factory, added):
    path = tmp_path_factory.mktemp("tally") / "t"
    tally, days, spent = FileTally(path), {}, {}
    for n, (agent, told, amount) in enumerate(added):
        tally.add(agent, DAY + told, amount)
        day = max(told, days.get(agent, 0))
        spent[agent] = (spent.get(agent, 0) if days.get(agent) == day else 0) + amount
        days[agent] = day
        if n % 3 == 0:
            tally = reopened(tally, path)
    for agent in "abc":
        assert tally.spent(agent, DAY + days.get(agent, 0)) == spent.get(agent, 0)
        assert tally.spent(agent, DAY + 4) == 0
    tally.close()


def test_a_clock_that_goes_back_does_not_empty_the_day(path):
    tally = FileTally(path)
    tally.add("a", DAY, 5)
    assert tally.spent("a", DAY - 1) == 5
    tally.add("a", DAY - 1, 6)
    assert tally.spent("a", DAY) == 11
    tally.close()


def test_a_process_that_is_killed_has_counted(path):
    child = os.fork()
    if not child:
        FileTally(path).add("a", DAY, 7)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    tally = FileTally(path)
    assert (tally.spent("a", DAY), tally.counts) == (7, True)
    tally.close()


def test_a_record_that_is_half_written_leaves_the_one_before(path):
    tally = FileTally(path)
    tally.add("a", DAY, 7)
    tally.close()
    raw = bytearray(path.read_bytes())
    first = raw.index(DAY.to_bytes(8, "little"))
    raw[first + 8] ^= 0xFF
    path.write_bytes(raw)
    tally = FileTally(path)
    assert tally.spent("a", DAY) == 7
    tally.close()


def test_of_two_processes_one_counts_and_both_revoke(path):
    first, second = FileTally(path), FileTally(path)
    assert (first.counts, second.counts) == (True, False)
    with pytest.raises(Refused, match="another process"):
        second.add("a", DAY, 1)
    second.revoke("b")
    assert first.revoked("b") and not first.revoked("a")
    second.close()
    first = reopened(first, path)
    assert first.revoked("b")
    first.close()


def test_places_of_past_days_are_taken_again_and_a_full_day_is_refused(path):
    tally = FileTally(path)
    for n in range(1024):
        tally.add(f"agent {n}", DAY, 1)
    with pytest.raises(Refused, match="no more keys"):
        tally.add("one more", DAY, 1)
    tally.add("one more", DAY + 1, 3)
    tally = reopened(tally, path)
    assert tally.spent("one more", DAY + 1) == 3
    tally.close()


def test_a_file_of_another_kind_is_refused_and_left_alone(path):
    path.write_text("a letter")
    with pytest.raises(Invalid, match="no tally"):
        FileTally(path)
    assert path.read_text() == "a letter"
