"""Transactions: whole or not at all, one writer at a time, and errors that say what the caller may do."""

import sqlite3
import threading
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import event, text

from paddock.core.errors import Code, Invalid, Unavailable, Unknown
from paddock.core.seams import ManualClock
from paddock.journal import engines, intents
from paddock.journal.database import Database
from paddock.journal.events import Draft, append, last_position
from paddock.journal.kinds import EventKind
from paddock.journal.verify import verify
from tests.journal.given import intent

DRAFT = Draft("platform", EventKind.KILL_ENGAGED, 1, {})


def events_in(database):
    with database.read() as conn:
        return last_position(conn)


@pytest.mark.parametrize(
    "url", ["", "sqlite://", "sqlite:///:memory:", "mysql://a/b", "postgres", "postgresql+asyncpg://a/b"]
)
def test_what_is_no_database_is_refused(url):
    with pytest.raises(Invalid) as caught:
        Database.open(url)
    assert caught.value.code is Code.DATABASE_URL


def test_a_password_is_not_told():
    with pytest.raises(Invalid) as caught:
        Database.open("mysql://user:hunter2@host/name")
    assert "hunter2" not in str(caught.value.as_dict())


def test_a_transaction_is_there_whole_or_not_at_all(database):
    with pytest.raises(ZeroDivisionError), database.write() as conn:
        append(conn, [DRAFT])
        _ = 1 / 0
    assert events_in(database) == 0
    with database.write() as conn:
        append(conn, [DRAFT])
    assert events_in(database) == 1


def test_a_reader_sees_one_moment_and_cannot_write(database):
    with database.read() as conn:
        assert last_position(conn) == 0
        with database.write() as writing:
            append(writing, [DRAFT])
        assert last_position(conn) == 0
    with pytest.raises(Unavailable), database.read() as conn:
        conn.execute(text("DELETE FROM outbox"))
    with pytest.raises(Unavailable), database.read() as conn:
        append(conn, [DRAFT])
    assert events_in(database) == 1


def test_a_transaction_within_another_is_an_error(database):
    with database.write(), pytest.raises(RuntimeError, match="within another"), database.write():
        pass
    with database.write() as conn:
        append(conn, [DRAFT])


