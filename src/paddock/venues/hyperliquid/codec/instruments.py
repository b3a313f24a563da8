"""What can be traded at Hyperliquid, and under which number: perps of each dex, spot pairs, their grids and margins.

A market's number is its place in a list of the venue's, and delisted markets keep theirs: nothing is ever left out
before numbering.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from paddock.core.errors import Code, NotFound, nearest
from paddock.core.instrument import Instrument, InstrumentKind
from paddock.venues.hyperliquid.codec.numbers import micros, number
from paddock.venues.hyperliquid.codec.reading import Garbled, arr, reads, whole

VENUE: Final = "hyperliquid"
MAIN_DEX: Final = ""
PERP_DECIMALS: Final = 6
SPOT_DECIMALS: Final = 8
SIG_FIGS: Final = 5
MIN_NOTIONAL_USD: Final = Decimal(10)
PERP_BPS: Final = (1.5, 4.5)  # maker and taker, of an account without volume
SPOT_BPS: Final = (4.0, 7.0)

_FIRST_SPOT: Final = 10_000
_FIRST_DEX: Final = 100_000
_DEX_SIZE: Final = 10_000
_FIRST_TABLE: Final = 50  # a margin table below it is one tier whose leverage is its number

Whole = Annotated[int, BeforeValidator(whole)]
Micros = Annotated[int, BeforeValidator(micros)]
Number = Annotated[float, BeforeValidator(number)]


class Said(BaseModel):
    """A reply of the venue: what it says beyond our fields is ignored, ours are typed strictly."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Tier:
    """Of a margin table: from a position's notional of `floor` micro-dollars on, at most this leverage."""

    floor: int
    max_leverage: int


@dataclass(frozen=True, slots=True)
class Market:
    """One thing to trade: its instrument, its number in requests, and what the instrument does not say.

    `base` and `quote` are the names of a spot pair's tokens; a perp has none. `isolated`: no cross margin.
    """

    instrument: Instrument
    asset: int
    delisted: bool = False
    isolated: bool = False
    tiers: tuple[Tier, ...] = ()
    dex: str = MAIN_DEX
    base: str = ""
    quote: str = ""

    @property
    def symbol(self) -> str:
        return self.instrument.symbol


@dataclass(frozen=True, slots=True)
class Dex:
    """A list of perps: the venue's own (`""`, number 0) or a builder's. `fee_scale` is added to the user's rate."""

    name: str
    number: int
    fee_scale: float = 0.0


MAIN: Final = Dex(MAIN_DEX, 0)


@dataclass(frozen=True)
class Listing:
    """Every market the venue named, by the coin name that the wire uses (`BTC`, `xyz:TSLA`, `PURR/USDC`, `@107`)."""

    markets: Mapping[str, Market] = field(default_factory=dict)

    def __getitem__(self, symbol: str) -> Market:
        """Raises NotFound (data.symbol)."""
        found = self.markets.get(symbol)
        if found is None:
            raise NotFound(
                Code.DATA_SYMBOL,
                f"Hyperliquid lists no {symbol}",
                where="symbol",
                seen=symbol,
                rule="a symbol is a coin name of the venue, in its upper and lower case",
                suggestion=nearest(symbol, self.markets),
            )
        return found

    def get(self, symbol: str) -> Market | None:
        return self.markets.get(symbol)

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        return {symbol: market.instrument for symbol, market in self.markets.items()}

    @cached_property
    def by_asset(self) -> Mapping[int, Market]:
        """By the number of a request."""
        return {market.asset: market for market in self.markets.values()}

    @cached_property
    def by_dex(self) -> Mapping[str, tuple[Market, ...]]:
        """The perps of each dex in the order of their numbers, which is that of lists without names."""
        perps = [m for m in self.markets.values() if m.instrument.kind is InstrumentKind.PERP]
        names = dict.fromkeys(market.dex for market in perps)
        return {
            name: tuple(sorted((m for m in perps if m.dex == name), key=lambda market: market.asset)) for name in names
        }

    def joined(self, other: Listing) -> Listing:
        """Both; the other's word counts where they differ."""
        return Listing({**self.markets, **other.markets})


class TokenDetails(Said):
    """What is known of a spot token beside its pairs."""

    name: str
    decimals: Annotated[Whole, Field(alias="szDecimals", le=SPOT_DECIMALS)]
    supply: Number = Field(alias="circulatingSupply")
    mark_px: Number | None = Field(None, alias="markPx")


class _Perp(Said):
    name: str
    decimals: Annotated[Whole, Field(alias="szDecimals", le=PERP_DECIMALS)]
    max_leverage: Annotated[Whole, Field(alias="maxLeverage", ge=1)]
    table: Whole | None = Field(None, alias="marginTableId")
    delisted: bool | None = Field(None, alias="isDelisted")
    only_isolated: bool | None = Field(None, alias="onlyIsolated")
    margin_mode: str | None = Field(None, alias="marginMode")
    growth: str | None = Field(None, alias="growthMode")


class _Tier(Said):
    floor: Micros = Field(alias="lowerBound")
    max_leverage: Annotated[Whole, Field(alias="maxLeverage", ge=1)]


class _Table(Said):
    tiers: Annotated[list[_Tier], Field(alias="marginTiers", min_length=1)]


