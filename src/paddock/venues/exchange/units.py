"""Numbers of the exchange: all are int, and what has to round does it here, in a direction with a name.

| what              | unit                                                         |
|-------------------|--------------------------------------------------------------|
| price             | ticks of `10**-px_decimals` of the contract                  |
| quantity          | lots of `10**-qty_decimals` of the contract                  |
| money             | micro-dollars                                                |
| rate (fee, share) | 1e-10, so that 4_500_000 is 0.045 %                          |
| premium           | 1e-12                                                        |
| time              | ms UTC                                                       |
"""

from __future__ import annotations

from enum import Enum
from typing import Final

RATE_ONE: Final = 10**10
PREMIUM_ONE: Final = 10**12
USD: Final = 10**6
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000


class Rounding(Enum):
    """How an amount of money becomes whole micro-dollars."""

    UP = "up"  # to the greater number: a fee costs more, a rebate brings less
    DOWN = "down"  # towards zero
    NEAREST = "nearest"  # halves away from zero


def scaled(amount: int, rate: int, rounding: Rounding) -> int:
    """`amount` times a rate of 1e-10, rounded."""
    exact = amount * rate
    if rounding is Rounding.UP:
        return -(-exact // RATE_ONE)
    if rounding is Rounding.DOWN:
        return exact // RATE_ONE if exact >= 0 else -(-exact // RATE_ONE)
    half_away = (2 * abs(exact) + RATE_ONE) // (2 * RATE_ONE)
    return half_away if exact >= 0 else -half_away


def divided_up(amount: int, by: int) -> int:
    """`amount / by` rounded to the greater whole number; `by` is above 0."""
    return -(-amount // by)


def divided_nearest(amount: int, by: int) -> int:
    """`amount / by` rounded to the nearest whole number, halves away from zero; `by` is above 0."""
    half_away = (2 * abs(amount) + by) // (2 * by)
    return half_away if amount >= 0 else -half_away


def truncated(amount: int, by: int) -> int:
    """`amount / by` rounded towards zero; `by` is above 0."""
    return amount // by if amount >= 0 else -(-amount // by)
