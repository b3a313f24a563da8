"""What `--feed` says, and what it cannot say."""

from __future__ import annotations

import pytest

from paddock.core.errors import Invalid
from paddock.runtime.place import Place
from paddock.surfaces.venue_wish import venue_wish
from paddock.venues.signing.grant import Network


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("hyperliquid:1h:ETH,BTC", "hyperliquid-mainnet-1h", Place("hyperliquid", Network.MAINNET)),
        ("hyperliquid:1h:BTC,ETH@testnet", "hyperliquid-testnet-1h", Place("hyperliquid", Network.TESTNET)),
        (
            "mine=hyperliquid:1h:BTC, ETH@http://127.0.0.1:8500",
            "mine",
            Place("hyperliquid", Network.SIMULATOR, "http://127.0.0.1:8500"),
        ),
    ],
)
def test_a_feed_has_a_name_of_its_own_on_each_network(text, name, place):
    wish = venue_wish(text)
    assert (wish.name, wish.place, wish.interval, wish.symbols) == (name, place, "1h", ("BTC", "ETH"))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "hyperliquid",
            "hyperliquid:1h",
            "hyperliquid:1h:",
            "nowhere:1h:BTC",
            "hyperliquid:7m:BTC",
            "=hyperliquid:1h:BTC",
        ),
        *("hyperliquid:1h:xyz:TSLA", "hyperliquid:1h:BTC@moon", "hyperliquid:1h:BTC@http://10.0.0.1:1"),
    ],
)
def test_what_is_no_feed_is_refused(text):
    with pytest.raises(Invalid):
        venue_wish(text)