def test_writers_take_turns_and_positions_have_the_order_of_commits(databases):
    def write(database):
        for _ in range(20):
            with database.write() as conn:
                append(conn, [DRAFT])

    writers = [threading.Thread(target=write, args=(databases(),)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    database = databases()
    assert events_in(database) == 80
    with database.read() as conn:
        assert verify(conn) == []


def test_listeners_hear_of_each_commit_and_of_nothing_else(database):
    heard = []
    remove = database.after_commit(lambda: heard.append(events_in(database)))
    with database.write() as conn:
        append(conn, [DRAFT])
    with pytest.raises(ZeroDivisionError), database.write() as conn:
        _ = 1 / 0
    remove()
    with database.write() as conn:
        append(conn, [DRAFT])
    assert heard == [1]


def test_the_time_is_the_databases(databases):
    here, there = databases(), databases()
    with here.read() as conn, there.read() as other:
        before, between, after = here.now_ts(conn), there.now_ts(other), here.now_ts(conn)
    assert before <= between <= after
    assert 1_700_000_000_000 < before < 5_000_000_000_000
    with databases(clock=ManualClock(5)).read() as conn:
        assert databases(clock=ManualClock(5)).now_ts(conn) == 5


def test_p03_a_locked_database_is_unavailable_and_no_intent_is_lost(databases):
    """Another process holds the writer's turn; what was decided is recorded once it lets go."""
    holder, other = databases(), databases(busy_ms=50)
    with holder.write() as conn:
        intents.record(conn, [intent(1)])
        with pytest.raises(Unavailable) as caught, other.write() as waiting:
            intents.record(waiting, [intent(2)])
        assert caught.value.code is Code.DATABASE_BUSY
        with other.read() as reading:
            assert intents.get(reading, [intent(1).intent_id]) == {}
    with other.write() as conn:
        intents.record(conn, [intent(2)])
    with holder.read() as conn:
        assert [one.decision for one in intents.due(conn, ["a1"], 0)] == [1, 2]


def test_p03_a_thread_that_gets_no_turn_is_told_so(databases):
    database = databases(busy_ms=50)
    told = []

    def write():
        try:
            with database.write() as conn:
                append(conn, [DRAFT])
        except Unavailable as error:
            told.append(error.code)

    with database.write() as conn:
        append(conn, [DRAFT])
        writer = threading.Thread(target=write)
        writer.start()
        writer.join()
    assert told == [Code.DATABASE_BUSY]
    assert events_in(database) == 1


def test_p04_a_full_disk_stops_the_recording_and_what_was_recorded_stays(fresh_url):
    """SQLite itself runs out of pages."""
    database = Database.open(fresh_url("sqlite"))
    with database.write() as conn:
        append(conn, [DRAFT])
        pages = conn.execute(text("PRAGMA page_count")).scalar_one()
    with pytest.raises(Unavailable) as caught, database.write() as conn:
        conn.execute(text(f"PRAGMA max_page_count = {pages + 4}"))
        append(conn, [Draft("platform", EventKind.KILL_ENGAGED, n, {"text": "x" * 500}) for n in range(100)])
    assert caught.value.code is Code.DATABASE_DISK
    assert "full" in caught.value.seen
    with database.write() as conn:
        conn.execute(text("PRAGMA max_page_count = 1000000"))
        assert last_position(conn) == 1
        append(conn, [DRAFT])
        assert verify(conn) == []
    database.close()


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_p04_a_disk_that_fails_at_any_statement_leaves_nothing_half_written(database, at):
    count = 0

    def fail(*_arguments):
        nonlocal count
        count += 1
        if count > at:
            if database.dialect == "sqlite":
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorname = "SQLITE_IOERR_WRITE"
                raise error
            raise psycopg.errors.DiskFull("could not extend file")

    event.listen(database._writer, "before_cursor_execute", fail)
    with pytest.raises((Unavailable, sqlite3.OperationalError, psycopg.errors.DiskFull)), database.write() as conn:
        intents.record(conn, [intent(1)])
        append(conn, [DRAFT])
    event.remove(database._writer, "before_cursor_execute", fail)
    with database.write() as conn:
        assert (last_position(conn), intents.due(conn, ["a1"], 0)) == (0, [])
        intents.record(conn, [intent(1)])


def test_a_file_that_is_no_database_says_so(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, " * 100)
    with pytest.raises(Unavailable) as caught, Database.open(f"sqlite:///{path}").read() as conn:
        conn.execute(text("SELECT 1 FROM sqlite_master"))
    assert caught.value.code is Code.DATABASE_DAMAGED


def test_a_server_that_is_not_there_is_unavailable():
    with pytest.raises(Unavailable) as caught, Database.open("postgresql://nobody@127.0.0.1:1/none").read():
        pass
    assert caught.value.code is Code.DATABASE_LOST


def test_a_server_that_goes_away_leaves_the_commit_unknown(fresh_url):
    database = Database.open(fresh_url("postgresql"))
    other = Database.open(fresh_url("postgresql"))

    def cut(conn):
        process = conn.connection.driver_connection.info.backend_pid
        with other.write() as killing:
            killing.execute(text(f"SELECT pg_terminate_backend({process})"))

    with pytest.raises(Unavailable) as caught, database.write() as conn:
        cut(conn)
        append(conn, [DRAFT])
    assert caught.value.code is Code.DATABASE_LOST
    with pytest.raises(Unknown) as unknown, database.write() as conn:
        append(conn, [DRAFT])
        cut(conn)
    assert unknown.value.code is Code.DATABASE_LOST
    with database.write() as conn:
        append(conn, [DRAFT])
    database.close()
    other.close()


def test_sqlite_is_set_for_money(fresh_url):
    database = Database.open(fresh_url("sqlite"))
    with database.write() as conn:
        told = {
            name: conn.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_another_program_that_writes_waits_for_us(fresh_url):
    url = fresh_url("sqlite")
    database = Database.open(url)
    with (
        closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0)) as other,
        database.write() as conn,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        last_position(conn)  # a read alone holds the turn: the begin was immediate
        other.execute("BEGIN IMMEDIATE")
    database.close()


ENDLESS = text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
SLOW = text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000000) SELECT count(*) FROM n")


def test_a_read_that_takes_too_long_is_ended_and_the_next_one_is_not(databases):
    database = databases(read_ms=100)
    for _ in range(2):
        with pytest.raises(Unavailable, match="too long") as caught, database.read() as conn:
            conn.execute(ENDLESS)
        assert caught.value.code is Code.DATABASE_BUSY
        assert events_in(database) == 0


def test_each_statement_has_its_time_for_itself(fresh_url, monkeypatch):
    seconds = [0.0]
    monkeypatch.setattr(engines, "monotonic", lambda: seconds[0])
    database = Database.open(fresh_url("sqlite"), read_ms=1_000)
    with closing(database), database.read() as conn:
        for _ in range(5):
            seconds[0] += 0.9
            assert conn.execute(SLOW).scalar_one() == 3_000_000
        monkeypatch.setattr(engines, "monotonic", lambda: seconds.append(0.0) or len(seconds) * 0.6)
        with pytest.raises(Unavailable), database.read() as other:
            other.execute(SLOW)


def test_who_is_patient_reads_for_as_long_as_it_takes(databases):
    database = databases(read_ms=1)
    with database.read(patient=True) as conn:
        assert conn.execute(SLOW).scalar_one() == 3_000_000
    with pytest.raises(Unavailable), database.read() as conn:
        conn.execute(SLOW)
