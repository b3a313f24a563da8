"""Files as people have them: other names, other types, other formats; and errors that say how to mend them."""

from __future__ import annotations

import polars as pl
import pytest

from paddock.core.errors import Code, NotFound, PaddockError
from paddock.market.frames import CANDLE_COLUMNS
from paddock.market.readers import Candles, Rates, files_under, read, symbols_in

from .candles import candles, changed
from .tapes import START


def only(path, symbols=None):
    (part,) = read(path, symbols)
    return part


def write(frame, path):
    {".parquet": frame.write_parquet, ".csv": frame.write_csv, ".feather": frame.write_ipc}[path.suffix](path)
    return path


def failure(path, symbols=None) -> PaddockError:
    with pytest.raises(PaddockError) as caught:
        list(read(path, symbols))
    return caught.value


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".feather"])
def test_the_formats_say_the_same(tmp_path, suffix):
    frame = candles(symbols=("BTC", "kPEPE"))
    part = only(write(frame, tmp_path / f"candles{suffix}"))
    assert isinstance(part, Candles)
    assert part.interval == "1h"
    assert part.frame.equals(frame)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".feather"])
def test_funding(tmp_path, suffix):
    frame = candles().select("symbol", "ts", pl.lit(1e-5).alias("rate"), pl.lit(7).alias("late_ms"))
    part = only(write(frame, tmp_path / f"f{suffix}"))
    assert isinstance(part, Rates)
    assert part.frame.equals(frame.select("symbol", "ts", "rate"))


@pytest.mark.parametrize(
    "stamps",
    [
        pl.from_epoch("ts", "ms"),
        pl.from_epoch("ts", "ms").dt.replace_time_zone("UTC"),
        pl.from_epoch("ts", "ms").dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Tokyo"),
        pl.from_epoch("ts", "ms").dt.cast_time_unit("ns"),
        pl.col("ts").cast(pl.String),
        pl.col("ts").cast(pl.Float64),
        pl.from_epoch("ts", "ms").dt.strftime("%Y-%m-%d %H:%M:%S"),
        pl.from_epoch("ts", "ms").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        pl.from_epoch("ts", "ms").dt.strftime("%Y-%m-%d %H:%M:%S+00:00"),
    ],
)
def test_times_in_any_dress_are_ms_utc(tmp_path, stamps):
    frame = candles()
    path = write(frame.with_columns(stamps.alias("date")).drop("ts"), tmp_path / "dated.parquet")
    assert only(path).frame["ts"].equals(frame["ts"])


def test_dates_of_days(tmp_path):
    frame = candles(interval="1d")
    dated = frame.with_columns(pl.from_epoch("ts", "ms").dt.date().alias("Date")).drop("ts")
    for path in (write(dated, tmp_path / "d.parquet"), write(dated, tmp_path / "d.csv")):
        assert only(path).frame["ts"].equals(frame["ts"])


def test_other_names_and_cases(tmp_path):
    frame = candles()
    theirs = {
        "symbol": "Coin",
        "ts": "Timestamp",
        "open": "O",
        "high": "High",
        "low": "l",
        "close": "Close",
        "volume": "Vol",
    }
    part = only(write(frame.rename(theirs).with_columns(pl.lit(1).alias("trades")), tmp_path / "x.csv"))
    assert part.frame.equals(frame)


@pytest.mark.parametrize(
    ("name", "symbol", "interval"),
    [
        ("BTC_USDC_USDC-1h-futures.feather", "BTC", "1h"),
        ("kPEPE_USDC_USDC-5m-futures.feather", "kPEPE", "5m"),
        ("HYPE_USDC-1h.feather", "HYPE/USDC", "1h"),
        ("BTC-15m.csv", "BTC", "15m"),
    ],
)
def test_freqtrades_layout_names_symbol_and_interval(tmp_path, name, symbol, interval):
    frame = candles(interval=interval)
    dated = frame.with_columns(pl.from_epoch("ts", "ms").dt.replace_time_zone("UTC").alias("date")).drop("ts", "symbol")
    path = write(dated, tmp_path / name)
    part = only(path)
    assert part.interval == interval
    assert part.frame.equals(frame.with_columns(pl.lit(symbol).alias("symbol")))
    assert symbols_in(path) == [symbol]
    assert list(read(path, ["OTHER"])) == []


