"""Recordings: appended whole, never half, and honest about what was not heard."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.core.errors import Code, Invalid
from paddock.core.time import parse_ts
from paddock.market import files, recording
from paddock.market.lake import Lake
from paddock.market.recording import BookSeen, GapSeen, Kind, Recording, TradeSeen, recordings
from paddock.market.verify import reports_of_lake

START = parse_ts("2026-11-21T18:00")


def trade(n: int, **more) -> TradeSeen:
    return TradeSeen(**{"seen_ts": START + n, "venue_ts": START + n - 40, "trade_id": str(n), "side": 1, "px": 100.5,
                        "qty": 0.25} | more)  # fmt: skip


def book(n: int, bid: float = 99.0, ask: float = 101.0) -> BookSeen:
    return BookSeen(START + n, START + n - 40, ((bid, 1.0), (bid - 1, 2.0)), ((ask, 3.0),))


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path)


@pytest.fixture
def trades(lake):
    return Recording(lake, "hyperliquid", "kPEPE", Kind.TRADES)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(recording, "FULL", dict.fromkeys(Kind, 5))


def ids(frame: pl.DataFrame) -> list[str]:
    return frame["trade_id"].drop_nulls().to_list()


def test_rows_are_read_as_they_were_heard_with_both_stamps_and_their_gaps(trades):
    assert trades.read().height == 0 and not trades.folder.exists()
    trades.append([GapSeen(START, "it begins"), trade(1), trade(2, side=-1)])
    trades.append([trade(3)])
    rows = trades.read().rows(named=True)
    assert [row["gap"] for row in rows] == ["it begins", None, None, None]
    assert [(row["seen_ts"], row["venue_ts"]) for row in rows[1:]] == [(START + n, START + n - 40) for n in (1, 2, 3)]
    assert [row["side"] for row in rows[1:]] == [1, -1, 1] and rows[0]["venue_ts"] is None
    assert ids(trades.read(START + 2, START + 3)) == ["2"]
    stored = trades.stored()
    assert (stored.first_ts, stored.last_ts, stored.rows) == (START, START + 3, 4)


def test_a_book_keeps_its_levels(lake):
    books = Recording(lake, "hyperliquid", "BTC", Kind.BOOKS)
    books.append([book(1), GapSeen(START + 2, "cut")])
    row, gap = books.read().rows(named=True)
    assert (row["bid_px"], row["bid_qty"], row["ask_px"], row["ask_qty"]) == ([99.0, 98.0], [1.0, 2.0], [101.0], [3.0])
    assert gap["bid_px"] is None and gap["gap"] == "cut"


def test_a_file_that_is_full_is_never_touched_again(trades, small):
    for n in range(4):
        trades.append([trade(2 * n), trade(2 * n + 1)])
    first, second = trades.files()
    before = first.read_bytes(), first.stat().st_mtime_ns
    trades.append([trade(8)])
    assert (first.read_bytes(), first.stat().st_mtime_ns) == before and trades.files() == [first, second]
    assert ids(trades.read()) == [str(n) for n in range(9)]
    assert ids(trades.last(3)) == ["6", "7", "8"]


def test_a_clock_that_was_set_back_puts_nothing_before_what_is_there(trades, small):
    trades.append([trade(n) for n in range(100, 106)])
    trades.append([trade(1)])
    assert ids(trades.read())[-1] == "1" and len(trades.files()) == 2


def test_a_new_month_is_another_folder(trades):
    later = parse_ts("2026-12-01")
    trades.append([trade(1), trade(2, seen_ts=later - 1), trade(3, seen_ts=later)])
    assert [path.parent.name for path in trades.files()] == ["2026-11", "2026-12"]
    assert ids(trades.read()) == ["1", "2", "3"] and ids(trades.read(start=later)) == ["3"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=7), max_size=8))
def test_however_it_is_divided_all_is_there_once_in_order(tmp_path_factory, batches):
    one = Recording(Lake(tmp_path_factory.mktemp("lake")), "v", "S", Kind.TRADES)
    number = 0
    for batch in batches:
        one.append([trade(number := number + 1) for _ in batch])
    assert ids(one.read()) == [str(n + 1) for n in range(number)]


def test_an_end_in_the_middle_of_writing_leaves_the_file_as_it_was(trades, monkeypatch):
    trades.append([trade(1)])

    def interrupted(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "sync", interrupted)  # written beside it, and not yet in its place
    with pytest.raises(KeyboardInterrupt):
        trades.append([trade(2)])
    monkeypatch.undo()
    assert ids(trades.read()) == ["1"]
    trades.append([trade(3)])
    assert ids(trades.read()) == ["1", "3"]


def test_a_damaged_file_is_named_and_what_comes_after_is_kept_beside_it(lake, trades):
    trades.append([trade(1)])
    (path,) = trades.files()
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(Invalid) as caught:
        trades.read()
    assert caught.value.code is Code.DATA_UNREADABLE and str(trades.folder) in caught.value.where
    assert trades.last(5).height == 0
    trades.append([trade(2)])
    (report,) = reports_of_lake(lake, venue=None, symbols=None, interval="trades")
    assert [(one.code, one.symbol) for one in report.findings] == [("unreadable", "kPEPE")] and report.rows == 1
    path.unlink()
    assert ids(trades.read()) == ["2"]


def test_verify_names_where_nothing_was_heard_and_books_that_cannot_be(lake, trades):
    trades.append(
        [GapSeen(START, "it begins"), trade(1), GapSeen(START + 5, "cut"), GapSeen(START + 6, "cut"), trade(9)]
    )
    books = Recording(lake, "hyperliquid", "BTC", Kind.BOOKS)
    books.append([book(1), book(2, bid=101.0), GapSeen(START + 3, "cut")])
    of_books, of_trades = reports_of_lake(lake, venue="hyperliquid", symbols=None, interval=None)
    (gap,) = of_trades.findings
    assert gap.code == "stream_gap" and [(s.first_ts, s.last_ts, s.rows) for s in gap.spans] == [
        (START + 1, START + 9, 2)
    ]
    assert [(one.code, one.rows) for one in of_books.findings] == [("stream_gap", 1), ("crossed_book", 1)]
    assert (of_trades.symbols, of_trades.rows) == (("kPEPE",), 5)
    assert [one.key.symbol for one in recordings(lake)] == ["BTC", "kPEPE"] and recordings(lake, "elsewhere") == []
