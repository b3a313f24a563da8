"""The venue's arithmetic of accounts and funding, as its recorded replies bear it out; the simulator books by it.

Money is int micro-dollars; prices, sizes (signed, in the base asset) and rates are exact fractions. Rounding is the
venue's: margin in use and rates are cut off, not rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from paddock.core.money import MICROS
from paddock.core.rounding import down_exact, nearest_exact
from paddock.venues.hyperliquid.codec.instruments import Tier

INTEREST: Final = Fraction(1, 10_000)  # that longs pay for 8 hours where nothing else speaks
CLAMP: Final = Fraction(5, 10_000)
PAID_IN: Final = 8  # parts of the 8-hour rate, one each hour
MOST_RATE: Final = Fraction(4, 100)  # of an hour, either way
RATE_DECIMALS: Final = 10
BOUND_NOTIONAL: Final = Fraction(1, 10)  # of positions' value that stays in the account, whatever the leverage


def value_of(size: Fraction, mark_px: Fraction) -> int:
    """Of a position, signed as its size is."""
    return nearest_exact(size * mark_px * MICROS)


def account_value(raw: int, values: Iterable[int]) -> int:
    """Cash and the signed values of positions."""
    return raw + sum(values)


def margin_used(value: int, leverage: int) -> int:
    """By a cross position of a value (either sign) at the leverage that is set for it."""
    return abs(value) // leverage


def isolated_margin(raw: int, value: int) -> int:
    """In an isolated position: its own cash and its signed value."""
    return raw + value


def maintenance(value: int, tiers: Sequence[Tier]) -> Fraction:
    """What a position of a value (either sign) needs to be kept: half of its least margin, tier by tier."""
    notional = abs(value)
    rate, needed = Fraction(0), Fraction(0)
    for tier in tiers:
        if notional < tier.floor:
            break
        next_rate = Fraction(1, 2 * tier.max_leverage)
        needed += (notional - tier.floor) * (next_rate - rate)
        rate = next_rate
    return needed


def maintenance_rate(value: int, tiers: Sequence[Tier]) -> Fraction:
    """Of one more dollar of a position of a value."""
    return Fraction(1, 2 * max((tier for tier in tiers if abs(value) >= tier.floor), key=_floor).max_leverage)


def withdrawable(value: int, margin: int, notional: int) -> int:
    """What is free of an account's value; margin of resting orders takes from it, too."""
    return max(0, value - max(margin, down_exact(notional * BOUND_NOTIONAL)))


def liquidation_px(mark_px: Fraction, size: Fraction, available: Fraction, rate: Fraction) -> Fraction | None:
    """The price at which nothing would be left beyond maintenance; None where no price above 0 is that.

    `available` micro-dollars are the account's value (of an isolated position: its margin) less all maintenance
    that it covers; `rate` is the position's maintenance for one more dollar of it.
    """
    side = 1 if size > 0 else -1
    found = mark_px - side * available / MICROS / abs(size) / (1 - rate * side)
    return found if found > 0 else None


def premium(impact_bid: Fraction, impact_ask: Fraction, oracle_px: Fraction) -> Fraction:
    """How far beyond the oracle one can sell (positive) or must buy (negative), as a fraction of it."""
    return (max(impact_bid - oracle_px, Fraction(0)) - max(oracle_px - impact_ask, Fraction(0))) / oracle_px


def funding_rate(
    mean_premium: Fraction,
    *,
    interest: Fraction = INTEREST,
    clamp: Fraction = CLAMP,
    paid_in: int = PAID_IN,
    decimals: int = RATE_DECIMALS,
) -> Fraction:
    """What an hour costs longs, as a fraction of notional at the oracle, from the hour's mean premium."""
    rate = (mean_premium + min(max(interest - mean_premium, -clamp), clamp)) / paid_in
    bounded = min(max(rate, -MOST_RATE), MOST_RATE)
    cut = down_exact(abs(bounded) * 10**decimals)
    return Fraction(cut if bounded > 0 else -cut, 10**decimals)


def funding_payment(size: Fraction, oracle_px: Fraction, rate: Fraction) -> int:
    """What an account receives (below 0: pays) for an hour, in whole micro-dollars, rounded against it."""
    return down_exact(-size * oracle_px * rate * MICROS)


def _floor(tier: Tier) -> int:
    return tier.floor
