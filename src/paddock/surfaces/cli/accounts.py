"""`paddock accounts`: play money, and what of it is free."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from paddock.surfaces.cli.remote import Json, Limit, api, listed, show_items, show_one

app = App(name="accounts", help="Accounts of a running `paddock serve`: list, open, deposit, lift.")
Account = Annotated[str, Parameter(help="The account's id.")]
COLUMNS = {
    "account_id": "account",
    "name": "name",
    "venue": "venue",
    "cash_usd": "cash, USD",
    "free_usd": "free, USD",
    "frozen": "frozen",
}


@app.command(name="list")
def list_(*, limit: Limit = 100, json: Json = False) -> None:
    """List your accounts."""
    with api() as session:
        found = listed(session, "/accounts", limit=limit)
    nothing = "No accounts yet. Next: paddock accounts open NAME --deposit 10000"
    show_items(found, COLUMNS, json=json, nothing=nothing, right=("cash, USD", "free, USD"))


@app.command(name="open")
def open_(
    name: Annotated[str, Parameter(help="What the account is called.")],
    /,
    *,
    deposit: Annotated[str, Parameter(help="Play money in it, in USD.")] = "10000",
    json: Json = False,
) -> None:
    """Open an account of paper."""
    with api() as session:
        show_one(session.post("/accounts", body={"name": name, "deposit_usd": deposit}), json=json)


@app.command
def deposit(
    account: Account,
    amount: Annotated[str, Parameter(help="How much, in USD.")],
    /,
    *,
    json: Json = False,
) -> None:
    """Put more play money into an account."""
    with api() as session:
        show_one(session.post("/accounts/{}/deposit", account, body={"amount_usd": amount}), json=json)


@app.command
def lift(
    account: Account,
    /,
    *,
    symbol: Annotated[str | None, Parameter(help="Only this one.")] = None,
    json: Json = False,
) -> None:
    """Say that you have looked at what was odd on an account: entries go on, unless its books still disagree."""
    with api() as session:
        body = {} if symbol is None else {"symbol": symbol}
        show_one(session.post("/accounts/{}/lift", account, body=body), json=json)