class _Meta(Said):
    universe: list[_Perp]
    tables: list[Annotated[list[Any], Field(min_length=2, max_length=2)]] = Field([], alias="marginTables")


class _Token(Said):
    name: str
    index: Whole
    decimals: Annotated[Whole, Field(alias="szDecimals", le=SPOT_DECIMALS)]


class _Pair(Said):
    name: str
    index: Whole
    tokens: Annotated[list[Whole], Field(min_length=2, max_length=2)]


class _SpotMeta(Said):
    universe: list[_Pair]
    tokens: list[_Token]


class _Dex(Said):
    name: str
    fee_scale: Number = Field(0.0, alias="deployerFeeScale")


@reads("meta")
def perps(message: Any, dex: Dex = MAIN) -> Listing:
    """The perps of a dex from its `meta`. Raises Unknown (venue.unclear).

    A margin table that the reply leaves out has one tier, of the market's own highest leverage.
    """
    meta = _Meta.model_validate(message)
    tables = {whole(number): _tiers(_Table.model_validate(table)) for number, table in meta.tables}
    first = _FIRST_DEX + dex.number * _DEX_SIZE if dex.number else 0
    found = (_perp(perp, first + index, tables, dex) for index, perp in enumerate(meta.universe))
    return Listing({market.symbol: market for market in found})


@reads("allPerpMetas")
def all_perps(message: Any, dexs: Sequence[Dex]) -> Listing:
    """The perps of every dex from the list of their metas, in the order of `perpDexs`. Raises Unknown."""
    listing = Listing()
    for meta, dex in zip(arr(message), dexs, strict=True):
        listing = listing.joined(perps(meta, dex))
    return listing


@reads("spotMeta")
def spot(message: Any) -> Listing:
    """The spot pairs; the first goes by its name, the others by their number. Raises Unknown (venue.unclear)."""
    meta = _SpotMeta.model_validate(message)
    tokens = {token.index: token for token in meta.tokens}
    found = (_pair(pair, tokens) for pair in meta.universe)
    return Listing({market.symbol: market for market in found})


@reads("tokenDetails")
def token(message: Any) -> TokenDetails:
    """Raises Unknown (venue.unclear)."""
    return TokenDetails.model_validate(message)


@reads("perpDexs")
def dexs(message: Any) -> tuple[Dex, ...]:
    """The dexes in the order of their numbers; the venue's own is the null that opens the list. Raises Unknown."""
    rows = arr(message)
    if not rows or rows[0] is not None:
        raise Garbled("the first dex is the venue's own, null")
    said = [_Dex.model_validate(row) for row in rows[1:]]
    return (MAIN, *(Dex(one.name, number, one.fee_scale) for number, one in enumerate(said, 1)))


def _tiers(table: _Table) -> tuple[Tier, ...]:
    tiers = tuple(Tier(tier.floor, tier.max_leverage) for tier in table.tiers)
    floors = [tier.floor for tier in tiers]
    if floors[0] != 0 or sorted(set(floors)) != floors:
        raise Garbled("tiers begin at 0 and rise")
    return tiers


def _perp(perp: _Perp, asset: int, tables: Mapping[int, tuple[Tier, ...]], dex: Dex) -> Market:
    implied = perp.table if perp.table and perp.table < _FIRST_TABLE else perp.max_leverage
    tiers = tables.get(perp.table or 0, (Tier(0, implied),))
    scale = _fee_scale(dex, growth=perp.growth == "enabled")
    maker, taker = (round(bps * scale, 6) for bps in PERP_BPS)
    instrument = Instrument(
        VENUE,
        perp.name,
        px_decimals=PERP_DECIMALS - perp.decimals,
        qty_decimals=perp.decimals,
        sig_figs=SIG_FIGS,
        min_notional_usd=MIN_NOTIONAL_USD,
        max_leverage=perp.max_leverage,
        maintenance_margin=1 / (2 * perp.max_leverage),
        maker_bps=maker,
        taker_bps=taker,
    )
    isolated = bool(perp.only_isolated) or perp.margin_mode in ("strictIsolated", "noCross")
    return Market(instrument, asset, bool(perp.delisted), isolated, tiers, dex.name)


def _fee_scale(dex: Dex, *, growth: bool) -> float:
    """How many times the venue's own rate a builder's market costs."""
    scale = 1 + dex.fee_scale if dex.fee_scale < 1 else 2 * dex.fee_scale
    return scale / 10 if growth else scale


def _pair(pair: _Pair, tokens: Mapping[int, _Token]) -> Market:
    base, quote = (tokens[index] for index in pair.tokens)
    maker, taker = SPOT_BPS
    instrument = Instrument(
        VENUE,
        f"@{pair.index}" if pair.index else pair.name,
        kind=InstrumentKind.SPOT,
        px_decimals=SPOT_DECIMALS - base.decimals,
        qty_decimals=base.decimals,
        sig_figs=SIG_FIGS,
        min_notional_usd=MIN_NOTIONAL_USD,
        max_leverage=1,
        maker_bps=maker,
        taker_bps=taker,
    )
    return Market(instrument, _FIRST_SPOT + pair.index, base=base.name, quote=quote.name)
