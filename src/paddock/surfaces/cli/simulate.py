"""`paddock simulate`: a venue on this machine, for who has no key and no money there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from paddock.surfaces.simulating import Serving

app = App(name="simulate", help="A venue on this machine, which its own clients cannot tell from the real one.")

Port = Annotated[int, Parameter(help="Port on this machine; 0 is any that is free.")]
Data = Annotated[str | None, Parameter(help="Candles of the lake to play, as VENUE:INTERVAL.")]
Speed = Annotated[float, Parameter(help="How fast the market's time passes; 60 is a minute a second.")]
Seed = Annotated[int, Parameter(help="Of the random walk that prices take where nothing is played.")]
Fund = Annotated[list[str] | None, Parameter(negative="", help="An address to pay into; may be repeated.")]
Usd = Annotated[int, Parameter(help="How many dollars are paid into each.")]
Faults = Annotated[Path | None, Parameter(help="A file with a script of faults, in JSON.")]
Home = Annotated[Path | None, Parameter(help="Folder of the lake; PADDOCK_HOME, or ~/.paddock.")]


@app.command
def hyperliquid(
    *,
    port: Port = 8410,
    data: Data = None,
    speed: Speed = 1.0,
    seed: Seed = 1,
    fund: Fund = None,
    usd: Usd = 10_000,
    faults: Faults = None,
    home: Home = None,
) -> None:
    """Answer as Hyperliquid does, over HTTP and WebSocket, until Ctrl-C.

    Orders meet a real matching engine; signatures are checked; nothing is kept when it ends.
    """
    from paddock.surfaces import settings
    from paddock.surfaces.simulating import Wish, hyperliquid_at

    wish = Wish(port, data, speed, seed, tuple(fund or ()), usd, faults)
    with hyperliquid_at(wish, settings.load(home=home).home) as serving:
        _serve(serving, {"Base URL": "", "Socket": "/ws"}, usd, "hyperliquid --fund 0x...")


@app.command
def pacifica(
    *,
    port: Port = 8420,
    data: Data = None,
    speed: Speed = 1.0,
    seed: Seed = 1,
    fund: Fund = None,
    usd: Usd = 10_000,
    faults: Faults = None,
    home: Home = None,
) -> None:
    """Answer as Pacifica does, over HTTP and WebSocket, until Ctrl-C.

    Orders meet a real matching engine; signatures are checked; nothing is kept when it ends.
    """
    from paddock.surfaces import settings
    from paddock.surfaces.simulating import Wish, pacifica_at

    wish = Wish(port, data, speed, seed, tuple(fund or ()), usd, faults)
    with pacifica_at(wish, settings.load(home=home).home) as serving:
        _serve(serving, {"Base URL": "", "REST": "/api/v1", "Socket": "/ws"}, usd, "pacifica --fund ADDRESS")


def _serve(serving: Serving, doors: dict[str, str], usd: int, fund: str) -> None:
    """`doors`: the paths of what a client is given, by what it is called."""
    from paddock.surfaces.cli.terminal import called

    bases = {name: f"ws{serving.url[4:]}" if name == "Socket" else serving.url for name in doors}
    told = [f"  {name:<9} {bases[name]}{path}" for name, path in doors.items()]
    told += ["", *(f"  {address} has {usd:,} dollars" for address in serving.funded)]
    told += [] if serving.funded else [f"  Pay into an address with: {called()} simulate {fund}"]
    print("\n".join(["", *told, "  Ctrl-C ends it; nothing is kept.", ""]), flush=True)
    serving.run()
