"""Carried features are the batch columns to the last bit: every feature, holes, higher intervals, any history."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.core.errors import Invalid, NotFound
from paddock.core.time import INTERVALS
from paddock.market import lockstep
from paddock.market.align import truncate
from paddock.market.carried import CARRIED, Step
from paddock.market.features import FEATURES, Feature, FeatureStore
from paddock.market.growing import GrowingTape
from paddock.market.lockstep import KINDS, kinds_that_agree
from paddock.market.series import Series
from paddock.market.stream import FeatureStream
from paddock.market.tape import Tape
from tests.market.tapes import bar_of, tape_of, walk

BARS, FIRST = 400, 3


def holed_tape(seed: int, bars: int = BARS, interval: str = "1h", holes: float = 0.05, symbols: int = 2) -> Tape:
    missing = np.random.default_rng(seed).random((symbols, bars)) < holes
    return tape_of(walk(seed, bars, symbols), interval, missing)


def columns(tape: Tape, features: list[Feature], first: int) -> np.ndarray:
    """The batch columns [F, bars from the close of row `first - 1` on]."""
    store = FeatureStore(tape)
    return np.array([store.column(feature)[first - 1 :] for feature in features])


def streamed(tape: Tape, features: list[Feature], first: int) -> np.ndarray:
    """Values [F, bars] as a stream carries them that has `first` bars of history."""
    stream = FeatureStream(truncate(tape, first), features)
    values = [stream.values.copy()]
    for rows in range(first + 1, tape.bars + 1):
        stream.push(truncate(tape, rows))
        values.append(stream.values.copy())
    return np.array(values).T


def test_every_feature_is_carried() -> None:
    assert CARRIED.keys() == FEATURES.keys()


@pytest.mark.parametrize("interval", ["1h", "4h", "1d"])
@pytest.mark.parametrize("name", FEATURES)
def test_the_carried_value_is_the_column(name: str, interval: str) -> None:
    tape = holed_tape(17, 2000 if interval == "1d" else BARS)
    features = [Feature(symbol, interval, name, FEATURES[name].defaults) for symbol in tape.symbols]
    np.testing.assert_array_equal(streamed(tape, features, FIRST), columns(tape, features, FIRST))


def params_of(name: str) -> st.SearchStrategy[tuple[float, ...]]:
    """Valid parameters that a tape of some hundred bars can tell apart."""
    drawn = [
        st.floats(param.low, 4) if param.real else st.integers(int(param.low), 60).map(float)
        for param in FEATURES[name].params
    ]
    tuples = st.tuples(*drawn)
    return tuples.filter(lambda p: p[0] < p[1]) if name.startswith("macd") else tuples


@st.composite
def some_features(draw: st.DrawFn, own: str) -> list[Feature]:
    """Several features of two symbols at the tape's interval and at higher ones, often lines of one indicator."""
    higher = [name for name, ms in INTERVALS.items() if ms % INTERVALS[own] == 0 and ms <= 100 * INTERVALS[own]]
    found = []
    for _ in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from(sorted(FEATURES)))
        interval = draw(st.sampled_from(higher))
        found.append(Feature(draw(st.sampled_from(["S0", "S1"])), interval, name, draw(params_of(name))))
    return found


@given(data=st.data(), seed=st.integers(0, 2**32), own=st.sampled_from(["1m", "5m", "15m", "1h"]))
@settings(max_examples=60, deadline=None)
def test_any_feature_of_any_tape_from_any_history(data: st.DataObject, seed: int, own: str) -> None:
    tape = holed_tape(seed, 300, own, data.draw(st.sampled_from([0.0, 0.02, 0.3, 0.9]), label="holes"))
    midway = data.draw(st.integers(0, 60), label="bars into the first bucket")
    tape = replace(tape, ts=tape.ts + midway * INTERVALS[own])
    features = data.draw(some_features(own))
    first = data.draw(st.integers(1, tape.bars), label="history")
    np.testing.assert_array_equal(streamed(tape, features, first), columns(tape, features, first))


@pytest.mark.parametrize("name", KINDS)
def test_a_window_that_moves_at_every_bar_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockstep, "ROOM", 1)
    tape = holed_tape(23)
    chosen = [(2.0,), (7.0,)] if FEATURES[name].params else [()]
    features = [Feature("S1", "1h", name, params) for params in chosen]
    np.testing.assert_array_equal(streamed(tape, features, 40), columns(tape, features, 40))


def test_what_would_differ_on_this_machine_is_left_to_ta_lib(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = CARRIED["ema"]

    def fused(bars: Series, n: int) -> Step:
        step = honest(bars, n)
        return lambda now: np.nextafter(step(now), 0)

    assert "ema" in kinds_that_agree.__wrapped__()
    monkeypatch.setitem(CARRIED, "ema", fused)
    assert kinds_that_agree.__wrapped__() == KINDS.keys() - {"ema"}


def test_a_stream_can_begin_with_nothing() -> None:
    tape = holed_tape(3)
    features = [Feature("S0", interval, "rsi", (14.0,)) for interval in ("1h", "4h")]
    stream = FeatureStream(truncate(tape, 0), features)
    values = []
    for rows in range(1, tape.bars + 1):
        stream.push(truncate(tape, rows))
        values.append(stream.values.copy())
    np.testing.assert_array_equal(np.array(values).T, columns(tape, features, 1))


def test_a_day_of_minutes_is_summed_as_the_column_sums_it() -> None:
    tape = holed_tape(8, 3 * 1440 + 7, "1m", symbols=1)
    features = [Feature("S0", "1d", name) for name in ("open", "high", "low", "close", "volume")]
    stream = FeatureStream(truncate(tape, 100), features)
    expected = columns(tape, features, 1)
    for rows in range(101, tape.bars + 1):
        stream.push(row_of(tape, rows - 1))
        np.testing.assert_array_equal(stream.values, expected[:, rows - 1])


def test_what_cannot_be_carried_is_refused_by_name() -> None:
    tape = holed_tape(2)
    with pytest.raises(NotFound, match='"S9" is not on the tape'):
        FeatureStream(tape, [Feature("S9", "1h", "close")])
    with pytest.raises(Invalid, match="30m bars cannot be built from 1h bars"):
        FeatureStream(tape, [Feature("S0", "30m", "close")])
    with pytest.raises(Invalid, match="rsi takes n"):
        FeatureStream(tape, [Feature("S0", "1h", "rsi")])


def row_of(tape: Tape, t: int) -> Tape:
    """A tape of row `t` alone."""
    growing = GrowingTape(truncate(tape, 0))
    growing.append(bar_of(tape, t))
    return growing.tape


def test_memory_does_not_grow_with_the_bars() -> None:
    tape = holed_tape(4, 12_000, "1m", symbols=1)
    intervals = ("1m", "5m")
    features = [Feature("S0", own, name, spec.defaults) for name, spec in FEATURES.items() for own in intervals]
    growing = GrowingTape(truncate(tape, 0))
    stream = FeatureStream(growing.tape, features)
    held = []
    tracemalloc.start()
    try:
        for n in range(tape.bars):
            growing.append(bar_of(tape, n))
            stream.push(growing.tape)
            if n >= 6_000 and n % 500 == 0:
                held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    # A history of 6,000 bars in one column alone would be 48,000 bytes more.
    assert max(held) - min(held) < 20_000
    np.testing.assert_array_equal(stream.values, columns(tape, features, tape.bars)[:, -1])
