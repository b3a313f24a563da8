"""The books made anew from the log, and compared with those that were kept along the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, Table, delete, text

from paddock.journal import ledger
from paddock.journal.events import Event, read
from paddock.journal.findings import Finding
from paddock.journal.ledger import Transaction
from paddock.journal.projections import Post, project
from paddock.journal.tables import BOOKS

_BATCH: Final = 5_000
_SHOWN: Final = 20  # findings of one table; what is wrong everywhere need not be listed whole


def rebuild(conn: Connection) -> int:
    """Empty the books and balances, and fold the whole log into them again; gives the number of events.

    The ledger's entries only grow: those that are there stay, those that are missing are posted. Within a
    transaction of `Database.write`.
    """
    return _rebuild(conn, ledger.post)


def compare(conn: Connection) -> list[Finding]:
    """What in the books, the ledger and the balances is not what the log comes to; nothing is changed.

    Within a transaction of `Database.write`: the log is folded into the tables, compared, and that is undone.
    """
    kept = (*BOOKS, ledger.balances)
    undone = conn.begin_nested()
    for source in (*kept, ledger.entries):
        conn.execute(text(f"CREATE TEMPORARY TABLE kept_{source.name} AS SELECT * FROM {source.name}"))
    conn.execute(text("CREATE TEMPORARY TABLE told_entries AS SELECT * FROM entries WHERE 0 = 1"))

    def collect(conn: Connection, transactions: Sequence[Transaction]) -> None:
        rows = [row for transaction in transactions for row in ledger.rows_of(transaction)]
        if rows:
            names = list(rows[0])
            columns, values = ", ".join(names), ", ".join(f":{name}" for name in names)
            conn.execute(text(f"INSERT INTO told_entries ({columns}) VALUES ({values})"), rows)

    _rebuild(conn, collect)
    found = [finding for source in kept for finding in _differences(conn, source, f"kept_{source.name}", source.name)]
    found += _differences(conn, ledger.entries, "kept_entries", "told_entries")
    undone.rollback()
    return found


def _rebuild(conn: Connection, post: Post) -> int:
    for source in BOOKS:
        conn.execute(delete(source))
    count = 0
    for batch in _batches(conn):
        project(conn, batch, post)
        count += len(batch)
    ledger.rebuild_balances(conn)
    return count


def _batches(conn: Connection) -> Iterator[list[Event]]:
    after = 0
    while batch := read(conn, after=after, limit=_BATCH):
        after = batch[-1].position
        yield batch


def _differences(conn: Connection, source: Table, kept: str, told: str) -> Iterator[Finding]:
    """Rows that only one of two tables has, by their key."""
    names = ", ".join(column.name for column in source.columns)
    key = [column.name for column in source.primary_key]
    sides = {}
    for side, other in ((kept, told), (told, kept)):
        wanted = f"SELECT {names} FROM {side} EXCEPT SELECT {names} FROM {other} ORDER BY {', '.join(key)}"
        rows = conn.execute(text(f"{wanted} LIMIT {_SHOWN}")).mappings()
        sides[side] = {tuple(row[name] for name in key): dict(row) for row in rows}
    for name in sorted(sides[kept].keys() | sides[told].keys()):
        was, expected = sides[kept].get(name, {}), sides[told].get(name, {})
        differ = [column for column in was or expected if was.get(column) != expected.get(column)]
        where = f"{source.name} {' '.join(map(str, name))}"
        seen, rule = ({column: row[column] for column in differ} if row else "nothing" for row in (was, expected))
        yield Finding("the log comes to something else", where, str(seen), str(rule))
