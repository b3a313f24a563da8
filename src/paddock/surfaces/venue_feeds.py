"""Feeds of venues as a part of the process: each is opened as soon as its venue answers, with whoever trades on it.

A feed that was asked for once comes back by itself while runs are on it, whatever the process is started with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, Final

import numpy as np
import structlog

from paddock.core.errors import Code, NotFound, PaddockError
from paddock.core.seams import Clock
from paddock.core.time import interval_ms
from paddock.market.align import truncate
from paddock.market.lake import Key, Lake
from paddock.market.load import load_tape
from paddock.market.tape import Tape, reshaped
from paddock.runtime import venue_history
from paddock.runtime.download import Span, download_candles, download_rates
from paddock.runtime.feeds import Feed, feed_records
from paddock.runtime.runner import Market
from paddock.runtime.venue_feed import GRACE_MS, VenueFeed
from paddock.runtime.venue_history import history_of, place_of, require_same, require_same_grid, still_needed
from paddock.surfaces.kits import kit_of
from paddock.surfaces.parts import Part
from paddock.surfaces.patient_feed import Patient
from paddock.surfaces.venue_wish import VenueWish
from paddock.surfaces.venues import Reached, Venues
from paddock.venues.signing.grant import Network

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from paddock.journal.database import Database
    from paddock.venues.archive import Archive

HISTORY: Final = 1_000  # bars before the first that is lived, as far as the venue knows them
FIRST_S: Final = 1.0
MOST_S: Final = 60.0  # between two tries to open a feed

log = structlog.get_logger(__name__)


class VenueFeeds:
    """`trading` makes the market of a feed that is open. What is open is given once, by `opened`, to any thread."""

    def __init__(
        self,
        database: Database,
        lake: Lake,
        venues: Venues,
        trading: Callable[[Feed, Reached], Market],
        wishes: Sequence[VenueWish],
    ) -> None:
        """Raises Invalid (feed.changed) for a wish that contradicts the feed that there is of that name."""
        self._database, self._lake, self._venues, self._trading = database, lake, venues, trading
        self._opened: SimpleQueue[Market] = SimpleQueue()
        self.clocks: dict[str, Clock] = {}  # of all that is open
        with database.read() as conn:
            self._wanted = _wanted(conn, wishes)

    @property
    def wanted(self) -> Sequence[VenueWish]:
        """What is asked for, and what runs are on."""
        return self._wanted

    def opened(self) -> list[Market]:
        """Those that were opened since the last call."""
        found = []
        while True:
            try:
                found.append(self._opened.get_nowait())
            except Empty:
                return found

    def part(self) -> Part:
        """Opens what is wanted, one after the other; what cannot be opened now is tried again and again."""

        def run(stop: Event) -> None:
            waiting, wait_s, told = list(self._wanted), FIRST_S, dict[str, str]()
            while waiting and not stop.is_set():
                for wish in list(waiting):
                    try:
                        self._open(wish, stop)
                        waiting.remove(wish)
                    except PaddockError as error:
                        if told.get(wish.name) != error.message:
                            log.warning(
                                "the feed waits",
                                feed=wish.name,
                                code=error.code,
                                message=error.message,
                                suggestion=error.suggestion,
                            )
                        told[wish.name] = error.message
                if waiting:
                    stop.wait(wait_s)
                    wait_s = min(2 * wait_s, MOST_S)
            stop.wait()

        return Part("feeds", run)

    def _open(self, wish: VenueWish, stop: Event) -> None:
        def wait(ms: int) -> None:
            stop.wait(ms / 1000)

        reached, kit = self._venues.at(wish.place), kit_of(wish.place.venue)
        archive = kit.archive(reached.gateway, wait)
        history = self._history(wish, archive)
        require_same_grid(wish.name, history.instruments, archive.instrument)
        source = kit.candles(reached.gateway, wish.interval)
        feed = VenueFeed(wish.name, source, history, reached.clock, grace_ms=int(GRACE_MS * reached.speed))
        self.clocks[wish.name] = reached.clock
        self._opened.put(self._trading(Patient(feed, time.monotonic), reached))
        log.info("the feed is open", feed=wish.name, network=wish.place.network, history=history.bars)

    def _history(self, wish: VenueWish, archive: Archive) -> Tape:
        with self._database.read() as conn:
            known = {record.feed: record for record in feed_records(conn)}.get(wish.name)
            if known is not None:
                return history_of(conn, known)
        tape = self._brought(wish, archive)
        with self._database.write() as conn:
            venue_history.begin(conn, wish.name, wish.place, tape)
        return self._history(wish, archive)

    def _brought(self, wish: VenueWish, archive: Archive) -> Tape:
        """The bars that have closed at the venue: what the lake lacks of them is downloaded into it."""
        if wish.place.network is not Network.SIMULATOR:
            return _downloaded(archive, self._lake, wish)
        with TemporaryDirectory(prefix="paddock-") as folder:  # what one simulator told is no past of another
            return _downloaded(archive, Lake(Path(folder)), wish)


def _wanted(conn: Connection, wishes: Sequence[VenueWish]) -> list[VenueWish]:
    """What runs are on, which comes first since they may hold something, and what is asked for."""
    known = {record.feed: record for record in feed_records(conn)}
    for wish in wishes:
        if wish.name in known:
            require_same(conn, known[wish.name], wish.place, wish.interval, wish.symbols)
    needed: dict[str, VenueWish] = {}
    for record in still_needed(conn):
        place = place_of(conn, record)
        assert place is not None
        needed[record.feed] = VenueWish(record.feed, place, record.interval, record.symbols)
    return list((needed | {wish.name: wish for wish in wishes}).values())


def _downloaded(archive: Archive, lake: Lake, wish: VenueWish) -> Tape:
    now_ts, step, place = archive.now_ts(), interval_ms(wish.interval), wish.place.lake
    since_ts = now_ts // step * step - HISTORY * step
    span = Span(since_ts, None, now_ts)
    instruments = [archive.instrument(symbol) for symbol in wish.symbols]
    lake.save_instruments(place, [replace(one, venue=place) for one in instruments])
    for symbol in wish.symbols:
        download_candles(archive, lake, Key(place, symbol, wish.interval), span, _silently)
        download_rates(archive, lake, symbol, place, span, _silently)
    tape = load_tape(lake, venue=place, interval=wish.interval, symbols=wish.symbols, specs=lake)
    first, last = np.searchsorted(tape.ts, [since_ts, now_ts - step], side="left")
    return _cut(replace(tape, venue=wish.place.venue, instruments=tuple(instruments)), int(first), int(last))


def _cut(tape: Tape, first: int, last: int) -> Tape:
    """Rows `first` to `last`. Raises NotFound (data.not_found) without any."""
    if first >= last:
        raise NotFound(
            Code.DATA_NOT_FOUND,
            "no bar has closed yet",
            where="feed",
            seen=tape.interval,
            rule="a feed begins behind a bar that has closed",
        )
    shorter = truncate(tape, last)
    return reshaped(shorter, shorter.ts[first:], lambda column: column[:, first:].copy())


def _silently(_done: int, _of: int) -> None:
    pass
