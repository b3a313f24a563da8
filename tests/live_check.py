"""Asks the public endpoints of venues, and holds what they say to the codecs: `tests.live_check [VENUE [URL]]`.

Nothing is signed or ordered, no key is needed. For each question it prints the first field that the codec cannot read,
and the first one that the codec does not know or knows with another kind of value. Without network it skips.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from paddock.core.errors import PaddockError, Unavailable, Unknown
from paddock.core.seams import ManualClock
from paddock.core.time import HOUR_MS
from paddock.surfaces.archives import hyperliquid_at, pacifica_at
from paddock.venues.hyperliquid.codec import info, markets, standing
from paddock.venues.hyperliquid.codec.instruments import Listing, dexs, perps, spot
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.networks import MAINNET
from paddock.venues.pacifica.codec import instruments as pacifica_instruments
from paddock.venues.pacifica.codec import markets as pacifica_markets
from paddock.venues.pacifica.codec import queries
from paddock.venues.pacifica.codec.instruments import Listing as PacificaListing
from paddock.venues.pacifica.gateway import Gateway as PacificaGateway
from paddock.venues.pacifica.networks import MAINNET as PACIFICA
from paddock.venues.pacifica.simulator.simulator import Simulator
from paddock.venues.pacifica.simulator.terms import UNLIMITED, Terms

from .venues.hyperliquid_simulator.lived import lived
from .venues.hyperliquid_simulator.shapes import shape
from .venues.pacifica_simulator.shapes import differences
from .venues.pacifica_simulator.shapes import shape as pacifica_shape

COIN = "BTC"
REACH_S = 3.0
NUMBERS = {"decimal", "digits"}
Question = tuple[info.Query, Callable[[Any], object]]


def reachable(url: str) -> str:
    """Why the venue cannot be reached; empty when it can."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname, parts.port or 443), REACH_S):
            return ""
    except OSError as error:
        return f"{parts.hostname}: {error}"


def questions(listing: Listing, now_ts: int) -> Iterator[Question]:
    """What anybody may ask, and who reads the answer."""
    market = listing[COIN]
    yield info.meta(), perps
    yield info.meta_and_contexts(), markets.meta_and_contexts
    yield info.spot_meta(), spot
    yield info.perp_dexs(), dexs
    yield info.all_mids(), markets.mids
    yield info.book(COIN), lambda said: markets.book(said, market)
    yield info.recent_trades(COIN), lambda said: markets.trades(said, listing)
    yield info.candles(COIN, "1h", now_ts - 5 * HOUR_MS, now_ts), markets.candles
    yield info.funding_history(COIN, now_ts - 5 * HOUR_MS), markets.rates
    yield info.capped(), markets.capped
    yield info.exchange_status(), standing.status


def difference(said: Any, known: Any) -> str:
    """The first field of an answer that is new, or holds another kind of value; empty when there is none."""
    ours = shape(known)
    for path, kinds in shape(said).items():
        there = ours.get(path)
        if there is None:
            return f"{path} is new ({', '.join(sorted(kinds))})"
        if kinds & NUMBERS and there & NUMBERS:
            there = there | NUMBERS
        if not kinds <= there | {"null"}:
            return f"{path} holds {', '.join(sorted(kinds))}, known with {', '.join(sorted(there))}"
    return ""


def check(gateway: Gateway, now_ts: int) -> int:
    """How many answers the codec cannot read; prints a line for each question."""
    unread = 0
    day = lived()
    listing = gateway.read(gateway.client.listed())
    for query, read in questions(listing, now_ts):
        kind = query["type"]
        try:
            said = gateway.read(gateway.client.ask(query))
            read(said)
        except PaddockError as error:
            unread += 1
            print(f"✗ {kind}: {error.message} {error.seen}".rstrip())
            continue
        found = difference(said, day.ask(kind, **known_question(query, day.stage.clock.now_ts())))
        print(f"! {kind}: it is read, but {found}" if found else f"✓ {kind}")
    return unread


def known_question(query: info.Query, now_ts: int) -> dict[str, Any]:
    """The same question of the simulated day, whose answers are held to the recordings."""
    span = {"startTime": now_ts - 5 * HOUR_MS, "endTime": now_ts}
    about = {name: value for name, value in query.items() if name != "type"}
    if "req" in about:
        return {"req": about["req"] | span}
    return about | span if "startTime" in about else about


# --- Pacifica ---

PacificaQuestion = tuple[queries.Query, Callable[[Any], object]]


def pacificas_questions(listing: PacificaListing, now_ts: int) -> Iterator[PacificaQuestion]:
    yield queries.info(), pacifica_instruments.listing
    yield queries.prices(), pacifica_markets.tickers
    yield queries.fees(), pacifica_markets.fee_levels
    yield queries.candles(COIN, "1h", now_ts - 5 * HOUR_MS, now_ts), pacifica_markets.candles
    yield queries.candles(COIN, "1h", now_ts - 5 * HOUR_MS, now_ts, mark=True), pacifica_markets.candles
    yield queries.book(COIN), lambda said: pacifica_markets.book(said, listing)
    yield queries.recent_trades(COIN), lambda said: pacifica_markets.recent_trades(said, COIN, listing)
    yield queries.funding_rates(COIN, 20), lambda said: pacifica_markets.rates(said, COIN)


def check_pacifica(gateway: PacificaGateway, now_ts: int) -> int:
    """As `check` does, held to what the simulated venue answers to the same questions."""
    unread, simulator = 0, traded()
    listing = gateway.read(gateway.client.listed())
    for query, read in pacificas_questions(listing, now_ts):
        try:
            said = gateway.read(gateway.client.data(query))
            read(said)
        except PaddockError as error:
            unread += 1
            print(f"✗ {query.path}: {error.message} {error.seen}".rstrip())
            continue
        params = {name: value for name, value in query.params.items() if name not in ("start_time", "end_time")}
        known = simulator.ask(query.path, params)[0].data
        found = differences(pacifica_shape(known), pacifica_shape(said))
        print(f"! {query.path}: it is read, but {found[0]}" if found else f"✓ {query.path}")
    return unread


def traded() -> Simulator:
    """A simulated venue on which something happened in each public question."""
    clock = ManualClock(HOUR_MS * 490_000)
    simulator = Simulator(clock, Terms(allowed=UNLIMITED))
    for px in ("63500", "63600"):
        clock.advance(HOUR_MS)
        simulator.move(COIN, px, 1_000)
    return simulator


# --- both ---


def of_hyperliquid(url: str | None) -> int:
    with hyperliquid_at(url) as gateway:
        return check(gateway, time.time_ns() // 1_000_000)


def of_pacifica(url: str | None) -> int:
    with pacifica_at(url) as gateway:
        return check_pacifica(gateway, time.time_ns() // 1_000_000)


VENUES = {"hyperliquid": (MAINNET.rest, of_hyperliquid), "pacifica": (PACIFICA.rest, of_pacifica)}


def main(venue: str, url: str = "") -> int:
    """Of one venue, or of a simulator of it at `url`."""
    rest, look = VENUES[venue]
    why = reachable(url or rest)
    if why:
        print(f"skipped: {venue} cannot be reached from here ({why}); nothing was checked")
        return 0
    try:
        return int(look(url or None) > 0)
    except Unknown as error:
        print(f"✗ listing: {error.message} {error.seen}".rstrip())
        return 1
    except Unavailable as error:
        print(f"skipped: {venue} does not answer ({error.message}); nothing was checked")
        return 0


if __name__ == "__main__":
    asked = sys.argv[1:2] or list(VENUES)
    sys.exit(max(main(venue, *sys.argv[2:]) for venue in asked))
