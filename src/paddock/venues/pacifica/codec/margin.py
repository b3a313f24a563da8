"""Money as Pacifica counts it: fees, profit, funding, margin, liquidation. Exact until one named rounding.

Quantities and prices are exact decimals, amounts micro-dollars, rates fractions. Unless said otherwise rounding is to
the nearest micro-dollar, as far as was measured; where a half goes is not known [?]: here to even.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from paddock.core.money import MICROS
from paddock.core.orders import Side
from paddock.core.rounding import down_exact, nearest_exact

BASE_RATE: Final = Fraction(1, 10_000)  # of interest in 8 hours
RATE_CLAMP: Final = Fraction(5, 10_000)
RATE_CAP: Final = Fraction(4, 100)  # of an hour
RATE_DECIMALS: Final = 8
HOURS: Final = 8
BACKSTOP: Final = Fraction(2, 3)  # of the maintenance margin: below it the backstop takes the position
LIQUIDATION_FEE: Final = Fraction(75, 10_000)
LIQUIDATION_SHARE: Final = Fraction(40, 100)  # of the maintenance fraction


def value(px: Decimal, qty: Decimal) -> int:
    """Micro-dollars of a quantity at a price."""
    return _micros(Fraction(px) * Fraction(qty))


def fee(px: Decimal, qty: Decimal, rate: Decimal) -> int:
    """Of a trade."""
    return _micros(Fraction(px) * Fraction(qty) * Fraction(rate))


def gross_pnl(holding: Side, entry_px: Decimal, px: Decimal, qty: Decimal) -> int:
    """Realised by closing `qty` of a position, or not yet realised, at a price."""
    return _micros((Fraction(px) - Fraction(entry_px)) * Fraction(qty) * int(holding))


def trade_pnl(gross: int, paid: int) -> int:
    """What the venue books as a trade's profit: net of its fee; an opening trade has a gross of 0."""
    return gross - paid


def equity(balance: int, unrealised: int, spot_value: int = 0) -> int:
    """What the venue shows as the account's equity: spot holdings at their market value."""
    return balance + unrealised + spot_value


def spot_collateral(spot_value: int, haircut: Fraction) -> int:
    """What a spot holding counts for as collateral."""
    return nearest_exact(spot_value * (1 - haircut))


def cross_equity(balance: int, unrealised: int, spot_value: int = 0, haircut: Fraction = Fraction(0)) -> int:
    """What covers margin: spot holdings with a haircut. Rounded down, and once, as was recorded."""
    return down_exact(balance + unrealised + spot_value * (1 - haircut))


def initial_margin(notional: int, leverage: int) -> int:
    """Of a position or a resting order at the symbol's leverage."""
    return nearest_exact(Fraction(notional, leverage))


def maintenance_fraction(max_leverage: int) -> Fraction:
    """Half of the initial margin at the market's highest leverage."""
    return Fraction(1, 2 * max_leverage)


def maintenance_margin(notional: int, max_leverage: int) -> int:
    return nearest_exact(notional * maintenance_fraction(max_leverage))


def liquidation_px(holding: Side, px: Decimal, qty: Decimal, margin: int, max_leverage: int) -> Decimal:
    """Where a position is liquidated, with six decimals; below 0 for a long that has more margin than it is worth.

    `margin` is what stands behind it at the price `px`: an isolated position's own with its profit, or of a cross one
    all of the cross equity, as was measured: what other positions need of it is not subtracted.
    """
    side = int(holding)
    distance = Fraction(margin, MICROS) / Fraction(qty)
    exact = (Fraction(px) - side * distance) / (1 - side * maintenance_fraction(max_leverage))
    return Decimal(_micros(exact)).scaleb(-6)


def margin_behind(holding: Side, px: Decimal, qty: Decimal, liquidation: Decimal, max_leverage: int) -> int:
    """The margin that a liquidation price tells of: the other way round."""
    side = int(holding)
    kept = Fraction(liquidation) * (1 - side * maintenance_fraction(max_leverage))
    return _micros((Fraction(px) - kept) * side * Fraction(qty))


def liquidation_fee_rate(max_leverage: int) -> Fraction:
    """Of the value that a market liquidation closes."""
    return max(LIQUIDATION_FEE, LIQUIDATION_SHARE * maintenance_fraction(max_leverage))


def backstop_at(maintenance: int) -> int:
    """The equity below which the backstop takes positions."""
    return nearest_exact(maintenance * BACKSTOP)


def premium(bid_impact_px: Decimal, ask_impact_px: Decimal, oracle_px: Decimal) -> Fraction:
    """How far the book stands off the oracle, as a fraction of it."""
    oracle = Fraction(oracle_px)
    above = max(Fraction(bid_impact_px) - oracle, Fraction(0))
    below = max(oracle - Fraction(ask_impact_px), Fraction(0))
    return (above - below) / oracle


def funding_rate(premium_: Fraction) -> Decimal:
    """The rate of one hour, which longs pay when it is positive, from the mean premium of that hour."""
    clamped = max(-RATE_CLAMP, min(RATE_CLAMP, BASE_RATE - premium_))
    rate = max(-RATE_CAP, min(RATE_CAP, (premium_ + clamped) / HOURS))
    return Decimal(nearest_exact(rate * 10**RATE_DECIMALS)).scaleb(-RATE_DECIMALS)


def funding_payout(holding: Side, qty: Decimal, px: Decimal, rate: Decimal) -> int:
    """What a position receives (below 0: pays) for one hour, at the oracle's price or the mark's [?]."""
    return _micros(-int(holding) * Fraction(qty) * Fraction(px) * Fraction(rate))


def _micros(usd: Fraction) -> int:
    return nearest_exact(usd * MICROS)
