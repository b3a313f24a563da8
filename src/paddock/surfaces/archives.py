"""Which venues tell anybody of their markets and their past, and where are they asked?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from paddock.core.errors import Code, Invalid, Unavailable, nearest
from paddock.surfaces.machine import SystemClock, SystemRandom

if TYPE_CHECKING:
    from paddock.venues.archive import Archive
    from paddock.venues.hyperliquid.gateway import Gateway as Hyperliquid
    from paddock.venues.pacifica.gateway import Gateway as Pacifica

VENUES: Final = ("hyperliquid", "pacifica")
SIMULATED: Final = "_simulator"  # prices of a simulator are not the venue's: they are kept apart


@contextmanager
def archive_at(venue: str, url: str | None, symbols: tuple[str, ...] = ()) -> Iterator[Archive]:
    """The past of a venue, or of a simulator of it at `url`; `symbols` tell which lists of markets are read.

    Raises Invalid (data.venue, value), Unavailable (machine) where what it takes is not installed.
    """
    check_venue(venue)
    if venue == "pacifica":
        with pacifica_at(url) as pacifica:
            from paddock.venues.pacifica.archive import PacificaArchive

            yield PacificaArchive(pacifica, _wait)
    else:
        with hyperliquid_at(url, symbols=symbols) as hyperliquid:
            from paddock.venues.hyperliquid.archive import HyperliquidArchive

            yield HyperliquidArchive(hyperliquid, _wait)


@contextmanager
def hyperliquid_at(url: str | None, network: str = "mainnet", symbols: tuple[str, ...] = ()) -> Iterator[Hyperliquid]:
    """A client of a network of the venue, or of a simulator at `url`. Raises as `archive_at` does."""
    try:
        from paddock.venues.hyperliquid.client import Client
        from paddock.venues.hyperliquid.gateway import Gateway
        from paddock.venues.hyperliquid.networks import ENDPOINTS, simulator
        from paddock.venues.signing.grant import Network
    except ImportError as error:
        raise _not_installed(error) from None
    endpoint = ENDPOINTS[Network(network)] if url is None else simulator(url)
    dexs = tuple(dict.fromkeys(("", *(symbol.rpartition(":")[0] for symbol in symbols))))
    with Gateway(Client(endpoint, SystemClock(), SystemRandom(), dexs=dexs)) as gateway:
        yield gateway


@contextmanager
def pacifica_at(url: str | None, network: str = "mainnet") -> Iterator[Pacifica]:
    """The same of Pacifica."""
    try:
        from paddock.venues.pacifica.client import Client
        from paddock.venues.pacifica.gateway import Gateway
        from paddock.venues.pacifica.networks import ENDPOINTS, simulator
        from paddock.venues.signing.grant import Network
    except ImportError as error:
        raise _not_installed(error) from None
    endpoint = ENDPOINTS[Network(network)] if url is None else simulator(url)
    with Gateway(Client(endpoint, SystemClock(), SystemRandom())) as gateway:
        yield gateway


@contextmanager
def gateway_at(venue: str, url: str | None, symbols: tuple[str, ...] = ()) -> Iterator[Hyperliquid | Pacifica]:
    """A client of a venue, or of a simulator at `url`. Raises as `archive_at` does."""
    check_venue(venue)
    with pacifica_at(url) if venue == "pacifica" else hyperliquid_at(url, symbols=symbols) as gateway:
        yield gateway


def check_venue(venue: str, venues: Sequence[str] = VENUES) -> None:
    """Raises Invalid (data.venue)."""
    if venue not in venues:
        raise Invalid(
            Code.DATA_VENUE,
            f'"{venue}" cannot be asked for this',
            where="venue",
            seen=venue,
            rule=f"venues that can: {', '.join(venues)}",
            suggestion=nearest(venue, venues) or "bring files with `paddock data import`",
        )


def _wait(ms: int) -> None:
    time.sleep(ms / 1000)


def _not_installed(error: ImportError) -> Unavailable:
    return Unavailable(
        Code.MACHINE,
        "asking a venue takes more than is installed",
        seen=str(error.name),
        rule="sockets come with an extra",
        suggestion="pip install 'paddock[venues]'",
    )
