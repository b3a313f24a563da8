"""The engine's state: plain rows of plain numbers, so that it can be copied, stored, compared and resumed at any bar.

A *slot* is one bot's position on one symbol; slots of a bot are contiguous, symbols in name order; bots of an account
are contiguous. Each slot has at most one working exit order and one working entry order: rows `2 * slot` and
`2 * slot + 1` of `working`. Money is int64 micro-dollars.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paddock.engine.log import Rows
from paddock.market.tape import Floats, Ints

NEVER = -(2**62)  # a time before all times
NO_LIMIT = -1

SLOT = np.dtype(
    [
        ("bot", "i4"),
        ("account", "i4"),
        ("symbol", "i4"),
        ("allowed", "i1"),
        ("entries", "i4"),
        ("lots", "i8"),  # signed: long > 0, short < 0
        ("cost", "i8"),  # value of the open lots at their fill prices, always positive
        ("entry_px", "f8"),  # average
        ("entry_ts", "i8"),
        ("entry_bar", "i8"),
        ("leverage", "f8"),
        ("stop_pct", "f8"),
        ("stop_at", "f8"),  # absolute price, as asked for
        ("take_pct", "f8"),
        ("take_at", "f8"),
        ("trail_pct", "f8"),
        ("extreme", "f8"),
        ("stop_px", "f8"),  # levels on the grid; 0: none
        ("take_px", "f8"),
        ("trail_px", "f8"),
        ("liquidation_px", "f8"),
        ("adverse", "f8"),  # nearest of stop, trail and liquidation; -inf (long) or inf (short) without
        ("target", "f8"),  # take_px; inf (long) or -inf (short) without
        ("mark", "f8"),
        ("unrealised", "i8"),
        ("fees", "i8"),  # of the open lots so far
        ("funding", "i8"),
        ("taken", "i8"),  # lots filled in this bar, for the participation cap
        ("last_entry_ts", "i8"),  # close time of the last admitted entry decision
        ("last_stop_ts", "i8"),  # close time of the bar of the last losing stop
    ],
    align=True,
)

WORKING = np.dtype(
    [
        ("live", "i1"),
        ("fresh", "i1"),  # no bar has been open to it yet
        ("marketable", "i1"),  # was marketable at this bar's open
        ("kind", "i1"),
        ("side", "i1"),
        ("reason", "i1"),
        ("tif", "i1"),
        ("row", "i8"),  # in the order log
        ("lots", "i8"),
        ("filled", "i8"),
        ("px", "f8"),
        ("reference_px", "f8"),
        ("bound_px", "f8"),
        ("decided_ts", "i8"),  # close time of the decision
        ("expire_ts", "i8"),
        ("slices", "i8"),
        ("leverage", "f8"),
        ("stop_pct", "f8"),
        ("stop_at", "f8"),
        ("take_pct", "f8"),
        ("take_at", "f8"),
        ("trail_pct", "f8"),
    ],
    align=True,
)

BOT = np.dtype(
    [
        ("account", "i4"),
        ("first_slot", "i4"),
        ("slots", "i4"),
        ("watched", "i1"),  # has a rule on its equity or on time, checked every bar
        ("halted", "i1"),
        ("base", "i8"),
        ("cash", "i8"),  # realised - fees + funding of this bot
        ("peak", "i8"),
        ("day", "i8"),
        ("day_start_equity", "i8"),
        ("equity", "i8"),  # at the last close
        ("max_leverage", "f8"),
        ("max_open_positions", "i8"),
        ("max_entries", "i8"),
        ("max_order", "i8"),
        ("capital", "i8"),
        ("cooldown_ms", "i8"),
        ("cooldown_after_stop_ms", "i8"),
        ("timeout_ms", "i8"),
        ("max_drawdown_pct", "f8"),
        ("flatten", "i1"),
        ("daily_loss_pct", "f8"),
    ],
    align=True,
)

ACCOUNT = np.dtype(
    [
        ("first_slot", "i4"),
        ("slots", "i4"),
        ("cash", "i8"),  # start + realised - fees + funding
        ("unrealised", "i8"),
        ("open_positions", "i8"),
        ("bars_exposed", "i8"),
        ("realised", "i8"),
        ("fees", "i8"),
        ("funding", "i8"),
        ("bars_ambiguous", "i8"),
    ],
    align=True,
)

ACTION = np.dtype(
    [
        ("kind", "i1"),
        ("slot", "i4"),
        ("side", "i1"),
        ("order", "i1"),
        ("tif", "i1"),
        ("size_mode", "i1"),
        ("cancel", "i1"),
        ("size", "f8"),
        ("leverage", "f8"),
        ("px", "f8"),
        ("offset_pct", "f8"),
        ("expire_ms", "i8"),
        ("duration_ms", "i8"),
        ("bound_pct", "f8"),
        ("stop_pct", "f8"),
        ("stop_at", "f8"),
        ("take_pct", "f8"),
        ("take_at", "f8"),
        ("trail_pct", "f8"),
        ("guard_start", "i4"),
        ("guard_end", "i4"),
    ],
    align=True,
)


class Books(NamedTuple):
    """All that a run carries from bar to bar."""

    slots: Rows
    working: Rows
    bots: Rows
    accounts: Rows
    active: NDArray[np.uint8]  # per slot: it has a position or a working order


class Logs(NamedTuple):
    """Room for what happens; `used` counts the rows of each. The kernel stops before a bar that might not fit."""

    orders: Rows
    fills: Rows
    trades: Rows
    refusals: Rows
    used: Ints


class Market(NamedTuple):
    """The tape as the kernel reads it; every array is read-only. Shapes as in paddock.market.tape.Tape."""

    interval_ms: int
    ts: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    funding_open: Floats
    funding_inside: Floats
    impact: Floats  # Y * sigma / sqrt(V in lots), known before the bar; [S, 0] without
    fine_open: Floats
    fine_high: Floats
    fine_low: Floats
    fine_start: Ints  # [S, 0] without finer bars
    fine_end: Ints


class Spec(NamedTuple):
    """Per symbol: the grid, the micro-dollars of a lot at price 1, limits and fee rates (fractions)."""

    px_scale: Floats
    sig_figs: Ints
    lot_value: Floats
    lot_scale: Floats
    min_notional: Ints
    max_leverage: Floats
    maintenance: Floats
    liquidates: NDArray[np.uint8]
    maker: Floats
    taker: Floats


class Friction(NamedTuple):
    """How fills are modelled: slippage as a fraction, the participation cap as a fraction (0: none), touch or through."""

    slippage: float
    participation: float
    touch: bool


class Decisions(NamedTuple):
    """What may fire: the actions, their guards, and the bars at which a guard is not plainly false.

    `bars[j]` has signals `start[j]` to `start[j + 1]` of `action` (in firing order) and `code` (TRUE, or UNKNOWN: judge
    the guard, which may read the position). `tests[test, bar - tests_from]` are the market tests' three-valued codes.
    A guard is postfix code in `guard_op` and `guard_arg` that needs `stack` places; state tests are rows of `state_*`.
    """

    actions: Rows
    guard_op: NDArray[np.int8]
    guard_arg: NDArray[np.int32]
    stack: int
    state_field: NDArray[np.int8]
    state_op: NDArray[np.int8]
    state_slot: NDArray[np.int32]
    state_const: Floats
    tests: NDArray[np.uint8]
    tests_from: int
    bars: Ints
    start: Ints
    action: NDArray[np.int32]
    code: NDArray[np.uint8]
