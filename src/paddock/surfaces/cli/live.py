"""`paddock live`: real money at a venue; whose agent, within which limits, and the switch."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Parameter

from paddock.surfaces.cli.remote import Json, Limit, api, listed, show_items, show_one

app = App(name="live", help="Trade real money: connect an account to a venue, approve its agent, switch it on and off.")
COLUMNS = {
    "account_id": "account",
    "venue": "venue",
    "network": "network",
    "main": "main address",
    "status": "status",
    "live": "live",
    "reason": "reason",
}
DRAFTS = {"kind": "kind", "scheme": "scheme", "until_ts": "sign before", "signed_ts": "signed", "sent_ts": "handed in"}
FINDINGS = {"name": "what", "passed": "passed", "seen": "seen", "rule": "rule", "mend": "mend"}
OnAccount = Annotated[str, Parameter(help="The account's id.")]
Why = Annotated[str, Parameter(help="Why, for whoever reads the journal.")]
Symbols = Annotated[str, Parameter(help="What its agent may trade, by comma; * for every perp.")]
OrderUsd = Annotated[str, Parameter(help="Largest notional of an order, in USD.")]
DayUsd = Annotated[str, Parameter(help="Largest notional of a day (UTC), in USD.")]
Leverage = Annotated[int, Parameter(help="Highest leverage.")]


@app.command(name="list")
def list_(*, limit: Limit = 100, json: Json = False) -> None:
    """List your connections."""
    with api() as session:
        found = listed(session, "/connections", limit=limit)
    show_items(found, COLUMNS, json=json, nothing="No connections yet. Next: paddock live connect --help")


@app.command
def connect(
    venue: Annotated[str, Parameter(help="hyperliquid or pacifica.")],
    /,
    *,
    symbols: Symbols,
    order_usd: OrderUsd,
    day_usd: DayUsd,
    leverage: Leverage,
    network: Annotated[str, Parameter(help="mainnet, testnet or simulator.")] = "testnet",
    main: Annotated[str, Parameter(help="Address whose money it is; none at a simulator: one is made up.")] = "",
    name: Annotated[str | None, Parameter(help="What the new account is called.")] = None,
    account: Annotated[str | None, Parameter(help="An account that is there, instead of a new one.")] = None,
    url: Annotated[str, Parameter(help="Where the simulator is.")] = "",
    agent_name: Annotated[str, Parameter(help="What the venue calls the agent.")] = "paddock",
    chain: Annotated[str, Parameter(help="Chain that the wallet is on, in hex, such as 0xa4b1.")] = "",
    until: Annotated[str | None, Parameter(help="When the approval ends, in UTC; else never.")] = None,
    builder: Annotated[str, Parameter(help="Address or code of a builder who is paid for each order.")] = "",
    builder_fee: Annotated[int, Parameter(help="How much, in tenths of a basis point.")] = 0,
    json: Json = False,
) -> None:
    """Make an agent for an account, and draft what the owner's wallet has to sign."""
    from paddock.core.time import parse_ts

    body = {
        "venue": venue,
        "network": network,
        "main": main,
        "policy": _policy(symbols, order_usd, day_usd, leverage),
        "name": name,
        "account_id": account,
        "url": url,
        "agent_name": agent_name,
        "chain_id": chain,
        "expires_ts": None if until is None else parse_ts(until),
        "builder": builder,
        "builder_fee": builder_fee,
    }
    with api(asks_a_venue=True) as session:
        made = session.post("/connections", body=body)
    show_one(made, json=json)
    if not json and made["status"] == "draft":
        word = "fund" if network == "simulator" and not main else "drafts"
        print(f"Next: paddock live {word} {made['account_id']}")


@app.command
def fund(
    account: OnAccount,
    /,
    *,
    usd: Annotated[int, Parameter(help="How many dollars.")] = 10_000,
    json: Json = False,
) -> None:
    """Pay play money into an account at a simulator, and ask again whether it knows the agent."""
    from paddock.surfaces.venues import pay_in

    with api(asks_a_venue=True) as session:
        found = session.get("/accounts/{}/connection", account)
        pay_in(found["url"], found["main"], usd)
        show_one(session.post("/accounts/{}/connection/refresh", account), json=json)


