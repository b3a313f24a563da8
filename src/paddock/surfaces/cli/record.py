"""`paddock data record`: what a venue tells and forgets, into the lake, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from paddock.surfaces import settings


def record(
    venue: Annotated[str, Parameter(help="Venue: hyperliquid or pacifica.")],
    /,
    *symbols: Annotated[str, Parameter(help="Symbols as the venue writes them, such as BTC kPEPE.")],
    interval: Annotated[str, Parameter(help="Interval of the bars.")] = "1m",
    url: Annotated[str | None, Parameter(help="Where a simulator of the venue listens.")] = None,
    into: Annotated[
        str | None, Parameter(help="Venue of the lake to keep it as; VENUE, and of a simulator VENUE_simulator.")
    ] = None,
    home: Annotated[Path | None, Parameter(help="Folder of the lake instead of PADDOCK_HOME.")] = None,
) -> int:
    """Keep trades and books as a venue tells them, and its candles and funding, until Ctrl-C or SIGTERM.

    Whatever ends it, what was kept stays whole; started again it goes on, with a gap where it did not hear.
    """
    from threading import Event

    from paddock.core.errors import Code, Invalid
    from paddock.core.time import interval_ms
    from paddock.market.lake import Lake, check_venue
    from paddock.surfaces import logs
    from paddock.surfaces.archives import SIMULATED, gateway_at
    from paddock.surfaces.parts import run_together, until_signalled
    from paddock.surfaces.recording import Recorded, recording_parts, require_listed

    if not symbols:
        raise Invalid(
            Code.USAGE, "nothing to record", where="symbols", rule="at least one symbol", suggestion="for example BTC"
        )
    interval_ms(interval)
    lake = Lake(settings.load().home if home is None else home.expanduser())
    place = check_venue(into or venue + (SIMULATED if url else ""))
    wanted = Recorded(venue, place, {interval: tuple(dict.fromkeys(symbols))})
    logs.configure(as_json=False, secrets=[])
    stop = Event()
    with gateway_at(venue, url, wanted.symbols) as gateway, until_signalled(stop):
        require_listed(wanted, gateway)
        print(f"Recording {', '.join(wanted.symbols)} of {venue} into {lake.root / wanted.place}; Ctrl-C ends it.")
        ending = run_together(recording_parts(wanted, lake, lambda: gateway, vital=True), stop, within_s=10.0)
    return 1 if ending.failed or ending.late else 0
