"""What can be traded, and on which grid of prices and quantities."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from paddock.core.errors import Code, Invalid

MAX_DECIMALS = 14


class InstrumentKind(StrEnum):
    PERP = "perp"
    SPOT = "spot"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A venue's specification of one symbol.

    Prices lie on a grid of `10**-px_decimals` and, where `sig_figs` is set, carry at most that many significant
    figures; a whole number is always allowed (Hyperliquid: 5 figures, `px_decimals = 6 - szDecimals`). Quantities lie
    on a grid of `10**-qty_decimals`. Fees are in basis points of notional, `maintenance_margin` is a fraction of it.
    `assumed`: nobody specified it, so its fees and margins are guesses.
    """

    venue: str
    symbol: str
    kind: InstrumentKind = InstrumentKind.PERP
    px_decimals: int = 6
    qty_decimals: int = 6
    sig_figs: int = 0
    min_notional_usd: Decimal = field(default=Decimal(0))
    max_leverage: int = 50
    maintenance_margin: float = 0.01
    maker_bps: float = 1.5
    taker_bps: float = 4.5
    assumed: bool = False

    def __post_init__(self) -> None:
        for name in ("px_decimals", "qty_decimals"):
            value = getattr(self, name)
            if not 0 <= value <= MAX_DECIMALS:
                raise Invalid(
                    Code.INSTRUMENT,
                    f"{self.symbol}: {name} {value} is out of range",
                    where=name,
                    seen=value,
                    rule=f"{name} lies between 0 and {MAX_DECIMALS}",
                )
        if not (self.max_leverage >= 1 and 0 <= self.maintenance_margin < 1):
            raise Invalid(
                Code.INSTRUMENT,
                f"{self.symbol}: leverage or maintenance margin is out of range",
                seen=f"{self.max_leverage}, {self.maintenance_margin}",
                rule="max_leverage is at least 1 and maintenance_margin a fraction below 1",
            )

    @property
    def tick(self) -> Decimal:
        return Decimal(1).scaleb(-self.px_decimals)

    @property
    def lot(self) -> Decimal:
        return Decimal(1).scaleb(-self.qty_decimals)

    def step_ticks(self, ticks: int | Fraction) -> int:
        """Ticks between neighbouring prices around a price of `ticks`: more than 1 where significant figures bind."""
        if not self.sig_figs:
            return 1
        digits = len(str(int(ticks)))
        return int(min(10 ** max(digits - self.sig_figs, 0), 10**self.px_decimals))

    def px(self, value: float) -> Decimal:
        """A float price of this instrument as the exact decimal on its grid."""
        return Decimal(round(value * 10**self.px_decimals)).scaleb(-self.px_decimals)

    def qty(self, lots: int) -> Decimal:
        """A number of lots as a decimal quantity."""
        return Decimal(lots).scaleb(-self.qty_decimals)


def fine_instrument(venue: str, symbol: str, first_px: float) -> Instrument:
    """An instrument whose tick and lot are too fine to change a price or a size, for data without a specification.

    The grid comes from the *first* price known, so that later prices cannot change earlier decisions: eleven
    significant figures of price, and lots worth less than 100 micro-dollars.
    """
    magnitude = math.floor(math.log10(first_px))
    px_decimals = min(max(10 - magnitude, 2), MAX_DECIMALS)
    qty_decimals = min(max(5 + magnitude, 0), MAX_DECIMALS)
    return Instrument(venue, symbol, px_decimals=px_decimals, qty_decimals=qty_decimals, assumed=True)
