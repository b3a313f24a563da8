"""Numbers as Pacifica writes them: plain decimal strings. What we send has one spelling, since it is signed as text."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from paddock.core.errors import Code, Invalid
from paddock.core.money import MICROS
from paddock.core.orders import Side
from paddock.core.rounding import down_exact, nearest_exact, up_exact
from paddock.venues.pacifica.codec.instruments import Market
from paddock.venues.pacifica.codec.reading import unclear

SLIPPAGE_PERCENT: Final = Decimal("1")  # how far a market order without a bound may go; the venue's clients take 0.5

_PERCENT_STEP: Final = Decimal("0.01")  # the finest that we saw in a request


def plain(value: Decimal) -> str:
    """Without exponent and trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def px_text(market: Market, px: float) -> str:
    """A price as it goes out; raises Invalid (value.number) for one that the market does not have."""
    if not is_px(market, px):
        raise Invalid(
            Code.NUMBER,
            f"{px!r} is not a price of {market.symbol}",
            where="px",
            seen=repr(px),
            rule=f"a price is a multiple of {market.tick} from {market.min_px} to {market.max_px}, above 0",
        )
    return plain(Decimal(repr(px)))


def is_px(market: Market, px: float) -> bool:
    """Whether a price lies on the market's grid and within its limits."""
    if not 0.0 < px < float("inf"):
        return False
    exact = Decimal(repr(px))
    return market.min_px <= exact <= market.max_px and _multiple(exact, market.tick)


def amount_text(market: Market, lots: int) -> str:
    """A quantity as it goes out; raises Invalid (value.number) for one that cannot be traded."""
    if not is_amount(market, lots):
        raise Invalid(
            Code.NUMBER,
            f"{lots} lots of {market.symbol} cannot be traded",
            where="lots",
            seen=lots,
            rule=f"a quantity is a multiple of {market.lot}, above 0",
        )
    return plain(market.instrument.qty(lots))


def is_amount(market: Market, lots: int) -> bool:
    """Whether a quantity lies on the market's grid."""
    return lots > 0 and _multiple(market.instrument.qty(lots), market.lot)


def lots_of(market: Market, amount: Decimal) -> int:
    """The lots of an amount that the venue wrote; raises Unknown (venue.unclear) for one between lots."""
    over, under = amount.as_integer_ratio()
    lots, rest = divmod(over * int(10**market.instrument.qty_decimals), under)
    if rest:
        raise unclear("an amount", amount, f"{market.symbol} has lots of {market.instrument.lot}")
    return lots


def micros(usd: Decimal) -> int:
    """Micro-dollars of an amount; the venue writes six decimals, older replies eight, which go to the nearest."""
    return nearest_exact(Fraction(usd) * MICROS)


def rounded_px(market: Market, px: Decimal, *, up: bool) -> Decimal:
    """The next price of the market's grid at or above `px`, or at or below it."""
    steps = Fraction(px) / Fraction(market.tick)
    return market.tick * (up_exact(steps) if up else down_exact(steps))


def market_bound(market: Market, side: Side, best_px: Decimal, slippage_percent: Decimal) -> Decimal:
    """The worst price that the venue gives a market order: so far from the best, rounded outward as was measured."""
    bound = best_px * (1 + int(side) * slippage_percent / 100)
    return rounded_px(market, bound, up=side is Side.BUY)


def slippage_within(side: Side, bound_px: float, ref_px: float) -> Decimal:
    """The slippage in percent whose bound, from a reference, is not worse than `bound_px`.

    Rounded down, since the venue rounds the bound outward. Raises Invalid (value) where the bound is already passed, or
    the reference is no price.
    """
    if not 0.0 < ref_px < float("inf"):
        raise Invalid(Code.VALUE, "a bound in percent is one of a price", where="ref_px", seen=repr(ref_px))
    bound, reference = (Fraction(Decimal(repr(px))) for px in (bound_px, ref_px))
    percent = (bound / reference - 1) * int(side) * 100
    steps = down_exact(percent / Fraction(_PERCENT_STEP))
    if steps <= 0:
        raise Invalid(
            Code.VALUE,
            f"a bound of {bound_px} leaves no room from {ref_px}",
            where="bound_px",
            seen=bound_px,
            rule=f"a bound is {_PERCENT_STEP}% beyond the price or further",
        )
    return steps * _PERCENT_STEP


def _multiple(value: Decimal, step: Decimal) -> bool:
    return (Fraction(value) / Fraction(step)).denominator == 1
