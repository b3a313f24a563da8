"""Accounts: money at a venue, with an owner. What is in one is what its ledger says."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from paddock.core.errors import Code, Invalid
from paddock.core.money import MICROS, Usd
from paddock.core.seams import Clock, IdSource
from paddock.journal.database import Database
from paddock.journal.events import Draft
from paddock.journal.facts import Deposited, draft
from paddock.journal.kinds import EventKind
from paddock.journal.ledger import Book, balance
from paddock.journal.projections import record
from paddock.runtime.blocks import BlockReason, lift
from paddock.runtime.bots import checked_name, missing
from paddock.runtime.desk_tables import desk_blocks
from paddock.runtime.page import Page, at_most, page_of
from paddock.runtime.tables import accounts

PAPER = "paper"
LOOKED_AT = (BlockReason.UNEXPECTED, BlockReason.CONFLICT)  # what a person can settle by looking
MAX_DEPOSIT = 1_000_000_000 * MICROS


@dataclass(frozen=True, slots=True)
class Account:
    """`frozen` says why no entry is made on it, empty when it may trade."""

    account_id: str
    owner: str
    name: str
    venue: str
    frozen: str
    opened_ts: int


class Accounts:
    """Opens and shows accounts. Whatever belongs to another owner does not exist (NotFound run.not_found)."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database, self._clock, self._ids = database, clock, ids

    def open(self, owner: str, name: str, deposit: int = 0, venue: str = PAPER) -> Account:
        """A new account with `deposit` micro-dollars in it. Raises Invalid (bot.name, run.account)."""
        account = Account(self._ids.next_id(), owner, checked_name(name), venue, "", self._clock.now_ts())
        with self._database.write() as conn:
            enrol(conn, account)
            if deposit:
                self._deposit(conn, account, deposit)
        return account

    def deposit(self, owner: str, account_id: str, amount: int) -> Account:
        """Add `amount` micro-dollars of play money to an account of paper. Raises Invalid (run.account)."""
        with self._database.write() as conn:
            account = account_of(conn, owner, account_id)
            self._deposit(conn, account, amount)
        return account

    def list(self, owner: str, *, after: str = "", limit: int = 100) -> Page[Account]:
        """The owner's accounts by id."""
        limit = at_most(limit)
        wanted = select(*_COLUMNS).where(accounts.c.owner == owner, accounts.c.account_id > after)
        with self._database.read() as conn:
            found = [Account(*row) for row in conn.execute(wanted.order_by(accounts.c.account_id).limit(limit + 1))]
        return page_of(found, [account.account_id for account in found], limit)

    def get(self, owner: str, account_id: str) -> Account:
        with self._database.read() as conn:
            return account_of(conn, owner, account_id)

    def lift(self, owner: str, account_id: str, symbol: str | None = None) -> Account:
        """A person has looked at what was odd, on one symbol or all: entries go on, unless books still disagree."""
        with self._database.write() as conn:
            account = account_of(conn, owner, account_id)
            lift(conn, account_id, LOOKED_AT, symbol)
        return account

    def _deposit(self, conn: Connection, account: Account, amount: int) -> None:
        if account.venue != PAPER or not 0 < amount <= MAX_DEPOSIT:
            raise Invalid(
                Code.ACCOUNT,
                "this cannot be deposited",
                where="deposit",
                seen=f"{Usd(amount)} USD into an account of {account.venue}",
                rule=f"play money, above 0 and at most {Usd(MAX_DEPOSIT)} USD, goes into accounts of {PAPER}",
            )
        record(conn, [draft(Deposited(account.account_id, amount), self._clock.now_ts())])


_FROZEN = select(func.max(desk_blocks.c.detail)).where(
    desk_blocks.c.account_id == accounts.c.account_id, desk_blocks.c.reason == BlockReason.FROZEN
)
_COLUMNS = tuple(
    func.coalesce(_FROZEN.scalar_subquery(), "") if name == "frozen" else accounts.c[name] for name in Account.__slots__
)


def enrol(conn: Connection, account: Account) -> None:
    """Write a new account."""
    values = {name: getattr(account, name) for name in Account.__slots__ if name in accounts.c}
    conn.execute(insert(accounts).values(values))
    payload = {name: values[name] for name in ("account_id", "owner", "name", "venue")}
    record(conn, [Draft(_stream(account), EventKind.ACCOUNT_OPENED, account.opened_ts, payload)])


def account_of(conn: Connection, owner: str, account_id: str) -> Account:
    """Raises NotFound (run.not_found) when `owner` has no such account."""
    wanted = select(*_COLUMNS).where(accounts.c.account_id == account_id, accounts.c.owner == owner)
    row = conn.execute(wanted).one_or_none()
    if row is None:
        raise missing("account", account_id)
    return Account(*row)


def unallocated(conn: Connection, account_id: str) -> int:
    """Cash of the account that no run has, in micro-dollars."""
    return balance(conn, account_id, "", Book.CASH)


def _stream(account: Account) -> str:
    return f"account:{account.account_id}"
