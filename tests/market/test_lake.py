"""The lake: safe names, atomic and idempotent writes, reads of only what is needed."""

from __future__ import annotations

import multiprocessing
import os
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.core.errors import Code, Invalid, NotFound
from paddock.core.instrument import Instrument, InstrumentKind
from paddock.core.time import DAY_MS, HOUR_MS, parse_ts
from paddock.market import files
from paddock.market.lake import FUNDING, Change, Key, Lake, decode, encode

from .candles import candles, changed
from .tapes import START

KEY = Key("hyperliquid", "BTC", "1h")
YEAR = 24 * 366


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path)


def tree(lake: Lake) -> dict[str, tuple[int, int]]:
    """Every month file with what identifies its content: a replaced file is another inode."""
    stats = {path: path.stat() for path in lake.root.rglob("*.parquet")}
    return {path.relative_to(lake.root).as_posix(): (stat.st_ino, stat.st_mtime_ns) for path, stat in stats.items()}


def test_what_goes_in_comes_out(lake):
    frame = candles(YEAR)
    assert lake.upsert(KEY, frame) == Change(added=YEAR)
    out = lake.read(KEY)
    assert out.drop("open_interest").equals(frame)
    assert sorted(tree(lake))[0] == "hyperliquid/BTC/1h/2024-01.parquet"
    assert len(tree(lake)) == 12


def test_the_same_again_touches_no_file(lake):
    frame = candles(2000)
    lake.upsert(KEY, frame)
    before = tree(lake)
    assert lake.upsert(KEY, frame.sample(fraction=1, shuffle=True, seed=1)) == Change(same=2000)
    assert tree(lake) == before


def test_only_the_months_that_change_are_written(lake):
    frame = candles(YEAR)
    lake.upsert(KEY, frame)
    before = tree(lake)
    row = (parse_ts("2024-06-15") - START) // HOUR_MS
    assert lake.upsert(KEY, changed(frame, row, close=1.0)) == Change(changed=1, same=YEAR - 1)
    after = tree(lake)
    assert {name for name in after if after[name] != before[name]} == {"hyperliquid/BTC/1h/2024-06.parquet"}
    assert lake.read(KEY)["close"][row] == 1.0


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 40 * 24), st.integers(1, 9)), min_size=1, max_size=30), min_size=1, max_size=5
    )
)
@settings(max_examples=40, deadline=None)
def test_upserts_are_a_dictionary_by_stamp(tmp_path_factory, batches):
    lake = Lake(tmp_path_factory.mktemp("lake"))
    model: dict[int, float] = {}
    key = Key("hyperliquid", "BTC", FUNDING)
    for batch in batches:
        rows = pl.DataFrame({"ts": [START + hour * HOUR_MS for hour, _ in batch], "rate": [r / 1e4 for _, r in batch]})
        fresh = {ts: rate for ts, rate in rows.rows() if ts not in model}
        old = dict(model)
        model |= dict(rows.rows())
        touched = set(rows["ts"])
        assert lake.upsert(key, rows) == Change(
            added=len(fresh),
            changed=sum(ts in old and old[ts] != model[ts] for ts in touched),
            same=sum(ts in old and old[ts] == model[ts] for ts in touched),
        )
    assert lake.read(key).select("ts", "rate").rows() == sorted(model.items())
    stored = lake.stored(key)
    assert (stored.first_ts, stored.last_ts, stored.rows) == (min(model), max(model), len(model))


