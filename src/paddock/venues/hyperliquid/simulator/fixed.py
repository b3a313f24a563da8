"""Answers that are always the same here: nobody trades spot, stakes, or keeps a vault or a dex."""

from __future__ import annotations

from typing import Any

from paddock.venues.hyperliquid.simulator import markets
from paddock.venues.hyperliquid.simulator.asked import OfToken
from paddock.venues.hyperliquid.simulator.fills import made_address
from paddock.venues.hyperliquid.simulator.listing import BUILDER_DEX, SPOT_META
from paddock.venues.hyperliquid.simulator.said import Said
from paddock.venues.hyperliquid.simulator.venue import Venue


def none(venue: Venue, asked: Said) -> None:
    return None


def nothing_listed(venue: Venue, asked: Said) -> list[Any]:
    return []


def spot_meta(venue: Venue, asked: Said) -> dict[str, Any]:
    return SPOT_META


def spot_meta_and_contexts(venue: Venue, asked: Said) -> list[Any]:
    return [SPOT_META, markets.spot_contexts()]


def perp_dexs(venue: Venue, asked: Said) -> list[Any]:
    """The venue's own is the null."""
    builder = made_address("deployer", BUILDER_DEX)
    listed: dict[str, Any] = {
        "name": BUILDER_DEX,
        "fullName": "a dex of a builder's, with nothing listed",
        "deployer": builder,
        "oracleUpdater": None,
        "feeRecipient": builder,
        "assetToStreamingOiCap": [[f"{BUILDER_DEX}:NOTHING", "100000.0"]],
        "subDeployers": [],
        "deployerFeeScale": "1.0",
        "lastDeployerFeeScaleChangeTime": "1970-01-01T00:00:00",
        "assetToFundingMultiplier": [[f"{BUILDER_DEX}:NOTHING", "1.0"]],
    }
    return [None, listed]


def dex_limits(venue: Venue, asked: Said) -> dict[str, Any]:
    return {
        "totalOiCap": "10000000.0",
        "oiSzCapPerPerp": "10000000000.0",
        "maxTransferNtl": "100000000.0",
        "coinToOiCap": [[f"{BUILDER_DEX}:NOTHING", "100000.0"]],
    }


def auction(venue: Venue, asked: Said) -> dict[str, Any]:
    start_ts = venue.exchange.now_ts // 1000
    return {
        "startTimeSeconds": start_ts,
        "durationSeconds": 111_600,
        "startGas": "500.0",
        "currentGas": "500.0",
        "endGas": None,
    }


def token(venue: Venue, asked: OfToken) -> dict[str, Any] | None:
    found = next((token for token in SPOT_META["tokens"] if token["tokenId"] == asked.token), None)
    if found is None:
        return None
    return {
        "name": found["name"],
        "maxSupply": "1000000000.0",
        "totalSupply": "1000000000.0",
        "circulatingSupply": "1000000000.0",
        "szDecimals": found["szDecimals"],
        "weiDecimals": found["weiDecimals"],
        "midPx": "1.0",
        "markPx": "1.0",
        "prevDayPx": "1.0",
        "genesis": None,
        "deployer": None,
        "deployGas": None,
        "deployTime": None,
        "seededUsdc": "0.0",
        "nonCirculatingUserBalances": [],
        "futureEmissions": "0.0",
    }


def delegator(venue: Venue, asked: Said) -> dict[str, Any]:
    return {"delegated": "0.0", "undelegated": "0.0", "totalPendingWithdrawal": "0.0", "nPendingWithdrawals": 0}