@app.command
def show(account: OnAccount, /, *, json: Json = False) -> None:
    """Where an account's connection stands."""
    with api(asks_a_venue=True) as session:
        show_one(session.get("/accounts/{}/connection", account), json=json)


@app.command
def drafts(
    account: OnAccount,
    /,
    *,
    renew: Annotated[
        bool, Parameter(negative="", help="Make new ones in the place of those that are too old.")
    ] = False,
    json: Json = False,
) -> None:
    """What the owner's wallet has to sign, to the letter."""
    path = "/accounts/{}/connection/drafts"
    with api(asks_a_venue=True) as session:
        found = session.post(path, account) if renew else session.get(path, account)
    show_items(found, DRAFTS, json=json, nothing="Nothing is to be signed.")
    if not json:
        for draft in found["items"]:
            print(f"\n{draft['kind']}:\n{draft['message']}")


@app.command
def approve(
    account: OnAccount,
    kind: Annotated[str, Parameter(help="Which draft: agent or builder.")],
    signature: Annotated[str, Parameter(help="As the wallet gives it.")],
    /,
    *,
    json: Json = False,
) -> None:
    """Bring the signature of a draft; it is handed to the venue."""
    body = {"kind": kind, "signature": signature}
    with api(asks_a_venue=True) as session:
        show_one(session.post("/accounts/{}/connection/approvals", account, body=body), json=json)


@app.command
def refresh(account: OnAccount, /, *, json: Json = False) -> None:
    """Ask the venue again whether it knows the agent."""
    with api(asks_a_venue=True) as session:
        show_one(session.post("/accounts/{}/connection/refresh", account), json=json)


@app.command
def limit(
    account: OnAccount,
    /,
    *,
    symbols: Symbols,
    order_usd: OrderUsd,
    day_usd: DayUsd,
    leverage: Leverage,
    json: Json = False,
) -> None:
    """Set other limits for an account's agent."""
    body = _policy(symbols, order_usd, day_usd, leverage)
    with api(asks_a_venue=True) as session:
        show_one(session.post("/accounts/{}/connection/policy", account, body=body), json=json)


@app.command
def check(account: OnAccount, /, *, json: Json = False) -> int:
    """Go through the checklist: what stands against trading live, and what mends it."""
    with api(asks_a_venue=True) as session:
        found = session.get("/accounts/{}/live/checklist", account)
    _show_findings(found, json=json)
    return 0 if found["passed"] else 1


@app.command
def enable(account: OnAccount, /, *, json: Json = False) -> None:
    """Switch trading live on, if the checklist passes."""
    with api(asks_a_venue=True) as session:
        _show_findings(session.post("/accounts/{}/live/enable", account), json=json)
    if not json:
        print(f"live: {account}")


@app.command
def disable(account: OnAccount, /, *, why: Why = "", json: Json = False) -> None:
    """Switch it off: only exits are signed, and the account's runs are paused."""
    with api(asks_a_venue=True) as session:
        show_one(session.post("/accounts/{}/live/disable", account, body={"reason": why}), json=json)


@app.command
def revoke(account: OnAccount, /, *, why: Why = "", json: Json = False) -> None:
    """Sign nothing more for an account, destroy its agent's key, stop its runs; what is at the venue stays there."""
    with api(asks_a_venue=True) as session:
        show_one(session.post("/accounts/{}/live/revoke", account, body={"reason": why}), json=json)


@app.command
def rotate() -> None:
    """Seal all agents' keys under a new master key; `paddock serve` must not run."""
    from paddock.surfaces import settings
    from paddock.surfaces.live import rotate_master_key

    count = rotate_master_key(settings.load())
    print(f"sealed anew: {count}")


def _policy(symbols: str, order_usd: str, day_usd: str, leverage: int) -> dict[str, Any]:
    names = [name.strip() for name in symbols.split(",") if name.strip()]
    return {"symbols": names, "order_usd": order_usd, "day_usd": day_usd, "max_leverage": leverage}


def _show_findings(checked: dict[str, Any], *, json: bool) -> None:
    if json:
        show_one(checked, json=True)
    else:
        show_items({"items": checked["findings"]}, FINDINGS, json=False, nothing="Nothing was looked at.")
