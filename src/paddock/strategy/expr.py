"""The expression algebra that every condition lowers to: features, state, constants, compare, cross, and/or/not.

Logic is three-valued (Kleene): a value that is not known makes a test *unknown*, `not unknown` is unknown, and only
`true` fires. The numbers are chosen so that and = min, or = max, not = 2 - x.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from paddock.market.feature import Feature

FALSE, UNKNOWN, TRUE = 0, 1, 2


class StateField(IntEnum):
    """What a condition may know of its own bot's position on one symbol, at the bar's close."""

    QTY = 0  # signed quantity in base units; 0 when flat
    NOTIONAL_USD = 1  # |position| at the close; 0 when flat
    PNL_USD = 2  # unrealised, gross of fees; unknown when flat
    PNL_PCT = 3  # unrealised in % of the position's margin; unknown when flat
    DURATION_S = 4  # close time of the bar minus time of the opening fill; unknown when flat
    SINCE_ENTRY_S = 5  # close time of the bar minus close time of the last entry decision; +inf before the first


@dataclass(frozen=True, slots=True)
class Const:
    value: float


@dataclass(frozen=True, slots=True)
class State:
    symbol: str
    field: StateField


Value = Feature | Const | State


class Op(IntEnum):
    GT = 0
    LT = 1
    GE = 2
    LE = 3
    CROSS_ABOVE = 4  # previous left <= previous right, and left > right now
    CROSS_BELOW = 5


@dataclass(frozen=True, slots=True)
class Test:
    """`left op right`: unknown when a side is unknown (a cross: also when a side was unknown on the bar before).

    "The bar before" is the previous bar of the symbol that the rule acts on. A cross never reads State.
    """

    op: Op
    left: Value
    right: Value

    __test__ = False  # not a pytest class


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Expr


@dataclass(frozen=True, slots=True)
class Literal:
    value: bool


Expr = Test | All | Any | Not | Literal
