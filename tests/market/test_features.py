"""Every feature: TA-Lib's own numbers, one anchor, closed higher bars only, unknown where it is unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.core.errors import Invalid, NotFound
from paddock.core.time import DAY_MS, HOUR_MS, MINUTE_MS
from paddock.market.features import FEATURES, Feature, FeatureStore, lookback_bars, validate

from .tapes import START, tape_of, walk

NAMES = sorted(FEATURES)


def usual(name: str, interval: str = "1h", symbol: str = "S0") -> Feature:
    return Feature(symbol, interval, name, FEATURES[name].defaults)


def cut(tape, rows):
    matrices = ("open", "high", "low", "close", "volume", "funding_open", "funding_inside", "funding_last")
    columns = {name: np.ascontiguousarray(getattr(tape, name)[:, :rows]) for name in (*matrices, "open_interest")}
    return replace(tape, ts=tape.ts[:rows], **columns)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("interval", ["1h", "4h"])
def test_unknown_exactly_until_the_lookback_is_there(name, interval):
    column = FeatureStore(tape_of(walk(1, 400))).column(usual(name, interval))
    step = {"1h": 1, "4h": 4}[interval]
    first_known = lookback_bars(usual(name, interval)) * step + step - 1
    assert np.isnan(column[:first_known]).all()
    assert not np.isnan(column[first_known:]).any()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("interval", ["1h", "4h", "1d"])
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 199), holes=st.floats(0, 0.4))
@settings(max_examples=6, deadline=None)
def test_the_future_changes_nothing(name, interval, seed, rows, holes):
    missing = np.random.default_rng(seed).random((2, 200)) < holes
    tape = tape_of(walk(seed, 200, symbols=2), missing=missing)
    feature = Feature("S1", interval, name, tuple(max(p.low, min(p.default, 5)) for p in FEATURES[name].params))
    if name.startswith("macd"):
        feature = replace(feature, params=(3.0, 6.0, 4.0))
    whole = FeatureStore(tape).column(feature)
    part = FeatureStore(cut(tape, rows)).column(feature)
    np.testing.assert_array_equal(whole[:rows], part)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("interval", ["1h", "4h"])
def test_a_missing_bar_is_unknown_and_harms_no_other(name, interval):
    """Holes are skipped: what is left is what the indicator gives for the present bars alone."""
    tape = tape_of(walk(2, 300), missing=np.random.default_rng(2).random((1, 300)) < 0.2)
    column = FeatureStore(tape).column(usual(name, interval))
    present = ~np.isnan(tape.close[0])
    assert np.isnan(column[~present]).all()
    dense = {c: getattr(tape, c)[:, present] for c in ("open", "high", "low", "close", "volume", "funding_last")}
    compressed = replace(tape, ts=tape.ts[present], **dense, open_interest=tape.open_interest[:, present])
    np.testing.assert_array_equal(column[present], FeatureStore(compressed).column(usual(name, interval)))


def test_the_numbers_are_talibs():
    tape = tape_of(walk(3, 500))
    store = FeatureStore(tape)
    o, h, l, c, v = (getattr(tape, name)[0] for name in ("open", "high", "low", "close", "volume"))
    macd = talib.MACD(c, 12, 26, 9)
    bands = talib.BBANDS(c, 20, 2.0, 2.0)
    slow = talib.STOCH(h, l, c, 14, 3, 0, 3, 0)
    expected = {
        "open": o,
        "sma": talib.SMA(c, 20),
        "ema": talib.EMA(c, 20),
        "rsi": talib.RSI(c, 14),
        "macd": macd[0],
        "macd_signal": macd[1],
        "macd_histogram": macd[2],
        "bollinger_upper": bands[0],
        "bollinger_middle": bands[1],
        "bollinger_lower": bands[2],
        "stochastic_k": slow[0],
        "stochastic_d": slow[1],
        "adx": talib.ADX(h, l, c, 14),
        "change_pct": talib.ROC(c, 1),
    }
    for name, values in expected.items():
        np.testing.assert_array_equal(store.column(usual(name)), values, err_msg=name)
    derived = {
        "atr_pct": talib.ATR(h, l, c, 14) / c * 100,
        "bollinger_width_pct": (bands[0] - bands[2]) / bands[1] * 100,
        "vwap": talib.SUM((h + l + c) / 3 * v, 24) / talib.SUM(v, 24),
    }
    for name, values in derived.items():
        np.testing.assert_allclose(store.column(usual(name)), values, rtol=1e-12, err_msg=name)


def test_the_numbers_by_hand():
    """Against plain window arithmetic, for what TA-Lib does not name."""
    tape = tape_of(walk(4, 120))
    store = FeatureStore(tape)
    h, l, c, v = (getattr(tape, name)[0] for name in ("high", "low", "close", "volume"))
    returns = np.diff(c) / c[:-1] * 100
    t = 100
    by_hand = {
        "highest": h[t - 20 : t].max(),
        "lowest": l[t - 20 : t].min(),
        "zscore": (c[t] - c[t - 19 : t + 1].mean()) / c[t - 19 : t + 1].std(),
        "volatility_pct": returns[t - 20 : t].std(),
        "volume_ratio": v[t] / v[t - 20 : t].mean(),
        "volume_24h_usd": (c * v)[t - 23 : t + 1].sum(),
        "minute_of_day": (START + (t + 1) * HOUR_MS) % DAY_MS // MINUTE_MS,
        "weekday": 4.0,  # Monday plus 101 hours
    }
    for name, value in by_hand.items():
        assert store.column(usual(name))[t] == pytest.approx(value, rel=1e-9), name


def test_a_market_that_does_not_move_has_no_zscore():
    columns = {name: np.full((1, 100), 68_523.7) for name in ("open", "high", "low", "close", "volume")}
    columns["close"][0, :50] = walk(1, 50)["close"][0] * 700  # rounding noise of a market that did move
    column = FeatureStore(tape_of(columns)).column(usual("zscore"))
    assert np.isnan(column[75:]).all()
    assert not np.isnan(column[19:50]).any()


def test_volume_of_a_day_counts_hours_not_bars():
    missing = np.zeros((1, 100), dtype=bool)
    missing[0, 60:70] = True
    tape = tape_of(walk(5, 100), missing=missing)
    column = FeatureStore(tape).column(usual("volume_24h_usd"))
    assert column[75] == pytest.approx(np.nansum((tape.close * tape.volume)[0, 52:76]))


@given(seed=st.integers(0, 2**32 - 1), holes=st.floats(0, 0.5), late=st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_a_higher_bar_shows_only_when_its_bucket_has_ended(seed, holes, late):
    """The slow, obvious reading: at each present bar, the newest 4h bucket that has ended by its close."""
    rng = np.random.default_rng(seed)
    missing = rng.random((1, 60)) < holes
    missing[0, :late] = True
    tape = tape_of(walk(seed, 60), missing=missing)
    column = {n: FeatureStore(tape).column(Feature("S0", "4h", n)) for n in ("open", "high", "low", "close", "volume")}
    present = np.flatnonzero(~np.isnan(tape.close[0]))
    for t in present:
        buckets = {}
        for i in present[present <= t]:
            buckets.setdefault(int(tape.ts[i]) // (4 * HOUR_MS), []).append(i)
        if buckets and int(tape.ts[present[0]]) % (4 * HOUR_MS):
            del buckets[min(buckets)]
        ended = [b for b in buckets if (b + 1) * 4 * HOUR_MS <= int(tape.ts[t]) + HOUR_MS]
        if not ended:
            assert all(np.isnan(values[t]) for values in column.values())
            continue
        rows = buckets[max(ended)]
        assert column["open"][t] == tape.open[0, rows[0]]
        assert column["high"][t] == tape.high[0, rows].max()
        assert column["low"][t] == tape.low[0, rows].min()
        assert column["close"][t] == tape.close[0, rows[-1]]
        assert column["volume"][t] == pytest.approx(tape.volume[0, rows].sum())


def test_each_feature_is_computed_once_and_shared():
    tape = tape_of(walk(6, 200))
    store = FeatureStore(tape)
    assert store.column(usual("rsi")) is store.column(usual("rsi"))
    assert store.column(usual("macd_signal")) is store.column(usual("macd_signal"))
    assert np.shares_memory(store.column(usual("close")), tape.close)
    assert store.compute(usual("sma")) is not store.compute(usual("sma"))


def test_no_history_is_unknown_everywhere():
    for bars in (0, 1):
        store = FeatureStore(tape_of(walk(7, bars)))
        assert all(np.isnan(store.column(usual(name))).all() for name in NAMES if lookback_bars(usual(name)))


def test_a_tape_without_funding_or_open_interest_does_not_know_them():
    tape = replace(tape_of(walk(8, 48)), funding_last=np.empty((1, 0)), open_interest=np.empty((1, 0)))
    for name in ("funding_rate", "open_interest"):
        for interval in ("1h", "4h"):
            column = FeatureStore(tape).column(Feature("S0", interval, name))
            assert column.shape == (48,)
            assert np.isnan(column).all()


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (Feature("S0", "1h", "rsii", (14,)), 'did you mean "rsi"'),
        (Feature("S0", "7h", "rsi", (14,)), "an interval is one of"),
        (Feature("S0", "1h", "rsi", ()), "rsi takes n"),
        (Feature("S0", "1h", "rsi", (14.5,)), "whole number of bars between 2 and 10000"),
        (Feature("S0", "1h", "rsi", (1,)), "between 2"),
        (Feature("S0", "1h", "rsi", (float("nan"),)), "between 2"),
        (Feature("S0", "1h", "macd", (26, 12, 9)), "slow is greater than fast"),
        (Feature("S0", "1h", "close", (1,)), "takes no parameters"),
    ],
)
def test_a_broken_feature_says_how_to_mend_it(feature, said):
    with pytest.raises(Invalid) as caught:
        validate(feature)
    assert said in f"{caught.value.rule} {caught.value.suggestion}"


def test_what_the_tape_cannot_show():
    store = FeatureStore(tape_of(walk(9, 10)))
    with pytest.raises(NotFound, match="not on the tape"):
        store.column(Feature("S9", "1h", "close"))
    for interval in ("1m", "30m"):
        with pytest.raises(Invalid, match="cannot be built from 1h bars"):
            store.column(Feature("S0", interval, "close"))
    with pytest.raises(Invalid, match="5m bars cannot be built from 3m bars"):
        FeatureStore(tape_of(walk(9, 10), "3m")).column(Feature("S0", "5m", "close"))
