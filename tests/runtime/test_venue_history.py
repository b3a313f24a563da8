"""The history of a venue's feed comes back as it was begun, whatever becomes of the lake."""

from __future__ import annotations

import numpy as np
import pytest

from paddock.core.errors import Code, Invalid
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.align import truncate
from paddock.runtime.feeds import VENUE_ITSELF, feed_record
from paddock.runtime.place import Place
from paddock.runtime.venue_history import begin, history_of, place_of, require_same, still_needed
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
