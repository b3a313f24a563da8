"""What is one venue made of, for who trades at it? The same parts of each, by the venue's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paddock.core.errors import Code, Invalid, Unavailable, nearest

if TYPE_CHECKING:
    from paddock.core.seams import Clock, RandomSource
    from paddock.runtime.live.gateway import Gateway as Link
    from paddock.runtime.live.prover import Prover
    from paddock.runtime.live.rows import Connection
    from paddock.runtime.place import Place
    from paddock.runtime.venue_feed import CandleSource
    from paddock.venues.archive import Archive
    from paddock.venues.broker import Capabilities, Listening
    from paddock.venues.notes import NoteStore
    from paddock.venues.signing.signer import Signer
    from paddock.venues.ticks import TickSource
    from paddock.venues.transport.gateway import Gateway
    from paddock.venues.transport.nonces import NonceStore

VENUES: Final = ("hyperliquid", "pacifica")


@dataclass(frozen=True, slots=True)
class Stores:
    """What outlives the process that trades."""

    nonces: NonceStore
    notes: NoteStore


@dataclass(frozen=True, slots=True)
class Kit:
    """`client` opens one at a place whose time is so many times as fast as ours; it is the venue's own kind of gateway,
    which the others take.

    `link`: who asks before anything is traded.
    """

    capabilities: Capabilities
    client: Callable[[Place, Clock, RandomSource, float], Gateway[Any]]
    broker: Callable[[Any, Connection, Signer, Stores], Listening]
    link: Callable[[Any, Connection, Prover], Link]
    candles: Callable[[Any, str], CandleSource]
    archive: Callable[[Any, Callable[[int], None]], Archive]
    ticks: Callable[[Any], TickSource]


def kit_of(venue: str) -> Kit:
    """Raises Invalid (data.venue), Unavailable (machine) where what it takes is not installed."""
    try:
        if venue == "hyperliquid":
            from paddock.surfaces.kits import hyperliquid

            return hyperliquid.KIT
        if venue == "pacifica":
            from paddock.surfaces.kits import pacifica

            return pacifica.KIT
    except ImportError as error:
        raise not_installed(error) from None
    raise Invalid(
        Code.DATA_VENUE,
        f"nothing is traded live at {venue}",
        where="venue",
        seen=venue,
        rule=f"venues are {', '.join(VENUES)}",
        suggestion=nearest(venue, VENUES),
    )


def not_installed(error: ImportError) -> Unavailable:
    return Unavailable(
        Code.MACHINE,
        "trading at a venue takes more than is installed",
        seen=str(error.name),
        rule="signatures and sockets come with an extra",
        suggestion="pip install 'paddock[venues]'",
    )
