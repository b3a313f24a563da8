"""Why a rule fired: each of its conditions as it was found at the close, in words, with what it compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from paddock.core.decision import Because, Verdict
from paddock.engine.guards import compared
from paddock.market.feature import Feature
from paddock.strategy.expr import All, Any, Const, Expr, Not, Op, State, StateField, Test, Value
from paddock.strategy.program import Rule

_OPS = {
    Op.GT: "is above",
    Op.LT: "is below",
    Op.GE: "is at or above",
    Op.LE: "is at or below",
    Op.CROSS_ABOVE: "crosses above",
    Op.CROSS_BELOW: "crosses below",
}
_STATES = {
    StateField.QTY: "position",
    StateField.NOTIONAL_USD: "position in USD",
    StateField.PNL_USD: "open profit in USD",
    StateField.PNL_PCT: "open profit in % of margin",
    StateField.DURATION_S: "seconds in position",
    StateField.SINCE_ENTRY_S: "seconds since the last entry",
}
Read = Callable[[Feature | State], float]


def because(rule: Rule, read: Read, code: Callable[[Test], int]) -> list[Because]:
    """The conditions of a rule, in its order. `read` gives a value at the close, `code` what a cross came to."""
    return [_because(rule.node, test, read, code) for test in _tests(rule.guard)]


def _tests(expr: Expr) -> Iterator[Test]:
    if isinstance(expr, Test):
        yield expr
    elif isinstance(expr, Not):
        yield from _tests(expr.part)
    elif isinstance(expr, All | Any):
        for part in expr.parts:
            yield from _tests(part)


def _because(node: str, test: Test, read: Read, code: Callable[[Test], int]) -> Because:
    left, right = (side.value if isinstance(side, Const) else read(side) for side in (test.left, test.right))
    cross = test.op in (Op.CROSS_ABOVE, Op.CROSS_BELOW)
    verdict = Verdict(code(test) if cross else compared(int(test.op), left, right))
    values = ((label(test.left), left), (label(test.right), right))
    said = tuple((name, value if math.isfinite(value) else None) for name, value in values)
    return Because(node, f"{said[0][0]} {_OPS[test.op]} {said[1][0]}", verdict, said)


def label(value: Value) -> str:
    """A value in words: "rsi(14) of BTC", "30", "position of ETH"."""
    if isinstance(value, Const):
        return f"{value.value:g}"
    if isinstance(value, State):
        return f"{_STATES[value.field]} of {value.symbol}"
    params = ", ".join(f"{param:g}" for param in value.params)
    return f"{value.name}{f'({params})' if params else ''} of {value.symbol}, {value.interval}"
