"""Feeds of venues are opened as soon as they can be, first those that somebody trades on."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import insert
from structlog.testing import capture_logs

from paddock.core.errors import Code, Unavailable
from paddock.core.seams import ManualClock, SeededRandom
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.align import truncate
from paddock.market.lake import Lake
from paddock.runtime import venue_history
from paddock.runtime.place import Place
from paddock.runtime.tables import venue_feeds
from paddock.surfaces.venue_feeds import VenueFeeds
from paddock.surfaces.venue_wish import VenueWish
from paddock.surfaces.venues import Venues
from paddock.venues.signing.grant import Network
from tests.databases import fresh_url
from tests.runtime.rig import Rig, document
from tests.simulation.at_simulator import market_at
from tests.simulation.grounds import GROUNDS
from tests.simulation.options import options_at

__all__ = ["fresh_url"]


class Away:
    """Venues that do not answer; `stop` is set when `most` of them were asked."""

    def __init__(self, stop: Event, most: int) -> None:
        self.asked: list[Place] = []
        self._stop, self._most = stop, most

    def at(self, place: Place):
        self.asked.append(place)
        if len(self.asked) == self._most:
            self._stop.set()
        raise Unavailable(Code.VENUE_UNAVAILABLE, "it is away")


@pytest.mark.parametrize("asked_for", [False, True])
def test_a_feed_that_runs_are_on_is_opened_before_a_new_one(fresh_url, tmp_path, asked_for):
    database = Database.open(fresh_url("sqlite"))
    rig = Rig(database)
    rig.deploy(document("momentum"))
    with database.write() as conn:
        row = {"feed": "rough-1h", "network": Network.TESTNET, "url": "", "instruments": []}
        conn.execute(insert(venue_feeds).values(row))
    new = VenueWish("new", Place("hyperliquid", Network.MAINNET), "1h", ("BTC",))
    known = VenueWish("rough-1h", Place("test", Network.TESTNET), "1h", tuple(sorted(rig.tape.symbols)))
    stop = Event()
    away = Away(stop, 2)
    feeds = VenueFeeds(database, Lake(tmp_path), away, None, [new, known] if asked_for else [new])
    assert feeds.wanted == [known, new]
    feeds.part().run(stop)
    assert away.asked == [known.place, new.place]
    database.close()


class Once:
    """Venues that are there for the first who asks, and then never again: `stop` is set by the second."""

    def __init__(self, venues: Venues, stop: Event) -> None:
        self._venues, self._stop, self._asked = venues, stop, False

    def at(self, place: Place):
        if self._asked:
            self._stop.set()
            raise Unavailable(Code.VENUE_UNAVAILABLE, "it was there once")
        self._asked = True
        return self._venues.at(place)


@pytest.mark.parametrize("venue", GROUNDS)
@pytest.mark.parametrize("coarser", [0, 1])
def test_a_feed_is_not_opened_on_another_grid_than_it_began_with(fresh_url, tmp_path, monkeypatch, venue, coarser):
    """What its runs hold is kept in lots: by ten times larger ones a close would be a tenth of it."""
    monkeypatch.setattr("paddock.surfaces.venue_feeds.FIRST_S", 0.01)
    ground, tape = GROUNDS[venue], truncate(market_at(options_at(venue, 1), 5), 10)
    begun = [replace(one, qty_decimals=one.qty_decimals - coarser) for one in tape.instruments]
    clock, stop = ManualClock(int(tape.ts[-1])), Event()
    database = Database.open(fresh_url("sqlite"))
    upgrade(database)

    def trading(feed, _reached):
        stop.set()
        return feed.name

    with ground.running(ground.simulator(clock, tape.symbols)) as url, Venues(clock, SeededRandom(1)) as venues:
        place = Place(venue, Network.SIMULATOR, url)
        with database.write() as conn:
            venue_history.begin(conn, "a feed", place, replace(tape, instruments=tuple(begun)))
        wish = VenueWish("a feed", place, tape.interval, tape.symbols)
        feeds = VenueFeeds(database, Lake(tmp_path), Once(venues, stop), trading, [wish])
        with capture_logs() as logged:
            feeds.part().run(stop)
    database.close()
    if not coarser:
        assert feeds.opened() == ["a feed"]
        return
    assert (feeds.opened(), feeds.clocks) == ([], {})
    assert logged[0]["code"] is Code.FEED_CHANGED
    assert "is 0.001 at the venue, and 0.01 on the feed a feed" in logged[0]["message"]
    assert "begin anew" in logged[0]["suggestion"]
