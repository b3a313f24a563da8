"""The database: one writer at a time, in one immediate transaction, and readers that cannot write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from paddock.core.errors import Code, Unavailable, Unknown
from paddock.core.seams import Clock
from paddock.journal import fences
from paddock.journal.engines import PATIENT, engines, lost, told
from paddock.journal.fences import Fence

BUSY_MS: Final = 5_000
READ_MS: Final = 30_000

_NOW: Final = {
    "sqlite": "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)",
    "postgresql": "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
}


class Database:
    """Transactions on one SQLite file or PostgreSQL database. Safe to share among threads."""

    def __init__(self, writer: Engine, reader: Engine, busy_ms: int, clock: Clock | None) -> None:
        self._writer = writer
        self._reader = reader
        self._busy_ms = busy_ms
        self._clock = clock
        self._turn = threading.Lock()
        self._owner = 0
        self._listeners: list[Callable[[], None]] = []

    @classmethod
    def open(cls, url: str, *, busy_ms: int = BUSY_MS, read_ms: int = READ_MS, clock: Clock | None = None) -> Database:
        """The database at `sqlite:///<file>` or `postgresql://…`; nothing is connected yet.

        A writer waits at most `busy_ms` for its turn, and a statement of a reader may take `read_ms`. `clock` stands in
        for the database's own time, in simulations. Raises Invalid (database.url).
        """
        writer, reader = engines(url, busy_ms, read_ms)
        return cls(writer, reader, busy_ms, clock)

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self._writer.dialect.name

    @contextmanager
    def write(self, fence: Fence | None = None) -> Iterator[Connection]:
        """One transaction that can see what it will change: it is committed at the end, or undone by any error.

        With a fence it is refused (database.fenced) when another worker has taken over. Raises Unavailable when the
        turn does not come or the disk refuses, and Unknown (database.lost) when the server went away while it
        committed. RuntimeError for a transaction within another one of the same thread.
        """
        self._take_turn()
        try:
            committing = False
            try:
                with self._writer.connect() as conn, conn.begin():
                    if fence is not None:
                        fences.check(conn, fence)
                    yield conn
                    committing = True
            except DBAPIError as error:
                if committing and lost(error):
                    raise _perhaps(error) from error
                raise told(error) or error from error
        finally:
            self._owner = 0
            self._turn.release()
        for listener in tuple(self._listeners):
            listener()

    @contextmanager
    def read(self, *, patient: bool = False) -> Iterator[Connection]:
        """One snapshot, on a connection that cannot write. Raises Unavailable, also for a statement that takes too long
        (from its start until its last row was read), unless the reader is `patient`.
        """
        try:
            with self._reader.connect().execution_options(**{PATIENT: patient}) as conn:
                yield conn  # closed with a rollback: there is nothing to commit
        except DBAPIError as error:
            raise told(error) or error from error

    def now_ts(self, conn: Connection) -> int:
        """Now by the database's clock, which all workers share, in ms UTC."""
        if self._clock is not None:
            return self._clock.now_ts()
        return int(conn.execute(text(_NOW[self.dialect])).scalar_one())

    def after_commit(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each commit of this process, in the thread that committed; gives what removes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()

    def _take_turn(self) -> None:
        me = threading.get_ident()
        if self._owner == me:
            raise RuntimeError("a transaction cannot be opened within another one of the same thread")
        if not self._turn.acquire(timeout=self._busy_ms / 1000):
            raise Unavailable(
                Code.DATABASE_BUSY,
                "another thread holds the database",
                seen=f"no turn within {self._busy_ms} ms",
                rule="nothing of this was written",
                suggestion="try again",
            )
        self._owner = me


def _perhaps(error: DBAPIError) -> Unknown:
    return Unknown(
        Code.DATABASE_LOST,
        "the database went away while it committed",
        seen=str(error.orig).partition("\n")[0],
        rule="the transaction is there whole, or not at all",
        suggestion="look what is there before you write it again",
    )
