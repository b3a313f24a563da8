"""A fleet: many bots live on one growing tape. A new bar goes through the same step as the bars of a backtest."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from paddock.engine.costs import Costs
from paddock.engine.guards import EVERY, compare, crossed
from paddock.engine.jit import entry_point
from paddock.engine.log import Rows
from paddock.engine.pack import start_cash
from paddock.engine.session import Session
from paddock.engine.signals import PackedRules, pack_rules
from paddock.engine.state import Decisions
from paddock.market.features import Feature, FeatureStore
from paddock.market.growing import Bar, GrowingTape
from paddock.market.stream import FeatureStream
from paddock.market.tape import Floats, Ints, Tape
from paddock.strategy.expr import UNKNOWN, Const, Op, Test, Value
from paddock.strategy.program import Program


class Fleet:
    """Bots on accounts of their own, decided together whenever a bar closes; indicators are shared by all of them.

    The bars of `tape` are history: features know them, bots trade only the bars that `step` brings. Every program's
    interval must be the tape's. A fleet does not know finer bars or funding yet: `costs` must not ask for funding.
    """

    def __init__(self, programs: Sequence[Program], tape: Tape, *, start_usd: Decimal, costs: Costs) -> None:
        self.growing = GrowingTape(tape)
        self.costs = costs
        self.rules = pack_rules(programs)
        self.stream = FeatureStream(tape, self.rules.features)
        self.tests = LiveTests(self.rules, self.stream, tape)
        starts = [start_cash(start_usd)] * len(programs)
        accounts = range(len(programs))
        self.session = Session(programs, tape, costs, starts, accounts, tape.bars, tape.bars, keep=1)
        self.session.slide(self.growing.whole, self.growing.dropped)
        self._clock = np.array([tape.row(symbol) for symbol in self.rules.clock], np.int64)
        self._every = np.arange(len(self.rules.actions), dtype=np.int32)

    @property
    def equity(self) -> Ints:
        """Equity of each account at the last close, in micro-dollars."""
        return self.session.equity[:, 0]

    @property
    def orders(self) -> Rows:
        return self.session.orders

    def step(self, bar: Bar) -> None:
        """Fill and book what was working, then decide at the close of `bar`."""
        dropped = self.growing.dropped
        self.growing.append(bar)
        if self.growing.dropped > dropped:
            self.session.slide(self.growing.whole, self.growing.dropped - dropped)
        self.stream.push(self.growing.tape)
        present = ~np.isnan(bar.close)
        codes = self.tests.codes(present)
        self.session.run(self._decisions(codes, present), self.session.at + 1)

    def _decisions(self, codes: NDArray[np.uint8], present: NDArray[np.bool_]) -> Decisions:
        """Every rule whose symbol has a bar, its guard to be judged."""
        rules, t = self.rules, self.session.at
        action = self._every if present.all() else self._every[present[self._clock]]
        return Decisions(
            rules.actions,
            rules.guard_op,
            rules.guard_arg,
            rules.stack,
            rules.state_field,
            rules.state_op,
            rules.state_slot,
            rules.state_const,
            codes,
            t,
            np.array([t]),
            np.array([0, len(action)]),
            action,
            np.full(len(action), EVERY, np.uint8),
        )


class LiveTests:
    """The market tests of a fleet, judged at one bar from carried feature values; `history` is what the stream saw."""

    def __init__(self, rules: PackedRules, stream: FeatureStream, history: Tape) -> None:
        self.stream = stream
        place = {feature: n for n, feature in enumerate(stream.features)}
        tests = [test for _, test in rules.tests]
        self._op = np.array([test.op for test in tests], np.int8)
        self._clock = np.array([history.row(clock) for clock, _ in rules.tests], np.int64)
        self._left, self._left_const = sides([test.left for test in tests], place)
        self._right, self._right_const = sides([test.right for test in tests], place)
        self._before = np.full((len(tests), 2), np.nan)
        self._codes = np.empty((len(tests), 1), np.uint8)
        self._remember(tests, history)

    def _remember(self, tests: Sequence[Test], tape: Tape) -> None:
        """Note both sides of every cross at the last bar of its clock in the history."""
        store = FeatureStore(tape)
        for n, test in enumerate(tests):
            rows = np.flatnonzero(~np.isnan(tape.close[self._clock[n]]))
            if test.op in (Op.CROSS_ABOVE, Op.CROSS_BELOW) and len(rows):
                for side, value in enumerate((test.left, test.right)):
                    known = store.column(value)[rows[-1]] if isinstance(value, Feature) else np.nan
                    self._before[n, side] = value.value if isinstance(value, Const) else known

    def codes(self, present: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Three-valued codes [tests, 1] at the last bar of the stream; a cross remembers it for the next."""
        judge_tests(
            self._op, self._clock, self._left, self._left_const, self._right, self._right_const, present,
            self.stream.values, self._before, self._codes,
        )  # fmt: skip
        return self._codes

    def code(self, n: int) -> int:
        """The code of test `n` as `codes` gave it last."""
        return int(self._codes[n, 0])


def sides(values: Sequence[Value], place: dict[Feature, int]) -> tuple[NDArray[np.int32], Floats]:
    """Per test side: the feature's place (-1 for a constant) and the constant."""
    index = [place[value] if isinstance(value, Feature) else -1 for value in values]
    const = [value.value if isinstance(value, Const) else np.nan for value in values]
    return np.array(index, np.int32), np.array(const, np.float64)


@entry_point
def judge_tests(
    op: NDArray[np.int8], clock: Ints, left: NDArray[np.int32], left_const: Floats, right: NDArray[np.int32],
    right_const: Floats, present: NDArray[np.bool_], values: Floats, before: Floats, out: NDArray[np.uint8],
) -> None:  # fmt: skip
    """One bar of every test whose symbol has it; the others are unknown and keep what they remember."""
    for n in range(len(op)):
        out[n, 0] = UNKNOWN
        if not present[clock[n]]:
            continue
        a = values[left[n]] if left[n] >= 0 else left_const[n]
        b = values[right[n]] if right[n] >= 0 else right_const[n]
        if op[n] in (Op.CROSS_ABOVE, Op.CROSS_BELOW):
            sign = 1.0 if op[n] == Op.CROSS_ABOVE else -1.0
            out[n, 0] = crossed((before[n, 0] - before[n, 1]) * sign, (a - b) * sign)
            before[n, 0], before[n, 1] = a, b
        else:
            out[n, 0] = compare(op[n], a, b)
