"""The way to a tape: what it is made of, what it refuses, and that the cache changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import fields
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from paddock.core.errors import Code, Invalid, NotFound, PaddockError
from paddock.core.instrument import Instrument, InstrumentKind
from paddock.core.time import HOUR_MS
from paddock.market import load
from paddock.market.cache import KEPT, TapeCache, rules
from paddock.market.lake import FUNDING, Key, Lake
from paddock.market.load import load_tape
from paddock.market.sift import resample
from paddock.market.tape import FineBars, Tape

from .candles import candles, changed
from .tapes import START

VENUE = "hyperliquid"


def file(frame, folder, name="candles.parquet"):
    frame.write_parquet(folder / name)
    return folder / name


def failure(*args, **options) -> PaddockError:
    with pytest.raises(PaddockError) as caught:
        load_tape(*args, venue=VENUE, **options)
    return caught.value


def same(one: Tape | FineBars, other: Tape | FineBars) -> None:
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, err_msg=field.name)
            assert (a.dtype, a.shape) == (b.dtype, b.shape), field.name
        elif isinstance(a, FineBars):
            same(a, b)
        elif field.name != "source":
            assert a == b, field.name


@pytest.fixture
def lake(tmp_path):
    lake = Lake(tmp_path / "home")
    for symbol in ("BTC", "kPEPE"):
        fine = candles(48 * 12, "5m", (symbol,), seed=len(symbol))
        lake.upsert(Key(VENUE, symbol, "5m"), fine)
        lake.upsert(Key(VENUE, symbol, "1h"), resample(fine, "5m", "1h"))
        lake.upsert(Key(VENUE, symbol, FUNDING), candles(48).select("ts", rate=pl.col("close") * 1e-6))
    return lake


def test_files_and_the_lake_give_the_same_tape(lake, tmp_path):
    keys = lake.series(VENUE)
    paths = [
        file(pl.concat(lake.read(key) for key in keys if key.interval == interval), tmp_path, f"{interval}.parquet")
        for interval in ("1h", "5m", FUNDING)
    ]
    for interval in ("1h", "5m", "4h", "15m"):
        from_lake = load_tape(lake, venue=VENUE, interval=interval)
        from_files = load_tape(paths, venue=VENUE, interval=interval)
        same(from_files, from_lake)


def test_what_a_tape_is_made_of(lake):
    tape = load_tape(lake, venue=VENUE, interval="1h", symbols=["BTC"])
    assert (tape.symbols, tape.bars, tape.fidelity) == (("BTC",), 48, "1h bars decided by 5m bars")
    assert (tape.funding_coverage, tape.source) == (1.0, "lake of hyperliquid")
    assert load_tape(lake, venue=VENUE, interval="1h", funding=False).funding_coverage is None
    assert load_tape(lake, venue=VENUE, interval="5m").fidelity == "5m bars"
    assert load_tape(lake, venue=VENUE, interval="2h").bars == 24


def test_each_symbol_is_built_from_its_own_nearest_interval(tmp_path):
    lake = Lake(tmp_path)
    lake.upsert(Key(VENUE, "A", "1h"), candles(48))
    lake.upsert(Key(VENUE, "B", "30m"), candles(96, "30m"))
    tape = load_tape(lake, venue=VENUE, interval="1h")
    assert tape.symbols == ("A", "B")
    assert tape.close[0].tolist() == candles(48)["close"].to_list()
    assert tape.close[1].tolist() == candles(96, "30m")["close"].to_list()[1::2]
    assert tape.fidelity == "1h bars, 50% of them decided by 30m bars"


def test_the_finer_bars_that_cover_most_decide(tmp_path):
    lake = Lake(tmp_path)
    for symbol in ("A", "B"):
        lake.upsert(Key(VENUE, symbol, "1h"), candles(48))
        lake.upsert(Key(VENUE, symbol, "1m"), candles(60, "1m"))  # an hour of minutes beside days of 5m
    lake.upsert(Key(VENUE, "A", "5m"), candles(48 * 12, "5m"))
    tape = load_tape(lake, venue=VENUE, interval="1h")
    under = tape.fine.end - tape.fine.start
    assert under[0].tolist() == [12] * 48
    assert under[1].tolist() == [60] + [0] * 47
    assert tape.fidelity == "1h bars, 51% of them decided by 1m and 5m bars"
    paths = [
        file(
            pl.concat(lake.read(key) for key in lake.series() if key.interval == interval),
            tmp_path,
            f"{interval}.parquet",
        )
        for interval in ("1m", "5m", "1h")
    ]
    same(load_tape(paths, venue=VENUE, interval="1h"), tape)


def test_all_symbols_are_those_that_can_have_the_interval(tmp_path):
    lake = Lake(tmp_path)
    lake.upsert(Key(VENUE, "A", "1h"), candles(48))
    lake.upsert(Key(VENUE, "B", "4h"), candles(12, "4h"))
    lake.upsert(Key(VENUE, "C", FUNDING), candles(4).select("ts", rate=pl.lit(1e-5)))
    assert load_tape(lake, venue=VENUE, interval="1h").symbols == ("A",)
    assert load_tape(lake, venue=VENUE, interval="4h").symbols == ("A", "B")
    error = failure(lake, interval="1h", symbols=["A", "B"])
    assert (error.code, error.seen) == (Code.DATA_INTERVAL, "4h")


def test_a_tape_from_the_lake_is_mapped_the_second_time(lake, monkeypatch):
    first = load_tape(lake, venue=VENUE, interval="1h")
    monkeypatch.setattr(load, "tape_from", None)
    again = load_tape(lake, venue=VENUE, interval="1h")
    same(first, again)
    assert (type(again.close), again.close.flags.writeable, again.close.flags.c_contiguous) == (np.ndarray, True, True)
    again.close[0, 0] = -1.0  # private to this process
    assert load_tape(lake, venue=VENUE, interval="1h").close[0, 0] == first.close[0, 0] != -1.0


def test_a_changed_lake_is_not_the_cached_tape(lake):
    load_tape(lake, venue=VENUE, interval="1h")
    frame = lake.read(Key(VENUE, "BTC", "1h"))
    lake.upsert(Key(VENUE, "BTC", "1h"), changed(frame, 5, close=frame["high"][5]))
    assert load_tape(lake, venue=VENUE, interval="1h").close[0, 5] == frame["high"][5]
    lake.save_instruments(VENUE, [Instrument(VENUE, "BTC", px_decimals=1)])
    assert load_tape(lake, venue=VENUE, interval="1h").instruments[0].px_decimals == 1


@pytest.mark.parametrize("damage", ["missing", "short", "document", "instrument"])
def test_a_damaged_cache_is_built_again(lake, damage):
    first = load_tape(lake, venue=VENUE, interval="1h")
    (folder,) = TapeCache(lake.home).root.iterdir()
    whole = (folder / "close.npy").read_bytes()
    (folder / "close.npy").unlink()  # a file that is mapped is never written to
    if damage == "short":
        (folder / "close.npy").write_bytes(whole[:200])
    else:
        (folder / "close.npy").write_bytes(whole)
    if damage == "instrument":
        text = (folder / "tape.json").read_text()
        (folder / "tape.json").write_text(text.replace("px_decimals", "px_digits"))
    elif damage == "document":
        (folder / "tape.json").write_text('{"venue": "x"}')
    same(load_tape(lake, venue=VENUE, interval="1h"), first)


def test_the_cache_does_not_grow_without_end(lake):
    tape = load_tape(lake, venue=VENUE, interval="1h")
    cache = TapeCache(lake.home)
    shutil.copytree(next(cache.root.iterdir()), cache.root / "0-of-an-older-format")
    for number in range(KEPT + 3):
        cache.put(f"k{number}", tape)
    kept = sorted(folder.name for folder in cache.root.iterdir())
    assert len(kept) == KEPT
    assert all(name.startswith(f"{rules()}-") for name in kept)
    assert cache.get(f"k{KEPT + 2}") is not None


def test_instruments_for_files_come_from_the_lake(tmp_path):
    lake = Lake(tmp_path / "home")
    known = Instrument(VENUE, "BTC", px_decimals=1, min_notional_usd=Decimal(10))
    lake.save_instruments(VENUE, [known])
    path = file(candles(symbols=("BTC", "ETH")), tmp_path)
    tape = load_tape([path], venue=VENUE, interval="1h", specs=lake)
    assert tape.instruments[0] == known
    assert tape.instruments[1].symbol == "ETH"


def test_spot_pays_no_funding_and_has_no_leverage(tmp_path):
    frame = candles(symbols=("A", "B")).with_columns(
        market=pl.when(pl.col("symbol") == "A").then(pl.lit("spot")).otherwise(pl.lit("um_perp"))
    )
    rates = frame.select("symbol", "ts", rate=pl.lit(1e-4))
    tape = load_tape(
        [file(frame, tmp_path), file(rates, tmp_path, "rates.parquet")], venue="binance", interval="1h"
    )  # fmt: skip
    spot, perp = tape.instruments
    assert (spot.kind, spot.max_leverage, perp.kind) == (InstrumentKind.SPOT, 1, InstrumentKind.PERP)
    assert (tape.funding_open[0].sum(), tape.funding_open[1].sum()) == (0.0, pytest.approx(48e-4))


def test_files_of_several_venues_give_the_one_asked_for(tmp_path):
    rates = candles().select("symbol", "ts", rate=pl.lit(1e-4), venue=pl.lit("Binance"))
    both = pl.concat([rates, rates.with_columns(rate=pl.lit(5e-4), venue=pl.lit("gate"))])
    paths = [file(candles(), tmp_path), file(both, tmp_path, "rates.parquet")]
    tape = load_tape(paths, venue="binance", interval="1h")
    assert tape.funding_last[0, 5] == 1e-4
    error = failure(paths, interval="1h")
    assert (error.code, "Binance, gate" in error.rule) == (Code.DATA_VENUE, True)


@pytest.mark.parametrize(
    "broken",
    [
        {"high": 1.0},
        {"low": 1e9},
        {"close": float("nan")},
        {"open": 0.0},
        {"volume": -1.0},
        {"close": -5.0},
        {"open": None},
    ],
)
def test_what_cannot_be_true_is_refused_unless_told(tmp_path, broken):
    path = file(changed(candles(100), 50, **broken), tmp_path)
    error = failure([path], interval="1h")
    assert (error.code, error.exit_code) == (Code.DATA_IMPOSSIBLE, 4)
    assert str(START + 50 * HOUR_MS) in error.seen
    tape = load_tape([path], venue=VENUE, interval="1h", allow_gaps=True)
    assert tape.bars == 99
    assert "left out: 1 impossible" in tape.source


def test_rates_that_cannot_be_true_are_refused_unless_told_or_not_wanted(tmp_path):
    rates = changed(candles(100).select("symbol", "ts", rate=pl.lit(1e-5)), 30, rate=float("nan"))
    paths = [file(candles(100), tmp_path), file(rates, tmp_path, "rates.parquet")]
    error = failure(paths, interval="1h")
    assert (error.code, "rate_missing" in error.message) == (Code.DATA_IMPOSSIBLE, True)
    tape = load_tape(paths, venue=VENUE, interval="1h", allow_gaps=True)
    assert tape.funding_open[0].sum() == pytest.approx(99e-5)
    assert load_tape(paths, venue=VENUE, interval="1h", funding=False).funding_coverage is None


def test_unknown_symbols_and_venues(lake, tmp_path):
    for source in (lake, [file(candles(symbols=("BTC", "kPEPE")), tmp_path)]):
        error = failure(source, interval="1h", symbols=["BTC", "kPEP"])
        assert isinstance(error, NotFound)
        assert (error.code, error.suggestion) == (Code.DATA_SYMBOL, 'did you mean "kPEPE"?')
    with pytest.raises(NotFound) as caught:
        load_tape(lake, venue="hyperliqid", interval="1h")
    assert (caught.value.code, caught.value.suggestion) == (Code.DATA_NOT_FOUND, 'did you mean "hyperliquid"?')


def test_bars_are_not_built_from_coarser_or_crooked_ones(lake, tmp_path):
    error = failure(lake, interval="1m")
    assert (error.code, error.seen) == (Code.DATA_INTERVAL, "5m, 1h")
    assert failure([file(candles(), tmp_path)], interval="30m").code == Code.DATA_INTERVAL
    assert failure([file(candles(40, "2h"), tmp_path)], interval="3m").code == Code.DATA_INTERVAL
    with pytest.raises(Invalid, match='"90m" is not an interval'):
        load_tape(lake, venue=VENUE, interval="90m")


def test_a_symbol_that_never_traded_is_named(tmp_path):
    whole = candles(20, symbols=("A", "B"))
    frame = changed(whole.filter((pl.col("symbol") == "A") | (pl.col("ts") == START)), 20, volume=-1.0)
    error = failure([file(frame, tmp_path)], interval="1h", symbols=["A", "B"], allow_gaps=True)
    assert (error.code, error.seen) == (Code.DATA_EMPTY, "B")


def test_no_candles_at_all(tmp_path):
    rates = candles().select("symbol", "ts", rate=pl.lit(1e-4))
    assert "holds no candles" in failure([file(rates, tmp_path)], interval="1h").message


def test_the_demo_says_so(tmp_path):
    lake = Lake(tmp_path)
    lake.upsert(Key("demo", "BTC", "1h"), candles(50))
    assert load_tape(lake, venue="demo", interval="1h").fidelity == "generated demo, 1h bars"