def test_freqtrades_funding_is_its_open_column(tmp_path):
    frame = candles().drop("symbol").with_columns(pl.col("open") * 1e-7)
    part = only(write(frame, tmp_path / "BTC_USDC_USDC-1h-funding_rate.feather"))
    assert isinstance(part, Rates)
    assert part.frame["rate"].equals(frame["open"].rename("rate"))
    assert set(part.frame["symbol"]) == {"BTC"}


def test_a_folder_is_all_its_data_files_but_not_the_mark_prices(tmp_path):
    (tmp_path / "futures").mkdir()
    for name in ("BTC_USDC_USDC-1h-futures", "BTC_USDC_USDC-1h-mark", "ETH_USDC_USDC-1h-futures"):
        write(candles().drop("symbol"), tmp_path / "futures" / f"{name}.feather")
    (tmp_path / "notes.txt").write_text("not data")
    assert [path.name for path in files_under(tmp_path)] == [
        "BTC_USDC_USDC-1h-futures.feather",
        "ETH_USDC_USDC-1h-futures.feather",
    ]


def test_a_column_of_intervals_splits_the_file(tmp_path):
    parts = [candles(interval=i).with_columns(pl.lit(i).alias("interval")) for i in ("1h", "5m")]
    found = {part.interval: part.frame for part in read(write(pl.concat(parts), tmp_path / "both.parquet"))}
    assert found["5m"].equals(parts[1].drop("interval"))
    assert found["1h"].equals(parts[0].drop("interval"))


def test_a_nameless_file_is_taken_for_the_only_symbol_asked_for(tmp_path):
    path = write(candles().drop("symbol"), tmp_path / "ohlcv.csv")
    assert set(only(path, ["BTC"]).frame["symbol"]) == {"BTC"}
    assert "no column symbol" in failure(path).message


def test_only_the_symbols_asked_for_are_read(tmp_path):
    frame = candles(symbols=("A", "B", "C"))
    path = write(frame, tmp_path / "three.parquet")
    assert only(path, ["B"]).frame.equals(frame.filter(pl.col("symbol") == "B"))
    assert symbols_in(path) == ["A", "B", "C"]


def test_raw_rows_stay_raw(tmp_path):
    """Order, duplicates and nonsense are for verification to see."""
    frame = changed(candles(10), 3, high=float("nan"), volume=-1.0)
    frame = pl.concat([frame[5:], frame[:5], frame[:2]])
    assert only(write(frame, tmp_path / "raw.parquet")).frame.equals(frame, null_equal=True)


@pytest.mark.parametrize(
    ("factor", "unit"),
    [(1 / 1000, "seconds"), (1000, "microseconds"), (1_000_000, "nanoseconds"), (1 / 10**7, "2000 to 2100")],
)
def test_stamps_of_another_unit_are_named(tmp_path, factor, unit):
    frame = candles().with_columns((pl.col("ts") * factor).cast(pl.Int64))
    error = failure(write(frame, tmp_path / "units.parquet"))
    assert error.code == Code.DATA_COLUMNS
    assert unit in error.message
    if factor != 1 / 10**7:
        assert str(START) in error.suggestion


def test_a_missing_column_is_named_with_what_is_there(tmp_path):
    error = failure(write(candles().drop("volume", "low"), tmp_path / "thin.csv"))
    assert error.code == Code.DATA_COLUMNS
    assert "no column low, volume" in error.message
    assert "symbol, ts, open, high, close" in error.seen


