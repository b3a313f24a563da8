"""Whole numbers of the exchange as the venue writes them: decimal strings that always show their point."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from paddock.venues.exchange.units import divided_nearest

USD_DECIMALS: Final = 6
RATE_DECIMALS: Final = 10

_plain: Final = re.compile(r"[0-9]{1,30}(?:\.[0-9]{0,30})?").fullmatch


def decimal(value: int, decimals: int) -> str:
    """`value * 10**-decimals`, with one decimal at least and no other trailing zeros."""
    if not decimals:
        return f"{value}.0"
    units, rest = divmod(abs(value), 10**decimals)
    digits = f"{rest:0{decimals}d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{units}.{digits or '0'}"


def usd(micros: int) -> str:
    return decimal(micros, USD_DECIMALS)


def rate(value: int) -> str:
    """A rate of 1e-10 as a fraction."""
    return decimal(value, RATE_DECIMALS)


def rounded(value: Fraction, decimals: int) -> str:
    """To the nearest, halves away from zero."""
    return decimal(divided_nearest(value.numerator * 10**decimals, value.denominator), decimals)


def number(text: str) -> Fraction | None:
    """What a plain decimal text says; None for anything else."""
    return Fraction(text.rstrip(".")) if _plain(text) else None


def scaled(value: Fraction, decimals: int) -> int | None:
    """In units of `10**-decimals`; None when it is finer than that."""
    exact = value * 10**decimals
    return exact.numerator if exact.denominator == 1 else None
