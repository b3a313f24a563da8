"""Can a guard ever be true? Finds plain contradictions; never claims one that is not there."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from paddock.market.feature import Feature
from paddock.strategy.expr import All, Const, Expr, Literal, Not, Op, State, Test, Value

_FLIPPED = {Op.GT: Op.LT, Op.LT: Op.GT, Op.GE: Op.LE, Op.LE: Op.GE, Op.CROSS_ABOVE: Op.CROSS_BELOW}
_FLIPPED |= {Op.CROSS_BELOW: Op.CROSS_ABOVE}
_NEGATED = {Op.GT: Op.LE, Op.LE: Op.GT, Op.LT: Op.GE, Op.GE: Op.LT}
_CROSSES = (Op.CROSS_ABOVE, Op.CROSS_BELOW)
_Pair = tuple[Value, Value | None]
_LOWER = {"highest": "lowest", "bollinger_upper": "bollinger_lower"}  # never above their key, with the same parameters
_UPPER = {lower: upper for upper, lower in _LOWER.items()}


@dataclass(slots=True)
class Budget:
    """Steps of reasoning that may still be spent; without any left nothing more is found."""

    steps: int

    def spend(self, steps: int = 1) -> bool:
        self.steps -= steps
        return self.steps >= 0


@dataclass(frozen=True, slots=True)
class _Range:
    """Where a value, or a difference of two, lies if everything seen so far is true."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def narrowed(self, op: Op, level: float) -> _Range:
        strict = op not in (Op.GE, Op.LE)
        if op in (Op.GT, Op.GE, Op.CROSS_ABOVE):
            if (level, strict) > (self.low, self.low_open):
                return replace(self, low=level, low_open=strict)
        elif (-level, strict) > (-self.high, self.high_open):
            return replace(self, high=level, high_open=strict)
        return self

    @property
    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))


@dataclass(slots=True)
class _Facts:
    ranges: dict[_Pair, _Range] = field(default_factory=dict)
    tests: dict[Test, bool] = field(default_factory=dict)

    def copy(self) -> _Facts:
        return _Facts(dict(self.ranges), dict(self.tests))

    def add(self, test: Test, holds: bool) -> bool:
        """Take in that a test is true (or false); false when that cannot be."""
        if self.tests.setdefault(test, holds) is not holds:
            return False
        if holds:
            op = test.op
        elif test.op in _CROSSES:
            return True
        else:
            op = _NEGATED[test.op]
        sibling = _beyond(op, test.right)
        if sibling is not None and not self._narrow(op, test.left, sibling):
            return False
        return self._narrow(op, test.left, test.right)

    def _narrow(self, op: Op, left: Value, right: Value) -> bool:
        if left == right:
            return op in (Op.GE, Op.LE)
        level = 0.0
        pair: _Pair = (left, right)
        if isinstance(right, Const):
            level, pair = right.value, (left, None)
        elif _sort_key(left) > _sort_key(right):
            op, pair = _FLIPPED[op], (right, left)
        self.ranges[pair] = self.ranges.get(pair, _Range()).narrowed(op, level)
        return not self.ranges[pair].empty


def _sort_key(value: Value) -> tuple[object, ...]:
    """Any fixed order of values will do: `a above b` and `b below a` must meet."""
    if isinstance(value, Feature):
        return (value.symbol, value.interval, value.name, value.params)
    return (value.symbol, "", value.field.name, ()) if isinstance(value, State) else ("", "", "", (value.value,))


def _beyond(op: Op, level: Value) -> Value | None:
    """What is passed as well by passing `level`: above the upper band is above the lower one, too."""
    if not isinstance(level, Feature):
        return None
    names = _LOWER if op in (Op.GT, Op.GE, Op.CROSS_ABOVE) else _UPPER
    return replace(level, name=names[level.name]) if level.name in names else None


def impossible(expr: Expr, budget: Budget) -> bool:
    """True when no values of what it reads make `expr` true; false when they may, or when the budget runs out."""
    return _impossible([(expr, True)], _Facts(), budget)


def _impossible(todo: list[tuple[Expr, bool]], facts: _Facts, budget: Budget) -> bool:
    """Do the expressions (each to be true or false) contradict each other or the facts?"""
    choices: list[list[tuple[Expr, bool]]] = []
    stack = list(todo)
    while stack:
        if not budget.spend():
            return False
        expr, wanted = stack.pop()
        if isinstance(expr, Not):
            stack.append((expr.part, not wanted))
        elif isinstance(expr, Literal):
            if expr.value is not wanted:
                return True
        elif isinstance(expr, Test):
            if not facts.add(expr, wanted):
                return True
        elif isinstance(expr, All) is wanted:
            stack.extend((part, wanted) for part in expr.parts)
        else:
            choices.append([(part, wanted) for part in expr.parts])
    return any(all(_fails(one, facts, budget) for one in choice) for choice in choices)


def _fails(one: tuple[Expr, bool], facts: _Facts, budget: Budget) -> bool:
    """Does an alternative contradict the facts?"""
    return budget.spend(1 + len(facts.tests) // 8) and _impossible([one], facts.copy(), budget)


def ever_true_together(first: Expr, second: Expr, budget: Budget) -> bool:
    """May both be true on the same bar, as far as plain reasoning can tell?"""
    return not _impossible([(first, True), (second, True)], _Facts(), budget)
