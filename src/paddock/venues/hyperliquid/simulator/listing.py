"""What is traded at the simulated venue: perps with the numbers that Hyperliquid gives them.

The first six stand where they stand at the venue (the fourth is delisted and keeps its number); one more has isolated
margin only. Spot is listed, so that clients which ask for it first find it, but nobody trades there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from paddock.venues.exchange import Contract
from paddock.venues.exchange.rules import MarginTier
from paddock.venues.exchange.units import RATE_ONE, USD
from paddock.venues.hyperliquid.codec.instruments import Tier
from paddock.venues.hyperliquid.simulator.numbers import usd

PERP_DECIMALS: Final = 6
SIG_FIGS: Final = 5
MIN_VALUE: Final = 10 * USD
LIMIT_TO_MARKET: Final = 10
FARTHEST: Final = RATE_ONE * 95 // 100
FIRST_SPOT: Final = 10_000
BUILDER_DEX: Final = "sim"  # a dex of a builder's with nothing listed, so that the lists of dexes have one

# From this leverage on, a market order may be worth so many dollars.
_LARGEST: Final = ((25, 15_000_000), (20, 5_000_000), (10, 2_000_000), (0, 500_000))
_DEEP: Final = frozenset({"BTC", "ETH"})  # their impact prices are of more money
_FIRST_TABLE: Final = 50


@dataclass(frozen=True, slots=True)
class Coin:
    """A perp. `px` is where it starts; `tiers` (from dollars on, leverage) are those above the first."""

    name: str
    sz_decimals: int
    max_leverage: int
    px: str
    table: int = 0
    tiers: tuple[tuple[int, int], ...] = ()
    delisted: bool = False
    isolated_only: bool = False

    @property
    def px_decimals(self) -> int:
        return PERP_DECIMALS - self.sz_decimals

    @property
    def largest_market(self) -> int:
        """Micro-dollars."""
        return next(dollars for leverage, dollars in _LARGEST if self.max_leverage >= leverage) * USD

    @property
    def margin_tiers(self) -> tuple[Tier, ...]:
        """From the first on."""
        return tuple(Tier(dollars * USD, leverage) for dollars, leverage in ((0, self.max_leverage), *self.tiers))

    @property
    def contract(self) -> Contract:
        return Contract(
            self.name,
            px_decimals=self.px_decimals,
            qty_decimals=self.sz_decimals,
            max_leverage=self.max_leverage,
            sig_figs=SIG_FIGS,
            min_value=MIN_VALUE,
            max_market_value=self.largest_market,
            max_limit_value=self.largest_market * LIMIT_TO_MARKET,
            px_band=FARTHEST,
            tiers=tuple(MarginTier(tier.floor, tier.max_leverage) for tier in self.margin_tiers[1:]),
            isolated_only=self.isolated_only,
            impact_value=(20_000 if self.name in _DEEP else 6_000) * USD,
        )


COINS: Final = (
    Coin("BTC", 5, 40, "84000", table=56, tiers=((150_000_000, 20),)),
    Coin("ETH", 4, 25, "2500", table=55, tiers=((100_000_000, 15),)),
    Coin("ATOM", 2, 5, "4.5"),
    Coin("MATIC", 1, 20, "0.37621", delisted=True),
    Coin("DYDX", 1, 5, "0.6"),
    Coin("SOL", 2, 20, "150", table=54, tiers=((70_000_000, 10),)),
    Coin("kPEPE", 0, 10, "0.012"),
    Coin("TRB", 2, 3, "40", isolated_only=True),
)

SPOT_META: Final[dict[str, Any]] = {
    "universe": [{"tokens": [1, 0], "name": "PURR/USDC", "index": 0, "isCanonical": True}],
    "tokens": [
        {
            "name": "USDC",
            "szDecimals": 8,
            "weiDecimals": 8,
            "index": 0,
            "tokenId": "0x6d1e7cde53ba9467b783cb7c530ce054",
            "isCanonical": True,
            "evmContract": None,
            "fullName": None,
            "deployerTradingFeeShare": "0.0",
        },
        {
            "name": "PURR",
            "szDecimals": 0,
            "weiDecimals": 5,
            "index": 1,
            "tokenId": "0xc1fb593aeffbeb02f85e0308e9956a90",
            "isCanonical": True,
            "evmContract": None,
            "fullName": None,
            "deployerTradingFeeShare": "0.0",
        },
    ],
}
SPOT_COIN: Final = "PURR/USDC"


class Listing:
    """The coins by name and by number; what is delisted stays in the numbering."""

    def __init__(self, coins: Sequence[Coin] = COINS) -> None:
        self.coins = list(coins)
        self.index = {coin.name: number for number, coin in enumerate(coins)}

    def __getitem__(self, name: str) -> Coin:
        """Raises KeyError."""
        return self.coins[self.index[name]]

    def get(self, name: str) -> Coin | None:
        return self[name] if name in self.index else None

    def replace(self, coin: Coin) -> None:
        """Say something else of a coin, under its number."""
        self.coins[self.index[coin.name]] = coin

    def by_asset(self, asset: int) -> Coin | None:
        return self.coins[asset] if 0 <= asset < len(self.coins) else None

    @property
    def contracts(self) -> list[Contract]:
        return [coin.contract for coin in self.coins]

    def table(self, number: int) -> dict[str, Any] | None:
        """A margin table; one below 50 has one tier, whose leverage is its number."""
        if 0 < number < _FIRST_TABLE:
            return {"description": "", "marginTiers": [{"lowerBound": usd(0), "maxLeverage": number}]}
        return next((_table(coin) for coin in self.coins if coin.table == number), None)

    def meta(self) -> dict[str, Any]:
        tables = {coin.table: _table(coin) for coin in self.coins if coin.table >= _FIRST_TABLE}
        return {
            "universe": [_universe(coin) for coin in self.coins],
            "marginTables": [[number, tables[number]] for number in sorted(tables)],
            "collateralToken": 0,
        }

    def largest_markets(self) -> list[list[Any]]:
        """The largest market order by leverage, as `maxMarketOrderNtls` says it."""
        return [[leverage or 1, usd(dollars * USD)] for leverage, dollars in _LARGEST]


def _universe(coin: Coin) -> dict[str, Any]:
    said: dict[str, Any] = {
        "szDecimals": coin.sz_decimals,
        "name": coin.name,
        "maxLeverage": coin.max_leverage,
        "marginTableId": coin.table or coin.max_leverage,
    }
    if coin.isolated_only:
        said |= {"onlyIsolated": True, "marginMode": "strictIsolated"}
    if coin.delisted:
        said["isDelisted"] = True
    return said


def _table(coin: Coin) -> dict[str, Any]:
    tiers = [{"lowerBound": usd(tier.floor), "maxLeverage": tier.max_leverage} for tier in coin.margin_tiers]
    return {"description": f"tiered {coin.max_leverage}x", "marginTiers": tiers}
