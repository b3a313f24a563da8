"""Feeds of venues are opened as soon as they can be, first those that somebody trades on."""

from __future__ import annotations

from threading import Event

import pytest
from sqlalchemy import insert

from paddock.core.errors import Code, Unavailable
from paddock.journal.database import Database
from paddock.market.lake import Lake
from paddock.runtime.place import Place
from paddock.runtime.tables import venue_feeds
from paddock.surfaces.venue_feeds import VenueFeeds
from paddock.surfaces.venue_wish import VenueWish
from paddock.venues.signing.grant import Network
from tests.databases import fresh_url
from tests.runtime.rig import Rig, document

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
