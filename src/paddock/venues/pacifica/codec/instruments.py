"""What can be traded at Pacifica, and on which grid of prices and quantities.

Symbols are bare and case-sensitive (`BTC`, `kBONK`, `SOL-USDC` for spot); the quote and the collateral are USDC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from paddock.core.errors import Code, Invalid, NotFound, nearest
from paddock.core.instrument import MAX_DECIMALS, Instrument, InstrumentKind
from paddock.venues.pacifica.codec.reading import Amount, Positive, Said, Text, many, unclear

VENUE: Final = "pacifica"

_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rates:
    """Fees as fractions of a trade's value."""

    maker: Decimal
    taker: Decimal


NO_VOLUME: Final = Rates(Decimal("0.00015"), Decimal("0.0004"))  # of an account that has not traded much


@dataclass(frozen=True, slots=True)
class Market:
    """One thing to trade: its instrument, and what the instrument does not say.

    Prices are multiples of `tick` from `min_px` to `max_px`, quantities multiples of `lot`. All the venue's ticks and
    lots that we saw are powers of ten, as the instrument's grid is; where one is not, this grid is the coarser one.
    """

    instrument: Instrument
    tick: Decimal
    lot: Decimal
    min_px: Decimal
    max_px: Decimal
    max_order_usd: Decimal
    isolated_only: bool = False
    delisted: bool = False

    @property
    def symbol(self) -> str:
        return self.instrument.symbol


@dataclass(frozen=True)
class Listing:
    """Every market the venue named, by symbol."""

    markets: Mapping[str, Market] = field(default_factory=dict)

    def __getitem__(self, symbol: str) -> Market:
        """Raises NotFound (data.symbol)."""
        found = self.markets.get(symbol)
        if found is None:
            raise NotFound(
                Code.DATA_SYMBOL,
                f"Pacifica lists no {symbol}",
                where="symbol",
                seen=symbol,
                rule="a symbol is one of the venue's, in its upper and lower case",
                suggestion=nearest(symbol, self.markets),
            )
        return found

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        return {symbol: market.instrument for symbol, market in self.markets.items()}

    def renewed(self, newer: Listing) -> Listing:
        """The newer one; a market that it no longer names stays, as delisted: its history has to be readable."""
        gone = {symbol: replace(market, delisted=True) for symbol, market in self.markets.items()}
        return Listing({**gone, **newer.markets})


class _Market(Said):
    symbol: Text
    tick_size: Positive
    lot_size: Positive
    min_tick: Amount
    max_tick: Positive
    min_order_size: Amount
    max_order_size: Positive
    max_leverage: Annotated[int, Field(ge=1, le=1000)]
    isolated_only: bool
    instrument_type: Literal["perpetual", "spot"] = "perpetual"  # replies before spot do not say


def listing(data: object, rates: Rates = NO_VOLUME) -> Listing:
    """From `/info`, for an account with these fees. Raises Unknown (venue.unclear)."""
    return Listing({row.symbol: _market(row, rates) for row in many(_Market, data, "a market")})


def _market(row: _Market, rates: Rates) -> Market:
    try:
        instrument = _instrument(row, rates)
    except Invalid as error:
        raise unclear("a market", row.model_dump(mode="json"), error.message) from error
    return Market(
        instrument,
        row.tick_size,
        row.lot_size,
        row.min_tick,
        row.max_tick,
        row.max_order_size,
        row.isolated_only,
    )


def _instrument(row: _Market, rates: Rates) -> Instrument:
    return Instrument(
        VENUE,
        row.symbol,
        kind=InstrumentKind.SPOT if row.instrument_type == "spot" else InstrumentKind.PERP,
        px_decimals=_decimals(row.tick_size),
        qty_decimals=_decimals(row.lot_size),
        min_notional_usd=row.min_order_size,
        max_leverage=row.max_leverage,
        maintenance_margin=1 / (2 * row.max_leverage),
        maker_bps=float(rates.maker * _BPS),
        taker_bps=float(rates.taker * _BPS),
    )


def _decimals(size: Decimal) -> int:
    """How many decimals a multiple of a size may have."""
    text = f"{size:f}".partition(".")[2].rstrip("0")
    if len(text) > MAX_DECIMALS:
        raise unclear("a market", size, "its grid is finer than any that is known")
    return len(text)
