"""Whole numbers of the exchange as the venue writes them: plain decimal strings without trailing zeros."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from paddock.venues.exchange.units import divided_nearest

PX_DECIMALS: Final = 6
USD_DECIMALS: Final = 6
RATE_DECIMALS: Final = 8  # of funding
_RATE_UNITS: Final = 10  # the exchange's rates are 1e-10

_plain: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?").fullmatch


def decimal(value: int, decimals: int) -> str:
    """`value * 10**-decimals`."""
    units, rest = divmod(abs(value), 10**decimals)
    digits = f"{rest:0{decimals}d}".rstrip("0") if decimals else ""
    sign = "-" if value < 0 else ""
    return f"{sign}{units}.{digits}" if digits else f"{sign}{units}"


def usd(micros: int) -> str:
    return decimal(micros, USD_DECIMALS)


def px(ticks: int) -> str:
    return decimal(ticks, PX_DECIMALS)


def px_near(ticks: Fraction) -> str:
    """A price that may lie between ticks, to the nearest millionth of a dollar."""
    return px(nearest(ticks))


def nearest(value: Fraction) -> int:
    return divided_nearest(value.numerator, value.denominator)


def funding_rate(rate: int) -> str:
    """A rate of 1e-10 with the eight decimals of funding."""
    return decimal(divided_nearest(rate, 10 ** (10 - RATE_DECIMALS)), RATE_DECIMALS)


def fee_rate(rate: int) -> str:
    """A rate of 1e-10 as a fraction."""
    return decimal(rate, _RATE_UNITS)


def number(text: object) -> Fraction | None:
    """What a plain decimal text says; None for anything else."""
    return Fraction(text) if isinstance(text, str) and _plain(text) else None


def scaled(text: object, decimals: int) -> int | None:
    """A decimal text in units of `10**-decimals`; None when it is finer than that, or no number."""
    value = number(text)
    if value is None:
        return None
    exact = value * 10**decimals
    return exact.numerator if exact.denominator == 1 else None
