"""The recorded sets: they load as they are, and verification catches every trap that their README admits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from paddock.core.errors import Invalid
from paddock.core.instrument import InstrumentKind
from paddock.core.time import parse_ts
from paddock.market.coverage import coverage_of
from paddock.market.features import Feature, FeatureStore
from paddock.market.lake import FUNDING, Key, Lake
from paddock.market.load import load_tape
from paddock.market.readers import read, symbols_in
from paddock.market.sift import resample, sift, traded
from paddock.market.transfer import import_files
from paddock.market.verify import reports_of_files

from . import real

pytestmark = real.needs_data
HL = "hyperliquid"


def frame_of(path, symbols=None):
    (part,) = read(path, symbols)
    return part.frame


def findings(path, **options):
    (report,) = reports_of_files([path], **{"venue": None, "symbols": None, "interval": None} | options)
    return {(finding.code, finding.symbol): finding for finding in report.findings}


@pytest.fixture(scope="module")
def hourly():
    return load_tape([real.HL_1H, real.HL_FUNDING], venue=HL, interval="1h")


def test_ninety_hourly_perpetuals_with_funding(hourly):
    assert (len(hourly.symbols), hourly.bars, hourly.fidelity) == (90, 7189, "1h bars")
    assert hourly.funding_coverage > 0.999
    assert min(part.ratio for part in coverage_of(hourly, 0, hourly.bars)) > 0.99
    sand = coverage_of(hourly, 0, hourly.bars)[hourly.row("SAND")]
    assert sand.first_ts == parse_ts("2024-12-04T12:00")  # 999 bars of back-fill before it


def test_each_hour_of_funding_is_paid_once(hourly):
    """What the tape charges over its range is the sum of what was stamped there."""
    stamped = frame_of(real.HL_FUNDING)
    for symbol in ("BTC", "TRB", "SAND"):
        row, part = hourly.row(symbol), coverage_of(hourly, 0, hourly.bars)[hourly.row(symbol)]
        here = stamped.filter((pl.col("symbol") == symbol) & pl.col("ts").is_between(part.first_ts, part.last_ts))
        charged = np.nansum(hourly.funding_open[row]) + np.nansum(hourly.funding_inside[row])
        assert charged == pytest.approx(here["rate"].sum(), rel=1e-9)


def test_features_over_ninety_symbols_know_what_there_is(hourly):
    store = FeatureStore(hourly)
    for symbol in ("BTC", "SAND", "kPEPE"):
        rsi = store.column(Feature(symbol, "1h", "rsi", (14,)))
        present = ~np.isnan(hourly.close[hourly.row(symbol)])
        assert np.count_nonzero(~np.isnan(rsi)) == np.count_nonzero(present) - 14
        assert not np.isnan(store.column(Feature(symbol, "4h", "sma", (50,)))[-24:]).any()


def test_hours_built_from_five_minutes_are_the_venues_hours():
    fine = sift(frame_of(real.HL_5M), "5m").frame
    joined = resample(fine, "5m", "1h").join(traded(frame_of(real.HL_1H)), on=["symbol", "ts"], suffix="_h")
    assert joined.height == 82_423
    assert (joined["close"] == joined["close_h"]).all()
    assert (joined["low"] == joined["low_h"]).all()
    # The first hour of each symbol that starts within it is the venue's own partial answer.
    assert (joined["open"] != joined["open_h"]).sum() == 32
    assert ((joined["volume"] / joined["volume_h"] - 1).abs() > 1e-6).sum() == 32


def test_five_minutes_built_from_minutes_are_the_venues():
    fine = sift(frame_of(real.LASTWEEK_1M), "1m").frame
    joined = resample(fine, "1m", "5m").join(frame_of(real.LASTWEEK_5M), on=["symbol", "ts"], suffix="_h")
    assert joined.height > 13_900
    for name in ("open", "high", "low", "close"):
        assert (joined[name] == joined[f"{name}_h"]).all(), name
    assert ((joined["volume"] / joined["volume_h"] - 1).abs() < 1e-6).all()


def test_five_minutes_decide_within_hours():
    tape = load_tape([real.HL_1H, real.HL_5M], venue=HL, interval="1h", symbols=["BTC", "ETH"])
    row = int(np.searchsorted(tape.ts, parse_ts("2025-05-01")))
    part = slice(tape.fine.start[0, row], tape.fine.end[0, row])
    assert part.stop - part.start == 12
    assert tape.fine.high[part].max() == tape.high[0, row]
    assert tape.fine.low[part].min() == tape.low[0, row]


def test_a_year_of_minutes_with_gaps():
    tape = load_tape([real.BITFINEX], venue="bitfinex", interval="1m")
    (part,) = coverage_of(tape, 0, tape.bars)
    assert (part.bars, part.expected, part.longest_gap_bars) == (512_727, 525_600, 197)
    gap = findings(real.BITFINEX)["gap", "BTCUSD"]
    assert gap.rows == 12_873
    assert gap.longest.first_ts == parse_ts("2019-01-07T10:01")


def test_backfill_before_the_venue_is_caught_and_kept_off_the_tape():
    found = findings(real.HL_1D)
    assert found["leading_backfill", "BTC"].spans[0].first_ts == parse_ts("2020-08-19")
    assert sum(code == "leading_backfill" for code, _ in found) == 47
    tape = load_tape([real.HL_1D], venue=HL, interval="1d")
    assert tape.ts[0] >= parse_ts("2023-01-01")
    hours = findings(real.HL_1H)
    documented = {"SAND": 999, "ALGO": 999, "XLM": 999, "SPX": 665, "VIRTUAL": 136, "POL": 90}
    assert {symbol: hours["leading_backfill", symbol].rows for symbol in documented} == documented


def test_the_venues_outages_are_caught():
    found = findings(real.HL_5M)
    stamps = {(span.first_ts, span.last_ts) for span in found["no_volume", "BTC"].spans}
    assert (parse_ts("2025-06-08T09:45"), parse_ts("2025-06-08T10:20")) in stamps
    assert sum(code == "no_volume" for code, _ in found) == 32


def test_spot_called_perpetuals_is_caught_with_and_without_the_label(tmp_path):
    labelled = findings(real.BINANCE_1H)
    spot = {symbol for code, symbol in labelled if code == "spot_market"}
    assert spot == {f"{coin}USDT" for coin in ("BTC", "ETH", "SOL", "BNB", "XRP", "DOGE", "ADA", "AVAX", "LINK", "DOT")}
    pl.read_parquet(real.BINANCE_1H).drop("market").write_parquet(tmp_path / "futures.parquet")
    assert {symbol for code, symbol in findings(tmp_path / "futures.parquet") if code == "spot_halt"} == spot
    tape = load_tape([real.BINANCE_1H], venue="binance", interval="1h", symbols=["BTCUSDT", "LTCUSDT"])
    assert [known.kind for known in tape.instruments] == [InstrumentKind.SPOT, InstrumentKind.PERP]


def test_wild_first_prints_of_thin_spot_are_caught():
    found = findings(real.HL_SPOT)
    assert {"UBTC/USDC", "UETH/USDC"} <= {symbol for code, symbol in found if code == "price_jump"}


def test_holes_and_extremes_of_funding_are_caught():
    found = findings(real.HL_FUNDING)
    assert found["extreme_rate", "TRB"].rows == 5
    assert found["funding_gap", "BTC"].rows == 3
    assert "spacing_change" in {code for code, _ in found}
    several = findings(real.VENUES_FUNDING)
    assert several["late_stamp", "BTCUSDT on htx"].rows == 7
    with pytest.raises(Invalid, match="has no rows of hyperliquid"):
        findings(real.VENUES_FUNDING, venue=HL)


@pytest.mark.parametrize("path", sorted((real.DATA / "hl_candles").glob("*.parquet")), ids=lambda path: path.stem)
def test_no_recorded_candle_is_impossible(path):
    found = findings(path)
    assert {finding.code for finding in found.values() if finding.kind.severity == "error"} == set()


def test_a_recorded_set_goes_into_the_lake_and_comes_out_as_it_was(tmp_path):
    lake = Lake(tmp_path)
    wanted = ["BTC", "kPEPE"]
    list(import_files(lake, [real.HL_5M, real.HL_FUNDING], venue=HL, symbols=wanted))
    for symbol in wanted:
        stored = lake.read(Key(HL, symbol, "5m")).drop("open_interest")
        assert stored.equals(frame_of(real.HL_5M, [symbol]))
        assert lake.read(Key(HL, symbol, FUNDING)).equals(frame_of(real.HL_FUNDING, [symbol]))
    assert len(symbols_in(real.HL_5M)) == 32


MEMORY = """
import sys
from pathlib import Path
from paddock.market.readers import read

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])

before = peak()
(part,) = read(Path(sys.argv[1]), sys.argv[2:] or None)
print(part.frame.height, peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see the peak of a process")
def test_reading_one_symbol_takes_the_memory_of_one_symbol():
    def grown(*symbols):
        command = [sys.executable, "-c", MEMORY, str(real.HL_5M), *symbols]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows, kilobytes = map(int, done.stdout.split())
        return rows, kilobytes

    (one, small), (whole, large) = grown("BTC"), grown()
    assert (one, whole) == (31_272, 989_199)
    assert small < large / 3
