"""Carried features are the batch columns to the last bit: every feature, missing bars, a higher interval."""

from __future__ import annotations

import numpy as np
import pytest

from paddock.market.align import truncate
from paddock.market.features import FEATURES, Feature, FeatureStore
from paddock.market.stream import FeatureStream
from paddock.market.tape import Tape
from tests.market.tapes import tape_of, walk

BARS, FIRST = 400, 3


def holed_tape(seed: int) -> Tape:
    missing = np.random.default_rng(seed).random((2, BARS)) < 0.05
    missing[:, 0] = False
    return tape_of(walk(seed, BARS, 2), missing=missing)


def streamed(tape: Tape, features: list[Feature]) -> np.ndarray:
    """Values [F, bars from FIRST on] as a stream carries them."""
    stream = FeatureStream(truncate(tape, FIRST), features)
    values = [stream.values.copy()]
    for rows in range(FIRST + 1, tape.bars + 1):
        stream.push(truncate(tape, rows))
        values.append(stream.values.copy())
    return np.array(values).T


@pytest.mark.parametrize("name", FEATURES)
def test_the_carried_value_is_the_column(name: str) -> None:
    tape = holed_tape(17)
    features = [Feature(symbol, "1h", name, FEATURES[name].defaults) for symbol in tape.symbols]
    store = FeatureStore(tape)
    columns = np.array([store.column(feature)[FIRST - 1 :] for feature in features])
    np.testing.assert_array_equal(streamed(tape, features), columns)


@pytest.mark.parametrize("n", [2, 3, 7, 50])
@pytest.mark.parametrize("name", ["sma", "ema", "rsi", "change_pct", "highest", "lowest", "volume_ratio"])
def test_the_carried_value_is_the_column_at_other_periods(name: str, n: int) -> None:
    tape = holed_tape(n)
    feature = Feature("S1", "1h", name, (float(n),))
    column = FeatureStore(tape).column(feature)[FIRST - 1 :]
    np.testing.assert_array_equal(streamed(tape, [feature])[0], column)


def test_a_higher_interval_is_computed_again() -> None:
    tape = holed_tape(2)
    feature = Feature("S0", "4h", "sma", (5.0,))
    column = FeatureStore(tape).column(feature)[FIRST - 1 :]
    np.testing.assert_array_equal(streamed(tape, [feature])[0], column)
