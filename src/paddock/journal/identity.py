"""Whether ledger and books say the same of an account: the identity that is checked while it trades."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.sql import ColumnElement

from paddock.journal.findings import Finding
from paddock.journal.ledger import Book, balances
from paddock.journal.tables import closures, fills, fundings, positions


def breaches(conn: Connection, account_ids: Collection[str]) -> list[Finding]:
    """Which rows of these accounts disagree; empty when none do.

    Of each run: fees are those of its fills, funding that of its payments, realised that of its closures; its books
    sum to zero; and each position is the sum of its fills.
    """
    accounts = sorted(account_ids)
    fees = _sums(conn, accounts, fills, fills.c.fee)
    funding = _sums(conn, accounts, fundings, -fundings.c.amount)
    realised = _sums(conn, accounts, closures, -closures.c.realised)
    kept = {book: _sums(conn, accounts, balances, balances.c.amount, balances.c.book == book) for book in Book}
    whole = _sums(conn, accounts, balances, balances.c.amount)
    held = _sums(conn, accounts, positions, positions.c.qty, None, positions.c.symbol)
    traded = _sums(conn, accounts, fills, fills.c.side * fills.c.lots, None, fills.c.symbol)
    pairs = [
        ("fees", kept[Book.FEES], fees),
        ("funding", kept[Book.FUNDING], funding),
        ("realised", kept[Book.REALISED], realised),
        ("sum of its books", whole, {}),
        ("position", held, traded),
    ]
    return [
        Finding("ledger and books disagree", f"{name} of {' '.join(key)}", str(one.get(key, 0)), str(other.get(key, 0)))
        for name, one, other in pairs
        for key in sorted(one.keys() | other.keys())
        if one.get(key, 0) != other.get(key, 0)
    ]


def _sums(
    conn: Connection,
    accounts: list[str],
    source: Table,
    amount: ColumnElement[int],
    where: ColumnElement[bool] | None = None,
    *more: ColumnElement[str],
) -> dict[tuple[str, ...], int]:
    """Sums by account, run ("-" for none) and what else is named."""
    key = (source.c.account_id, source.c.run_id, *more)
    wanted = select(*key, func.sum(amount)).where(source.c.account_id.in_(accounts)).group_by(*key)
    rows = conn.execute(wanted if where is None else wanted.where(where))
    return {tuple(part or "-" for part in row[:-1]): int(row[-1]) for row in rows}
