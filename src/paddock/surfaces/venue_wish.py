"""Which bars of a venue are wanted, as a command line says it."""

from __future__ import annotations

from dataclasses import dataclass

from paddock.core.errors import Code, Invalid, nearest
from paddock.core.time import interval_ms
from paddock.runtime.place import Place
from paddock.surfaces.kits import VENUES
from paddock.venues.signing.grant import Network
from paddock.venues.transport.address import local


@dataclass(frozen=True, slots=True)
class VenueWish:
    """A feed that is wanted. `symbols` are sorted."""

    name: str
    place: Place
    interval: str
    symbols: tuple[str, ...]


def venue_wish(text: str) -> VenueWish:
    """What `[NAME=]VENUE:INTERVAL:SYMBOL,…[@NETWORK]` asks for; a simulator's network is its address.

    Raises Invalid (usage, data.interval, value).
    """
    name, named, rest = text.rpartition("=")
    market, _, network = rest.partition("@")
    venue, _, rest = market.partition(":")
    interval, _, listed = rest.partition(":")
    symbols = tuple(sorted({symbol for part in listed.split(",") if (symbol := part.strip())}))
    if venue not in VENUES or not interval or not symbols or any(":" in one for one in symbols) or (named and not name):
        raise Invalid(
            Code.USAGE,
            "a feed names a venue, an interval and symbols",
            where="feed",
            seen=text,
            rule=f"a feed is [NAME=]VENUE:INTERVAL:SYMBOL,…[@NETWORK], of {', '.join(VENUES)} and its own perps",
            suggestion=f"{nearest(venue, VENUES) or VENUES[0]}:1h:BTC,ETH",
        )
    interval_ms(interval)
    place = _place(venue, network or Network.MAINNET)
    return VenueWish(name or f"{venue}-{place.network}-{interval}", place, interval, symbols)


def _place(venue: str, network: str) -> Place:
    if network in (Network.MAINNET, Network.TESTNET):
        return Place(venue, Network(network))
    if not network.startswith("http"):
        raise Invalid(
            Code.USAGE,
            f"there is no network {network}",
            where="feed",
            seen=network,
            rule="a network is mainnet, testnet, or the address of a simulator on this machine",
            suggestion=nearest(network, list(Network)) or "@testnet",
        )
    return Place(venue, Network.SIMULATOR, local(network))
