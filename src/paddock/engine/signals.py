"""From guards to signals: which rules could fire at which bars, found over whole columns of the market.

What a guard reads of the market is known for every bar before the run; what it reads of the position is not. Evaluating
a guard with the position *unknown* gives, in three-valued logic, exactly: false where no position could make it fire,
true where every position does, unknown where the kernel must ask. Most bars are false and cost the kernel nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from paddock.engine.guards import (
    NOT,
    PUSH_CODE,
    PUSH_STATE,
    PUSH_TEST,
    by_side,
    compare_column,
    cross_column,
    guard_columns,
)
from paddock.engine.jit import column_pass
from paddock.engine.pack import Guards, step_of
from paddock.engine.rows import Table, table_of
from paddock.engine.state import Decisions, Step
from paddock.market.features import FEATURES, Feature, FeatureStore
from paddock.market.tape import Floats, Ints
from paddock.strategy.expr import UNKNOWN, Op, State, StateField, Test, Value
from paddock.strategy.program import Program

Codes = NDArray[np.uint8]
T = TypeVar("T")
WORTH_A_THREAD = 1_000_000  # values to find: below, starting a thread takes longer


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
    state_codes: Codes  # what each says where only the side of its position is known (paddock.engine.guards)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Every distinct feature that the tests read."""
        return tuple(dict.fromkeys(feature for _, test in self.tests for feature in read_by(test)))


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
        state_codes=np.array([by_side(StateField(s[0]), Op(s[1]), s[3]) for s in states], np.uint8),
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
    """Signals of `rules` for bars `begin` to `end` of the store's tape."""
    return signals_of(rules, tests_of(rules, store, begin, end, threads), begin, store, begin, end)


def tests_of(rules: PackedRules, store: FeatureStore, begin: int, end: int, threads: int = 1) -> Codes:
    """Codes [tests, bars] of the market tests for bars `begin` to `end` of the store's tape.

    Tests of the same symbols go together, so that a passing store holds few columns at a time.
    """
    tests = np.empty((len(rules.tests), end - begin), np.uint8)
    groups: dict[frozenset[str], list[int]] = {}
    for n, (_, test) in enumerate(rules.tests):
        groups.setdefault(frozenset(feature.symbol for feature in read_by(test)), []).append(n)

    def group(members: Sequence[int]) -> None:
        features = store.passing()
        for n in members:
            clock, test = rules.tests[n]
            evaluate(test, store.rows(clock), features, begin, end, tests[n])

    alone = len(groups) < threads
    users = Counter(f for members in groups.values() for f in {f for n in members for f in read_by(rules.tests[n][1])})
    shared = one_of_each_family([feature for feature, count in users.items() if alone or count > 1])
    size = store.tape.bars
    share_out(store.column, shared, size, threads)
    share_out(group, list(groups.values()), size, threads)
    return tests


def read_by(test: Test) -> list[Feature]:
    return [side for side in (test.left, test.right) if isinstance(side, Feature)]


def signals_of(
    rules: PackedRules, tests: Codes, tests_from: int, store: FeatureStore, begin: int, end: int
) -> Decisions:
    """Signals for bars `begin` to `end` from the codes of the market tests from bar `tests_from` on."""
    codes = np.empty((len(rules.actions), -(-(end - begin) // 8) * 8), np.uint8)
    codes[:, end - begin :] = 0
    actions = rules.actions
    guard_columns(
        actions["guard_start"], actions["guard_end"], actions["slot"], rules.guard_op, rules.guard_arg, tests,
        begin - tests_from, end - tests_from, rules.state_slot, rules.state_codes, rules.stack, codes,
    )  # fmt: skip
    for k, clock in enumerate(rules.clock):
        only_present(codes[k], store.rows(clock), begin, end)
    return with_signals(rules, tests, tests_from, codes, begin)


def one_of_each_family(features: Sequence[Feature]) -> list[Feature]:
    """Features that no other one's pass gives as well: the lines of an indicator are computed together."""
    return list({(f.symbol, f.interval, FEATURES[f.name].compute, f.params): f for f in features}.values())


def share_out(work: Callable[[T], object], parts: Sequence[T], size: int, threads: int) -> None:
    """Do `work` on every part, each `size` bars long, on several threads where that pays: no pass holds a lock."""
    if threads == 1 or len(parts) * size < WORTH_A_THREAD:
        for part in parts:
            work(part)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))


def only_present(codes: Codes, rows: Ints | None, begin: int, end: int) -> None:
    """A rule is silent where its symbol has no bar."""
    if rows is not None:
        low, high = np.searchsorted(rows, (begin, end))
        kept = codes[rows[low:high] - begin]
        codes.fill(0)
        codes[rows[low:high] - begin] = kept


def no_decisions(rules: PackedRules) -> Decisions:
    """Signals at no bar at all."""
    none = np.empty((len(rules.tests), 0), np.uint8)
    return with_signals(rules, none, 0, np.zeros((len(rules.actions), 0), np.uint8), 0)


def with_signals(rules: PackedRules, tests: Codes, tests_from: int, codes: Codes, begin: int) -> Decisions:
    """`Decisions` with the bars at which `codes` [rules, bars from `begin`, padded to eights] are not all false."""
    hot, start, action, code = _sparse(codes, codes.view(np.uint64))
    return Decisions(
        rules.actions, rules.guard_op, rules.guard_arg, rules.stack, rules.state_field, rules.state_op,
        rules.state_slot, rules.state_const, tests, tests_from, hot + begin, start, action, code,
    )  # fmt: skip


@column_pass
def _sparse(codes: Codes, words: NDArray[np.uint64]) -> tuple[Ints, Ints, NDArray[np.int32], Codes]:
    """Compressed columns of `codes` [K, n]: the bars with any code above 0, and their codes in order of rule.

    `words` views eight codes as one number: most are 0 in every rule and skipped at once.
    """
    some = np.zeros(words.shape[1], np.uint64)
    signals = 0
    for k in range(len(codes)):
        for w in range(len(some)):
            some[w] |= words[k, w]
        for t in range(codes.shape[1]):
            signals += codes[k, t] != 0
    action, code = np.empty(signals, np.int32), np.empty(signals, np.uint8)
    hot, start = np.empty(signals + 1, np.int64), np.empty(signals + 1, np.int64)
    among = np.empty(len(codes), np.int32)  # the rules with a code above 0 within the same word
    bars = used = 0
    for w in range(len(some)):
        if some[w] == 0:
            continue
        rules = 0
        for k in range(len(codes)):
            among[rules] = k
            rules += words[k, w] != 0
        for t in range(8 * w, 8 * w + 8):
            hot[bars], start[bars] = t, used
            for n in range(rules):
                if codes[among[n], t] != 0:
                    action[used], code[used] = among[n], codes[among[n], t]
                    used += 1
            bars += used > start[bars]
    start[bars] = used
    return hot[:bars], start[: bars + 1], action, code
