"""Accounts and their ledger."""

from __future__ import annotations

from sqlalchemy import Connection

from paddock.journal.ledger import Book
from paddock.runtime.accounts import Account, account_of
from paddock.surfaces.http import books, render
from paddock.surfaces.http.models.base import PAGE, After, InPath, Limit, Listed, Paged, micros, money
from paddock.surfaces.http.models.runtime import AccountModel, AccountWanted, DepositWanted, EntryModel, LiftWanted
from paddock.surfaces.http.route import Ask, Asked, Routes
from paddock.surfaces.http.scopes import Scope

routes = Routes("accounts")


@routes.get("/accounts", "listAccounts", Scope.READ)
def list_(ask: Ask, after: After = None, limit: Limit = PAGE) -> Listed[AccountModel]:
    """Mine, by id."""
    page = ask.services.accounts.list(ask.caller.user_id, after=after or "", limit=limit)
    with ask.services.database.read() as conn:
        return Listed(items=[_model(conn, account) for account in page.items], next=page.next or None)


@routes.post("/accounts", "openAccount", Scope.PAPER, status=201)
def open_(ask: Ask, wanted: AccountWanted) -> AccountModel:
    """An account of paper."""
    deposit = micros(wanted.deposit_usd, "body.deposit_usd")
    return _shown(ask, ask.services.accounts.open(ask.caller.user_id, wanted.name, deposit))


@routes.get("/accounts/{account_id}", "getAccount", Scope.READ)
def get(ask: Ask, account_id: InPath) -> AccountModel:
    """One account, and what is free in it."""
    return _shown(ask, ask.services.accounts.get(ask.caller.user_id, account_id))


@routes.post("/accounts/{account_id}/deposit", "depositMoney", Scope.PAPER)
def deposit(ask: Ask, account_id: InPath, wanted: DepositWanted) -> AccountModel:
    """More play money."""
    amount = micros(wanted.amount_usd, "body.amount_usd")
    return _shown(ask, ask.services.accounts.deposit(ask.caller.user_id, account_id, amount))


@routes.post("/accounts/{account_id}/lift", "liftAccount", Scope.PAPER)
def lift(ask: Ask, account_id: InPath, wanted: LiftWanted) -> AccountModel:
    """A person has looked at what was odd, on one symbol or all: entries go on, unless the books still disagree."""
    owner = ask.caller.user_id
    ask.require_account(account_id)
    ask.services.accounts.lift(owner, account_id, wanted.symbol)
    return _shown(ask, ask.services.accounts.get(owner, account_id))


@routes.get("/accounts/{account_id}/ledger", "listLedger", Scope.READ)
def ledger(ask: Ask, account_id: InPath, paging: Paged) -> Listed[EntryModel]:
    """Its entries, oldest first."""
    with ask.services.database.read() as conn:
        account_of(conn, ask.caller.user_id, account_id)
        part = books.entries_of(conn, account_id, paging)
    return Listed(items=[render.entry_model(row) for row in part.rows], next=part.next)


def _shown(ask: Asked, account: Account) -> AccountModel:
    with ask.services.database.read() as conn:
        return _model(conn, account)


def _model(conn: Connection, account: Account) -> AccountModel:
    whole = books.balances_of(conn, account.account_id)
    free = books.balances_of(conn, account.account_id, "")
    return AccountModel(
        account_id=account.account_id,
        name=account.name,
        venue=account.venue,
        frozen=account.frozen,
        opened_ts=account.opened_ts,
        cash_usd=money(whole.get(Book.CASH, 0)),
        free_usd=money(free.get(Book.CASH, 0)),
    )
