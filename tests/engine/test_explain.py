"""What explain says of a bar is what the kernel decided there."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from paddock.engine.explain import Reader, Reading, TestReading
from paddock.engine.guards import side_of
from paddock.engine.pack import as_state, start_cash
from paddock.engine.session import Session
from paddock.engine.signals import decisions_of, no_decisions, pack_rules
from paddock.market.features import FeatureStore
from paddock.strategy.expr import FALSE, TRUE, UNKNOWN, Op
from tests.oracle.generate import Case, random_case

BATCH = 20


def leaves(reading: Reading) -> list[TestReading]:
    return [reading] if isinstance(reading, TestReading) else [test for part in reading.parts for test in leaves(part)]


def numpy_code(reading: TestReading) -> int:
    """The code of a test from the values that it shows, said once more."""
    now = reading.left - reading.right if reading.left != reading.right else 0.0
    if np.isnan(now):
        return UNKNOWN
    if reading.test.op in (Op.CROSS_ABOVE, Op.CROSS_BELOW):
        before = reading.left_before - reading.right_before
        sign = 1 if reading.test.op is Op.CROSS_ABOVE else -1
        return UNKNOWN if np.isnan(before) else 2 * int(sign * before <= 0 < sign * now)
    return 2 * int({Op.GT: now > 0, Op.LT: now < 0, Op.GE: now >= 0, Op.LE: now <= 0}[reading.test.op])


def agreed(case: Case, rows: list[int]) -> int:
    """Compare rule by rule at these rows; how many rules were decided by the market alone and passed."""
    begin, end = case.window
    rules, store = pack_rules([case.program]), FeatureStore(case.tape)
    decisions = decisions_of(rules, store, begin, end)
    passed = 0
    for row in rows:
        session = Session([case.program], case.tape, case.costs, [start_cash(case.start_usd)], [0], begin, end)
        session.run(decisions, row)
        session.run(no_decisions(rules), row + 1)
        reader = Reader(case.program, rules, store, decisions, session, row)
        hot = np.flatnonzero(decisions.bars == row)
        signals = slice(*decisions.start[hot[0] : hot[0] + 2]) if len(hot) else slice(0)
        codes = dict(zip(decisions.action[signals].tolist(), decisions.code[signals].tolist(), strict=True))
        for k, rule in enumerate(case.program.rules):
            lots = session.books.slots[rules.actions[k].slot].lots
            reading, kernel = reader.rule(rule), side_of.py_func(codes.get(k, FALSE), int(lots))
            tests = leaves(reading.guard)
            if kernel != UNKNOWN or all(as_state(test.test) is None for test in tests):
                assert reading.code == kernel, f"seed {case.seed}, row {row}, rule {k}"
                passed += kernel == TRUE
            present = not np.isnan(case.tape.close[case.tape.row(rule.action.symbol), row])
            for test in tests if present else ():
                assert test.code == numpy_code(test), f"seed {case.seed}, row {row}, {test}"
    return passed


@pytest.mark.parametrize("first", range(0, 60, BATCH))
def test_explain_agrees_with_the_kernel_on_random_programs(first: int) -> None:
    passed = 0
    for seed in range(first, first + BATCH):
        case = random_case(seed)
        rows = sorted(Random(seed).sample(range(*case.window), min(10, case.window[1] - case.window[0])))
        passed += agreed(case, rows)
    assert passed > 20
