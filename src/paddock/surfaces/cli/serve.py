"""`paddock serve`: keep the bots going, and answer for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from paddock.surfaces.listen import Address
    from paddock.surfaces.secret import LocalToken
    from paddock.surfaces.settings import Settings


def serve(
    *,
    role: Annotated[
        Literal["all", "web", "worker"], Parameter(help="Only answer, or only work, beside others on one database.")
    ] = "all",
    host: Annotated[str, Parameter(help="Where the API listens; loopback needs no guard.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="Port of the API; 0 is any that is free.")] = 8400,
    allow_remote: Annotated[
        bool, Parameter(negative="", help="Listen beyond this machine with only the local token to guard it.")
    ] = False,
    replay: Annotated[
        list[str] | None,
        Parameter(negative="", help="A market of the lake to play as VENUE:INTERVAL; may be repeated."),
    ] = None,
    feed: Annotated[
        list[str] | None,
        Parameter(negative="", help="Bars that a venue tells as they close: VENUE:INTERVAL:SYMBOL,…[@NETWORK]."),
    ] = None,
    record: Annotated[
        bool, Parameter(help="Keep trades, books, candles and funding of what feeds hear, but of simulators.")
    ] = True,
    speed: Annotated[float, Parameter(help="How fast replays play; 3600 is an hour a second.")] = 1.0,
    stepped: Annotated[
        bool, Parameter(negative="", help="Replays bring each bar as soon as the one before is done with.")
    ] = False,
    demo: Annotated[
        bool, Parameter(negative="", help="The generated market, an hour a second, and three bots on paper.")
    ] = False,
    home: Annotated[Path | None, Parameter(help="Home to serve; PADDOCK_HOME, or ~/.paddock.")] = None,
) -> int:
    """Keep the bots going and answer over the API, until Ctrl-C or SIGTERM.

    What was running goes on where it stood, also after a crash. The first start makes the token and prints it once.
    """
    from paddock.surfaces import settings
    from paddock.surfaces.listen import Address
    from paddock.surfaces.replay import replay_of
    from paddock.surfaces.serve import Notices, Role, Wish
    from paddock.surfaces.serve import serve as run
    from paddock.surfaces.venue_wish import venue_wish

    wish = Wish(
        role=Role(role),
        address=Address(host, port),
        allow_remote=allow_remote,
        replays=tuple(replay_of(text, None if stepped else speed) for text in replay or ()),
        feeds=tuple(venue_wish(text) for text in feed or ()),
        record=record,
        demo=demo,
    )
    configured = settings.load(home=home)
    return run(configured, wish, Notices(lambda *all_of_it: _announce(configured, wish.demo, *all_of_it), _wait))


def _wait(address: Address | None, what: str) -> None:
    """What takes so long, once."""
    lines = [f"  Getting ready: {what}."]
    if address is not None:
        lines += [f"  The API answers already, at {address.url}; the bots begin by themselves."]
    print("\n".join(["", *lines]), flush=True)


def _announce(configured: Settings, demo: bool, address: Address | None, token: LocalToken) -> None:
    """What a person needs to know once: where it is, what opens it, what to try."""
    lines = ["  Three bots trade on paper in a generated market; each second an hour passes.", ""] if demo else []
    if address is not None:
        lines += [f"  API    {address.url}/api/v1"]
        lines += [f"  Token  {token.text}", "         told this once, and"] if token.fresh else []
        lines += [f"{'         ' if token.fresh else '  Token  '}kept in {configured.token_file}", ""]
        lines += ["  Try", *(f"    {line}" for line in _to_try(configured, address.url)), ""]
    lines += ["  Ctrl-C ends it; started again it goes on where it stood."]
    print("\n".join(["", *lines, ""]), flush=True)


def _to_try(configured: Settings, url: str) -> list[str]:
    """Commands that work as they are printed, whatever the environment of this process was."""
    from paddock.surfaces import settings
    from paddock.surfaces.cli.terminal import called

    usual = settings.load({})
    said = {settings.HOME.name: str(configured.home)} if configured.home != usual.home else {}
    said |= {settings.URL.name: url} if url != usual.url else {}
    program = " ".join([*(f"{name}={value}" for name, value in said.items()), called()])
    bearer = f'-H "Authorization: Bearer $(cat {configured.token_file})"'
    return [
        f"{program} status",
        f"{program} runs list",
        f"curl {bearer} {url}/api/v1/runs",
        f"curl -N {bearer} {url}/api/v1/me/stream",
    ]
