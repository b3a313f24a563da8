"""The ledger: double entry in micro-dollars, where each transaction, each account and the whole sum to zero.

An amount above zero is a debit of its book. For each (account, run) the books say:

    cash      what it has
    external  what came in from outside, or from the account's own cash to a run, negated
    fees      what was paid
    funding   what was received, negated
    realised  the gross profit of closures, negated
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Connection, Index, Text, func, select

from paddock.core.errors import Code, Invalid
from paddock.journal.append_only import append_only
from paddock.journal.findings import Finding
from paddock.journal.schema import Count, Micro, Ms, insert_all, one_of, slices, table, upsert


class Book(StrEnum):
    CASH = "cash"
    EXTERNAL = "external"
    FEES = "fees"
    FUNDING = "funding"
    REALISED = "realised"


entries = append_only(
    table(
        "entries",
        Column("txn_key", Text, primary_key=True),
        Column("line", Count, primary_key=True, autoincrement=False),
        Column("ts", Ms, nullable=False),
        Column("account_id", Text, nullable=False),
        Column("run_id", Text, nullable=False),  # empty for what belongs to the account itself
        Column("book", Text, nullable=False),
        Column("amount", Micro, nullable=False),
        Index(None, "account_id", "run_id", "book"),
        CheckConstraint(one_of("book", Book), name="book"),
        clustered=True,
    )
)
balances = table(
    "balances",
    Column("account_id", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("book", Text, primary_key=True),
    Column("amount", Micro, nullable=False),
    CheckConstraint(one_of("book", Book), name="book"),
    clustered=True,
)


@dataclass(frozen=True, slots=True)
class Line:
    """An amount (micro-dollars, of either sign) to a book of an account, or of one run on it."""

    account_id: str
    run_id: str
    book: Book
    amount: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """Lines that sum to zero and belong to one cause at `ts` (ms UTC); `key` names the cause, and counts once."""

    key: str
    ts: int
    lines: tuple[Line, ...]


def post(conn: Connection, transactions: Sequence[Transaction]) -> None:
    """Write transactions that were not posted before.

    Raises Invalid: ledger.unbalanced when one does not sum to zero, ledger.conflict when one was posted with another
    content.
    """
    for transaction in transactions:
        _require_balance(transaction)
    known = posted(conn, [transaction.key for transaction in transactions])
    fresh: dict[str, Transaction] = {}
    for transaction in transactions:
        before = known.get(transaction.key) or fresh.get(transaction.key)
        if before is None:
            fresh[transaction.key] = transaction
        elif before != transaction:
            raise _conflict(before, transaction)
    rows = [row for transaction in fresh.values() for row in rows_of(transaction)]
    insert_all(conn, entries, rows)
    _move(conn, [line for transaction in fresh.values() for line in transaction.lines])


def posted(conn: Connection, keys: Sequence[str]) -> dict[str, Transaction]:
    """Those of the named transactions that were posted."""
    lines: dict[str, list[Line]] = {}
    times: dict[str, int] = {}
    for part in slices(keys):
        wanted = select(entries).where(entries.c.txn_key.in_(part)).order_by(entries.c.txn_key, entries.c.line)
        for row in conn.execute(wanted):
            line = Line(row.account_id, row.run_id, Book(row.book), row.amount)
            lines.setdefault(row.txn_key, []).append(line)
            times[row.txn_key] = row.ts
    return {key: Transaction(key, times[key], tuple(made)) for key, made in lines.items()}


def rows_of(transaction: Transaction) -> list[dict[str, object]]:
    """The rows of `entries` that a transaction is."""
    return [
        {
            "txn_key": transaction.key,
            "line": number,
            "ts": transaction.ts,
            "account_id": line.account_id,
            "run_id": line.run_id,
            "book": line.book.value,
            "amount": line.amount,
        }
        for number, line in enumerate(transaction.lines, 1)
    ]


def balance(conn: Connection, account_id: str, run_id: str | None = None, book: Book = Book.CASH) -> int:
    """Micro-dollars in a book of one run ("" for the account's own), or of the account with all its runs."""
    wanted = select(func.coalesce(func.sum(balances.c.amount), 0)).where(
        balances.c.account_id == account_id, balances.c.book == book
    )
    if run_id is not None:
        wanted = wanted.where(balances.c.run_id == run_id)
    return int(conn.execute(wanted).scalar_one())


def check(conn: Connection) -> list[Finding]:
    """Transactions that do not sum to zero, and balances that are not the sum of their entries."""
    unbalanced = (
        select(entries.c.txn_key, func.sum(entries.c.amount).label("total"))
        .group_by(entries.c.txn_key)
        .having(func.sum(entries.c.amount) != 0)
        .order_by(entries.c.txn_key)
    )
    found = [
        Finding("a transaction does not sum to zero", f"entries {row.txn_key}", str(row.total), "0")
        for row in conn.execute(unbalanced)
    ]
    summed = _sums(conn)
    totals: Counter[tuple[str, str]] = Counter()
    for (account_id, run_id, _), amount in summed.items():
        totals[account_id, run_id] += amount
    found += [
        Finding("a sub-ledger does not sum to zero", f"entries {account_id} {run_id or '-'}", str(total), "0")
        for (account_id, run_id), total in sorted(totals.items())
        if total
    ]
    kept = {(row.account_id, row.run_id, row.book): row.amount for row in conn.execute(select(balances))}
    for key in sorted(summed.keys() | kept.keys()):
        if summed.get(key, 0) != kept.get(key, 0):
            where = f"balances {' '.join(part or '-' for part in key)}"
            found.append(
                Finding(
                    "a balance is not the sum of its entries", where, str(kept.get(key, 0)), str(summed.get(key, 0))
                )
            )
    return found


def rebuild_balances(conn: Connection) -> None:
    """Make the balances anew from the entries."""
    conn.execute(balances.delete())
    upsert(conn, balances, [_balance(*key, amount) for key, amount in sorted(_sums(conn).items())])


def _sums(conn: Connection) -> dict[tuple[str, str, str], int]:
    key = (entries.c.account_id, entries.c.run_id, entries.c.book)
    wanted = select(*key, func.sum(entries.c.amount).label("total")).group_by(*key)
    return {(row.account_id, row.run_id, row.book): int(row.total) for row in conn.execute(wanted)}


def _move(conn: Connection, lines: Sequence[Line]) -> None:
    moved: Counter[tuple[str, str, Book]] = Counter()
    for line in lines:
        moved[line.account_id, line.run_id, line.book] += line.amount
    upsert(conn, balances, [_balance(*key, amount) for key, amount in moved.items()], add=("amount",))


def _balance(account_id: str, run_id: str, book: str, amount: int) -> dict[str, object]:
    return {"account_id": account_id, "run_id": run_id, "book": str(book), "amount": amount}


def _require_balance(transaction: Transaction) -> None:
    total = sum(line.amount for line in transaction.lines)
    if total:
        raise Invalid(
            Code.LEDGER,
            f"{transaction.key} does not sum to zero",
            where=transaction.key,
            seen=f"{total} micro-dollars over",
            rule="the lines of a transaction sum to zero",
        )


def _conflict(before: Transaction, told: Transaction) -> Invalid:
    return Invalid(
        Code.LEDGER_CONFLICT,
        f"{told.key} was posted before, and differs",
        where=told.key,
        seen=[line.amount for line in told.lines],
        rule=f"it was posted with {[line.amount for line in before.lines]}",
        suggestion="a correction is a transaction of its own",
    )
