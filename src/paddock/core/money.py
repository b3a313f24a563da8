"""Money, and the one table of what may be done with money, prices, quantities and pure numbers.

An operator is exact. What has to round is a function with a name, and rounds in the direction written here. Whatever
is not in the table raises TypeError; prices and quantities of two instruments never mix.

| left          | operator    | right       | gives   |
|---------------|-------------|-------------|---------|
| Usd           | + -         | Usd         | Usd     |
| Usd           | *           | int         | Usd     |
| int           | *           | Usd         | Usd     |
| Usd           | /           | Usd         | Ratio   |
| Qty           | + -         | Qty         | Qty     |
| Qty           | *           | int         | Qty     |
| int           | *           | Qty         | Qty     |
| Qty           | /           | Qty         | Ratio   |
| Price         | /           | Price       | Ratio   |
| Ratio         | + - * /     | Ratio       | Ratio   |
| Bps           | + -         | Bps         | Bps     |

| function                  | gives             | rounds                                                             |
|---------------------------|-------------------|--------------------------------------------------------------------|
| `notional(Price, Qty)`    | Usd               | to the nearest, halves to even                                     |
| `fee(Usd, Bps)`           | Usd               | up: the fee is paid                                                |
| `funding(Usd, Ratio)`     | Usd               | down: against the holder, payer or receiver                        |
| `share(Usd, Qty, Qty)`    | Usd               | to the nearest; what is left stays with the rest of the quantity   |
| `split(Usd, ints, owner)` | one Usd a weight  | down; what is left goes to the owner                               |

Unary minus: Usd, Qty, Ratio, Bps. `abs`: Usd, Qty, Ratio. Order (`<`): within one type. Probability has a complement,
and it and Bps a ratio, all exact. A number enters through `parse` (a decimal string) and leaves through `str`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from paddock.core.grid import Price, Qty, require_same
from paddock.core.number import parse_decimal, to_text
from paddock.core.ratio import Bps, Ratio
from paddock.core.rounding import down_exact, nearest_exact, up_exact

USD_DECIMALS: Final = 6
MICROS: Final = 10**USD_DECIMALS


@dataclass(frozen=True, slots=True, order=True)
class Usd:
    """A ledger amount: a whole number of micro-dollars, of either sign."""

    micros: int

    def __post_init__(self) -> None:
        if type(self.micros) is not int:
            raise TypeError(f"micros is an int, not {type(self.micros).__name__}")

    @classmethod
    def parse(cls, text: object, where: str = "usd", *, negative: bool = False) -> Usd:
        """From a decimal string with at most six decimals; raises Invalid (value.number)."""
        return cls(int(parse_decimal(text, where, decimals=USD_DECIMALS, negative=negative) * MICROS))

    def __add__(self, other: Usd) -> Usd:
        return Usd(self.micros + other.micros) if type(other) is Usd else NotImplemented

    def __sub__(self, other: Usd) -> Usd:
        return Usd(self.micros - other.micros) if type(other) is Usd else NotImplemented

    def __mul__(self, times: int) -> Usd:
        return Usd(self.micros * times) if type(times) is int else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Usd) -> Ratio:
        return Ratio(Fraction(self.micros, other.micros)) if type(other) is Usd else NotImplemented

    def __neg__(self) -> Usd:
        return Usd(-self.micros)

    def __abs__(self) -> Usd:
        return Usd(abs(self.micros))

    def __str__(self) -> str:
        return to_text(Fraction(self.micros, MICROS), USD_DECIMALS)


ZERO: Final = Usd(0)


def total(amounts: Iterable[Usd]) -> Usd:
    """The sum of amounts; nothing sums to 0."""
    return sum(amounts, start=ZERO)


def notional(px: Price, qty: Qty) -> Usd:
    """Value of a quantity at a price, signed as the quantity is."""
    require_same(px.instrument, qty.instrument)
    exact = Fraction(px.decimal) * Fraction(qty.decimal)
    return Usd(nearest_exact(exact * MICROS))


def fee(value: Usd, rate: Bps) -> Usd:
    """Fee on a value that is not negative; a negative rate gives a rebate, rounded against its receiver too."""
    return Usd(up_exact(value.micros * rate.ratio.value))


def funding(value: Usd, rate: Ratio) -> Usd:
    """Cash effect of a funding rate on a position's signed value: longs pay a positive rate, shorts receive it."""
    return Usd(down_exact(-value.micros * rate.value))


def share(amount: Usd, part: Qty, whole: Qty) -> Usd:
    """The part of an amount that goes with `part` of `whole` (the same sign, not more); all of it with all."""
    fraction = (part / whole).value
    if not 0 <= fraction <= 1:
        raise ValueError(f"{part} is not a part of {whole}")
    return Usd(nearest_exact(amount.micros * fraction))


def split(amount: Usd, weights: Sequence[int], owner: int) -> tuple[Usd, ...]:
    """An amount dealt out by weights (not negative, not all 0); what rounding leaves goes to `weights[owner]`."""
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError(f"weights {list(weights)} divide nothing")
    parts = [Usd(down_exact(Fraction(amount.micros * weight, whole))) for weight in weights]
    parts[owner] += amount - total(parts)
    if total(parts) != amount:
        raise ArithmeticError("money was made or lost in a split")
    return tuple(parts)
