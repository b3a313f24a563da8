"""`paddock simulate`: a venue on this machine, for who has no key and no money there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

app = App(name="simulate", help="A venue on this machine, which its own clients cannot tell from the real one.")


@app.command
def hyperliquid(
    *,
    port: Annotated[int, Parameter(help="Port on this machine; 0 is any that is free.")] = 8410,
    data: Annotated[str | None, Parameter(help="Candles of the lake to play, as VENUE:INTERVAL.")] = None,
    speed: Annotated[float, Parameter(help="How fast the market's time passes; 60 is a minute a second.")] = 1.0,
    seed: Annotated[int, Parameter(help="Of the random walk that prices take where nothing is played.")] = 1,
    fund: Annotated[list[str] | None, Parameter(negative="", help="An address to pay into; may be repeated.")] = None,
    usd: Annotated[int, Parameter(help="How many dollars are paid into each.")] = 10_000,
    home: Annotated[Path | None, Parameter(help="Folder of the lake; PADDOCK_HOME, or ~/.paddock.")] = None,
) -> None:
    """Answer as Hyperliquid does, over HTTP and WebSocket, until Ctrl-C.

    Orders meet a real matching engine; signatures are checked; nothing is kept when it ends.
    """
    from paddock.surfaces import settings
    from paddock.surfaces.cli.terminal import called
    from paddock.surfaces.simulating import Wish, hyperliquid_at

    wish = Wish(port, data, speed, seed, tuple(fund or ()), usd)
    with hyperliquid_at(wish, settings.load(home=home).home) as serving:
        told = [f"  Base URL  {serving.url}", f"  Socket    ws{serving.url[4:]}/ws", ""]
        told += [f"  {address} has {usd:,} dollars" for address in serving.funded]
        told += [] if serving.funded else [f"  Pay into an address with: {called()} simulate hyperliquid --fund 0x..."]
        print("\n".join(["", *told, "  Ctrl-C ends it; nothing is kept.", ""]), flush=True)
        serving.run()
