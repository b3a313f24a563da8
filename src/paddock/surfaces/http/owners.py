"""Whose stream is it? Ownership never changes, so what was found once is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Column, Connection, Table, literal, select, union_all
from sqlalchemy.sql import Select

from paddock.journal.schema import slices
from paddock.runtime.tables import accounts, bots, runs

MAX_KNOWN = 200_000

_OWNED: dict[str, tuple[Table, Column[str]]] = {
    "run": (runs, runs.c.run_id),
    "bot": (bots, bots.c.bot_id),
    "account": (accounts, accounts.c.account_id),
}


class Owners:
    """Used from one thread at a time."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, conn: Connection, streams: Collection[str]) -> dict[str, str]:
        """The user of each stream that has one."""
        new = set(streams) - self._known.keys()
        if new:
            if len(self._known) + len(new) > MAX_KNOWN:
                self._known.clear()
                new = set(streams)
            self._known.update(_look_up(conn, new))
        return {stream: self._known[stream] for stream in streams if stream in self._known}


def streams_of(user_id: str) -> Select[tuple[str]]:
    """The names of all streams of a user, as a query."""
    parts = [
        select((literal(f"{prefix}:") + key).label("stream")).where(owned.c.owner == user_id)
        for prefix, (owned, key) in _OWNED.items()
    ]
    own = select(literal(f"user:{user_id}").label("stream"))
    return select(union_all(own, *parts).subquery().c.stream)


def _look_up(conn: Connection, streams: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    by_prefix: dict[str, list[str]] = {}
    for stream in streams:
        prefix, _, name = stream.partition(":")
        by_prefix.setdefault(prefix, []).append(name)
    for prefix, names in by_prefix.items():
        if prefix == "user":
            found.update((f"user:{name}", name) for name in names)
        elif prefix in _OWNED:
            owned, key = _OWNED[prefix]
            for part in slices(names):
                rows = conn.execute(select(key, owned.c.owner).where(key.in_(part)))
                found.update((f"{prefix}:{name}", owner) for name, owner in rows)
    return found
