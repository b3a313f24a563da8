"""`paddock bots`: what may be run, each with the versions of its strategy."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from paddock.surfaces.cli.remote import Json, Limit, api, listed, show_items, show_one

app = App(name="bots", help="Bots of a running `paddock serve`: list, create, clone, delete.")
Bot = Annotated[str, Parameter(help="The bot's id.")]
COLUMNS = {"bot_id": "bot", "name": "name", "version": "version", "created_ts": "created", "changed_ts": "changed"}
VERSIONS = {"version": "version", "strategy_hash": "strategy", "created_ts": "created"}


@app.command(name="list")
def list_(*, limit: Limit = 100, json: Json = False) -> None:
    """List your bots."""
    with api() as session:
        found = listed(session, "/bots", limit=limit)
    nothing = "No bots yet. Next: paddock bots create NAME sma-crossover"
    show_items(found, COLUMNS, json=json, nothing=nothing, right=("version",))


@app.command
def show(bot: Bot, /, *, json: Json = False) -> None:
    """One bot."""
    with api() as session:
        show_one(session.get("/bots/{}", bot), json=json)


@app.command
def create(
    name: Annotated[str, Parameter(help="What the bot is called.")],
    strategy: Annotated[str, Parameter(help="A template's name, or a .json or .py file.")],
    /,
    *,
    venue: Annotated[str | None, Parameter(help="Instead of the strategy's own venue.")] = None,
    symbols: Annotated[
        str | None, Parameter(help='Instead of the strategy\'s own symbols: BTC,ETH, or "*" for all there are.')
    ] = None,
    interval: Annotated[str | None, Parameter(help="Instead of the strategy's own interval: 1m to 1d.")] = None,
    json: Json = False,
) -> None:
    """Create a bot with a strategy as its first version."""
    from paddock.strategy.canonical import canonical
    from paddock.strategy.rescope import rescope
    from paddock.surfaces.strategies import open_strategy

    wanted = tuple(word for part in (symbols or "").split(",") if (word := part.strip()))
    document = rescope(open_strategy(strategy).document, symbols=wanted, interval=interval, venue=venue)
    with api() as session:
        made = session.post("/bots", body={"name": name, "strategy": canonical(document)})
    show_one(made, json=json)


@app.command
def clone(
    bot: Bot, name: Annotated[str, Parameter(help="What the new one is called.")], /, *, json: Json = False
) -> None:
    """Create a bot with the newest version of another as its first."""
    with api() as session:
        show_one(session.post("/bots/{}/clone", bot, body={"name": name}), json=json)


@app.command
def versions(bot: Bot, /, *, limit: Limit = 100, json: Json = False) -> None:
    """All versions of a bot, the newest first."""
    with api() as session:
        found = listed(session, "/bots/{}/versions", bot, limit=limit)
    show_items(found, VERSIONS, json=json, nothing="No versions.", right=("version",))


@app.command
def delete(bot: Bot, /) -> None:
    """Delete a bot whose runs are all stopped; its record stays in the journal."""
    with api() as session:
        session.delete("/bots/{}", bot)
    print(f"deleted {bot}")