@pytest.mark.parametrize("fault", ["write", "fsync", "replace"])
def test_a_write_that_fails_leaves_what_was_there(lake, monkeypatch, fault):
    lake.upsert(KEY, candles(100))
    before = tree(lake)

    def fail(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    if fault == "write":
        monkeypatch.setattr(
            pl.DataFrame, "write_parquet", lambda _self, path: (Path(path).write_bytes(b"PAR1half"), fail())
        )
    elif fault == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        lake.upsert(KEY, changed(candles(200), 3, close=1.0))
    monkeypatch.undo()
    assert tree(lake) == before
    assert lake.read(KEY).drop("open_interest").equals(candles(100))
    lake.upsert(KEY, candles(200))  # what a failed write left behind does not stand in the way of the next
    assert lake.read(KEY).height == 200


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see which file was synced")
def test_the_content_is_on_disk_before_the_name_points_to_it(tmp_path, monkeypatch):
    """fsync of the file, then the rename, then fsync of the folder: a power cut shows the old month or the new one."""
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(descriptor):
        steps.append(f"fsync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def renamed(path, target):
        steps.append(f"rename {target.name}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    files.replace_file(tmp_path / "x", lambda path: path.write_text("new"))
    files.sync(tmp_path)
    assert steps == ["fsync x.tmp", "rename x", f"fsync {tmp_path.name}"]


def _upsert_many(home: str, offset: int) -> None:
    for i in range(5):
        rows = pl.DataFrame({"ts": [START + (offset + 2 * i) * HOUR_MS], "rate": [1e-5]})
        Lake(Path(home)).upsert(Key("hyperliquid", "BTC", FUNDING), rows)


def test_writers_in_two_processes_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_upsert_many, args=(str(tmp_path), offset)) for offset in (0, 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert Lake(tmp_path).stored(Key("hyperliquid", "BTC", FUNDING)).rows == 10


@given(st.text(min_size=1, max_size=64))
@settings(max_examples=300)
def test_any_symbol_is_a_safe_file_name_or_refused(symbol):
    try:
        name = encode(symbol)
    except Invalid as error:
        assert error.code == Code.DATA_SYMBOL
        assert not symbol.isprintable() or symbol.isspace()
        return
    assert decode(name) == symbol
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%")


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_different_symbols_differ_even_where_the_disk_ignores_case(one, other):
    if one != other and all(symbol.isprintable() and symbol.strip() for symbol in (one, other)):
        assert encode(one).lower() != encode(other).lower()


@pytest.mark.parametrize(
    "symbol", ["xyz:TSLA", "kPEPE", "@107", "../x", "..", "HYPE/USDC", "C:\\", "a b", "ÄÖ", "100%"]
)
def test_odd_symbols_stay_inside_the_lake(lake, symbol):
    key = Key("hyperliquid", symbol, "1h")
    lake.upsert(key, candles(10))
    assert lake.series() == [key]
    assert lake.read(key)["symbol"].unique().to_list() == [symbol]
    assert all(path.resolve().is_relative_to(lake.root.resolve()) for path in lake.home.rglob("*"))
    assert sorted(path.name for path in lake.home.iterdir()) == ["lake"]


@pytest.mark.parametrize("symbol", ["", "x" * 65, "a\nb", "a\0b"])
def test_what_cannot_be_a_symbol(lake, symbol):
    with pytest.raises(Invalid) as caught:
        lake.upsert(Key("hyperliquid", symbol, "1h"), candles(10))
    assert caught.value.code == Code.DATA_SYMBOL


@pytest.mark.parametrize("venue", ["", "..", "a/b", "Hyperliquid", "x" * 33, "*"])
def test_what_cannot_be_a_venue(lake, venue):
    with pytest.raises(Invalid) as caught:
        lake.read(Key(venue, "BTC", "1h"))
    assert caught.value.code == Code.DATA_VENUE


def test_an_interval_is_an_interval_or_funding(lake):
    with pytest.raises(Invalid, match='"7h" is not an interval'):
        lake.read(Key("hyperliquid", "BTC", "7h"))


def test_what_is_not_there_is_said_with_the_nearest(lake):
    lake.upsert(KEY, candles(10))
    with pytest.raises(NotFound) as caught:
        lake.read(Key("hyperliquid", "BTCC", "1h"))
    assert 'did you mean "BTC"' in caught.value.suggestion


def test_series_are_listed_sorted(lake):
    keys = [Key("b", "X", "1h"), Key("a", "kX", FUNDING), Key("a", "X", "5m"), Key("a", "X", "1h")]
    for key in keys:
        lake.upsert(key, candles(5) if key.interval != FUNDING else candles(5).select("ts", rate=pl.lit(0.0)))
    assert lake.series() == sorted(keys)
    assert lake.series("a") == sorted(keys[1:])
    assert lake.symbols("a") == ["X"]
    assert Lake(lake.home / "elsewhere").series() == []
    assert not (lake.home / "elsewhere").exists()


@given(st.integers(-10, 70 * 24), st.integers(-10, 70 * 24))
@settings(max_examples=40, deadline=None)
def test_a_range_is_half_open(tmp_path_factory, start, end):
    lake = Lake(tmp_path_factory.getbasetemp() / "ranges")
    if not lake.series():
        lake.upsert(KEY, candles(60 * 24))
    out = lake.read(KEY, START + start * HOUR_MS, START + end * HOUR_MS)
    assert out["ts"].to_list() == [START + h * HOUR_MS for h in range(max(start, 0), min(end, 60 * 24))]
    assert out.columns == lake.read(KEY).columns


def test_a_range_opens_only_its_months(lake):
    lake.upsert(KEY, candles(YEAR))
    for month in range(1, 13):
        if month not in (3, 4):
            (lake.folder(KEY) / f"2024-{month:02}.parquet").write_bytes(b"damaged")
    out = lake.read(KEY, parse_ts("2024-03-01"), parse_ts("2024-05-01"))
    assert out.height == 61 * 24


def test_no_rows_make_no_series(lake):
    assert lake.upsert(KEY, candles(5).clear()) == Change()
    assert not lake.root.exists()


def test_open_interest_is_kept_where_known(lake):
    lake.upsert(KEY, candles(10))
    lake.upsert(KEY, candles(20)[10:].with_columns(open_interest=pl.lit(5.0)))
    assert lake.read(KEY)["open_interest"].to_list() == [None] * 10 + [5.0] * 10


def test_instruments_are_kept(lake):
    perp = Instrument(
        "hyperliquid",
        "BTC",
        px_decimals=1,
        qty_decimals=5,
        sig_figs=5,
        min_notional_usd=Decimal("10.5"),
        max_leverage=40,
    )
    spot = Instrument("hyperliquid", "HYPE/USDC", kind=InstrumentKind.SPOT, max_leverage=1, taker_bps=7.0)
    lake.save_instruments("hyperliquid", [perp])
    lake.save_instruments("hyperliquid", [spot])
    assert lake.instruments("hyperliquid") == {"BTC": perp, "HYPE/USDC": spot}
    assert lake.instruments("elsewhere") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting"),
        ("[]", "one object"),
        ('{"BTC": 3}', "object of its fields"),
        ('{"BTC": {"venue": "v", "px_decimal": 2}}', 'did you mean "px_decimals"'),
        ('{"BTC": {"venue": "v", "kind": "future"}}', "future"),
        ('{"BTC": {"venue": "v", "min_notional_usd": "ten"}}', "BTC"),
    ],
)
def test_a_damaged_list_of_instruments(lake, text, said):
    lake.save_instruments("hyperliquid", [])
    (lake.root / "hyperliquid" / "instruments.json").write_text(text)
    with pytest.raises(Invalid) as caught:
        lake.instruments("hyperliquid")
    assert caught.value.code == Code.DATA_UNREADABLE
    assert said in f"{caught.value.message} {caught.value.rule} {caught.value.suggestion}"


def test_the_fingerprint_follows_the_content(lake):
    other = Key("hyperliquid", "ETH", "1h")
    for key in (KEY, other):
        lake.upsert(key, candles(100))
    prints = [lake.fingerprint([KEY, other], "hyperliquid"), lake.fingerprint([other, KEY], "hyperliquid")]
    assert prints[0] == prints[1]
    lake.upsert(KEY, candles(100))
    assert lake.fingerprint([KEY, other], "hyperliquid") == prints[0]
    lake.upsert(KEY, changed(candles(100), 5, close=2.0))
    prints.append(lake.fingerprint([KEY, other], "hyperliquid"))
    lake.save_instruments("hyperliquid", [Instrument("hyperliquid", "BTC")])
    prints.append(lake.fingerprint([KEY, other], "hyperliquid"))
    prints.append(lake.fingerprint([KEY], "hyperliquid"))
    assert len(set(prints)) == 4


def test_a_month_is_utc(lake):
    edge = parse_ts("2024-02-01")
    rows = pl.DataFrame({"ts": np.array([edge - 1, edge, edge + DAY_MS]), "rate": [1.0, 2.0, 3.0]})
    key = Key("hyperliquid", "BTC", FUNDING)
    lake.upsert(key, rows)
    months = {path.stem: pl.read_parquet(path).height for path in lake.folder(key).glob("*.parquet")}
    assert months == {"2024-01": 1, "2024-02": 2}
