"""The two database engines: how each is opened, how a transaction begins on it, and what its errors mean."""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from paddock.core.errors import Code, Invalid, Unavailable

# One advisory lock orders the writers of a PostgreSQL database as SQLite's single writer orders those of a file.
_WRITER_LOCK: Final = 0x9ADD0C
_READERS: Final = 8
_STEPS: Final = 1_000_000  # of SQLite's machine between two looks at the clock: some 20 ms
_ENDS: Final = "statement ends"
PATIENT: Final = "paddock_patient"


def engines(url: str, busy_ms: int, read_ms: int) -> tuple[Engine, Engine]:
    """(writer, reader) of a database. Raises Invalid (database.url).

    A writer waits at most `busy_ms` for another; a statement of a reader is ended after `read_ms`, unless its
    connection is `patient`.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _not_a_url(url) from None
    if parsed.drivername == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return _sqlite(parsed, busy_ms, read_ms)
    if parsed.drivername == "postgresql":
        _require_driver()
        return _postgres(parsed.set(drivername="postgresql+psycopg"), busy_ms, read_ms)
    raise _not_a_url(parsed.render_as_string(hide_password=True))


def _require_driver() -> None:
    try:
        import psycopg  # noqa: F401  only to see whether it is there
    except ImportError:
        raise Invalid(
            Code.DATABASE_URL,
            "the driver of PostgreSQL is not installed",
            seen="no psycopg",
            rule="SQLite needs nothing, PostgreSQL its driver",
            suggestion='pip install "paddock[postgres]"',
        ) from None


def _not_a_url(seen: str) -> Invalid:
    return Invalid(
        Code.DATABASE_URL,
        f"{seen} does not name a database",
        seen=seen,
        rule="a database is sqlite:///<file> or postgresql://<user>@<host>/<name>",
    )


def _sqlite(url: URL, busy_ms: int, read_ms: int) -> tuple[Engine, Engine]:
    # pysqlite would begin late and lock later: with no isolation level of its own, the begin is ours alone.
    arguments: dict[str, Any] = {"isolation_level": None, "check_same_thread": False, "timeout": busy_ms / 1000}
    writer = create_engine(url, connect_args=arguments, pool_size=1, max_overflow=0)
    reader = create_engine(url, connect_args=arguments, pool_size=_READERS, max_overflow=_READERS)

    @event.listens_for(writer, "connect")
    def _writing(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout = {busy_ms}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA recursive_triggers = ON")  # or a REPLACE would delete past the triggers

    @event.listens_for(reader, "connect")
    def _reading(connection: Any, record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout = {busy_ms}")
        connection.execute("PRAGMA query_only = ON")
        kept = record.info  # of this connection; SQLAlchemy gives it to `_limit` as well
        connection.set_progress_handler(lambda: monotonic() > kept.get(_ENDS, inf), _STEPS)

    @event.listens_for(reader, "before_cursor_execute")
    def _limit(conn: Connection, *_: object) -> None:
        conn.info[_ENDS] = inf if is_patient(conn) else monotonic() + read_ms / 1000

    @event.listens_for(writer, "begin")
    def _begin_immediate(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE")  # a read that turns into a write is refused without waiting

    @event.listens_for(reader, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN")

    return writer, reader


def _postgres(url: URL, busy_ms: int, read_ms: int) -> tuple[Engine, Engine]:
    writer = create_engine(url, pool_size=1, max_overflow=0, isolation_level="READ COMMITTED")
    reader = create_engine(
        url,
        pool_size=_READERS,
        max_overflow=_READERS,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
    )

    @event.listens_for(writer, "begin")
    def _take_turns(conn: Connection) -> None:
        conn.exec_driver_sql(f"SET LOCAL lock_timeout = {busy_ms}")
        conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")

    @event.listens_for(reader, "begin")
    def _limit(conn: Connection) -> None:
        conn.exec_driver_sql(f"SET LOCAL statement_timeout = {0 if is_patient(conn) else read_ms}")

    return writer, reader


def is_patient(conn: Connection) -> bool:
    """Whether a reader's statements may take as long as they need."""
    return bool(conn.get_execution_options().get(PATIENT))


def told(error: DBAPIError) -> Unavailable | None:
    """What an error of a database means for its caller; None when it is no fault of the database's surroundings."""
    sqlite_name = getattr(error.orig, "sqlite_errorname", "")
    state = getattr(error.orig, "sqlstate", None) or ""
    if sqlite_name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or state in ("55P03", "40001", "40P01"):
        return _busy(error.orig)
    if sqlite_name.startswith("SQLITE_INTERRUPT") or state == "57014":
        return _unavailable(
            Code.DATABASE_BUSY, "reading took too long, and was ended", error.orig, "ask for less at once, or later"
        )
    if sqlite_name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or state in ("XX001", "XX002"):
        return _unavailable(Code.DATABASE_DAMAGED, "the database is damaged", error.orig, "restore the last backup")
    if sqlite_name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")) or state in (
        *("53100", "58030", "25006"),
    ):
        return _unavailable(
            Code.DATABASE_DISK, "the database cannot be written", error.orig, "make room, or mend the disk"
        )
    if lost(error):
        return _unavailable(Code.DATABASE_LOST, "the database does not answer", error.orig, "start it, then try again")
    return None


def lost(error: DBAPIError) -> bool:
    """Whether the server went away, or was not there."""
    state = getattr(error.orig, "sqlstate", None) or ""
    unreached = type(error.orig).__name__ == "OperationalError" and not hasattr(error.orig, "sqlite_errorname")
    return error.connection_invalidated or state.startswith(("08", "57P")) or (unreached and not state)


def _busy(seen: object) -> Unavailable:
    return _unavailable(Code.DATABASE_BUSY, "another process holds the database", seen, "try again")


def _unavailable(code: Code, message: str, seen: object, suggestion: str) -> Unavailable:
    first = str(seen).partition("\n")[0]
    return Unavailable(code, message, seen=first, rule="nothing of this was written", suggestion=suggestion)
