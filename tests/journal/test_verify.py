"""Whatever is changed in the log afterwards is found, and named."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from paddock.journal.database import Database
from paddock.journal.events import Draft, append, events
from paddock.journal.kinds import EventKind
from paddock.journal.verify import journal_hash, verify

COLUMNS = [column.name for column in events.columns]


@pytest.fixture
def journal(database):
    """Twelve events on three streams, in tables that can be changed behind the journal's back."""
    with database.write() as conn:
        append(conn, [Draft(f"run:{n % 3}", EventKind.RUN_PAUSED, 1000 + n, {"n": n}) for n in range(12)])
        names = ("events_keeps_update", "events_keeps_delete") if database.dialect == "sqlite" else ("events_keeps",)
        for name in names:
            conn.execute(text(f"DROP TRIGGER {name}" + ("" if database.dialect == "sqlite" else " ON events")))
    return database


def flips(value):
    """Every value that differs from this one by one bit of a byte, in each byte in turn."""
    if isinstance(value, int):
        return [value ^ (1 << bit) for bit in range(0, 40, 4)]
    return [value[:n] + chr(ord(char) ^ (1 << n % 7 or 1)) + value[n + 1 :] for n, char in enumerate(value)]


def change(conn, column, position, value):
    conn.execute(text(f"UPDATE events SET {column} = :value WHERE position = :at"), {"value": value, "at": position})


def test_an_untouched_log_verifies(journal):
    with journal.read() as conn:
        assert verify(conn) == []


@pytest.mark.parametrize("position", [5, 12])
def test_p06_each_flipped_byte_of_an_event_is_found_and_named(journal, position):
    with journal.write() as conn:
        row = conn.execute(text(f"SELECT * FROM events WHERE position = {position}")).mappings().one()
        where = f"{row['stream']} seq {row['seq']}"
        count = 0
        for column in COLUMNS:
            for value in flips(row[column]):
                try:
                    with conn.begin_nested():
                        change(conn, column, position, value)
                except DBAPIError:
                    continue  # the table itself does not let it in
                named = [finding.where for finding in verify(conn)]
                told = where if column not in ("stream", "seq") else where.replace(str(row[column]), str(value))
                assert told in named or where in named, (column, value, named)
                change(conn, column, value if column == "position" else position, row[column])
                count += 1
        assert count > 100
        assert verify(conn) == []


def test_p06_flipped_bytes_of_the_file_are_found(fresh_url, tmp_path):
    """The bytes as they lie on the disk, in each byte of a row in turn, whatever they then mean."""
    url = fresh_url("sqlite")
    database = Database.open(url)
    with database.write() as conn:
        made = append(conn, [Draft("run:1", EventKind.RUN_PAUSED, n, {"reason": f"number {n}"}) for n in range(9)])
    database.close()
    path = tmp_path / "flipped.db"
    whole = bytearray(Path(url.removeprefix("sqlite:///")).read_bytes())
    row = b'{"reason":"number 4"}' + made[4].digest.encode()
    (start,) = [found.start() for found in re.finditer(re.escape(row), whole)]
    for offset in range(start - 20, start + len(row)):
        flipped = whole.copy()
        flipped[offset] ^= 0x81
        path.write_bytes(flipped)
        database = Database.open(f"sqlite:///{path}")
        with database.read() as conn:
            found = verify(conn)
        database.close()
        assert found, f"byte {offset - start} of the row"
        if offset >= start:
            assert "run:1 seq 5" in [finding.where for finding in found]


def test_a_missing_event_is_a_gap(journal):
    with journal.write() as conn:
        conn.execute(text("DELETE FROM events WHERE position = 5"))
        assert {(finding.what, finding.where) for finding in verify(conn)} == {
            ("events are missing before it", "run:2 seq 2"),
            ("it is not the next of its stream", "run:1 seq 3"),
            ("its digest is not that of its content", "run:1 seq 3"),
        }


def test_a_missing_tail_is_found(journal):
    with journal.write() as conn:
        conn.execute(text("DELETE FROM events WHERE position >= 11"))
        assert [(finding.what, finding.where) for finding in verify(conn)] == [
            ("its newest events are missing", "run:1 seq 4"),
            ("its newest events are missing", "run:2 seq 4"),
        ]


def test_a_changed_head_is_found(journal):
    with journal.write() as conn:
        conn.execute(text("UPDATE stream_heads SET digest = :d WHERE stream = 'run:0'"), {"d": "0" * 64})
        conn.execute(text("UPDATE stream_heads SET seq = 3 WHERE stream = 'run:1'"))
        conn.execute(text("DELETE FROM stream_heads WHERE stream = 'run:2'"))
        assert [finding.where for finding in verify(conn)] == ["run:0 seq 4", "run:1 seq 4", "run:2 seq 4"]


def test_exchanged_events_of_two_streams_are_found(journal):
    with journal.write() as conn:
        for at, to in ((1, 99), (2, 1), (99, 2)):
            conn.execute(text(f"UPDATE events SET position = {to} WHERE position = {at}"))
        assert {finding.where for finding in verify(conn)} == {"run:0 seq 1", "run:1 seq 1"}


def test_the_hash_of_a_journal_is_that_of_its_events(journal):
    with journal.write() as conn:
        before = journal_hash(conn)
        append(conn, [Draft("platform", EventKind.KILL_ENGAGED, 1, {})])
        assert journal_hash(conn) != before
