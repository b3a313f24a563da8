"""Taking the journal elsewhere and back: the log as lines of JSON, or the whole database as it stands."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.journal.database import Database
from paddock.journal.events import events, last_position, stream_heads
from paddock.journal.rebuild import rebuild
from paddock.journal.schema import canonical_json, upsert
from paddock.journal.verify import journal_hash, verify

FORMAT: Final = "paddock/journal@1"
_BATCH: Final = 5_000


def export(conn: Connection, path: Path) -> int:
    """Write the log to a file: a line that says what it is, then one line an event; gives the number of events.

    The file is there whole or not at all. Raises Invalid (journal.backup) for the database's own file.
    """
    _require_another_file(conn, path)
    count = last_position(conn)
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="ascii", newline="\n") as file:
        file.write(canonical_json({"format": FORMAT, "events": count, "hash": journal_hash(conn)}) + "\n")
        for row in _rows(conn):
            file.write(canonical_json(row) + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return count


def restore(conn: Connection, path: Path) -> int:
    """Read an export into an empty journal and fold the books from it; gives the number of events.

    Within a transaction of `Database.write`. Raises Invalid (journal.backup) when the file is no whole export, or the
    journal holds something; nothing is written then.
    """
    if last_position(conn):
        raise _refused("the journal is not empty", str(last_position(conn)), "an export is read into a new database")
    told = _lines(path)
    header = next(told, {})
    if header.get("format") != FORMAT:
        raise _refused(f"{path.name} is no export of a journal", str(header)[:60], f"its first line names {FORMAT}")
    try:
        _insert(conn, told)
    except (IntegrityError, DataError) as error:
        raise _refused(f"{path.name} is no export of a journal", str(error.orig), "its events fit the log") from None
    _require_whole(conn, path, header)
    return rebuild(conn)


def copy(database: Database, path: Path) -> None:
    """Copy a whole SQLite database, while it is in use, to a file.

    Raises Invalid (journal.backup) for another database, and for the database's own file; OSError for a place that
    cannot be written to, and Unavailable (database.disk) when it is full.
    """
    if database.dialect != "sqlite":
        raise _refused("this database is not a file", database.dialect, "its server has a tool for it: pg_dump")
    partial = path.with_name(path.name + ".partial")
    with database.read() as conn:
        _require_another_file(conn, path)
        partial.touch()  # SQLite would not say why it cannot be written
        with closing(sqlite3.connect(partial)) as target:
            source: Any = conn.connection.driver_connection
            try:
                source.backup(target)
            except sqlite3.OperationalError as error:
                rule = "a copy takes as much room as the database"
                raise Unavailable(Code.DATABASE_DISK, f"the copy failed: {error}", where=str(path), rule=rule) from None
    partial.replace(path)


def _insert(conn: Connection, told: Iterator[dict[str, Any]]) -> None:
    heads: dict[str, dict[str, Any]] = {}
    while batch := [row | {"payload": canonical_json(row["payload"])} for row in islice(told, _BATCH)]:
        heads.update((row["stream"], {name: row[name] for name in ("stream", "seq", "digest")}) for row in batch)
        conn.execute(insert(events), batch)
    upsert(conn, stream_heads, list(heads.values()))


def _require_whole(conn: Connection, path: Path, header: dict[str, Any]) -> None:
    found = verify(conn)
    if found:
        raise _refused(f"{path.name} is damaged", str(found[0]), "each event is sealed with the one before it")
    if (last_position(conn), journal_hash(conn)) != (header.get("events"), header.get("hash")):
        seen = f"{last_position(conn)} events"
        raise _refused(f"{path.name} is not whole", seen, f"its first line tells of {header.get('events')} events")


def _rows(conn: Connection) -> Iterator[dict[str, Any]]:
    after = 0
    wanted = select(events).order_by(events.c.position).limit(_BATCH)
    while rows := conn.execute(wanted.where(events.c.position > after)).mappings().all():
        after = rows[-1]["position"]
        yield from (dict(row) | {"payload": json.loads(row["payload"])} for row in rows)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise _refused(
                    f"line {number} of {path.name} is not JSON", error.msg, "one JSON object a line"
                ) from None
            if not isinstance(row, dict) or (number > 1 and row.keys() != set(events.columns.keys())):
                raise _refused(f"line {number} of {path.name} is no event", line[:60], "an event has all its columns")
            yield row


def _require_another_file(conn: Connection, path: Path) -> None:
    """Raises Invalid (journal.backup) for the file that the database is in."""
    if conn.dialect.name == "sqlite" and path.exists():
        own = conn.exec_driver_sql("PRAGMA database_list").one()[2]
        if path.samefile(own):
            raise _refused("that is the database itself", str(path), "what is written of it goes to another file")


def _refused(message: str, seen: str, rule: str) -> Invalid:
    return Invalid(Code.BACKUP, message, seen=seen, rule=rule)
