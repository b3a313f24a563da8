"""`paddock runs`: bots at work: deploy, look, steer, ask why."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from paddock.surfaces.cli.remote import Json, Limit, api, listed, show_items, show_one

app = App(name="runs", help="Runs of a running `paddock serve`: deploy, look, pause, resume, stop, ask why.")
Run = Annotated[str, Parameter(help="The run's id.")]
RUNS = {
    "run_id": "run",
    "bot": "bot",
    "state": "state",
    "wanted": "wanted",
    "capital_usd": "capital, USD",
    "feed": "feed",
    "decision": "decisions",
    "deployed_ts": "deployed",
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
POSITIONS = {"symbol": "symbol", "side": "side", "qty": "quantity", "entry_px": "entry", "opened_ts": "opened"}
NUMBERS = ("capital, USD", "decisions", "quantity", "filled", "price", "entry", "fee, USD", "position")


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
            names = {item["bot_id"]: item["name"] for item in listed(session, "/bots", limit=limit)["items"]}
            found["items"] = [item | {"bot": names.get(item["bot_id"], item["bot_id"])} for item in found["items"]]
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
def events(
    run: Run,
    /,
    *,
    after: Annotated[int, Parameter(help="Only those behind this position.")] = 0,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """What happened to a run, oldest first."""
    with api() as session:
        found = listed(session, "/runs/{}/events", run, limit=limit, after=after)
    show_items(found, EVENTS, json=json, nothing="Nothing happened yet.", right=NUMBERS)


@app.command
def orders(run: Run, /, *, limit: Limit = 100, json: Json = False) -> None:
    """Orders of a run, whatever became of them."""
    with api() as session:
        found = listed(session, "/runs/{}/orders", run, limit=limit)
    show_items(found, ORDERS, json=json, nothing="No orders yet; `paddock runs why` says why not.", right=NUMBERS)


@app.command
def fills(run: Run, /, *, limit: Limit = 100, json: Json = False) -> None:
    """What was traded, at which price and fee."""
    with api() as session:
        found = listed(session, "/runs/{}/fills", run, limit=limit)
    show_items(found, FILLS, json=json, nothing="No fills yet.", right=NUMBERS)


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
