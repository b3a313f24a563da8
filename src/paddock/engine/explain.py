"""Why, and why not: what each condition of a run saw at one bar, and what came of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from paddock.core.errors import Code, Invalid
from paddock.core.orders import Refusal
from paddock.core.time import format_ts, interval_ms
from paddock.engine.backtest import Progress, check_window
from paddock.engine.costs import Costs
from paddock.engine.guards import compared, state_value
from paddock.engine.pack import as_state, start_cash
from paddock.engine.scripted import check_columns, closes
from paddock.engine.session import Session
from paddock.engine.signals import PackedRules, decisions_of, no_decisions, pack_rules
from paddock.engine.state import Decisions
from paddock.market.features import Feature, FeatureStore
from paddock.market.tape import Tape
from paddock.strategy.expr import (
    FALSE,
    TRUE,
    UNKNOWN,
    All,
    Any,
    Expr,
    Literal,
    Not,
    Op,
    State,
    StateField,
    Test,
    Value,
)
from paddock.strategy.program import Action, Program, Rule
from paddock.strategy.python import PythonProgram

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
class LogicReading:
    """An and, or, not or literal as it stood, over the readings of its parts."""

    logic: All | Any | Not | Literal
    parts: tuple[Reading, ...]
    code: int


Reading = TestReading | LogicReading


@dataclass(frozen=True, slots=True)
class RuleReading:
    """One rule at one bar: its verdict, and its guard as the tree that it is. A symbol without this bar decides no."""

    rule: Rule
    code: int
    guard: Reading


@dataclass(frozen=True, slots=True)
class CodeReading:
    """What a Python strategy saw and returned at the close of one bar, and what was done, as in a `BarReading`.

    `read` are its features, each now and at the bar before of its symbol; NaN is unknown. `held` are quantities by
    symbol, before what was returned was done.
    """

    ts: int
    row: int
    read: tuple[tuple[Feature, float, float], ...]
    held: tuple[tuple[str, float], ...]
    returned: tuple[Action, ...]
    orders: tuple[int, ...]
    refusals: tuple[tuple[str, Refusal], ...]


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
    reader = Reader(program, rules, store, decisions, before, row)
    return BarReading(
        ts=int(tape.ts[row]),
        row=row,
        rules=tuple(reader.rule(rule) for rule in program.rules),
        orders=_ordered(session, row),
        refusals=_refused(session, tape, row),
    )


def explain_python(
    strategy: PythonProgram,
    tape: Tape,
    at_ts: int,
    *,
    start_usd: Decimal,
    costs: Costs,
    window: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> CodeReading:
    """Run a Python strategy up to the bar that contains `at_ts` (ms UTC), and tell what it saw and returned there.

    `progress` is told each bar: one may take long. Raises Invalid: run.explain when no bar of the window contains that
    time, strategy.python when the strategy fails.
    """
    begin, end = check_window(window, tape)
    row = row_at(tape, at_ts, begin, end)
    check_columns(strategy, tape)
    session = Session([strategy.program], tape, costs, [start_cash(start_usd)], [0], begin, row + 1)
    for now, seen, returned in closes(strategy, tape, session):
        if progress is not None:
            progress(now + 1 - begin, row + 1 - begin)
        if now == row:
            read = tuple((one, seen.value(one), seen.before(one.symbol, one)) for one in strategy.features)
            held = tuple((symbol, seen.state(symbol, StateField.QTY)) for symbol in seen.present)
            wanted = returned
    return CodeReading(
        ts=int(tape.ts[row]),
        row=row,
        read=read,
        held=held,
        returned=wanted,
        orders=_ordered(session, row),
        refusals=_refused(session, tape, row),
    )


def _ordered(session: Session, row: int) -> tuple[int, ...]:
    return tuple(np.flatnonzero(session.orders["bar"] == row).tolist())


def _refused(session: Session, tape: Tape, row: int) -> tuple[tuple[str, Refusal], ...]:
    refused = session.refusals[session.refusals["bar"] == row]
    return tuple((tape.symbols[r["symbol"]], Refusal(int(r["reason"]))) for r in refused)


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

    def __init__(
        self,
        program: Program,
        rules: PackedRules,
        store: FeatureStore,
        decisions: Decisions,
        session: Session,
        row: int,
    ) -> None:
        self.program, self.store, self.session, self.row = program, store, session, row
        self.codes = dict(zip(rules.tests, decisions.tests[:, row - decisions.tests_from].tolist(), strict=True))

    def rule(self, rule: Rule) -> RuleReading:
        clock = rule.action.symbol
        closes = self.store.tape.close[self.store.tape.row(clock)]
        before = np.flatnonzero(~np.isnan(closes[: self.row]))
        guard = self._judge(rule.guard, clock, int(before[-1]) if len(before) else -1)
        return RuleReading(rule, FALSE if math.isnan(closes[self.row]) else guard.code, guard)

    def _judge(self, expr: Expr, clock: str, before: int) -> Reading:
        if isinstance(expr, Test):
            return self._read(expr, clock, before)
        if isinstance(expr, Literal):
            return LogicReading(expr, (), TRUE if expr.value else FALSE)
        inner = (expr.part,) if isinstance(expr, Not) else expr.parts
        parts = tuple(self._judge(part, clock, before) for part in inner)
        codes = [part.code for part in parts]
        if isinstance(expr, Not):
            return LogicReading(expr, parts, TRUE - codes[0])
        return LogicReading(
            expr, parts, min(codes, default=TRUE) if isinstance(expr, All) else max(codes, default=FALSE)
        )

    def _read(self, test: Test, clock: str, before: int) -> TestReading:
        left, right = self._value(test.left, self.row), self._value(test.right, self.row)
        state = as_state(test)
        if state is not None:
            op, where, const = state
            return TestReading(test, left, right, math.nan, math.nan, compared(op, self._state(where), const))
        code = self.codes[clock, test]
        if test.op not in CROSSES:
            return TestReading(test, left, right, math.nan, math.nan, code)
        return TestReading(test, left, right, self._value(test.left, before), self._value(test.right, before), code)

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