def test_a_word_among_the_numbers_is_found(tmp_path):
    frame = changed(candles().with_columns(pl.col("close").cast(pl.String)), 17, close="n/a")
    for name in ("w.csv", "w.parquet"):
        error = failure(write(frame, tmp_path / name))
        assert error.code == Code.DATA_COLUMNS
        assert (error.seen, "row 18" in error.message) == ("n/a", True)


def test_an_unreadable_time_is_found(tmp_path):
    frame = candles().with_columns(pl.from_epoch("ts", "ms").dt.strftime("%Y-%m-%d %H:%M:%S").alias("ts"))
    error = failure(write(changed(frame, 4, ts="yesterday"), tmp_path / "t.csv"))
    assert (error.code, error.seen) == (Code.DATA_COLUMNS, "yesterday")


def test_an_empty_cell_is_a_missing_number_not_a_wrong_type(tmp_path):
    part = only(write(changed(candles(), 3, close=None), tmp_path / "hole.csv"))
    assert part.frame["close"].null_count() == 1


@pytest.mark.parametrize("name", ["x.parquet", "x.feather"])
def test_a_damaged_file(tmp_path, name):
    path = write(candles(500), tmp_path / name)
    for damage in (path.read_bytes()[:1000], b"", b"\x00" * 500):
        path.write_bytes(damage)
        assert failure(path).code in (Code.DATA_UNREADABLE, Code.DATA_EMPTY)


def test_a_ragged_csv(tmp_path):
    path = tmp_path / "ragged.csv"
    path.write_text("symbol,ts,open,high,low,close,volume\nBTC,1,2,3,4,5,6,7,8\n")
    assert failure(path).code == Code.DATA_UNREADABLE


@pytest.mark.parametrize("content", ["", "symbol,ts,open,high,low,close,volume\n"])
def test_an_empty_file(tmp_path, content):
    path = tmp_path / "empty.csv"
    path.write_text(content)
    assert failure(path).code == Code.DATA_EMPTY


def test_an_unknown_ending(tmp_path):
    path = tmp_path / "data.xlsx"
    path.write_text("?")
    error = failure(path)
    assert (error.code, ".parquet" in error.rule) == (Code.DATA_UNREADABLE, True)


def test_no_such_file(tmp_path):
    for path in (tmp_path / "nope.parquet", tmp_path):
        with pytest.raises(NotFound) as caught:
            files_under(path)
        assert caught.value.code == Code.DATA_NOT_FOUND


def test_the_interval_is_the_most_common_spacing(tmp_path):
    gappy = candles(300, "5m").filter(pl.int_range(pl.len()) % 3 != 0)
    assert only(write(gappy, tmp_path / "gaps.parquet")).interval == "5m"


def test_rows_that_name_their_symbol_are_believed_over_the_files_name(tmp_path):
    frame = candles(symbols=("BTC", "ETH"))
    part = only(write(frame, tmp_path / "SOL-5m-futures.parquet"))
    assert (part.interval, part.frame.equals(frame)) == ("1h", True)


def test_one_bar_tells_no_interval(tmp_path):
    error = failure(write(candles(1), tmp_path / "one.parquet"))
    assert (error.code, "one bar" in error.message) == (Code.DATA_INTERVAL, True)


def test_a_spacing_that_is_no_interval(tmp_path):
    odd = candles(20).with_columns(ts=START + (pl.col("ts") - START) // 60 * 7)
    error = failure(write(odd, tmp_path / "seven.parquet"))
    assert (error.code, "420 s" in error.message) == (Code.DATA_INTERVAL, True)


def test_a_path_is_a_name_not_a_pattern(tmp_path):
    frame = candles()
    for name in ("a[1]*?.parquet", "a[1].csv"):
        assert only(write(frame, tmp_path / name)).frame.equals(frame)


def test_the_columns_come_in_one_order(tmp_path):
    frame = candles().select(reversed(CANDLE_COLUMNS))
    assert only(write(frame, tmp_path / "r.parquet")).frame.columns == list(CANDLE_COLUMNS)
