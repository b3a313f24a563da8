"""The history of a venue's feed comes back as it was begun, whatever becomes of the lake."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paddock.core.errors import Code, Invalid, NotFound
from paddock.core.instrument import Instrument
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.align import truncate
from paddock.runtime.feeds import VENUE_ITSELF, feed_record
from paddock.runtime.place import Place
from paddock.runtime.venue_history import begin, history_of, place_of, require_same, require_same_grid, still_needed
from paddock.venues.signing.grant import Network
from tests.databases import fresh_url
from tests.engine.market import market

__all__ = ["fresh_url"]

TESTNET = Place("test", Network.TESTNET)
COLUMNS = ("ts", "open", "high", "low", "close", "volume", "funding_open", "funding_inside", "funding_last")


@pytest.fixture
def database(fresh_url):
    found = Database.open(fresh_url("sqlite"))
    upgrade(found)
    yield found
    found.close()


def test_a_history_is_the_same_for_ever(database):
    tape = truncate(market(), 200)
    with database.write() as conn:
        begin(conn, "a feed", TESTNET, tape)
    with database.read() as conn:
        record = feed_record(conn, "a feed")
        kept = history_of(conn, record)
        assert place_of(conn, record) == TESTNET
        assert still_needed(conn) == []
    assert (kept.symbols, kept.instruments, kept.source) == (tape.symbols, tape.instruments, VENUE_ITSELF)
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(kept, name), getattr(tape, name))


@pytest.mark.parametrize(
    "change",
    [
        {"place": Place("test", Network.MAINNET)},
        {"interval": "4h"},
        {"symbols": ("ANOTHER",)},
    ],
)
def test_a_feed_is_asked_for_as_it_was_begun(database, change):
    tape = truncate(market(), 50)
    with database.write() as conn:
        begin(conn, "a feed", TESTNET, tape)
        record = feed_record(conn, "a feed")
        wish = {"place": TESTNET, "interval": tape.interval, "symbols": tuple(reversed(tape.symbols))}
        require_same(conn, record, **wish)
        with pytest.raises(Invalid) as caught:
            require_same(conn, record, **wish | change)
    assert caught.value.code is Code.FEED_CHANGED


@pytest.mark.parametrize(("decimals", "where"), [("qty_decimals", "BTC.lot"), ("px_decimals", "BTC.tick")])
def test_a_grid_that_the_venue_changed_is_no_grid_of_the_feed(decimals, where):
    begun = [Instrument("test", "ETH", px_decimals=8, qty_decimals=8), Instrument("test", "BTC", max_leverage=40)]
    listed = {one.symbol: replace(one, max_leverage=20) for one in begun}
    require_same_grid("a feed", begun, listed.__getitem__)
    listed["BTC"] = replace(begun[1], **{decimals: 7})
    with pytest.raises(Invalid) as caught:
        require_same_grid("a feed", begun, listed.__getitem__)
    error = caught.value
    assert (error.code, error.where, error.seen) == (Code.FEED_CHANGED, where, "0.0000001")
    assert "0.0000001 at the venue, and 0.000001 on" in error.message
    assert "begin anew" in error.suggestion


def test_a_market_that_the_venue_lists_no_more_has_no_other_grid():
    def listed(symbol):
        raise NotFound(Code.DATA_SYMBOL, f"there is no {symbol}")

    require_same_grid("a feed", [Instrument("test", "BTC")], listed)
