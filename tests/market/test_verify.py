"""Every finding is provoked once, and clean candles provoke none."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.core.time import HOUR_MS, parse_ts
from paddock.market.findings import KINDS, Severity
from paddock.market.lake import FUNDING, Key, Lake
from paddock.market.verify import reports_of_files, reports_of_lake, verify_candles, verify_rates

from .candles import candles, changed, without
from .tapes import START


def at(row: int) -> int:
    return START + row * HOUR_MS


def silent(frame, *rows):
    quiet = pl.int_range(pl.len()).is_in(list(rows))
    return frame.with_columns(volume=pl.when(quiet).then(0.0).otherwise(pl.col("volume")))


def swapped(frame, a, b):
    order = list(range(frame.height))
    order[a], order[b] = order[b], order[a]
    return frame[order]


def inserted(frame, row, extra):
    """With `extra` right after a row, so that the order of the stamps is not what is wrong."""
    return pl.concat([frame[: row + 1], extra, frame[row + 1 :]])


def halted(market=None):
    frame = candles(24 * 10).with_columns(pl.col("ts") + (parse_ts("2023-03-20") - START))
    frame = frame.filter(pl.col("ts") != parse_ts("2023-03-24T13:00"))
    return frame if market is None else frame.with_columns(market=pl.lit(market))


WHOLE = candles(100)
# code: (a frame that has it, the spans expected)
BROKEN = {
    "price_missing": (changed(WHOLE, 7, open=None), [(7, 7, 1)]),
    "price_not_positive": (changed(WHOLE, 7, low=0.0), [(7, 7, 1)]),
    "price_out_of_range": (changed(changed(WHOLE, 7, low=1e-13), 8, high=1e13), [(7, 8, 2)]),
    "high_below_low": (changed(WHOLE, 7, high=1.0), [(7, 7, 1)]),
    "outside_range": (changed(changed(WHOLE, 7, close=1e6), 8, open=0.001), [(7, 8, 2)]),
    "volume_impossible": (changed(changed(WHOLE, 7, volume=-1.0), 20, volume=float("inf")), [(7, 7, 1), (20, 20, 1)]),
    "conflicting": (inserted(WHOLE, 9, changed(WHOLE, 9, volume=1.5)[9:10]), [(9, 9, 1)]),
    "coverage": (without(WHOLE, *range(10, 30)), [(0, 99, 20)]),
    "duplicate": (pl.concat([WHOLE, WHOLE[4:6], WHOLE[4:5]]), [(4, 4, 2), (5, 5, 1)]),
    "out_of_order": (swapped(WHOLE, 30, 31), [(30, 30, 1)]),
    "gap": (without(WHOLE, 5, 40, 41, 42), [(5, 5, 1), (40, 42, 3)]),
    "leading_backfill": (silent(WHOLE, *range(12)), [(0, 11, 12)]),
    "no_volume": (silent(WHOLE, 50, 51, 70), [(50, 51, 2), (70, 70, 1)]),
    "no_volume_at_all": (silent(WHOLE, *range(100)), [(0, 99, 100)]),
    "price_jump": (changed(WHOLE, 60, high=200.0), [(60, 60, 1)]),
}


@pytest.mark.parametrize("code", BROKEN)
def test_each_finding_names_its_places(code):
    frame, spans = BROKEN[code]
    found = {finding.code: finding for finding in verify_candles(frame, "1h")}
    expected = [(at(first), at(last), rows) for first, last, rows in spans]
    assert [(span.first_ts, span.last_ts, span.rows) for span in found[code].spans] == expected
    assert found[code].rows == sum(rows for _, _, rows in expected)
    assert found[code].symbol == "BTC"


def test_off_grid():
    frame = inserted(WHOLE, 5, WHOLE[5:6].with_columns(pl.col("ts") + 1))
    (finding,) = verify_candles(frame, "1h")
    assert (finding.code, finding.spans[0].first_ts) == ("off_grid", at(5) + 1)


def test_shifted_grid():
    (finding,) = verify_candles(WHOLE.with_columns(pl.col("ts") + 60_000), "1h")
    assert (finding.code, finding.rows) == ("shifted_grid", 100)


def test_the_spot_halt_gives_away_spot_that_is_called_a_perpetual():
    assert [f.code for f in verify_candles(halted(), "1h")] == ["gap", "spot_halt"]
    assert [f.code for f in verify_candles(halted("um_perp"), "1h")] == ["gap", "spot_halt"]
    assert [f.code for f in verify_candles(halted("spot"), "1h")] == ["gap", "spot_market"]
    outage_of_a_day = halted().filter((pl.col("ts") - parse_ts("2023-03-24")).is_between(0, 24 * HOUR_MS).not_())
    assert [f.code for f in verify_candles(outage_of_a_day, "1h")] == ["gap", "coverage"][::-1]


RATES = WHOLE.select("symbol", "ts", rate=pl.lit(1e-5))
BROKEN_RATES = {
    "rate_missing": (changed(RATES, 7, rate=float("nan")), [(7, 7, 1)]),
    "conflicting": (inserted(RATES, 7, changed(RATES, 7, rate=2e-5)[7:8]), [(7, 7, 1)]),
    "extreme_rate": (changed(RATES, 7, rate=-0.02), [(7, 7, 1)]),
    "duplicate": (inserted(RATES, 7, RATES[7:8]), [(7, 7, 1)]),
    "out_of_order": (swapped(RATES, 30, 31), [(30, 30, 1)]),
    "funding_gap": (without(RATES, 5, 40, 41), [(5, 5, 1), (40, 41, 2)]),
    "spacing_change": (pl.concat([RATES[:64].gather_every(8), RATES[64:]]), [(65, 65, 1)]),
}


@pytest.mark.parametrize("code", BROKEN_RATES)
def test_each_finding_over_funding_names_its_places(code):
    frame, spans = BROKEN_RATES[code]
    (finding,) = verify_rates(frame)
    expected = [(at(first), at(last), rows) for first, last, rows in spans]
    assert finding.code == code
    assert [(span.first_ts, span.last_ts, span.rows) for span in finding.spans] == expected


def test_a_late_stamp():
    (finding,) = verify_rates(
        RATES.with_columns(ts=pl.col("ts") + pl.when(pl.int_range(pl.len()) == 9).then(90_000).otherwise(0))
    )
    assert (finding.code, finding.spans[0].first_ts) == ("late_stamp", at(9) + 90_000)


def test_a_rate_of_two_sources_is_charged_twice():
    (finding,) = verify_rates(inserted(RATES, 7, RATES[7:8].with_columns(pl.col("ts") + 17)))
    assert (finding.code, finding.spans[0].first_ts, finding.rows) == ("charged_twice", at(7) + 17, 1)


def test_stamps_some_milliseconds_past_the_hour_are_those_of_the_hour():
    """As Hyperliquid stamps them."""
    assert verify_rates(RATES.with_columns(pl.col("ts") + 2 + pl.int_range(pl.len()) % 49)) == []


def test_every_kind_is_provoked_above():
    elsewhere = {"off_grid", "shifted_grid", "spot_halt", "spot_market", "late_stamp", "charged_twice"}
    of_recordings = {"unreadable", "stream_gap", "crossed_book"}  # in test_recording
    provoked = {*BROKEN, *BROKEN_RATES, *elsewhere, *of_recordings}
    assert provoked == set(KINDS)


@given(st.integers(0, 10_000), st.sampled_from(["1m", "1h", "1d"]))
@settings(max_examples=20, deadline=None)
def test_clean_candles_have_nothing_to_report(seed, interval):
    assert verify_candles(candles(200, interval, ("A", "B"), seed), interval) == []


def test_clean_funding_has_nothing_to_report():
    assert verify_rates(RATES) == []
    assert verify_rates(RATES.gather_every(8)) == []
    assert verify_rates(RATES.clear()) == verify_candles(WHOLE.clear(), "1h") == []


def test_symbols_are_judged_apart():
    frame = pl.concat(
        [candles(50, symbols=("A",)), without(candles(50, symbols=("B",)), 9), candles(1, symbols=("C",))]
    )
    assert [(f.code, f.symbol, f.rows) for f in verify_candles(frame, "1h")] == [("gap", "B", 1)]


def test_venues_are_judged_apart():
    both = pl.concat(
        [RATES.with_columns(venue=pl.lit(venue), rate=pl.lit(rate)) for venue, rate in (("a", 0.02), ("b", 0.0))]
    )
    (finding,) = verify_rates(both)
    assert (finding.code, finding.symbol) == ("extreme_rate", "BTC on a")


def test_the_worst_comes_first():
    frame = changed(silent(without(WHOLE, 30), 50), 60, high=1.0)
    severities = [finding.kind.severity for finding in verify_candles(frame, "1h")]
    assert severities == [Severity.ERROR, Severity.ERROR, Severity.WARNING, Severity.WARNING]


def test_reports_cover_files_and_the_lake(tmp_path):
    WHOLE.write_parquet(tmp_path / "c.parquet")
    RATES.write_csv(tmp_path / "f.csv")
    options = {"venue": None, "symbols": None, "interval": None}
    reports = list(reports_of_files([tmp_path], **options))
    assert [(r.source, r.interval, r.rows) for r in reports] == [("c.parquet", "1h", 100), ("f.csv", FUNDING, 100)]
    assert [r.source for r in reports_of_files([tmp_path], **options | {"interval": FUNDING})] == ["f.csv"]
    lake = Lake(tmp_path / "home")
    lake.upsert(Key("hyperliquid", "BTC", "1h"), without(WHOLE, 3))
    lake.upsert(Key("hyperliquid", "ETH", "1h"), WHOLE)
    lake.upsert(Key("hyperliquid", "BTC", FUNDING), RATES)
    reports = list(reports_of_lake(lake, **options))
    assert [(r.source, r.interval, r.symbols) for r in reports] == [
        ("lake of hyperliquid", "1h", ("BTC", "ETH")),
        ("lake of hyperliquid", FUNDING, ("BTC",)),
    ]
    assert [finding.code for finding in reports[0].findings] == ["gap"]
    assert len(list(reports_of_lake(lake, **options | {"symbols": ["ETH"]}))) == 1


def test_a_finding_as_a_document():
    frame, _ = BROKEN["gap"]
    assert verify_candles(frame, "1h")[0].as_dict() == {
        "code": "gap",
        "severity": "warning",
        "symbol": "BTC",
        "rows": 4,
        "first_ts": at(5),
        "last_ts": at(42),
        "meaning": KINDS["gap"].meaning,
        "mend": KINDS["gap"].mend,
        "spans": [
            {"first_ts": at(5), "last_ts": at(5), "rows": 1},
            {"first_ts": at(40), "last_ts": at(42), "rows": 3},
        ],
    }
