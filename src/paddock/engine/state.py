"""The engine's state: plain rows of plain numbers, so that it can be copied, stored, compared and resumed at any bar.

A *slot* is one bot's position on one symbol; slots of a bot are contiguous, symbols in name order; bots of an account
are contiguous. Each slot has at most one working exit order and one working entry order: rows `2 * slot` and
`2 * slot + 1` of `working`. Money is int64 micro-dollars.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paddock.engine.log import Fill, Order, Refused, Trade
from paddock.engine.rows import F8, I1, I4, I8, Table
from paddock.market.tape import Floats, Ints

NEVER = -(2**62)  # a time before all times
NO_LIMIT = -1
NO_ORDER = -1  # the number of no order

# A slot without position or working order rests. One with a position whose fixed levels are all that can happen to it
# is quiet: it is only marked until price reaches one. Every other slot is busy.
RESTING, BUSY, QUIET = 0, 1, 2


class Slot:
    """One bot's position on one symbol."""

    bot: I4
    account: I4
    symbol: I4
    allowed: I1
    blocked: I1  # the Refusal that every entry gets, decided outside; 0: none
    entered: I1  # an entry filled after the open of the bar that is running
    entries: I4
    lots: I8  # signed: long > 0, short < 0
    cost: I8  # value of the open lots at their fill prices, always positive
    entry_px: F8  # average
    entry_ts: I8
    entry_bar: I8
    leverage: F8
    stop_pct: F8
    stop_at: F8  # absolute price, as asked for
    take_pct: F8
    take_at: F8
    trail_pct: F8
    extreme: F8
    stop_px: F8  # levels on the grid; 0: none
    take_px: F8
    trail_px: F8
    liquidation_px: F8
    adverse: F8  # nearest of stop, trail and liquidation; -inf (long) or inf (short) without
    target: F8  # take_px; inf (long) or -inf (short) without
    mark: F8
    unrealised: I8
    fees: I8  # of the open lots so far
    funding: I8
    taken: I8  # lots filled in this bar, for the participation cap
    last_entry_ts: I8  # close time of the last admitted entry decision
    last_stop_ts: I8  # close time of the bar of the last losing stop


class Working:
    """An order that is working; `live` 0 means the place is free."""

    live: I1
    fresh: I1  # no bar has been open to it yet
    marketable: I1  # was marketable at this bar's open
    kind: I1
    side: I1
    reason: I1
    tif: I1
    row: I8  # in the order log
    number: I8  # of the order in its bot's life, where logs are drained; also when it is done
    lots: I8
    filled: I8
    px: F8
    reference_px: F8
    bound_px: F8
    decided_ts: I8  # close time of the decision
    expire_ts: I8
    slices: I8
    leverage: F8
    stop_pct: F8
    stop_at: F8
    take_pct: F8
    take_at: F8
    trail_pct: F8


class Bot:
    """One bot: its own money and its policy (NO_LIMIT or 0 where it has none)."""

    account: I4
    first_slot: I4
    slots: I4
    watched: I1  # has a rule on its equity or on time, checked every bar
    halted: I1
    base: I8
    cash: I8  # realised - fees + funding of this bot
    unrealised: I8
    peak: I8
    day: I8
    lost_day: I1  # the daily loss was reached: no entries until the next day
    day_start_equity: I8
    equity: I8  # at the last close
    orders: I8  # numbered so far
    max_leverage: F8
    max_open_positions: I8
    max_entries: I8
    max_order: I8
    capital: I8
    cooldown_ms: I8
    cooldown_after_stop_ms: I8
    timeout_ms: I8
    max_drawdown_pct: F8
    flatten: I1
    daily_loss_pct: F8


class Account:
    """One cash account."""

    first_slot: I4
    slots: I4
    cash: I8  # start + realised - fees + funding
    unrealised: I8
    open_positions: I8
    bars_exposed: I8
    realised: I8
    fees: I8
    funding: I8
    bars_ambiguous: I8


class Step(NamedTuple):
    """An action of paddock.strategy.program in the kernel's units, and its guard."""

    kind: I1
    slot: I4
    side: I1
    order: I1
    tif: I1
    size_mode: I1
    cancel: I1
    size: F8
    leverage: F8
    px: F8
    offset_pct: F8
    expire_ms: I8
    duration_ms: I8
    bound_pct: F8
    stop_pct: F8
    stop_at: F8
    take_pct: F8
    take_at: F8
    trail_pct: F8
    guard_start: I4
    guard_end: I4


class Books(NamedTuple):
    """All that a run carries from bar to bar."""

    slots: Table[Slot]
    working: Table[Working]
    bots: Table[Bot]
    accounts: Table[Account]
    active: NDArray[np.uint8]  # per slot: RESTING, BUSY or QUIET


class Logs(NamedTuple):
    """Room for what happens; `used` counts the rows of each. The kernel stops before a bar that might not fit.

    Rows name their bar by its place on the whole tape: `first_row` is that of the first bar the kernel sees.
    """

    orders: Table[Order]
    fills: Table[Fill]
    trades: Table[Trade]
    refusals: Table[Refused]
    used: Ints
    first_row: int


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
    """How fills are modelled: slippage and participation cap as fractions (0: none), touch or through; and the part of
    a bar's adverse move that passes while an order is on its way.
    """

    slippage: float
    participation: float
    touch: bool
    late: float


class Decisions(NamedTuple):
    """What may fire: the actions, their guards, and the bars at which a guard is not plainly false.

    `bars[j]` has signals `start[j]` to `start[j + 1]` of `action` (in firing order) and `code` (what the guard is for a
    short, flat and long slot, as in paddock.engine.guards; unknown: judge it). `tests[test, bar - tests_from]` are the
    market tests' three-valued codes. A guard is postfix code in `guard_op` and `guard_arg` that needs `stack` places;
    state tests are rows of `state_*`.
    """

    actions: Table[Step]
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
