"""A nonce is used once: by threads, after restarts, whatever the clock does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import Unavailable
from paddock.core.seams import ManualClock
from paddock.venues.transport.nonce_stores import FileNonces, MemoryNonces
from paddock.venues.transport.nonces import Nonces

NOW_TS = 1_767_268_800_000


@dataclass
class Counted:
    """A store that counts how often it is written."""

    store: MemoryNonces = field(default_factory=MemoryNonces)
    writes: int = 0

    def reserve(self, signer: str, least: int, count: int) -> int:
        self.writes += 1
        return self.store.reserve(signer, least, count)


@dataclass
class Jumping:
    """A clock that a person sets."""

    ts: int = NOW_TS

    def now_ts(self) -> int:
        return self.ts


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, 1)),
        st.tuples(st.just("jump"), st.integers(-400, 400)),
        st.tuples(st.just("restart"), st.integers(0, 1)),
    ),
    max_size=60,
)


@given(STEPS)
def test_no_nonce_comes_twice_and_none_is_too_far_ahead(steps):
    """Two allocators over one store, restarted at will under a clock that jumps."""
    store, clock = MemoryNonces(), Jumping()
    allocators = [Nonces("0xA", store, clock, block_ms=50, lead_ms=300) for _ in range(2)]
    taken, last = set(), [0, 0]
    for what, value in steps:
        if what == "jump":
            clock.ts += value
        elif what == "restart":
            allocators[value] = Nonces("0xA", store, clock, block_ms=50, lead_ms=300)
        else:
            try:
                nonce = allocators[value].take()
            except Unavailable:
                continue
            assert nonce not in taken
            assert last[value] < nonce <= clock.ts + 300
            taken.add(nonce)
            last[value] = nonce


def test_a_nonce_is_the_time_where_that_is_free():
    clock = ManualClock(NOW_TS)
    nonces = Nonces("0xA", MemoryNonces(), clock)
    assert [nonces.take(), nonces.take()] == [NOW_TS, NOW_TS + 1]
    clock.advance(1_000)
    assert nonces.take() == NOW_TS + 1_000


def test_the_store_is_written_once_a_block_and_not_once_an_order():
    clock, store = ManualClock(NOW_TS), Counted()
    nonces = Nonces("0xA", store, clock, block_ms=30_000)
    for _ in range(6_000):
        nonces.take()
        clock.advance(10)
    assert store.writes == 2


def test_a_restart_goes_on_behind_what_may_have_been_used():
    clock, store = ManualClock(NOW_TS), MemoryNonces()
    Nonces("0xA", store, clock, block_ms=1_000).take()
    assert Nonces("0xA", store, clock, block_ms=1_000).take() == NOW_TS + 1_000


def test_a_clock_that_jumps_back_a_little_holds_up_nobody():
    clock = Jumping()
    nonces = Nonces("0xA", MemoryNonces(), clock, lead_ms=60_000)
    first = nonces.take()
    clock.ts -= 20_000
    assert nonces.take() == first + 1


def test_a_clock_that_was_far_ahead_stops_the_signer_until_the_time_has_come():
    clock, store = Jumping(), MemoryNonces()
    clock.ts += 86_400_000
    Nonces("0xA", store, clock).take()
    clock.ts -= 86_400_000
    nonces = Nonces("0xA", store, clock)
    with pytest.raises(Unavailable) as caught:
        nonces.take()
    assert "clock" in caught.value.suggestion
    clock.ts += 86_400_000
    assert nonces.take() == clock.ts + 30_000


def test_signers_do_not_share():
    store, clock = MemoryNonces(), ManualClock(NOW_TS)
    assert Nonces("a", store, clock).take() == Nonces("A", store, clock).take() == NOW_TS


@contextmanager
def switching_often() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


@pytest.mark.parametrize("kind", [MemoryNonces, FileNonces])
def test_threads_and_allocators_never_share_a_nonce(kind, tmp_path: Path):
    stores = [MemoryNonces()] * 2 if kind is MemoryNonces else [FileNonces(tmp_path), FileNonces(tmp_path)]
    clock, start = ManualClock(NOW_TS), Barrier(8)
    allocators = [Nonces("0xA", store, clock, block_ms=200) for store in stores]

    def take(worker: int) -> list[int]:
        start.wait()
        return [allocators[worker % 2].take() for _ in range(500)]

    with switching_often(), ThreadPoolExecutor(8) as pool:
        taken = [nonce for part in pool.map(take, range(8)) for nonce in part]
    assert len(set(taken)) == len(taken) == 4_000


def test_files_outlive_the_process_and_tell_cases_apart(tmp_path: Path):
    assert FileNonces(tmp_path / "nonces").reserve("Ab", 100, 10) == 100
    assert FileNonces(tmp_path / "nonces").reserve("Ab", 100, 10) == 110
    assert FileNonces(tmp_path / "nonces").reserve("aB", 100, 10) == 100


@pytest.mark.parametrize("content", ["", "soon\n"])
def test_a_damaged_file_stops_the_signer(content: str, tmp_path: Path):
    FileNonces(tmp_path).reserve("ab", 100, 10)
    (tmp_path / b"ab".hex()).write_text(content)
    with pytest.raises(Unavailable):
        FileNonces(tmp_path).reserve("ab", 100, 10)


def test_a_folder_that_keeps_nothing_stops_the_signer(tmp_path: Path):
    (tmp_path / "nonces").write_text("a file")
    with pytest.raises(Unavailable):
        Nonces("ab", FileNonces(tmp_path / "nonces"), ManualClock(NOW_TS)).take()


def test_a_failed_reservation_uses_nothing(tmp_path: Path):
    folder = tmp_path / "nonces"
    folder.write_text("a file")
    nonces = Nonces("ab", FileNonces(folder), ManualClock(NOW_TS))
    with pytest.raises(Unavailable):
        nonces.take()
    folder.unlink()
    assert nonces.take() == NOW_TS


def test_a_block_fits_into_the_lead():
    with pytest.raises(ValueError):
        Nonces("ab", MemoryNonces(), ManualClock(NOW_TS), block_ms=2, lead_ms=1)
