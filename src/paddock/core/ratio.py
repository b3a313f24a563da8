"""Pure numbers with a meaning: ratio, basis points, probability. The legal operations are listed in `core.money`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from paddock.core.errors import Code, Invalid
from paddock.core.number import parse_decimal, to_text

RATIO_DECIMALS: Final = 12
BPS_DECIMALS: Final = 6
PROBABILITY_ONE: Final = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Ratio:
    """An exact quotient, such as a funding rate or a return; 0.01 is one per cent."""

    value: Fraction

    def __post_init__(self) -> None:
        _require(self.value, Fraction, "Ratio")

    @classmethod
    def parse(cls, text: object, where: str = "ratio") -> Ratio:
        """From a decimal string, which may be negative; raises Invalid (value.number)."""
        return cls(Fraction(parse_decimal(text, where, negative=True)))

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.value + other.value) if type(other) is Ratio else NotImplemented

    def __sub__(self, other: Ratio) -> Ratio:
        return Ratio(self.value - other.value) if type(other) is Ratio else NotImplemented

    def __mul__(self, other: Ratio) -> Ratio:
        return Ratio(self.value * other.value) if type(other) is Ratio else NotImplemented

    def __truediv__(self, other: Ratio) -> Ratio:
        return Ratio(self.value / other.value) if type(other) is Ratio else NotImplemented

    def __neg__(self) -> Ratio:
        return Ratio(-self.value)

    def __abs__(self) -> Ratio:
        return Ratio(abs(self.value))

    def __str__(self) -> str:
        return to_text(self.value, RATIO_DECIMALS)


@dataclass(frozen=True, slots=True, order=True)
class Bps:
    """Basis points (1/10,000 of a notional), exact; a rebate is negative."""

    value: Fraction

    def __post_init__(self) -> None:
        _require(self.value, Fraction, "Bps")

    @classmethod
    def parse(cls, text: object, where: str = "bps") -> Bps:
        """From a decimal string, which may be negative (a rebate); raises Invalid (value.number)."""
        return cls(Fraction(parse_decimal(text, where, negative=True)))

    @property
    def ratio(self) -> Ratio:
        return Ratio(self.value / 10_000)

    def __add__(self, other: Bps) -> Bps:
        return Bps(self.value + other.value) if type(other) is Bps else NotImplemented

    def __sub__(self, other: Bps) -> Bps:
        return Bps(self.value - other.value) if type(other) is Bps else NotImplemented

    def __neg__(self) -> Bps:
        return Bps(-self.value)

    def __str__(self) -> str:
        return to_text(self.value, BPS_DECIMALS)


@dataclass(frozen=True, slots=True, order=True)
class Probability:
    """A whole number of 1/10,000, from 0 to 1; with its complement it makes exactly 1."""

    parts: int

    def __post_init__(self) -> None:
        _require(self.parts, int, "Probability")
        if not 0 <= self.parts <= PROBABILITY_ONE:
            raise Invalid(
                Code.NUMBER,
                f"{self.parts}/{PROBABILITY_ONE} is not a probability",
                seen=self.parts,
                rule=f"a probability lies between 0 and {PROBABILITY_ONE} of {PROBABILITY_ONE}",
                suggestion=str(min(max(self.parts, 0), PROBABILITY_ONE)),
            )

    @classmethod
    def parse(cls, text: object, where: str = "probability") -> Probability:
        """From a decimal string between 0 and 1 with at most four decimals; raises Invalid (value.number)."""
        return cls(int(parse_decimal(text, where, decimals=4) * PROBABILITY_ONE))

    @property
    def complement(self) -> Probability:
        return Probability(PROBABILITY_ONE - self.parts)

    @property
    def ratio(self) -> Ratio:
        return Ratio(Fraction(self.parts, PROBABILITY_ONE))

    def __str__(self) -> str:
        return to_text(Fraction(self.parts, PROBABILITY_ONE), 4)


def _require(value: object, kind: type, name: str) -> None:
    if type(value) is not kind:
        raise TypeError(f"{name} is made of {kind.__name__}, not {type(value).__name__}")
