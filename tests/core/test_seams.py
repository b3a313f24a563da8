"""The deterministic sources give the same from the same start."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.seams import Clock, CountingIds, IdSource, ManualClock, RandomSource, SeededRandom


def test_splitmix64_gives_its_published_numbers():
    # Seed 1234567, from the reference implementation in C (Vigna, prng.di.unimi.it/splitmix64.c).
    source = SeededRandom(1234567)
    bound = 2**64 - 1
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert [source.below(bound) for _ in published] == published


@given(st.integers(0, 2**64 - 1), st.integers(1, 1000))
def test_numbers_stay_below_the_bound_and_repeat_from_the_same_seed(seed, bound):
    one, other = SeededRandom(seed), SeededRandom(seed)
    numbers = [one.below(bound) for _ in range(20)]
    assert numbers == [other.below(bound) for _ in range(20)]
    assert all(0 <= number < bound for number in numbers)


def test_every_number_is_as_likely():
    source = SeededRandom(7)
    counts = [0] * 10
    for _ in range(10_000):
        counts[source.below(10)] += 1
    chi_square = sum((count - 1000) ** 2 / 1000 for count in counts)
    assert chi_square < 27.9  # 99.9 % quantile at 9 degrees of freedom


@pytest.mark.parametrize("bound", [0, -1, 2**64])
def test_a_bound_that_holds_no_number_is_refused(bound):
    with pytest.raises(ValueError, match="no whole number"):
        SeededRandom(1).below(bound)


def test_a_manual_clock_moves_when_told_and_never_back():
    clock: Clock = ManualClock(1000)
    assert (clock.now_ts(), clock.now_ts()) == (1000, 1000)
    clock.advance(5)
    assert clock.now_ts() == 1005
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)


def test_ids_count_up():
    ids: IdSource = CountingIds("fill")
    assert [ids.next_id() for _ in range(3)] == ["fill-1", "fill-2", "fill-3"]


def test_a_seeded_source_is_a_random_source():
    source: RandomSource = SeededRandom(0)
    assert source.below(1) == 0
