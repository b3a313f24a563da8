"""From guards to signals: which rules could fire at which bars, found over whole columns of the market.

What a guard reads of the market is known for every bar before the run; what it reads of the position is not. Evaluating
a guard with the position *unknown* gives, in three-valued logic, exactly: false where no position could make it fire,
true where every position does, unknown where the kernel must ask. Most bars are false and cost the kernel nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paddock.engine.guards import AND, NOT, PUSH_CODE, PUSH_STATE, PUSH_TEST, compare_column, cross_column
from paddock.engine.jit import column_pass
from paddock.engine.pack import Guards, step_of
from paddock.engine.rows import Table, table_of
from paddock.engine.state import Decisions, Step
from paddock.market.features import FEATURES, Feature, FeatureStore
from paddock.market.tape import Floats, Ints
from paddock.strategy.expr import UNKNOWN, Op, State, Test, Value
from paddock.strategy.program import Program

Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PackedRules:
    """The rules of one or more programs as arrays, ready for any tape with their symbols.

    `clock[k]` is the symbol whose bars rule `k` is decided on. `tests` lists the market tests with their clocks.
    """

    actions: Table[Step]
    clock: tuple[str, ...]
    tests: tuple[tuple[str, Test], ...]
    guard_op: NDArray[np.int8]
    guard_arg: NDArray[np.int32]
    stack: int
    state_field: NDArray[np.int8]
    state_op: NDArray[np.int8]
    state_slot: NDArray[np.int32]
    state_const: Floats

    @property
    def features(self) -> tuple[Feature, ...]:
        """Every distinct feature that the tests read."""
        sides = (side for _, test in self.tests for side in (test.left, test.right))
        return tuple(dict.fromkeys(side for side in sides if isinstance(side, Feature)))


def pack_rules(programs: Sequence[Program]) -> PackedRules:
    """Pack the rules of `programs`, slots numbered program by program, symbols in name order."""
    guards = Guards()
    count = sum(len(program.rules) for program in programs)
    actions = table_of(Step, count)
    clock: list[str] = []
    first_slot = k = 0
    for program in programs:
        place = {symbol: first_slot + n for n, symbol in enumerate(program.symbols)}
        for rule in program.rules:
            guard = guards.add(rule, first_slot, program.symbols)
            actions[k] = step_of(rule.action, place[rule.action.symbol], guard)
            clock.append(rule.action.symbol)
            k += 1
        first_slot += len(program.symbols)
    states = list(guards.states)
    ops = np.array(guards.ops, np.int8)
    return PackedRules(
        actions=actions,
        clock=tuple(clock),
        tests=tuple(guards.tests),
        guard_op=ops,
        guard_arg=np.array(guards.args, np.int32),
        stack=_stack_needed(ops),
        state_field=np.array([s[0] for s in states], np.int8),
        state_op=np.array([s[1] for s in states], np.int8),
        state_slot=np.array([s[2] for s in states], np.int32),
        state_const=np.array([s[3] for s in states], np.float64),
    )


def _stack_needed(ops: NDArray[np.int8]) -> int:
    """Most places that any postfix code in `ops` needs at once (guards follow each other; each leaves one behind)."""
    change = np.where(np.isin(ops, (PUSH_TEST, PUSH_STATE, PUSH_CODE)), 1, np.where(ops == NOT, 0, -1))
    return int(np.cumsum(change).max(initial=0)) + 1


def evaluate(test: Test, rows: Ints | None, store: FeatureStore, begin: int, end: int, out: Codes) -> None:
    """Codes of one market test for bars `begin` to `end` into `out`.

    `rows` are the rows at which the rule's symbol has a bar (None: all): "the bar before" of a cross is one of them.
    """
    cross = test.op in (Op.CROSS_ABOVE, Op.CROSS_BELOW)
    first = begin - 1 if cross and begin > 0 else begin
    left, right = _side(test.left, store), _side(test.right, store)
    fill = cross_column if cross else compare_column
    if isinstance(left, float):
        left = np.full(store.tape.bars, left)
    if rows is None:
        codes = np.empty(end - first, np.uint8) if first < begin else out
        fill(test.op, left[first:end], right if isinstance(right, float) else right[first:end], codes)
        if first < begin:
            out[:] = codes[1:]
        return
    codes = np.empty(len(rows), np.uint8)
    fill(test.op, left[rows], right if isinstance(right, float) else right[rows], codes)
    out.fill(UNKNOWN)
    low, high = np.searchsorted(rows, (begin, end))
    out[rows[low:high] - begin] = codes[low:high]


def _side(value: Value, store: FeatureStore) -> Floats | float:
    if isinstance(value, Feature):
        return store.column(value)
    assert not isinstance(value, State), "state tests are packed apart"
    return float(value.value)


def decisions_of(rules: PackedRules, store: FeatureStore, begin: int, end: int, threads: int = 1) -> Decisions:
    """Signals of `rules` for bars `begin` to `end` of the store's tape; columns are independent and share out well."""
    width = end - begin
    tests = np.empty((len(rules.tests), width), np.uint8)
    codes = np.zeros((len(rules.actions), -(-width // 8) * 8), np.uint8)

    def test(n: int) -> None:
        clock, one = rules.tests[n]
        evaluate(one, store.rows(clock), store, begin, end, tests[n])

    def rule(k: int) -> None:
        guard_codes(rules, k, tests, codes[k, :width])
        only_present(codes[k], store.rows(rules.clock[k]), begin, end)

    features = one_of_each_family(rules.features)
    share_out(lambda n: store.column(features[n]), len(features), threads)
    share_out(test, len(tests), threads)
    share_out(rule, len(codes), threads)
    return with_signals(rules, tests, begin, codes)


def one_of_each_family(features: Sequence[Feature]) -> list[Feature]:
    """Features that no other one's pass gives as well: the lines of an indicator are computed together."""
    return list({(f.symbol, f.interval, FEATURES[f.name].compute, f.params): f for f in features}.values())


def share_out(work: Callable[[int], object], count: int, threads: int) -> None:
    """Call `work(0)` to `work(count - 1)`, on several threads when there are: column passes hold no lock."""
    if threads == 1 or count == 1:
        for n in range(count):
            work(n)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(count)))


def only_present(codes: Codes, rows: Ints | None, begin: int, end: int) -> None:
    """A rule is silent where its symbol has no bar."""
    if rows is not None:
        low, high = np.searchsorted(rows, (begin, end))
        kept = codes[rows[low:high] - begin]
        codes.fill(0)
        codes[rows[low:high] - begin] = kept


def no_decisions(rules: PackedRules) -> Decisions:
    """Signals at no bar at all."""
    return with_signals(
        rules, np.empty((len(rules.tests), 0), np.uint8), 0, np.zeros((len(rules.actions), 0), np.uint8)
    )


def guard_codes(rules: PackedRules, k: int, tests: Codes, out: Codes) -> None:
    """Guard of rule `k` over whole columns, every test of the position unknown."""
    stack: list[Codes | np.uint8] = []
    start, end = rules.actions[k].guard_start, rules.actions[k].guard_end
    for op, arg in zip(rules.guard_op[start:end], rules.guard_arg[start:end], strict=True):
        if op == PUSH_TEST:
            stack.append(tests[arg])
        elif op == PUSH_STATE:
            stack.append(np.uint8(UNKNOWN))
        elif op == PUSH_CODE:
            stack.append(np.uint8(arg))
        elif op == NOT:
            stack.append(np.uint8(2) - stack.pop())
        else:
            b, a = stack.pop(), stack.pop()
            stack.append(np.minimum(a, b) if op == AND else np.maximum(a, b))
    out[:] = stack.pop()


def with_signals(rules: PackedRules, tests: Codes, begin: int, codes: Codes) -> Decisions:
    """`Decisions` with the bars at which `codes` [rules, bars padded to eights] are not all false."""
    hot, start, action, code = _sparse(codes, codes.view(np.uint64))
    return Decisions(
        rules.actions, rules.guard_op, rules.guard_arg, rules.stack, rules.state_field, rules.state_op,
        rules.state_slot, rules.state_const, tests, begin, hot + begin, start, action, code,
    )  # fmt: skip


@column_pass
def _sparse(codes: Codes, words: NDArray[np.uint64]) -> tuple[Ints, Ints, NDArray[np.int32], Codes]:
    """Compressed columns of `codes` [K, n]: the bars with any code above 0, and their codes in order of rule.

    `words` views eight codes as one number: most are 0 and skipped at once.
    """
    rules, n = codes.shape
    count = np.zeros(n + 1, np.int32)
    for k in range(rules):
        for w in range(words.shape[1]):
            if words[k, w] != 0:
                for t in range(8 * w, 8 * w + 8):
                    count[t + 1] += codes[k, t] != 0
    bars = 0
    for t in range(n):
        bars += count[t + 1] > 0
    hot, start = np.empty(bars, np.int64), np.empty(bars + 1, np.int64)
    b = 0
    for t in range(n):
        if count[t + 1] > 0:
            hot[b], start[b] = t, count[t]
            b += 1
        count[t + 1] += count[t]
    start[bars] = count[n]
    action, code = np.empty(count[n], np.int32), np.empty(count[n], np.uint8)
    for k in range(rules):
        for w in range(words.shape[1]):
            if words[k, w] != 0:
                for t in range(8 * w, 8 * w + 8):
                    if codes[k, t] != 0:
                        action[count[t]], code[count[t]] = k, codes[k, t]
                        count[t] += 1
    return hot, start, action, code
