"""Is a guard true at this close? Three-valued, evaluated naively: a value that is not known is None."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from paddock.market.features import Feature
from paddock.strategy.expr import All, Any, Const, Expr, Literal, Not, Op, State, StateField, Test, Value

from .amounts import exact

FeatureValue = Callable[[Feature, int], float | None]
StateValue = Callable[[str, StateField], Decimal | None]


class Guard:
    """Judges expressions at `row`; `row_before` is the previous bar of the symbol the rule acts on (None: none)."""

    def __init__(self, feature: FeatureValue, state: StateValue, row: int, row_before: int | None) -> None:
        self.feature = feature
        self.state = state
        self.row = row
        self.row_before = row_before

    def holds(self, expr: Expr) -> bool | None:
        match expr:
            case Literal(value):
                return value
            case Not(part):
                inner = self.holds(part)
                return None if inner is None else not inner
            case All(parts):
                seen = [self.holds(part) for part in parts]
                return False if False in seen else None if None in seen else True
            case Any(parts):
                seen = [self.holds(part) for part in parts]
                return True if True in seen else None if None in seen else False
            case Test():
                return self.test(expr)
        raise TypeError(expr)

    def test(self, test: Test) -> bool | None:
        left, right = self.value(test.left, self.row), self.value(test.right, self.row)
        if left is None or right is None:
            return None
        if test.op == Op.GT:
            return left > right
        if test.op == Op.LT:
            return left < right
        if test.op == Op.GE:
            return left >= right
        if test.op == Op.LE:
            return left <= right
        if self.row_before is None:
            return None
        left_before = self.value(test.left, self.row_before)
        right_before = self.value(test.right, self.row_before)
        if left_before is None or right_before is None:
            return None
        if test.op == Op.CROSS_ABOVE:
            return left_before <= right_before and left > right
        return left_before >= right_before and left < right

    def value(self, value: Value, row: int) -> Decimal | None:
        match value:
            case Const(number):
                return exact(float(number))
            case State(symbol, field):
                return self.state(symbol, field)
            case Feature():
                known = self.feature(value, row)
                return None if known is None or known != known else exact(float(known))
        raise TypeError(value)
