"""Whether the log is what was written: every event sealed, none missing, none out of its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, LargeBinary, cast, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.sql import ColumnElement

from paddock.core.errors import Code
from paddock.journal.engines import told
from paddock.journal.events import events, seal, stream_heads
from paddock.journal.findings import Finding

_BATCH: Final = 5_000


def verify(conn: Connection) -> list[Finding]:
    """What is wrong with the log, by stream and number; empty when nothing is.

    A changed byte of an event breaks its digest, a missing one leaves a gap in positions and in its stream, and a
    missing tail is less than the heads of the streams say.
    """
    found: list[Finding] = []
    try:
        for finding in chain(_damage(conn), _events(conn)):
            found.append(finding)
    except DatabaseError as error:
        if (meaning := told(error)) is None or meaning.code is not Code.DATABASE_DAMAGED:
            raise
        found.append(Finding("the file cannot be read further", "database", meaning.seen))
    return found


def _events(conn: Connection) -> Iterator[Finding]:
    tails: dict[str, tuple[Any, str, str]] = {}  # of each stream: seq, digest as stored, digest as computed
    position = 0
    for row in _rows(conn):
        where = f"{row.stream} seq {row.seq}"
        if row.position != position + 1:
            seen = f"position {row.position}"
            yield Finding("events are missing before it", where, seen, f"position {position + 1}")
        position = row.position
        seq, stored, computed = tails.get(row.stream, (0, "", ""))
        if row.seq != seq + 1:
            yield Finding("it is not the next of its stream", where, f"seq {row.seq}", f"seq {seq + 1}")
        sealed = _sealed(row, stored)
        if row.digest not in (sealed, _sealed(row, computed)):  # a damaged neighbour is one finding, not two
            yield Finding("its digest is not that of its content", where, row.digest, sealed)
        tails[row.stream] = (row.seq if isinstance(row.seq, int) else seq + 1, row.digest, sealed)
    yield from _heads(conn, tails)


def journal_hash(conn: Connection) -> str:
    """SHA-256 in hex over all digests in order: equal for two logs that say the same, event for event."""
    whole = hashlib.sha256()
    for row in _rows(conn):
        whole.update(row.digest.encode())
    return whole.hexdigest()


def _sealed(row: Any, before: str) -> str:
    return seal(before, row.position, row.stream, row.seq, row.kind, row.ts, row.payload)


def _rows(conn: Connection) -> Iterator[Any]:
    after = -(2**63)
    wanted = [_readable(conn, column).label(column.name) for column in events.columns]
    while batch := conn.execute(
        select(*wanted).where(events.c.position > after).order_by(events.c.position).limit(_BATCH)
    ).all():
        after = batch[-1].position
        yield from (_Row(*row) for row in batch)


class _Row:
    """An event as it is stored, whatever became of it."""

    __slots__ = ("digest", "kind", "payload", "position", "seq", "stream", "ts")

    def __init__(self, *values: Any) -> None:
        for column, value in zip(events.columns, values, strict=True):
            setattr(self, column.name, value.decode(errors="replace") if isinstance(value, bytes) else value)


def _readable(conn: Connection, column: Any) -> ColumnElement[Any]:
    """SQLite would refuse to read a text that damage made invalid; as bytes it can be told what is wrong."""
    is_text = column.name in ("stream", "kind", "payload", "digest")
    return cast(column, LargeBinary) if is_text and conn.dialect.name == "sqlite" else column


def _damage(conn: Connection) -> Iterator[Finding]:
    """What the engine itself says of its file; PostgreSQL looks after its own."""
    if conn.dialect.name == "sqlite":
        for line in conn.execute(text("PRAGMA integrity_check(20)")).scalars():
            if line != "ok":
                yield Finding("the file is damaged", "database", line)


def _heads(conn: Connection, tails: dict[str, tuple[Any, str, str]]) -> Iterator[Finding]:
    heads = {row.stream: (row.seq, row.digest) for row in conn.execute(select(stream_heads))}
    for stream in sorted(heads.keys() | tails.keys()):
        seq, digest, _ = tails.get(stream, (0, "", ""))
        head, sealed = heads.get(stream, (0, ""))
        if seq != head:
            what = "its newest events are missing" if head > seq else "its head is behind the log"
            yield Finding(what, f"{stream} seq {max(head, seq)}", f"seq {seq}", f"seq {head}")
        elif digest != sealed:
            yield Finding("its head is not sealed as its last event", f"{stream} seq {seq}", digest, sealed)
