"""Bars as they were seen come back bit for bit, and make the tape that they came from."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from sqlalchemy import insert

from paddock.core.seams import ManualClock
from paddock.journal.database import Database
from paddock.market.align import truncate
from paddock.market.growing import COLUMNS, Bar
from paddock.market.tape import FineBars, Tape
from paddock.runtime import seen
from paddock.runtime.feeds import TapeReplay
from paddock.runtime.seen import bar_at, extended, lived, packed, read_bars, same, unpacked, write_bar
from paddock.runtime.tables import feeds
from tests.engine.market import market
from tests.market.tapes import tape_of, walk

BEGIN = 500  # of 720 hours; finer bars cover the second half


def assert_same_tape(left: Tape, right: Tape, *, fine_from: int) -> None:
    for item in fields(Tape):
        one, other = getattr(left, item.name), getattr(right, item.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
        elif item.name != "fine":
            assert one == other
    assert isinstance(left.fine, FineBars)
    assert isinstance(right.fine, FineBars)
    for s in range(len(left.symbols)):
        for t in range(fine_from, left.bars):
            one, other = (slice(f.start[s, t], f.end[s, t]) for f in (left.fine, right.fine))
            for name in ("open", "high", "low"):
                np.testing.assert_array_equal(getattr(left.fine, name)[one], getattr(right.fine, name)[other])


def test_a_bar_is_the_same_after_it_was_packed() -> None:
    tape = market()
    for row in range(BEGIN, tape.bars):
        bar = bar_at(tape, row)
        again = unpacked(bar.ts, packed(bar))
        assert same(bar, again)
        made = extended(truncate(tape, row), 1, [[(again.ts, packed(again))]])
        assert_same_tape(made, truncate(tape, row + 1), fine_from=row)


@pytest.mark.parametrize("page", [7, 10_000])
def test_a_history_and_its_bars_are_the_tape(database: Database, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    monkeypatch.setattr(seen, "PAGE", page)
    tape = market()
    values = {"feed": "f", "venue": "test", "interval": "1h", "symbols": [], "source": ""}
    with database.write() as conn:
        conn.execute(insert(feeds).values(**values, anchor_ts=0, begin_ts=0, last_ts=0))
        for row in range(BEGIN, tape.bars):
            write_bar(conn, "f", bar_at(tape, row))
        write_bar(conn, "f", bar_at(tape, BEGIN))
    with database.read() as conn:
        for end in (BEGIN + 1, BEGIN + 7, BEGIN + 8):
            made = lived(conn, "f", truncate(tape, BEGIN), int(tape.ts[end - 1]))
            assert_same_tape(made, truncate(tape, end), fine_from=BEGIN)
        nothing = lived(conn, "f", truncate(tape, BEGIN), int(tape.ts[BEGIN - 1]))
        assert (nothing.bars, nothing.fine) == (BEGIN, None)
        assert_same_tape(lived(conn, "f", truncate(tape, BEGIN)), tape, fine_from=BEGIN)
        bars = read_bars(conn, "f", int(tape.ts[BEGIN - 1]))
        assert [bar.ts for bar in read_bars(conn, "f", bars[3].ts, bars[5].ts)] == [bars[4].ts, bars[5].ts]


def test_some_symbols_alone_are_those_of_the_whole() -> None:
    tape = market()
    rows = [[(bar.ts, packed(bar)) for bar in (bar_at(tape, row) for row in range(BEGIN, tape.bars))]]
    whole = extended(truncate(tape, BEGIN), tape.bars - BEGIN, rows)
    for symbols in (tape.symbols[:1], tape.symbols[1:]):
        some = extended(truncate(tape, BEGIN), tape.bars - BEGIN, rows, symbols)
        assert (some.symbols, some.bars) == (symbols, tape.bars)
        of = [tape.row(symbol) for symbol in symbols]
        assert some.instruments == tuple(tape.instruments[row] for row in of)
        np.testing.assert_array_equal(some.ts, tape.ts)
        for name in COLUMNS:
            np.testing.assert_array_equal(getattr(some, name), getattr(tape, name)[of])
        assert some.fine is not None
        assert whole.fine is not None
        np.testing.assert_array_equal(some.fine.start, whole.fine.start[of])
        np.testing.assert_array_equal(some.fine.end, whole.fine.end[of])
        np.testing.assert_array_equal(some.fine.high, whole.fine.high)


def test_what_some_bars_do_not_say_is_not_known_at_those() -> None:
    tape = market()
    rows, missing = range(BEGIN, tape.bars), {"funding_open": 0.0, "open_interest": np.nan}
    bars = [bar_at(tape, row) for row in rows]
    less = [replace(bar, **dict.fromkeys(missing), fine=None) if bar.ts // 3_600_000 % 3 == 0 else bar for bar in bars]
    silent = [row for row, bar in zip(rows, less, strict=True) if bar.open_interest is None]
    made = extended(truncate(tape, BEGIN), len(less), [[(bar.ts, packed(bar)) for bar in less]])
    assert 10 < len(silent) < len(bars) - 10
    for name in ("close", "volume", *missing):
        expected = getattr(tape, name).copy()
        if name in missing:
            expected[:, silent] = missing[name]
        np.testing.assert_array_equal(getattr(made, name), expected)
    assert made.fine is not None
    assert all(np.array_equal(made.fine.start[:, row], made.fine.end[:, row]) for row in silent)


def test_a_bar_of_a_plain_market_has_no_funding_and_no_finer_bars() -> None:
    bar = bar_at(tape_of(walk(1, 30, 2)), 20)
    again = unpacked(bar.ts, packed(bar))
    assert same(bar, again)
    assert again.fine is None


def polled(feed: TapeReplay) -> list[Bar]:
    """All that is due."""
    found: list[Bar] = []
    while bars := feed.poll():
        found += bars
    return found


def test_a_stepped_replay_brings_bars_when_it_is_told_to() -> None:
    tape = market()
    feed = TapeReplay("f", tape, BEGIN)
    assert feed.history().bars == BEGIN
    assert (feed.poll(), feed.now_ts()) == ([], int(tape.ts[BEGIN - 1]) + 3_600_000)
    feed.advance()
    assert [bar.ts for bar in feed.poll()] == [tape.ts[BEGIN]]
    assert feed.now_ts() == tape.ts[BEGIN] + 3_600_000
    feed.advance(3)
    assert [bar.ts for bar in polled(feed)] == tape.ts[BEGIN + 1 : BEGIN + 4].tolist()
    feed.advance(10_000)
    assert len(polled(feed)) == tape.bars - BEGIN - 4
    assert feed.finished
    assert feed.now_ts() == tape.ts[-1] + 3_600_000


def test_time_on_a_tape_waits_for_who_is_slow() -> None:
    tape = market()
    feed = TapeReplay("f", tape, BEGIN)
    feed.advance(5)
    for row in range(BEGIN, BEGIN + 5):
        assert feed.now_ts() == tape.ts[row] + 3_600_000
        feed.poll()


def test_a_replay_goes_on_after_the_last_bar_that_was_decided() -> None:
    tape = market()
    feed = TapeReplay("f", tape, BEGIN)
    feed.start(int(tape.ts[BEGIN + 9]))
    feed.advance()
    assert [bar.ts for bar in feed.poll()] == [tape.ts[BEGIN + 10]]


@pytest.mark.parametrize("speed", [1, 3600])
def test_a_replay_keeps_pace_with_a_clock(speed: int) -> None:
    tape, wall = market(), ManualClock(5)
    feed = TapeReplay("f", tape, BEGIN, wall=wall, speed=speed)
    wall.advance(3_600_000 // speed - 1)
    assert feed.poll() == []
    wall.advance(1)
    assert [bar.ts for bar in feed.poll()] == [tape.ts[BEGIN]]
    wall.advance(2 * 3_600_000 // speed)
    assert [bar.ts for bar in polled(feed)] == tape.ts[BEGIN + 1 : BEGIN + 3].tolist()


@pytest.mark.parametrize("begin", [0, -1, 720])
def test_a_replay_begins_within_its_tape(begin: int) -> None:
    with pytest.raises(ValueError, match="begins"):
        TapeReplay("f", market(), begin)
