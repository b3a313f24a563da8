"""`paddock runs`: bots at work: deploy, look, steer, ask why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from paddock.surfaces.cli.remote import PAGE, Json, Limit, api, listed, newest, show_items, show_one

app = App(name="runs", help="Runs of a running `paddock serve`: deploy, look, pause, resume, stop, ask why.")
Run = Annotated[str, Parameter(help="The run's id.")]
RUNS = {
    "run_id": "run",
    "bot": "bot",
    "standing": "state",
    "capital_usd": "capital, USD",
    "pnl_usd": "PnL, USD",
    "decision": "decisions",
    "feed": "feed",
}
EVENTS = {"position": "position", "ts": "time", "kind": "event", "payload": "what"}
ORDERS = {
    "decided_ts": "decided",
    "symbol": "symbol",
    "side": "side",
    "kind": "kind",
    "reason": "reason",
    "state": "state",
    "qty": "quantity",
    "filled": "filled",
    "px": "price",
    "order_id": "order",
}
FILLS = {
    "venue_ts": "time",
    "symbol": "symbol",
    "side": "side",
    "kind": "kind",
    "qty": "quantity",
    "px": "price",
    "fee_usd": "fee, USD",
    "order_id": "order",
}
DECISIONS = {"decision": "decision", "ts": "time", "act": "what", "why": "because"}
EQUITY = {"ts": "time", "equity_usd": "equity, USD", "cash_usd": "cash, USD"}
POSITIONS = {"symbol": "symbol", "side": "side", "qty": "quantity", "entry_px": "entry", "opened_ts": "opened"}
NUMBERS = (
    *("capital, USD", "PnL, USD", "equity, USD", "cash, USD", "fee, USD"),
    *("decisions", "decision", "quantity", "filled", "price", "entry", "position"),
)


@app.command
def deploy(
    bot: Annotated[str, Parameter(help="The bot's id.")],
    /,
    *,
    account: Annotated[str, Parameter(help="The account's id; `paddock accounts list`.")],
    capital: Annotated[str, Parameter(help="How much of the account it gets, in USD.")],
    feed: Annotated[str | None, Parameter(help="Instead of the feed of the strategy's venue and interval.")] = None,
    version: Annotated[int | None, Parameter(help="Instead of the newest version.")] = None,
    json: Json = False,
) -> None:
    """Run a bot on an account: it begins at the next bar."""
    body = {"bot_id": bot, "account_id": account, "capital_usd": capital, "feed": feed, "version": version}
    with api() as session:
        show_one(
            session.post("/runs", body={key: value for key, value in body.items() if value is not None}), json=json
        )


@app.command(name="list")
def list_(
    *,
    bot: Annotated[str | None, Parameter(help="Only those of this bot.")] = None,
    state: Annotated[str | None, Parameter(help="Only those in this state, such as active.")] = None,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """List your runs."""
    with api() as session:
        found = listed(session, "/runs", limit=limit, bot_id=bot, state=state)
        if not json:
            names = {bot["bot_id"]: bot["name"] for bot in listed(session, "/bots", limit=PAGE)["items"]}
            found["items"] = [_told(run, names) for run in found["items"]]
    nothing = "No runs. Next: paddock runs deploy BOT --account ACCOUNT --capital 1000"
    show_items(found, RUNS, json=json, nothing=nothing, right=NUMBERS)


@app.command
def show(run: Run, /, *, json: Json = False) -> None:
    """One run: where it stands, and what was asked of it."""
    with api() as session:
        show_one(session.get("/runs/{}", run), json=json)


@app.command
def pause(run: Run, /, *, json: Json = False) -> None:
    """No more entries; exits, stops and timeouts go on."""
    with api() as session:
        show_one(session.post("/runs/{}/pause", run), json=json)


@app.command
def resume(run: Run, /, *, json: Json = False) -> None:
    """Entries again."""
    with api() as session:
        show_one(session.post("/runs/{}/resume", run), json=json)


@app.command
def stop(
    run: Run,
    /,
    *,
    mode: Annotated[
        Literal["keep", "flatten", "handover"],
        Parameter(help="Positions stay protected until they close, are closed at market, or are yours to protect."),
    ],
    json: Json = False,
) -> None:
    """End a run for good."""
    with api() as session:
        show_one(session.post("/runs/{}/stop", run, body={"mode": mode}), json=json)


@app.command
def health(run: Run, /, *, json: Json = False) -> None:
    """Does a run decide, and what stands in its way?"""
    with api() as session:
        show_one(session.get("/runs/{}/health", run), json=json)


@app.command
def metrics(run: Run, /, *, json: Json = False) -> None:
    """What a run came to so far: by its books, as of its last decision, and at the last closes."""
    with api() as session:
        show_one(session.get("/runs/{}/metrics", run), json=json)


@app.command
def events(
    run: Run,
    /,
    *,
    after: Annotated[int | None, Parameter(help="The first ones behind this position.")] = None,
    before: Annotated[int | None, Parameter(help="The last ones before this position.")] = None,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """What happened to a run, oldest first: the newest of it, or what lies behind or before a position of the log."""
    if after is not None and before is not None:
        from paddock.core.errors import Code, Invalid

        raise Invalid(Code.USAGE, "--after and --before exclude each other", rule="a page begins at one position")
    with api() as session:
        if after is None:
            found = newest(session, "/runs/{}/events", run, limit=limit, after=before)
        else:
            found = listed(session, "/runs/{}/events", run, limit=limit, after=after)
    more = f"There are more: --{'before' if after is None else 'after'} {found['next']}"
    show_items(found, EVENTS, json=json, nothing="Nothing happened there.", right=NUMBERS, more=more)


@app.command
def decisions(run: Run, /, *, limit: Limit = 100, json: Json = False) -> None:
    """What a run decided lately, and why; `runs why` has every condition, also of bars without a decision."""
    from paddock.surfaces.cli.gist import acts

    with api() as session:
        found = newest(session, "/runs/{}/decisions", run, limit=limit)
    if not json:
        told = ((one, act, why) for one in found["items"] for act, why in acts(one["detail"]))
        found["items"] = [one | {"act": act, "why": why} for one, act, why in told]
    show_items(found, DECISIONS, json=json, nothing="No decisions yet; `paddock runs why` says why not.", right=NUMBERS)


@app.command
def orders(run: Run, /, *, limit: Limit = 100, json: Json = False) -> None:
    """The newest orders of a run, whatever became of them."""
    with api() as session:
        found = newest(session, "/runs/{}/orders", run, limit=limit)
    show_items(found, ORDERS, json=json, nothing="No orders yet; `paddock runs why` says why not.", right=NUMBERS)


@app.command
def fills(run: Run, /, *, limit: Limit = 100, json: Json = False) -> None:
    """What was traded lately, at which price and fee."""
    with api() as session:
        found = newest(session, "/runs/{}/fills", run, limit=limit)
    show_items(found, FILLS, json=json, nothing="No fills yet.", right=NUMBERS)


@app.command
def equity(run: Run, /, *, limit: Limit = 100, json: Json = False) -> None:
    """What a run was worth at its last decisions."""
    with api() as session:
        found = newest(session, "/runs/{}/equity", run, limit=limit)
    show_items(found, EQUITY, json=json, nothing="Nothing was decided yet.", right=NUMBERS)


@app.command
def positions(run: Run, /, *, limit: Limit = 100, json: Json = False) -> None:
    """What a run holds."""
    with api() as session:
        found = listed(session, "/runs/{}/positions", run, limit=limit)
    show_items(found, POSITIONS, json=json, nothing="No open positions.", right=NUMBERS)


@app.command
def parity(run: Run, /, *, json: Json = False) -> None:
    """How a run differs from a backtest over the bars that it saw, by cause."""
    with api() as session:
        found = session.get("/runs/{}/parity", run)
    if json:
        show_one(found, json=True)
        return
    report = found["report"]
    counts = {name: report[name] for name in ("bars", "orders", "only_live", "only_shadow", "differing")}
    show_one(
        {"ts": found["ts"]} | counts | {f"{name}, bps a day": bps for name, bps in report["bps_a_day"].items()},
        json=False,
    )


@app.command
def why(
    run: Run,
    /,
    *,
    at: Annotated[str, Parameter(help="A moment within the bar, UTC.")],
    json: Json = False,
) -> None:
    """What each condition saw in a bar: why it traded, and why not."""
    from paddock.core.time import parse_ts
    from paddock.surfaces.cli.reading import lines
    from paddock.surfaces.cli.terminal import show_json

    with api() as session:
        found = session.get("/runs/{}/explain", run, at=parse_ts(at))
    if json:
        show_json(found)
    else:
        print("\n".join(lines(found)))


def _told(run: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """With its bot's name, and where it stands on its way to what was asked of it."""
    standing = f"{run['state']}, to be {run['wanted']}" if run["asked"] else run["state"]
    return run | {"bot": names.get(run["bot_id"], run["bot_id"]), "standing": standing}
