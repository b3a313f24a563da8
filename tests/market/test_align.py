"""A tape against the slow, obvious reading of its definition: cell by cell, stamp by stamp."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.core.errors import Code, Invalid
from paddock.core.instrument import Instrument
from paddock.core.time import HOUR_MS, MINUTE_MS
from paddock.market.align import Finer, build_tape, truncate
from paddock.market.coverage import coverage_of
from paddock.market.sift import resample, sift

from .candles import COLUMNS, candles, changed, without
from .tapes import START

SYMBOLS = ("A", "B", "C")


@st.composite
def frames(draw, interval="1h", bars=24):
    """Candles of three symbols with bars left out and bars without volume; each symbol keeps its first bar."""
    frame = candles(bars, interval, SYMBOLS, seed=draw(st.integers(0, 1000)))
    left_out = draw(st.sets(st.integers(0, 3 * bars - 1).filter(lambda row: row % bars), max_size=bars * 2))
    silent = draw(st.sets(st.integers(0, 3 * bars - 1).filter(lambda row: row % bars), max_size=bars))
    row = pl.int_range(pl.len())
    volume = pl.when(row.is_in(list(silent))).then(0.0).otherwise(pl.col("volume"))
    return frame.with_columns(volume.alias("volume")).filter(~row.is_in(list(left_out)))


def tape_of(frame, interval="1h", **options):
    return build_tape(sift(frame, interval).frame, interval, venue="test", source="test", **options)


@given(frames())
@settings(max_examples=60, deadline=None)
def test_each_cell_is_its_bar_or_missing(frame):
    tape = tape_of(frame)
    bars = {(row["symbol"], row["ts"]): row for row in frame.to_dicts() if row["volume"] > 0}
    assert tape.symbols == SYMBOLS
    assert tape.ts.tolist() == sorted({ts for _, ts in bars})
    for name in COLUMNS:
        matrix = getattr(tape, name)
        assert (matrix.dtype, matrix.flags.c_contiguous) == (np.float64, True)
        for s, symbol in enumerate(SYMBOLS):
            for t, ts in enumerate(tape.ts.tolist()):
                bar = bars.get((symbol, ts))
                assert np.isnan(matrix[s, t]) if bar is None else matrix[s, t] == bar[name]


@given(frames())
@settings(max_examples=30, deadline=None)
def test_coverage_counts_what_is_there(frame):
    tape = tape_of(frame)
    for part in coverage_of(tape, 0, tape.bars):
        stamps = frame.filter((pl.col("symbol") == part.symbol) & (pl.col("volume") > 0))["ts"].to_list()
        there = [START + i * HOUR_MS in stamps for i in range(24)]
        assert (part.first_ts, part.last_ts, part.bars) == (stamps[0], stamps[-1], len(stamps))
        whole = there[there.index(True) : 24 - there[::-1].index(True)]
        assert part.expected == len(whole)
        longest = max(map(len, "".join(" x"[not here] for here in whole).split()), default=0)
        assert part.longest_gap_bars == longest
        assert part.ratio == len(stamps) / len(whole)


def test_a_symbol_without_any_volume_keeps_its_bars():
    frame = candles(10, symbols=("A", "B")).with_columns(
        volume=pl.when(pl.col("symbol") == "A").then(0.0).otherwise(pl.col("volume"))
    )
    tape = tape_of(frame)
    assert not np.isnan(tape.close).any()


def test_leading_bars_without_volume_are_not_on_the_tape():
    frame = candles(10).with_columns(volume=pl.when(pl.int_range(pl.len()) < 4).then(0.0).otherwise(1.0))
    tape = tape_of(frame)
    assert tape.ts[0] == START + 4 * HOUR_MS
    assert coverage_of(tape, 0, tape.bars)[0].ratio == 1.0


def test_nothing_traded_is_no_tape():
    with pytest.raises(Invalid) as caught:
        tape_of(candles(3).clear())
    assert caught.value.code == Code.DATA_EMPTY


def test_instruments_known_or_from_the_first_price():
    known = Instrument("test", "A", px_decimals=2)
    tape = tape_of(candles(5, symbols=("A", "B")), instruments={"A": known})
    assert tape.instruments[0] is known
    assert tape.instruments[1].symbol == "B"


def test_open_interest_where_there_is_any():
    frame = candles(5).with_columns(open_interest=pl.lit(7.0))
    assert tape_of(frame).open_interest.tolist() == [[7.0] * 5]
    nothing = candles(5).with_columns(open_interest=pl.lit(None, pl.Float64))
    assert tape_of(nothing).open_interest.shape == tape_of(candles(5)).open_interest.shape == (1, 0)


@given(
    frames(),
    st.lists(st.tuples(st.sampled_from(SYMBOLS), st.integers(-200, 26 * 60)), min_size=1, max_size=40, unique=True),
)
@settings(max_examples=80, deadline=None)
def test_each_funding_stamp_is_paid_by_the_right_bar_once(frame, stamps):
    rates = pl.DataFrame(
        [(symbol, START + minute * MINUTE_MS, (k + 1) / 1e5) for k, (symbol, minute) in enumerate(stamps)],
        schema={"symbol": pl.String, "ts": pl.Int64, "rate": pl.Float64},
        orient="row",
    ).sort("symbol", "ts")
    tape = tape_of(frame, rates=rates)
    for s, symbol in enumerate(SYMBOLS):
        mine = rates.filter(pl.col("symbol") == symbol).select("ts", "rate").rows()
        present = [int(ts) for t, ts in enumerate(tape.ts) if not np.isnan(tape.close[s, t])]
        at_open = dict.fromkeys(present, 0.0)
        inside = dict.fromkeys(present, 0.0)
        for stamp, rate in mine:
            within = [ts for ts in present if ts < stamp < ts + HOUR_MS]
            after = [ts for ts in present if ts >= stamp]
            if within:
                inside[within[0]] += rate
            elif after and stamp >= present[0]:
                at_open[after[0]] += rate
        for t, ts in enumerate(tape.ts.tolist()):
            known = [rate for stamp, rate in mine if stamp < ts + HOUR_MS]
            assert tape.funding_open[s, t] == pytest.approx(at_open.get(ts, 0.0))
            assert tape.funding_inside[s, t] == pytest.approx(inside.get(ts, 0.0))
            if ts not in present or not known:
                assert np.isnan(tape.funding_last[s, t])
            else:
                assert tape.funding_last[s, t] == known[-1]


def test_funding_coverage_is_the_share_of_bars_that_know_a_fresh_rate():
    frame = candles(24)
    hourly = frame.select("symbol", "ts", rate=pl.lit(1e-5))
    assert tape_of(frame, rates=hourly).funding_coverage == 1.0
    assert tape_of(frame, rates=hourly[:12]).funding_coverage == pytest.approx(12 / 24)
    assert tape_of(frame, rates=without(hourly, 5, 6, 7)).funding_coverage == pytest.approx(21 / 24)
    every_eight = hourly.gather_every(8)
    assert tape_of(frame, rates=every_eight).funding_coverage == 1.0


def test_no_funding_is_not_zero_funding():
    for rates in (None, candles(5, symbols=("Z",)).select("symbol", "ts", rate=pl.lit(1e-5))):
        tape = tape_of(candles(5), rates=rates)
        assert tape.funding_coverage is None
        assert tape.funding_last.shape == tape.funding_open.shape == tape.funding_inside.shape == (1, 0)


@given(frames("15m", 48))
@settings(max_examples=40, deadline=None)
def test_finer_bars_lie_under_their_bars(frame):
    fine = sift(frame, "15m").frame
    bars = resample(fine, "15m", "1h")
    if not bars.height:
        return
    tape = build_tape(bars, "1h", venue="test", source="test", finer=Finer(fine, "15m"))
    traded = fine.filter(pl.col("volume") > 0)
    for s, symbol in enumerate(tape.symbols):
        for t, ts in enumerate(tape.ts.tolist()):
            part = slice(tape.fine.start[s, t], tape.fine.end[s, t])
            under = traded.filter((pl.col("symbol") == symbol) & (pl.col("ts") // HOUR_MS * HOUR_MS == ts))
            there = not np.isnan(tape.close[s, t])
            for name in ("open", "high", "low"):
                assert getattr(tape.fine, name)[part].tolist() == (under[name].to_list() if there else [])
            if there:
                assert tape.high[s, t] == tape.fine.high[part].max()
    assert tape.fidelity == "1h bars decided by 15m bars"


def test_fidelity_says_how_many_bars_finer_ones_decide():
    fine = candles(8, "15m")
    tape = build_tape(candles(8), "1h", venue="test", source="test", finer=Finer(fine, "15m"))
    assert tape.fidelity == "1h bars, 25% of them decided by 15m bars"
    assert build_tape(candles(8), "1h", venue="test", source="test").fidelity == "1h bars"


@given(frames("15m", 48))
@settings(max_examples=40, deadline=None)
def test_resampling_by_hand(frame):
    fine = sift(frame, "15m").frame
    traded = [row for row in fine.to_dicts() if row["volume"] > 0]
    expected = []
    end = max(row["ts"] for row in traded) + 15 * MINUTE_MS
    for symbol in SYMBOLS:
        mine = [row for row in traded if row["symbol"] == symbol]
        buckets = {}
        for row in mine:
            buckets.setdefault(row["ts"] // HOUR_MS * HOUR_MS, []).append(row)
        for bucket, rows in buckets.items():
            entered_midway = bucket == mine[0]["ts"] // HOUR_MS * HOUR_MS and rows[0]["ts"] != bucket
            if not entered_midway and bucket + HOUR_MS <= end:
                high, low = max(r["high"] for r in rows), min(r["low"] for r in rows)
                volume = pytest.approx(sum(r["volume"] for r in rows))
                expected.append((symbol, bucket, rows[0]["open"], high, low, rows[-1]["close"], volume))
    assert resample(fine, "15m", "1h").rows() == expected


def test_buckets_of_a_shifted_set_are_shifted_too():
    frame = candles(10).with_columns(pl.col("ts") + HOUR_MS // 2)
    built = resample(frame, "1h", "4h")
    assert built["ts"].to_list() == [START + HOUR_MS // 2, START + 4 * HOUR_MS + HOUR_MS // 2]
    assert built["close"].to_list() == frame["close"].to_list()[3:8:4]


@given(frames(), st.integers(1, 23))
@settings(max_examples=40, deadline=None)
def test_truncating_is_building_from_what_was_known(frame, rows):
    hourly = frame.select("symbol", "ts", rate=pl.col("close") * 1e-7)
    tape = tape_of(frame, rates=hourly)
    rows = min(rows, tape.bars)
    cut = truncate(tape, rows)
    last = int(tape.ts[rows - 1])
    earlier = tape_of(frame.filter(pl.col("ts") <= last), rates=hourly.filter(pl.col("ts") < last + HOUR_MS))
    assert (cut.symbols, cut.instruments) == (tape.symbols, tape.instruments)
    np.testing.assert_array_equal(cut.ts, earlier.ts)
    there = [cut.row(symbol) for symbol in earlier.symbols]
    for name in (*COLUMNS, "funding_open", "funding_inside", "funding_last"):
        np.testing.assert_array_equal(getattr(cut, name)[there], getattr(earlier, name), err_msg=name)
        assert getattr(cut, name).flags.c_contiguous


def test_a_truncated_tape_holds_no_later_fine_bar():
    fine = candles(16, "15m", SYMBOLS)
    bars = resample(fine, "15m", "1h")
    cut = truncate(build_tape(bars, "1h", venue="test", source="test", finer=Finer(fine, "15m")), 2)
    for s in range(3):
        assert np.isnan(cut.fine.high[16 * s + 8 : 16 * s + 16]).all()
        assert not np.isnan(cut.fine.high[16 * s : 16 * s + 8]).any()
        assert (cut.fine.start[s].tolist(), cut.fine.end[s].tolist()) == (
            [16 * s, 16 * s + 4],
            [16 * s + 4, 16 * s + 8],
        )


def test_sifting_leaves_out_what_cannot_be_true_and_counts_it():
    frame = pl.concat([
        changed(candles(10), 2, high=1.0),
        changed(candles(10), 4, close=-3.0)[4:5],
        candles(10)[5:6].with_columns(pl.col("ts") + 1000),
        candles(10)[6:7],
        changed(candles(10), 7, volume=5.5)[7:8],
    ])  # fmt: skip
    sifted = sift(frame, "1h")
    assert sifted.left_out == {"impossible": 2, "off_grid": 1, "conflicting": 1}
    assert sifted.frame["ts"].to_list() == [START + i * HOUR_MS for i in range(10) if i != 2]
    assert sifted.frame.filter(pl.col("ts") == START + 7 * HOUR_MS)["volume"].to_list() == [5.5]
    assert sifted.first_left_out.startswith(f"symbol BTC, ts {START + 2 * HOUR_MS}")


def test_sifting_sorts_and_drops_nothing_else():
    frame = candles(20, symbols=SYMBOLS)
    sifted = sift(frame.sample(fraction=1, shuffle=True, seed=3), "1h")
    assert sifted.frame.equals(frame)
    assert sifted.left_out == {}


def test_a_whole_set_may_be_shifted_off_utc():
    frame = candles(20, "4h").with_columns(pl.col("ts") + HOUR_MS)
    assert sift(frame, "4h").frame.equals(frame)
