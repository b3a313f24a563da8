"""What a run leaves behind: orders, fills, trades and refusals as packed rows, and the equity of every bar.

Money is int64 micro-dollars, quantities int64 lots, prices float64 on the instrument's grid, times ms UTC. `bar` is a
row of the tape; `symbol` an index into its symbols; a trade's and a fill's `ts` is its bar's open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paddock.engine.costs import Costs
from paddock.engine.rows import F8, I1, I4, I8, dtype_of
from paddock.market.tape import Ints, Tape
from paddock.strategy.program import Program

WORKING, FILLED, CANCELED, EXPIRED = 0, 1, 2, 3


class Order:
    """An order as decided and as it ended."""

    bar: I8  # the bar at whose close it was decided; protection: the bar that touched it
    ts: I8  # that bar's close time; protection: that bar's open time
    bot: I4
    symbol: I4
    kind: I1  # OrderKind
    side: I1  # Side
    reason: I1  # Reason
    tif: I1  # Tif
    state: I1  # WORKING, FILLED, CANCELED, EXPIRED
    capped: I1  # 1 when the risk policy made it smaller
    lots: I8
    filled: I8
    px: F8  # limit price or protection level; 0 for market and TWAP
    leverage: F8


ORDER = dtype_of(Order)


class Fill:
    """One fill; `order` is a row of the orders."""

    order: I8
    bar: I8
    ts: I8
    bot: I4
    symbol: I4
    side: I1
    maker: I1
    lots: I8
    px: F8
    value: I8
    fee: I8


FILL = dtype_of(Fill)


class Trade:
    """What one reducing fill closed."""

    bot: I4
    symbol: I4
    side: I1  # of the position: +1 long, -1 short
    reason: I1  # of the exit
    lots: I8
    entry_bar: I8
    entry_ts: I8
    entry_px: F8  # average entry
    exit_bar: I8
    exit_ts: I8
    exit_px: F8
    realised: I8  # gross
    fees: I8  # paid is positive
    funding: I8  # received is positive
    pnl: I8  # realised - fees + funding


TRADE = dtype_of(Trade)


class Refused:
    """An entry that was not admitted (or made smaller), and why."""

    bar: I8
    ts: I8
    bot: I4
    symbol: I4
    reason: I1


REFUSAL = dtype_of(Refused)

Rows = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class OpenPosition:
    symbol: str
    side: int
    lots: int
    entry_ts: int
    entry_px: float
    unrealised: int  # micro-dollars
    stop_px: float  # 0: none
    take_px: float


@dataclass(frozen=True, slots=True)
class Run:
    """A finished (or cut) run of one program on one account over `tape.ts[start:end]`.

    `equity` [end - start] is the account's equity at each close; `start_equity` before the first bar.
    """

    program: Program
    tape: Tape
    costs: Costs
    start: int
    end: int
    start_equity: int
    cash: int  # start + realised - fees + funding
    equity: Ints
    orders: Rows
    fills: Rows
    trades: Rows
    refusals: Rows
    positions: tuple[OpenPosition, ...]
    fees: int
    funding: int
    realised: int
    bars_exposed: int  # bars at whose close a position was open
    bars_ambiguous: int  # bars that touched both stop and target without finer bars to decide
