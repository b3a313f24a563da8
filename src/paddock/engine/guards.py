"""Three-valued tests, columns of them over many bars, and guards that read the position. Compiled.

FALSE, UNKNOWN, TRUE are 0, 1, 2, so that and = min, or = max, not = 2 - x.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from paddock.engine.jit import column_pass, entry_point, part
from paddock.engine.state import NEVER, Books, Decisions, Slot
from paddock.market.tape import Floats
from paddock.strategy.expr import FALSE, TRUE, UNKNOWN, Op, StateField

# Codes of a guard for a short, a flat and a long slot at once, in two bits each: "not false" below "true". And, or and
# not of all three are then bitwise.
SHORT, FLAT, LONG = 0, 2, 4
EVERY, ALL = 0b010101, 0b111111
TINY = math.ulp(0.0)
# What a position may be (least, most) where its side is known.
KNOWN = {
    (StateField.QTY, SHORT): (-math.inf, -TINY),
    (StateField.QTY, FLAT): (0.0, 0.0),
    (StateField.QTY, LONG): (TINY, math.inf),
    (StateField.NOTIONAL_USD, FLAT): (0.0, 0.0),
}

PUSH_TEST, PUSH_STATE, PUSH_CODE, AND, OR, NOT = 0, 1, 2, 3, 4, 5
CHUNK = 4096


def compared(op: int, left: float, right: float) -> int:
    """Code of `left op right` for the four comparisons; a NaN side is unknown."""
    if math.isnan(left) or math.isnan(right):
        return UNKNOWN
    if op == Op.GT:
        return TRUE if left > right else FALSE
    if op == Op.LT:
        return TRUE if left < right else FALSE
    if op == Op.GE:
        return TRUE if left >= right else FALSE
    return TRUE if left <= right else FALSE


compare = part(compared)


def by_side(field: StateField, op: Op, const: float) -> int:
    """Codes of a test of the position for each side, as far as the side decides it."""
    codes = 0
    for side in (SHORT, FLAT, LONG):
        least, most = KNOWN.get((field, side), (math.nan, math.nan))
        code = compared(op, least, const)
        codes |= widened(code if code == compared(op, most, const) else UNKNOWN) & 0b11 << side
    return codes


@part
def side_of(codes: int, lots: int) -> int:
    """The code for the side that a slot of `lots` has."""
    code = codes >> (FLAT + (LONG - FLAT) * ((lots > 0) - (lots < 0))) & 0b11
    return int(code - (code >> 1))


def widened(code: int) -> int:
    """A code that holds whatever the position is."""
    return EVERY * (code != FALSE) | EVERY * (code == TRUE) << 1


wide = part(widened)


@part
def widen(codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    for n in range(len(codes)):
        out[n] = np.uint8(EVERY) * (codes[n] + (codes[n] >> 1))


@part
def invert(codes: NDArray[np.uint8]) -> None:
    for n in range(len(codes)):
        codes[n] = ALL ^ ((codes[n] & EVERY) << 1 | (codes[n] >> 1 & EVERY))


@part
def combine(codes: NDArray[np.uint8], others: NDArray[np.uint8], both: bool) -> None:
    """And, or else or, into `codes`."""
    if both:
        for n in range(len(codes)):
            codes[n] &= others[n]
    else:
        for n in range(len(codes)):
            codes[n] |= others[n]


@column_pass
def guard_columns(
    starts: NDArray[np.int32], ends: NDArray[np.int32], slots: NDArray[np.int32], op: NDArray[np.int8],
    arg: NDArray[np.int32], tests: NDArray[np.uint8], begin: int, end: int, state_slot: NDArray[np.int32],
    state_codes: NDArray[np.uint8], depth: int, out: NDArray[np.uint8],
) -> None:  # fmt: skip
    """Guards over columns `begin` to `end` of `tests`: `out[rule, column - begin]` = codes by side of the rule's slot.

    Tests of other slots, and what the side does not decide, are unknown. A chunk at a time, so that it stays in cache.
    """
    stack = np.empty((depth, CHUNK), np.uint8)
    for k in range(len(starts)):
        for t in range(begin, end, CHUNK):
            n = min(CHUNK, end - t)
            top = 0
            for pc in range(starts[k], ends[k]):
                a = arg[pc]
                if op[pc] == PUSH_TEST:
                    widen(tests[a, t : t + n], stack[top])
                    top += 1
                elif op[pc] == PUSH_STATE:
                    stack[top, :n] = state_codes[a] if state_slot[a] == slots[k] else EVERY
                    top += 1
                elif op[pc] == PUSH_CODE:
                    stack[top, :n] = wide(a)
                    top += 1
                elif op[pc] == NOT:
                    invert(stack[top - 1, :n])
                else:
                    top -= 1
                    combine(stack[top - 1, :n], stack[top], op[pc] == AND)
            out[k, t - begin : t - begin + n] = stack[0, :n]


@column_pass
def _column(left: Floats, right: Floats, out: NDArray[np.uint8], sign: float, strict: bool) -> None:
    """`out` = code of left > right (sign 1) or left < right (sign -1); non-strict adds equality. No branches."""
    for t in range(len(out)):
        a, b = left[t] * sign, right[t] * sign
        yes = a > b or (a == b and not strict)
        no = a < b or (a == b and strict)
        out[t] = np.uint8(1) + np.uint8(yes) - np.uint8(no)


@column_pass
def _column_const(left: Floats, right: float, out: NDArray[np.uint8], sign: float, strict: bool) -> None:
    b = right * sign
    for t in range(len(out)):
        a = left[t] * sign
        yes = a > b or (a == b and not strict)
        no = a < b or (a == b and strict)
        out[t] = np.uint8(1) + np.uint8(yes) - np.uint8(no)


@part
def crossed(before: float, now: float) -> int:
    """Code of a difference that was not above 0 and is now; unknown when either is NaN."""
    unknown = now != now or before != before  # noqa: PLR0124 - NaN is not itself
    yes = before <= 0.0 and now > 0.0
    return int(unknown) + 2 * int(yes)


@column_pass
def _cross(left: Floats, right: Floats, out: NDArray[np.uint8], sign: float) -> None:
    """`out[t]` = code of left crossing above right (sign 1) or below it (sign -1) since bar `t - 1`."""
    out[0] = UNKNOWN
    for t in range(1, len(out)):
        out[t] = crossed((left[t - 1] - right[t - 1]) * sign, (left[t] - right[t]) * sign)


def cross_column(op: Op, left: Floats, right: Floats | float, out: NDArray[np.uint8]) -> None:
    """Fill `out` [n] with the codes of a cross; the first bar has no bar before it and is unknown."""
    if isinstance(right, float):
        right = np.broadcast_to(np.float64(right), left.shape)
    _cross(left, right, out, 1.0 if op is Op.CROSS_ABOVE else -1.0)


def compare_column(op: Op, left: Floats, right: Floats | float, out: NDArray[np.uint8]) -> None:
    """Fill `out` [n] with the codes of `left op right` bar by bar (not for crosses)."""
    sign = 1.0 if op in (Op.GT, Op.GE) else -1.0
    strict = op in (Op.GT, Op.LT)
    if isinstance(right, float):
        _column_const(left, right, out, sign, strict)
    else:
        _column(left, right, out, sign, strict)


@entry_point
def state_value(field: int, slot: Slot, close_ts: int, lot_scale: float, lot_value: float) -> float:
    """What a guard may know of a slot at the close; NaN is unknown."""
    if field == StateField.QTY:
        return slot.lots / lot_scale
    if field == StateField.NOTIONAL_USD:
        return abs(slot.lots) * lot_value * slot.mark / 1e6 if slot.lots != 0 else 0.0
    if field == StateField.SINCE_ENTRY_S:
        return math.inf if slot.last_entry_ts == NEVER else (close_ts - slot.last_entry_ts) / 1000.0
    if slot.lots == 0:
        return math.nan
    if field == StateField.PNL_USD:
        return slot.unrealised / 1e6
    if field == StateField.PNL_PCT:
        return slot.unrealised / (slot.cost / slot.leverage) * 100.0
    return (close_ts - slot.entry_ts) / 1000.0


@part
def judge(
    start: int, end: int, column: int, decisions: Decisions, books: Books, close_ts: int, lot_scale: Floats,
    lot_value: Floats, stack: NDArray[np.uint8],
) -> int:  # fmt: skip
    """Three-valued result of guard `start:end` on one bar; `column` is the bar's column in `decisions.tests`."""
    top = 0
    for pc in range(start, end):
        op, arg = decisions.guard_op[pc], decisions.guard_arg[pc]
        if op == PUSH_TEST:
            stack[top] = decisions.tests[arg, column]
            top += 1
        elif op == PUSH_STATE:
            slot = books.slots[decisions.state_slot[arg]]
            s = slot.symbol
            value = state_value(decisions.state_field[arg], slot, close_ts, lot_scale[s], lot_value[s])
            stack[top] = compare(decisions.state_op[arg], value, decisions.state_const[arg])
            top += 1
        elif op == PUSH_CODE:
            stack[top] = arg
            top += 1
        elif op == NOT:
            stack[top - 1] = 2 - stack[top - 1]
        else:
            top -= 1
            a, b = stack[top - 1], stack[top]
            stack[top - 1] = min(a, b) if op == AND else max(a, b)
    return int(stack[0])
