"""Which venues tell their past, and where are they asked?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from paddock.core.errors import Code, Invalid, Unavailable, nearest
from paddock.surfaces.machine import SystemClock, SystemRandom

if TYPE_CHECKING:
    from paddock.venues.archive import Archive
    from paddock.venues.hyperliquid.gateway import Gateway

VENUES: Final = ("hyperliquid",)
SIMULATED: Final = "_simulator"  # prices of a simulator are not the venue's: they are kept apart


@contextmanager
def archive_at(venue: str, url: str | None, symbols: tuple[str, ...] = ()) -> Iterator[Archive]:
    """The past of a venue, or of a simulator of it at `url`; `symbols` tell which lists of markets are read.

    Raises Invalid (data.venue, value), Unavailable (machine) where what it takes is not installed.
    """
    with gateway_at(venue, url, symbols) as gateway:
        from paddock.venues.hyperliquid.archive import HyperliquidArchive

        yield HyperliquidArchive(gateway, lambda ms: time.sleep(ms / 1000))


@contextmanager
def gateway_at(venue: str, url: str | None, symbols: tuple[str, ...] = ()) -> Iterator[Gateway]:
    """A client of a venue. Raises as `archive_at` does."""
    check_venue(venue)
    try:
        from paddock.venues.hyperliquid.client import Client
        from paddock.venues.hyperliquid.gateway import Gateway
        from paddock.venues.hyperliquid.networks import MAINNET, simulator
    except ImportError as error:
        raise Unavailable(
            Code.MACHINE,
            "asking a venue takes more than is installed",
            seen=str(error.name),
            rule="sockets come with an extra",
            suggestion="pip install 'paddock[venues]'",
        ) from None
    endpoint = MAINNET if url is None else simulator(url)
    dexs = tuple(dict.fromkeys(("", *(symbol.rpartition(":")[0] for symbol in symbols))))
    with Gateway(Client(endpoint, SystemClock(), SystemRandom(), dexs=dexs)) as gateway:
        yield gateway


def check_venue(venue: str) -> None:
    """Raises Invalid (data.venue)."""
    if venue not in VENUES:
        raise Invalid(
            Code.DATA_VENUE,
            f'"{venue}" cannot be asked for its past',
            where="venue",
            seen=venue,
            rule=f"venues that can: {', '.join(VENUES)}",
            suggestion=nearest(venue, VENUES) or "bring files with `paddock data import`",
        )
