"""What an account is worth and holds, to the micro-dollar as the venue says it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from paddock.venues.broker import VenuePosition
from paddock.venues.hyperliquid.codec.instruments import Listing, Market
from paddock.venues.hyperliquid.codec.known import Known, known
from paddock.venues.hyperliquid.codec.numbers import exact, lots, micros, px
from paddock.venues.hyperliquid.codec.reading import Garbled, arr, obj, reads, text, whole

_CROSS: Final = "cross"
_ISOLATED: Final = "isolated"


@dataclass(frozen=True, slots=True)
class Summary:
    """Micro-dollars: what it is worth, the value of its positions, cash without their value, and margin in use."""

    value: int
    notional: int
    raw: int
    margin: int


@dataclass(frozen=True, slots=True)
class Held:
    """A position and its margin, in micro-dollars. `raw` is the cash inside an isolated position (0 for a cross one).

    `funding` was paid (received below 0) since it was opened. `liquidation_px` is None where no price reaches it.
    """

    position: VenuePosition
    cross: bool
    leverage: int
    max_leverage: int
    value: int
    unrealized: int
    margin: int
    raw: int
    funding: int
    liquidation_px: float | None


@dataclass(frozen=True, slots=True)
class Account:
    """A perp account on one dex. `equity` is what the venue shows as its value: cash and profit of open positions.

    Where spot money is collateral too (unified accounts) it is not in here.
    """

    total: Summary
    cross: Summary
    maintenance: int
    withdrawable: int
    held: tuple[Held, ...]
    unlisted: frozenset[str]
    venue_ts: int

    @property
    def equity(self) -> int:
        return self.total.value

    @property
    def positions(self) -> list[VenuePosition]:
        return [held.position for held in self.held]


@dataclass(frozen=True, slots=True)
class Balance:
    """Of a token; `hold` is bound in orders. `entry` is what it cost, in micro-dollars."""

    token: str
    total: Decimal
    hold: Decimal
    entry: int


@reads("clearinghouseState")
def account(message: Any, listing: Listing) -> Account:
    """Raises Unknown. Older replies lack a time (0) and the maintenance margin (0)."""
    said = obj(message)
    held: Known[Held] = known(said["assetPositions"], listing, _held, lambda row: obj(row["position"]))
    return Account(
        _summary(said["marginSummary"]),
        _summary(said["crossMarginSummary"]),
        micros(said.get("crossMaintenanceMarginUsed", "0")),
        micros(said["withdrawable"]),
        tuple(one for one in held.rows if one.position.lots),
        held.unlisted,
        whole(said.get("time", 0)),
    )


@reads("spotClearinghouseState")
def balances(message: Any) -> tuple[Balance, ...]:
    """Raises Unknown."""
    return tuple(_balance(obj(row)) for row in arr(obj(message)["balances"]))


def _summary(message: Any) -> Summary:
    said = obj(message)
    names = ("accountValue", "totalNtlPos", "totalRawUsd", "totalMarginUsed")
    return Summary(*(micros(said[name]) for name in names))


def _held(row: dict[str, Any], market: Market) -> Held:
    said = obj(row["position"])
    leverage = obj(said["leverage"])
    kind = leverage["type"]
    if kind not in (_CROSS, _ISOLATED):
        raise Garbled(f"neither cross nor isolated: {kind!r:.40}")
    count = lots(said["szi"], market.instrument.qty_decimals)
    entry_px, liquidation_px = said.get("entryPx"), said["liquidationPx"]
    return Held(
        VenuePosition(market.symbol, count, 0.0 if entry_px is None else px(entry_px)),
        kind == _CROSS,
        whole(leverage["value"]),
        whole(said.get("maxLeverage", market.instrument.max_leverage)),
        micros(said["positionValue"]),
        micros(said["unrealizedPnl"]),
        micros(said["marginUsed"]),
        micros(leverage["rawUsd"]) if kind == _ISOLATED else 0,
        micros(obj(said.get("cumFunding", {})).get("sinceOpen", "0")),
        None if liquidation_px is None else px(liquidation_px),
    )


def _balance(row: dict[str, Any]) -> Balance:
    return Balance(text(row["coin"]), exact(row["total"]), exact(row["hold"]), micros(row.get("entryNtl", "0")))
