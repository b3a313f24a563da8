"""The venue's recorded messages, which lie beside the project; without them the tests that read them are skipped."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from paddock.core.orders import OrderKind, Side
from paddock.venues.broker import Placement
from paddock.venues.pacifica.codec.instruments import Listing, listing
from tests.project import ROOT

RECORDINGS = ROOT.parent / "shared" / "recordings" / "pacifica"
TESTNET = "captured_testnet_2026-06-08"
MAINNET = "captured_mainnet_2026-08-19"

needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recorded messages (../shared/recordings/pacifica) are not here"
)

NOW = 1_800_000_000_000
CLIENT_ID = "0123456789abcdef0123456789abcdef"
UUID = "01234567-89ab-cdef-0123-456789abcdef"


@cache
def load(name: str) -> Any:
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))


def payload(name: str) -> Any:
    """Of a capture, without where it came from."""
    return load(f"{name}.json")["payload"]


def market(symbol: str, tick: str, lot: str, leverage: int = 10, **more) -> dict[str, Any]:
    """A row of `/info`."""
    return {
        "symbol": symbol,
        "tick_size": tick,
        "lot_size": lot,
        "min_tick": "0",
        "max_tick": "10000000",
        "min_order_size": "10",
        "max_order_size": "1000000",
        "max_leverage": leverage,
        "isolated_only": False,
        "instrument_type": "perpetual",
        "base_asset": symbol,
        "funding_rate": "0.0000125",
        "next_funding_rate": "0.0000125",
        "created_at": NOW,
        **more,
    }


INFO = [
    market("BTC", "1", "0.00001", 50, max_tick="1000000", max_order_size="5000000"),
    market("SOL", "0.01", "0.01", 20),
    market("ODD", "0.05", "5", 5, min_tick="1", max_tick="100"),
    market("SOL-USDC", "0.01", "0.001", 1, instrument_type="spot"),
]


@cache
def few() -> Listing:
    return listing(INFO)


@cache
def fine(*symbols: str) -> Listing:
    """Markets whose grid holds whatever was recorded of them: recordings come from two networks and three years."""
    return listing([market(symbol, "0.000001", "0.00001") for symbol in symbols])


def order(kind: OrderKind = OrderKind.LIMIT, side: Side = Side.BUY, lots: int = 1000, **more) -> Placement:
    named = {
        "client_id": CLIENT_ID,
        "account_id": "account-1",
        "book": "run-1",
        "symbol": "BTC",
        "sent_ts": NOW,
        "expires_ts": NOW + 5000,
    }
    return Placement(kind=kind, side=side, lots=lots, **named | more)
