"""In and out again: what is imported is what was in the file, what is exported is what is imported."""

from __future__ import annotations

import polars as pl
import pytest

from paddock.core.errors import Code, Invalid, NotFound, PaddockError
from paddock.core.instrument import InstrumentKind
from paddock.core.time import HOUR_MS
from paddock.market.lake import FUNDING, Change, Key, Lake
from paddock.market.transfer import export_series, import_files

from .candles import candles, changed
from .tapes import START

VENUE = "hyperliquid"


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "home")


def bring(lake, *paths, venue=VENUE, **options):
    return list(import_files(lake, list(paths), venue=venue, **options))


def failure(lake, *paths, **options) -> PaddockError:
    with pytest.raises(PaddockError) as caught:
        bring(lake, *paths, **options)
    return caught.value


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".feather"])
def test_out_and_in_again_is_the_same_lake(tmp_path, lake, suffix):
    market = candles(900, symbols=("BTC", "kPEPE", "xyz:TSLA"))
    market.write_parquet(tmp_path / "candles.parquet")
    market.select("symbol", "ts", rate=pl.col("close") * 1e-7).write_parquet(tmp_path / "funding.parquet")
    bring(lake, tmp_path / "candles.parquet", tmp_path / "funding.parquet")
    other = Lake(tmp_path / "other")
    for interval in ("1h", FUNDING):
        keys = [key for key in lake.series() if key.interval == interval]
        assert export_series(lake, keys, tmp_path / f"out{suffix}") == 2700
        bring(other, tmp_path / f"out{suffix}")
        for key in keys:
            assert other.read(key).equals(lake.read(key))
    assert other.series() == lake.series()
    exported = pl.read_parquet(tmp_path / "candles.parquet")
    assert (
        pl.concat(lake.read(Key(VENUE, s, "1h")) for s in ("BTC", "kPEPE", "xyz:TSLA"))
        .drop("open_interest")
        .equals(exported)
    )


def test_an_import_says_what_changed_and_twice_changes_nothing(tmp_path, lake):
    path = tmp_path / "c.parquet"
    market = candles(110)
    market[:100].write_parquet(path)
    (first,) = bring(lake, path)
    assert (first.file, first.key, first.change) == ("c.parquet", Key(VENUE, "BTC", "1h"), Change(added=100))
    assert bring(lake, path)[0].change == Change(same=100)
    changed(market, 3, volume=1.0).write_parquet(path)
    assert bring(lake, path)[0].change == Change(added=10, changed=1, same=99)


def test_a_folder_of_freqtrades_files(tmp_path, lake):
    folder = tmp_path / "futures"
    folder.mkdir()
    dated = (
        candles(50)
        .with_columns(pl.from_epoch("ts", "ms").dt.replace_time_zone("UTC").alias("date"))
        .drop("ts", "symbol")
    )
    for name in ("BTC_USDC_USDC-1h-futures", "BTC_USDC_USDC-1h-funding_rate", "BTC_USDC_USDC-1h-mark"):
        dated.write_ipc(folder / f"{name}.feather", compression="lz4")
    bring(lake, folder)
    assert lake.series() == [Key(VENUE, "BTC", "1h"), Key(VENUE, "BTC", FUNDING)]
    assert lake.read(Key(VENUE, "BTC", FUNDING))["rate"].to_list() == candles(50)["open"].to_list()


def test_only_the_symbols_asked_for(tmp_path, lake):
    candles(10, symbols=("A", "B")).write_csv(tmp_path / "c.csv")
    bring(lake, tmp_path / "c.csv", symbols=["B"])
    assert lake.symbols(VENUE) == ["B"]


def test_spot_and_perpetuals_are_not_mixed(tmp_path, lake):
    both = pl.concat([candles(10).with_columns(market=pl.lit(market)) for market in ("spot", "um_perp")])
    both.write_parquet(tmp_path / "c.parquet")
    error = failure(lake, tmp_path / "c.parquet")
    assert (error.code, error.seen) == (Code.DATA_VENUE, "spot, um_perp")
    assert 'did you mean "um_perp"' in failure(lake, tmp_path / "c.parquet", market="perp").suggestion
    assert lake.series() == []
    bring(lake, tmp_path / "c.parquet", market="um_perp", venue="binance")
    bring(lake, tmp_path / "c.parquet", market="spot", venue="binance_spot")
    assert lake.instruments("binance") == {}
    assert lake.instruments("binance_spot")["BTC"].kind is InstrumentKind.SPOT


def test_rows_that_cannot_be_true_are_not_imported(tmp_path, lake):
    changed(candles(10), 4, high=0.5).write_parquet(tmp_path / "c.parquet")
    assert failure(lake, tmp_path / "c.parquet").code == Code.DATA_IMPOSSIBLE
    assert lake.series() == []
    bring(lake, tmp_path / "c.parquet", allow_gaps=True)
    assert lake.read(Key(VENUE, "BTC", "1h")).height == 9


def test_rates_that_cannot_be_true_are_not_imported(tmp_path, lake):
    rates = candles(10).select("symbol", "ts", rate=pl.lit(1e-5))
    for broken in (changed(rates, 3, rate=float("nan")), pl.concat([rates, changed(rates, 3, rate=2e-5)[3:4]])):
        broken.write_parquet(tmp_path / "f.parquet")
        assert failure(lake, tmp_path / "f.parquet").code == Code.DATA_IMPOSSIBLE
        assert lake.series() == []
    bring(lake, tmp_path / "f.parquet", allow_gaps=True)
    assert lake.read(Key(VENUE, "BTC", FUNDING))["rate"][3] == 2e-5


def test_a_hostile_symbol_stays_in_the_lake(tmp_path, lake):
    candles(10, symbols=("../../x",)).write_csv(tmp_path / "c.csv")
    bring(lake, tmp_path / "c.csv")
    assert lake.symbols(VENUE) == ["../../x"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.csv", "home"]


def test_an_export_of_a_range_is_whole_or_not_there(tmp_path, lake):
    candles(100).write_parquet(tmp_path / "c.parquet")
    bring(lake, tmp_path / "c.parquet")
    key = Key(VENUE, "BTC", "1h")
    out = tmp_path / "out.csv"
    assert export_series(lake, [key], out, start=START + 10 * HOUR_MS, end=START + 20 * HOUR_MS) == 10
    before = out.read_text()
    with pytest.raises(Invalid) as caught:
        export_series(lake, [key], out, start=START + 10_000 * HOUR_MS)
    assert caught.value.code == Code.DATA_EMPTY
    with pytest.raises(NotFound):
        export_series(lake, [Key(VENUE, "ETH", "1h")], out)
    with pytest.raises(Invalid, match="does not say its format"):
        export_series(lake, [key], tmp_path / "out.xlsx")
    assert out.read_text() == before
    assert not list(tmp_path.glob("*.tmp"))
