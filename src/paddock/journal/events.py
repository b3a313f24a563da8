"""The log: append-only events in streams, each sealed by a digest over itself and the event before it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, Connection, Index, Row, Text, UniqueConstraint, func, select

from paddock.core.errors import Code, Refused
from paddock.journal.append_only import append_only
from paddock.journal.kinds import EventKind
from paddock.journal.schema import Count, Ms, canonical_json, slices, table, write_plain

events = append_only(
    table(
        "events",
        # The one writer counts on; a sequence of the engine would leave gaps, which here mean damage.
        Column("position", Count, primary_key=True, autoincrement=False),
        Column("stream", Text, nullable=False),
        Column("seq", Count, nullable=False),
        Column("kind", Text, nullable=False),
        Column("ts", Ms, nullable=False),
        Column("payload", Text, nullable=False),  # canonical JSON: the digest is over these very bytes
        Column("digest", Text, nullable=False),
        UniqueConstraint("stream", "seq"),
        Index(None, "stream", "position"),
        CheckConstraint("position > 0 AND seq > 0", name="counted"),
        CheckConstraint("length(digest) = 64", name="digest"),
    )
)
stream_heads = table(
    "stream_heads",
    Column("stream", Text, primary_key=True),
    Column("seq", Count, nullable=False),
    Column("digest", Text, nullable=False),
    CheckConstraint("seq > 0", name="counted"),
    clustered=True,
)

PLATFORM: Final = "platform"
_STREAM: Final = re.compile(r"platform|(?:run|account|bot|user):[\x21-\x7e]{1,120}")


@dataclass(frozen=True, slots=True)
class Draft:
    """Something that happened at `ts` (ms UTC), as plain JSON values, before it has its place in the log."""

    stream: str
    kind: EventKind
    ts: int
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the log: `position` counts the whole log from 1 without gaps, `seq` its stream."""

    position: int
    stream: str
    seq: int
    kind: EventKind
    ts: int
    payload: Mapping[str, Any]
    digest: str


def append(conn: Connection, drafts: Sequence[Draft]) -> list[Event]:
    """Write drafts in their order, within a transaction of `Database.write`; ValueError for no name of a stream."""
    heads = _heads(conn, {draft.stream for draft in drafts})
    first = last_position(conn) + 1
    made: list[Event] = []
    rows: list[tuple[Any, ...]] = []
    for position, draft in enumerate(drafts, first):
        stream, kind, ts = draft.stream, draft.kind, draft.ts
        last, before = heads.get(stream) or _first(stream)
        payload = canonical_json(draft.payload)
        digest = seal(before, position, stream, last + 1, kind, ts, payload)
        heads[stream] = (last + 1, digest)
        made.append(Event(position, stream, last + 1, kind, ts, draft.payload, digest))
        rows.append((position, stream, last + 1, kind.value, ts, payload, digest))
    write_plain(conn, events, rows)
    write_plain(conn, stream_heads, [(stream, *head) for stream, head in heads.items()], overwrite=True)
    return made


def read(conn: Connection, *, after: int = 0, streams: Collection[str] | None = None, limit: int) -> list[Event]:
    """At most `limit` events behind position `after`, of these streams or of all, in their order."""
    wanted = select(events).where(events.c.position > after).order_by(events.c.position).limit(limit)
    if streams is not None:
        wanted = wanted.where(events.c.stream.in_(sorted(streams)))
    return [event_of(row) for row in conn.execute(wanted)]


def last_position(conn: Connection) -> int:
    """The position of the newest event; 0 when there is none."""
    return int(conn.execute(select(func.coalesce(func.max(events.c.position), 0))).scalar_one())


def seal(before: str, position: int, stream: str, seq: int, kind: str, ts: int, payload: str) -> str:
    """SHA-256 in hex of an event and of the digest `before` it in its stream ("" for the first).

    No field holds a line break, so no two events are the same bytes.
    """
    sealed = f"{before}\n{position}\n{stream}\n{seq}\n{kind}\n{ts}\n{payload}"
    return hashlib.sha256(sealed.encode()).hexdigest()


def event_of(row: Row[Any]) -> Event:
    """A row of `events` as it was written; raises Refused (database.version) for a kind that is not known here."""
    payload = json.loads(row.payload)
    return Event(row.position, row.stream, row.seq, _kind(row.kind), row.ts, payload, row.digest)


def _kind(name: str) -> EventKind:
    try:
        return EventKind(name)
    except ValueError:
        raise Refused(
            Code.DATABASE_VERSION,
            f"the journal holds an event that this version does not know: {name}",
            seen=name,
            rule="only a version that knows all its events reads a journal",
            suggestion="install the version of Paddock that wrote it, or a newer one",
        ) from None


def _heads(conn: Connection, names: Collection[str]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for part in slices(sorted(names)):
        rows = conn.execute(select(stream_heads).where(stream_heads.c.stream.in_(part)))
        found.update((row.stream, (row.seq, row.digest)) for row in rows)
    return found


def _first(stream: str) -> tuple[int, str]:
    if not _STREAM.fullmatch(stream):
        raise ValueError(f"{stream!r} is not the name of a stream")
    return 0, ""
