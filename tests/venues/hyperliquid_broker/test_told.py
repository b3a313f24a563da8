"""However late, often and mixed up things are told: each is given once, and nothing is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import Invalid, Unavailable
from paddock.core.orders import Side
from paddock.venues import told
from paddock.venues.broker import VenueFunding
from paddock.venues.hyperliquid import following as hyperliquid
from paddock.venues.hyperliquid.told import Told
from paddock.venues.notes import FileNoteStore, MemoryNoteStore, Note, Notes
from paddock.venues.pacifica import following as pacifica
from paddock.venues.told import LATE_MS, Cursor, Shelf

LATE = LATE_MS[Shelf.FUNDING]


def paid(ts: int, symbol: str = "COIN") -> VenueFunding:
    return VenueFunding(f"{ts:014d}-{symbol}", "", symbol, 1, ts)


@st.composite
def tellings(draw):
    """Things that happened, in the order of their telling: none later than LATE behind the newest told before it."""
    happened = draw(st.lists(st.tuples(st.integers(0, 5 * LATE), st.sampled_from("AB")), max_size=12, unique=True))
    told, newest = [], 0
    for ts, symbol in happened:
        at = max(ts, newest - LATE)
        newest = max(newest, at)
        told.append(paid(at, symbol))
    return told, draw(st.lists(st.integers(1, 4), min_size=12, max_size=12))


@given(tellings())
def test_a_reader_that_comes_whenever_it_likes_is_given_everything_once(made):
    happened, steps = made
    log, cursor, given_ = Told(), Cursor(), []
    rest = list(happened)
    for step in steps:
        now, rest = rest[:step], rest[step:]
        log.add(Shelf.FUNDING, now + now)
        entries = log.after(cursor)
        given_ += entries
        cursor = Cursor.parse(str(cursor.behind(entries)))
        assert log.after(cursor) == []
    assert sorted(entry.key for entry in given_) == sorted({one.payment_id for one in happened})


@given(tellings())
def test_one_who_reads_all_at_once_reads_in_order(made):
    log = Told()
    log.add(Shelf.FUNDING, made[0])
    entries = log.after(Cursor())
    assert [entry.venue_ts for entry in entries] == sorted(entry.venue_ts for entry in entries)


@pytest.mark.parametrize("venue", [hyperliquid, pacifica], ids=["hyperliquid", "pacifica"])
@pytest.mark.parametrize("shelf", Shelf)
def test_what_a_socket_left_out_without_a_word_is_given_after_the_next_reading(venue, shelf):
    log: told.Told[str] = told.Told()
    log.put([told.Entry(ts, 0, f"{ts}", shelf, "told") for ts in (1, venue.REPAIR_MS + 30_000)])
    cursor = Cursor().behind(log.after(Cursor()))
    log.put([told.Entry(2, 0, "2", shelf, "left out")])
    assert [entry.news for entry in log.after(cursor)] == ["left out"]


def test_a_reader_may_begin_behind_what_was():
    log = Told()
    log.add(Shelf.FUNDING, [paid(3 * LATE), paid(LATE)])
    cursor = Cursor.since(2 * LATE + 1)
    for read in (cursor, Cursor.parse(str(cursor.behind([])))):
        assert [entry.venue_ts for entry in log.after(read)] == [3 * LATE]
        assert [read.from_ts(shelf) for shelf in Shelf] == [2 * LATE + 1 - LATE_MS[shelf] for shelf in Shelf]


def test_a_cursor_stays_short():
    log = Told()
    log.add(Shelf.FUNDING, [paid(n * 3_600_000) for n in range(5_000)])
    assert len(str(Cursor().behind(log.after(Cursor())))) < 300


def test_what_was_forgotten_is_read_again():
    log = Told()
    log.begin(Shelf.FUNDING, 0)
    log.add(Shelf.FUNDING, [paid(n) for n in range(100)])
    assert log.reaches(Shelf.FUNDING, 0) and not log.reaches(Shelf.FILLS, 0)
    log.begin(Shelf.FILLS, 0)
    log.prune(10)
    assert log.reaches(Shelf.FILLS, 0)  # of which nothing was forgotten
    assert not log.reaches(Shelf.FUNDING, 0) and log.reaches(Shelf.FUNDING, 95)
    assert len(log.after(Cursor())) == 10


@pytest.mark.parametrize("text", ["x", "[]", '{"z":[1,{}]}', '{"f":1}', '{"f":[1,[2]]}', "17"])
def test_a_text_that_is_no_cursor_is_refused(text):
    with pytest.raises(Invalid):
        Cursor.parse(text)


def note(**changes) -> Note:
    return Note(**{"client_id": "a" * 32, "symbol": "BTC", "side": Side.BUY, "lots": 5, "reduce_only": False,
                   "sent_ts": 1_000, "expires_ts": 31_000} | changes)  # fmt: skip


def test_notes_outlive_the_process(tmp_path):
    Notes(FileNoteStore(tmp_path / "notes"), "account-1").put([note(cancel_ts=50_000)])
    again = Notes(FileNoteStore(tmp_path / "notes"), "account-1")
    assert again.overdue(50_000) == [note(cancel_ts=50_000)] and again.overdue(49_999) == []
    again.end("a" * 32)
    assert again.overdue(60_000) == []
    again.put([note(client_id="b" * 32)])  # which is when an end is written down
    assert Notes(FileNoteStore(tmp_path / "notes"), "account-1").overdue(60_000) == []
    assert Notes(FileNoteStore(tmp_path / "notes"), "account-2").get("a" * 32) is None


def test_notes_that_cannot_be_kept_or_read_say_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        Notes(FileNoteStore(tmp_path / "file" / "notes"), "account-1").put([note()])
    folder = tmp_path / "notes"
    Notes(FileNoteStore(folder), "account-1").put([note()])
    next(folder.iterdir()).write_text("[{")
    with pytest.raises(Unavailable):
        Notes(FileNoteStore(folder), "account-1")


def test_old_notes_are_dropped():
    notes = Notes(MemoryNoteStore(), "account-1")
    notes.put([note()])
    notes.put([note(client_id="b" * 32, sent_ts=10**9, expires_ts=10**9 + 1)])
    assert notes.get("a" * 32) is None and notes.get("b" * 32) is not None
