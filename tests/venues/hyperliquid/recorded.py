"""The venue's recorded messages, which lie beside the project; without them the tests that read them are skipped."""

from __future__ import annotations

import json
from functools import cache

import pytest

from paddock.venues.hyperliquid.codec.instruments import Listing, perps, spot
from tests.project import ROOT

RECORDINGS = ROOT.parent / "shared" / "recordings" / "hyperliquid"

needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recorded messages (../shared/recordings/hyperliquid) are not here"
)


@cache
def load(name: str):
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))


def payload(name: str):
    """Of a live recording, without where it came from."""
    return load(f"live_2026/{name}.json")["payload"]


def cassette(name: str) -> list[dict]:
    return load(f"sdk_cassettes_json/test_{name}.json")


def accounts() -> list[dict]:
    """Every `clearinghouseState` with positions."""
    samples = [
        s["sample"] for name in ("docs_json_examples", "ccxt_comment_samples") for s in load(f"{name}.json")["samples"]
    ]
    found = [s for s in samples if isinstance(s, dict) and s.get("assetPositions")]
    live = [payload("info_clearinghouseState"), payload("info_clearinghouseState_excerpt3")]
    return [*found, *live, cassette("get_user_state")[0]["response"]]


PERPS = {
    "universe": [
        {"name": "BTC", "szDecimals": 5, "maxLeverage": 40, "marginTableId": 56},
        {"name": "ETH", "szDecimals": 4, "maxLeverage": 25, "marginTableId": 55},
        {"name": "ATOM", "szDecimals": 2, "maxLeverage": 5, "marginTableId": 5},
        {"name": "MATIC", "szDecimals": 1, "maxLeverage": 20, "marginTableId": 20, "isDelisted": True},
        {"name": "kPEPE", "szDecimals": 0, "maxLeverage": 10},
    ],
    "marginTables": [
        [55, {"marginTiers": [{"lowerBound": "0.0", "maxLeverage": 25}, {"lowerBound": "1.0", "maxLeverage": 15}]}],
        [
            56,
            {
                "description": "tiered 40x",
                "marginTiers": [
                    {"lowerBound": "0.0", "maxLeverage": 40},
                    {"lowerBound": "150000000.0", "maxLeverage": 20},
                ],
            },
        ],
    ],
    "collateralToken": 0,
}
SPOT = {
    "universe": [
        {"tokens": [1, 0], "name": "PURR/USDC", "index": 0, "isCanonical": True},
        {"tokens": [150, 0], "name": "@107", "index": 107, "isCanonical": False},
    ],
    "tokens": [
        {"name": "USDC", "szDecimals": 8, "weiDecimals": 8, "index": 0},
        {"name": "PURR", "szDecimals": 0, "weiDecimals": 5, "index": 1},
        {"name": "HYPE", "szDecimals": 2, "weiDecimals": 8, "index": 150},
    ],
}


@cache
def listing() -> Listing:
    return perps(PERPS).joined(spot(SPOT))
