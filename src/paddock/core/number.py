"""How a number enters and leaves: plain decimal strings, exact in both directions, and nothing else."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from paddock.core.errors import Code, Invalid
from paddock.core.rounding import nearest_exact

MAX_DIGITS = 30
_DIGITS = f"[0-9]{{1,{MAX_DIGITS}}}"
_PLAIN = re.compile(rf"-?{_DIGITS}(\.{_DIGITS})?")


def parse_decimal(text: object, where: str, *, decimals: int = MAX_DIGITS, negative: bool = False) -> Decimal:
    """The exact value of a plain decimal string such as "12.50".

    At most `decimals` places; below zero only with `negative`. Raises Invalid (value.number) for anything else: another
    type (bool, int and float too, since a float is never exact), an exponent, NaN, infinity, spaces, a plus sign.
    """
    if not isinstance(text, str) or not _PLAIN.fullmatch(text):
        raise _refused(text, where, "a number is a plain decimal string, such as 12.5", _nearest_text(text))
    value = Decimal(text)
    if value < 0 and not negative:
        raise _refused(text, where, "it is not negative", text.lstrip("-"))
    places = len(text.partition(".")[2].rstrip("0"))
    if places > decimals:
        raise _refused(text, where, f"it has at most {decimals} decimals", to_text(Fraction(value), decimals))
    return value


def to_text(value: Fraction | Decimal | int, decimals: int) -> str:
    """A decimal string with exactly `decimals` places; what does not fit is rounded to the nearest, halves to even."""
    scaled = nearest_exact(Fraction(value) * 10**decimals)
    digits = f"{abs(scaled):0{decimals + 1}d}"
    sign = "-" if scaled < 0 else ""
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"


def _nearest_text(text: object) -> str:
    """The plain spelling of something that is a number in another spelling ("1e3", " 12 ", 12.5), or nothing."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return ""
    match = re.fullmatch(r"\s*\+?([0-9]{1,15}(?:\.[0-9]{1,15})?(?:[eE]\+?[0-9])?)\s*", str(text))
    return f"{Decimal(match[1]):f}" if match else ""


def _refused(seen: object, where: str, rule: str, suggestion: str) -> Invalid:
    shown = f"{seen!r}"[:60]
    return Invalid(
        Code.NUMBER,
        f"{where}: {shown} is not such a number",
        where=where,
        seen=shown,
        rule=rule,
        suggestion=f'write "{suggestion}"' if suggestion else "",
    )
