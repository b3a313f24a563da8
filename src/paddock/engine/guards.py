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

PUSH_TEST, PUSH_STATE, PUSH_CODE, AND, OR, NOT = 0, 1, 2, 3, 4, 5


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
