"""Why, and why not: what each condition of a run saw at one bar, and what came of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from paddock.core.errors import Code, Invalid
from paddock.core.orders import Refusal
from paddock.core.time import format_ts, interval_ms
from paddock.engine.backtest import check_window
from paddock.engine.costs import Costs
from paddock.engine.guards import state_value
from paddock.engine.pack import start_cash
from paddock.engine.session import Session
from paddock.engine.signals import PackedRules, decisions_of, no_decisions, pack_rules
from paddock.market.features import Feature, FeatureStore
from paddock.market.tape import Tape
from paddock.strategy.expr import FALSE, TRUE, UNKNOWN, All, Expr, Literal, Not, Op, State, Test, Value
from paddock.strategy.program import Program, Rule

VERDICTS = {FALSE: "failed", UNKNOWN: "unknown", TRUE: "passed"}
CROSSES = (Op.CROSS_ABOVE, Op.CROSS_BELOW)


@dataclass(frozen=True, slots=True)
class TestReading:
    """One comparison as it stood: `left` and `right` now, for a cross also on the bar before; NaN is unknown."""

    test: Test
    left: float
    right: float
    left_before: float
    right_before: float
    code: int

    __test__ = False  # not a pytest class


@dataclass(frozen=True, slots=True)
class RuleReading:
    """One rule at one bar: its guard's verdict and every test under it, in order of appearance."""

    rule: Rule
    code: int
    tests: tuple[TestReading, ...]


@dataclass(frozen=True, slots=True)
class BarReading:
    """All rules at the close of one bar, and what was done: order rows decided there, and refusals by symbol."""

    ts: int
    row: int
    rules: tuple[RuleReading, ...]
    orders: tuple[int, ...]
    refusals: tuple[tuple[str, Refusal], ...]


def explain(
    program: Program, tape: Tape, at_ts: int, *, start_usd: Decimal, costs: Costs, window: tuple[int, int] | None = None
) -> BarReading:
    """Replay the run up to the bar that contains `at_ts` (ms UTC) and read every condition at its close.

    Raises Invalid (run.explain) when no bar of the window contains that time.
    """
    begin, end = check_window(window, tape)
    row = row_at(tape, at_ts, begin, end)
    store, rules = FeatureStore(tape), pack_rules([program])
    session = Session([program], tape, costs, [start_cash(start_usd)], [0], begin, end)
    decisions = decisions_of(rules, store, begin, row + 1)
    session.run(decisions, row)
    before = session.fork()
    before.run(no_decisions(rules), row + 1)
    session.run(decisions, row + 1)
    reader = Reader(program, rules, store, before, row)
    refused = session.refusals[session.refusals["bar"] == row]
    return BarReading(
        ts=int(tape.ts[row]),
        row=row,
        rules=tuple(reader.rule(rule) for rule in program.rules),
        orders=tuple(np.flatnonzero(session.orders["bar"] == row).tolist()),
        refusals=tuple((tape.symbols[r["symbol"]], Refusal(int(r["reason"]))) for r in refused),
    )


def row_at(tape: Tape, at_ts: int, begin: int, end: int) -> int:
    """The row within `begin` to `end` whose bar contains `at_ts`; raises Invalid (run.explain) without one."""
    row = int(np.searchsorted(tape.ts, at_ts, side="right")) - 1
    step = interval_ms(tape.interval)
    if not begin <= row < end or at_ts >= tape.ts[row] + step:
        first, last = format_ts(int(tape.ts[begin])), format_ts(int(tape.ts[end - 1]))
        raise Invalid(
            Code.RUN_EXPLAIN,
            f"there is no bar at {format_ts(at_ts)}",
            where="explain",
            seen=format_ts(at_ts),
            rule=f"the time lies in a bar of the run, which goes from {first} to {last}",
        )
    return row


class Reader:
    """Reads guards at one bar, from the same columns and the same state as the kernel."""

    def __init__(self, program: Program, rules: PackedRules, store: FeatureStore, session: Session, row: int) -> None:
        self.program, self.rules, self.store, self.session, self.row = program, rules, store, session, row
        self.readings: list[TestReading] = []

    def rule(self, rule: Rule) -> RuleReading:
        self.readings = []
        symbol = self.store.tape.row(rule.action.symbol)
        closes = self.store.tape.close[symbol]
        before = np.flatnonzero(~np.isnan(closes[: self.row]))
        code = self._judge(rule.guard, int(before[-1]) if len(before) else -1)
        if math.isnan(closes[self.row]):
            code = FALSE  # no bar, no decision
        return RuleReading(rule, code, tuple(self.readings))

    def _judge(self, expr: Expr, before: int) -> int:
        if isinstance(expr, Literal):
            return TRUE if expr.value else FALSE
        if isinstance(expr, Not):
            return TRUE - self._judge(expr.part, before)
        if isinstance(expr, Test):
            reading = self._read(expr, before)
            self.readings.append(reading)
            return reading.code
        codes = [self._judge(part, before) for part in expr.parts]
        return min(codes, default=TRUE) if isinstance(expr, All) else max(codes, default=FALSE)

    def _read(self, test: Test, before: int) -> TestReading:
        left, right = self._value(test.left, self.row), self._value(test.right, self.row)
        if test.op not in CROSSES:
            return TestReading(test, left, right, math.nan, math.nan, compared(test.op, left, right))
        was_left, was_right = self._value(test.left, before), self._value(test.right, before)
        known = not any(math.isnan(value) for value in (left, right, was_left, was_right))
        above = test.op is Op.CROSS_ABOVE
        crossed = (was_left <= was_right and left > right) if above else (was_left >= was_right and left < right)
        code = (TRUE if crossed else FALSE) if known else UNKNOWN
        return TestReading(test, left, right, was_left, was_right, code)

    def _value(self, value: Value, row: int) -> float:
        if isinstance(value, Feature):
            return float(self.store.column(value)[row]) if row >= 0 else math.nan
        if isinstance(value, State):
            return self._state(value)
        return value.value

    def _state(self, state: State) -> float:
        slot = self.session.books.slots[self.program.symbols.index(state.symbol)]
        spec, s = self.session.spec, slot.symbol
        close_ts = int(self.store.tape.ts[self.row]) + self.session.market.interval_ms
        return float(state_value(state.field, slot, close_ts, float(spec.lot_scale[s]), float(spec.lot_value[s])))


def compared(op: Op, left: float, right: float) -> int:
    """Three-valued code of a comparison; unknown when a side is NaN."""
    if math.isnan(left) or math.isnan(right):
        return UNKNOWN
    passed = {Op.GT: left > right, Op.LT: left < right, Op.GE: left >= right, Op.LE: left <= right}[op]
    return TRUE if passed else FALSE
