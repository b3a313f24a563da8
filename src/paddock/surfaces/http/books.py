"""What the journal's books say of one run, page by page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import BindParameter, Column, Connection, RowMapping, Select, func, literal, select, tuple_

from paddock.journal.events import events
from paddock.journal.ledger import Book, balances, entries
from paddock.journal.tables import closures, decisions, equity_points, fills, orders, positions
from paddock.runtime.bots import missing
from paddock.surfaces.http import cursor
from paddock.surfaces.http.models.base import Paging

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """One page, and the cursor to what lies behind it; None at the end."""

    rows: list[Row]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Order:
    """What a list is sorted by: columns that name a row, and the types of their values."""

    columns: tuple[Column[Any], ...]
    types: tuple[type[int] | type[str], ...]


_EVENTS: Final = _Order((events.c.position,), (int,))
_ORDERS: Final = _Order((orders.c.intended_ts, orders.c.intent_id), (int, str))
_FILLS: Final = _Order((fills.c.venue_ts, fills.c.fill_id), (int, str))
_CLOSURES: Final = _Order((closures.c.exit_ts, closures.c.fill_id), (int, str))
_DECISIONS: Final = _Order((decisions.c.decision,), (int,))
_EQUITY: Final = _Order((equity_points.c.ts,), (int,))
_ENTRIES: Final = _Order((entries.c.ts, entries.c.txn_key, entries.c.line), (int, str, int))


def events_of(conn: Connection, stream: str, paging: Paging) -> Part[RowMapping]:
    """The cursor is a position of the log, in digits."""
    after = [] if paging.after is None else [literal(int(paging.after))]
    rows, more = _rows(conn, select(events).where(events.c.stream == stream), _EVENTS, after, paging)
    return Part(rows, str(rows[-1]["position"]) if more else None)


def orders_of(conn: Connection, run_id: str, paging: Paging) -> Part[RowMapping]:
    return _page(conn, select(orders).where(orders.c.run_id == run_id), _ORDERS, paging)


def order_of(conn: Connection, run_id: str, order_id: str) -> RowMapping:
    """Raises NotFound (run.not_found) for what is no order of the run."""
    row = (
        conn.execute(select(orders).where(orders.c.run_id == run_id, orders.c.intent_id == order_id)).mappings().first()
    )
    if row is None:
        raise missing("order", order_id)
    return row


def events_of_order(conn: Connection, order: RowMapping) -> list[RowMapping]:
    """What the log of its run says of an order, oldest first."""
    mine = (events.c.stream == f"run:{order['run_id']}") & (events.c.ts >= order["intended_ts"])
    about = events.c.payload.contains(json.dumps(order["intent_id"]), autoescape=True)
    return list(conn.execute(select(events).where(mine, about).order_by(events.c.position)).mappings())


def fills_of(conn: Connection, run_id: str, paging: Paging) -> Part[RowMapping]:
    return _page(conn, select(fills).where(fills.c.run_id == run_id), _FILLS, paging)


def closures_of(conn: Connection, run_id: str, paging: Paging) -> Part[RowMapping]:
    return _page(conn, select(closures).where(closures.c.run_id == run_id), _CLOSURES, paging)


def decisions_of(conn: Connection, run_id: str, paging: Paging) -> Part[RowMapping]:
    return _page(conn, select(decisions).where(decisions.c.run_id == run_id), _DECISIONS, paging)


def equity_of(conn: Connection, run_id: str, paging: Paging) -> Part[RowMapping]:
    return _page(conn, select(equity_points).where(equity_points.c.run_id == run_id), _EQUITY, paging)


def entries_of(conn: Connection, account_id: str, paging: Paging) -> Part[RowMapping]:
    return _page(conn, select(entries).where(entries.c.account_id == account_id), _ENTRIES, paging)


def qty_decimals(conn: Connection, run_id: str) -> Mapping[str, int]:
    """The grid of quantities of each symbol that the run ever traded."""
    query = select(positions.c.symbol, positions.c.qty_decimals).where(positions.c.run_id == run_id)
    return {row.symbol: row.qty_decimals for row in conn.execute(query)}


def balances_of(conn: Connection, account_id: str, run_id: str | None = None) -> Mapping[Book, int]:
    """Micro-dollars in each book of an account with all its runs, or of one run ("" the account's own)."""
    query = select(balances.c.book, func.sum(balances.c.amount)).where(balances.c.account_id == account_id)
    if run_id is not None:
        query = query.where(balances.c.run_id == run_id)
    return {Book(book): int(amount) for book, amount in conn.execute(query.group_by(balances.c.book))}


def _page(conn: Connection, query: Select[Any], order: _Order, paging: Paging) -> Part[RowMapping]:
    after = [] if paging.after is None else cursor.bound(paging.after, *order.types)
    rows, more = _rows(conn, query, order, after, paging)
    return Part(rows, _cursor(rows[-1], order) if more else None)


def _rows(
    conn: Connection, query: Select[Any], order: _Order, after: Sequence[BindParameter[Any]], paging: Paging
) -> tuple[list[RowMapping], bool]:
    """Rows behind a key (of no parts: from the beginning), and whether there are more of them."""
    if after:
        row, key = tuple_(*order.columns), tuple_(*after)
        query = query.where(row < key if paging.newest else row > key)
    by = [column.desc() if paging.newest else column for column in order.columns]
    rows = list(conn.execute(query.order_by(*by).limit(paging.limit + 1)).mappings())
    return rows[: paging.limit], len(rows) > paging.limit


def _cursor(row: RowMapping, order: _Order) -> str:
    key: Sequence[int | str] = [row[column.name] for column in order.columns]
    return cursor.to_text(key)
