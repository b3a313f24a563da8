"""What is refused, and that a refusal is told as one and not as a fault of the program's own."""

from __future__ import annotations

import shutil

import polars as pl
import pytest

from paddock.core.errors import Code, PaddockError, nearest
from paddock.market import cache
from paddock.market.lake import Key, Lake
from paddock.market.load import load_tape
from paddock.market.transfer import import_files
from paddock.market.verify import reports_of_files, verify_candles
from paddock.surfaces.cli.main import main

from .candles import candles, changed

VENUE = "hyperliquid"


def saved(frame, folder, name="candles.parquet"):
    path = folder / name
    frame.write_csv(path) if path.suffix == ".csv" else frame.write_parquet(path)
    return path


def failure(*paths, **options) -> PaddockError:
    with pytest.raises(PaddockError) as caught:
        load_tape(list(paths), venue=VENUE, interval="1h", **options)
    return caught.value


def test_newest_first_is_read_as_any_other_file(tmp_path, capsys):
    frame = candles(300, symbols=("BTC", "ETH"))
    path = saved(frame.sort("ts", descending=True), tmp_path)
    tape = load_tape([path], venue=VENUE, interval="1h")
    assert tape.close[0].tolist() == frame.filter(pl.col("symbol") == "BTC")["close"].to_list()
    lake = Lake(tmp_path / "home")
    list(import_files(lake, [path], venue=VENUE))
    assert lake.read(Key(VENUE, "ETH", "1h"))["ts"].to_list() == tape.ts.tolist()
    (report,) = reports_of_files([path], venue=None, symbols=None, interval=None)
    assert [(finding.code, finding.symbol) for finding in report.findings] == [
        ("out_of_order", "BTC"),
        ("out_of_order", "ETH"),
    ]
    for finding in report.findings:
        (span,) = finding.spans
        assert (span.first_ts, span.last_ts, span.rows) == (int(tape.ts[0]), int(tape.ts[-2]), 299)
    words = ["backtest", "sma-crossover", "--symbols", "BTC", "--home", str(tmp_path), "--data", str(path)]
    assert main(words) == 0


@pytest.mark.parametrize(("scale", "fine"), [(1e-15, False), (1e-9, True), (1e9, True), (1e13, False)])
def test_prices_beyond_all_sense_are_impossible(tmp_path, scale, fine):
    scaled = candles(100).with_columns(pl.col("open", "high", "low", "close") * scale)
    found = {finding.code for finding in verify_candles(scaled, "1h")}
    assert ("price_out_of_range" in found) != fine
    path = saved(scaled, tmp_path)
    if fine:
        assert load_tape([path], venue=VENUE, interval="1h").bars == 100
    else:
        assert failure(path).code is Code.DATA_IMPOSSIBLE


@pytest.mark.parametrize("stored", ["1h", "30m"])
def test_a_file_of_impossible_rows_only(tmp_path, stored):
    path = saved(candles(100, stored).with_columns(volume=pl.lit(-1.0)), tmp_path)
    assert failure(path).code is Code.DATA_IMPOSSIBLE
    left = failure(path, allow_gaps=True)
    assert (left.code, "100 impossible" in left.message) == (Code.DATA_EMPTY, True)


def test_impossible_finer_rows_are_refused_by_the_same_rule(tmp_path):
    hours = saved(candles(100), tmp_path)
    minutes = saved(changed(candles(1200, "5m"), 7, low=-1.0), tmp_path, "minutes.parquet")
    assert failure(hours, minutes).code is Code.DATA_IMPOSSIBLE
    assert "left out: 1 impossible" in load_tape([hours, minutes], venue=VENUE, interval="1h", allow_gaps=True).source


@pytest.mark.parametrize("symbol", ["", " ", "BT\x1b[31mC", "A\nB", "B\u202eTC", "X" * 65])
@pytest.mark.parametrize("name", ["candles.parquet", "candles.csv"])
def test_files_and_the_lake_have_one_rule_for_symbols(tmp_path, symbol, name):
    error = failure(saved(candles(100, symbols=(symbol,)), tmp_path, name))
    assert error.code is Code.DATA_SYMBOL
    assert error.message.isprintable()
    assert error.seen.isprintable()
    with pytest.raises(PaddockError) as refused:
        Lake(tmp_path).folder(Key(VENUE, symbol, "1h"))
    assert refused.value.code is Code.DATA_SYMBOL


def test_a_home_that_cannot_be_written_still_gives_a_tape(tmp_path):
    lake = Lake(tmp_path)
    lake.upsert(Key(VENUE, "BTC", "1h"), candles(100))
    (tmp_path / "cache").write_text("no folder can be made below a file")
    assert load_tape(lake, venue=VENUE, interval="1h").bars == 100


def test_a_disk_that_fills_still_gives_a_tape_and_leaves_nothing_behind(tmp_path, monkeypatch):
    lake = Lake(tmp_path)
    lake.upsert(Key(VENUE, "BTC", "1h"), candles(100))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.np, "save", full)
    assert load_tape(lake, venue=VENUE, interval="1h").bars == 100
    assert list((tmp_path / "cache" / "tapes").iterdir()) == []


def test_tapes_built_by_other_sources_are_not_used(tmp_path, monkeypatch):
    sources = tmp_path / "sources"
    shutil.copytree(cache.BUILDERS[0], sources, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "BUILDERS", (sources,))
    cache.rules.cache_clear()
    before = cache.rules()
    (sources / "align.py").write_text((sources / "align.py").read_text() + "# another rule\n")
    cache.rules.cache_clear()
    after = cache.rules()
    monkeypatch.undo()
    cache.rules.cache_clear()
    assert before != after


@pytest.mark.parametrize(("word", "meant"), [("btc", "BTC"), ("kpepe", "kPEPE"), ("ethh", "ETH")])
def test_the_nearest_symbol_is_found_whatever_its_case(tmp_path, word, meant):
    path = saved(candles(50, symbols=("BTC", "ETH", "kPEPE")), tmp_path)
    assert failure(path, symbols=[word]).suggestion == f'did you mean "{meant}"?'
    assert nearest("zzz", ["BTC"]) == ""


def test_funding_that_is_candles_is_refused(tmp_path, capsys):
    path = saved(candles(100), tmp_path)
    rates = saved(candles(100).select("symbol", "ts", rate=pl.lit(1e-5)), tmp_path, "rates.parquet")
    words = ["backtest", "sma-crossover", "--symbols", "BTC", "--home", str(tmp_path), "--data", str(path)]
    assert main([*words, "--funding", str(rates)]) == 0
    capsys.readouterr()
    assert main([*words, "--funding", str(path)]) == 4
    assert "candles.parquet holds no funding rates" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["list"], ["show", VENUE, "BTC"], ["verify"]])
def test_a_home_that_is_a_file_is_told_of(tmp_path, capsys, words):
    path = saved(candles(10), tmp_path)
    assert main(["data", *words, "--home", str(path)]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_an_import_that_ends_half_way_says_what_it_stored(tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    saved(candles(100), folder, "a.parquet")
    saved(changed(candles(100, symbols=("ETH",)), 5, close=-1.0), folder, "b.parquet")
    home = tmp_path / "home"
    assert main(["data", "import", str(folder), "--venue", VENUE, "--home", str(home)]) == 4
    told = capsys.readouterr()
    assert told.out == "a.parquet: 1h of 1 symbols, 100 rows added, 0 changed, 0 as they were\n"
    assert "b.parquet" in told.err
    assert [key.symbol for key in Lake(home).series()] == ["BTC"]
