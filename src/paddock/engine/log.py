"""What a run leaves behind: orders, fills, trades and refusals as packed rows, and the equity of every bar.

Money is int64 micro-dollars, quantities int64 lots, prices float64 on the instrument's grid, times ms UTC. `bar` is a
row of the tape; `symbol` an index into its symbols; a trade's and a fill's `ts` is its bar's open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paddock.engine.costs import Costs
from paddock.market.tape import Ints, Tape
from paddock.strategy.program import Program

WORKING, FILLED, CANCELED, EXPIRED = 0, 1, 2, 3

ORDER = np.dtype(
    [
        ("bar", "i8"),  # the bar at whose close it was decided; protection: the bar that touched it
        ("ts", "i8"),  # that bar's close time; protection: that bar's open time
        ("bot", "i4"),
        ("symbol", "i4"),
        ("kind", "i1"),  # OrderKind
        ("side", "i1"),  # Side
        ("reason", "i1"),  # Reason
        ("tif", "i1"),  # Tif
        ("state", "i1"),  # WORKING, FILLED, CANCELED, EXPIRED
        ("capped", "i1"),  # 1 when the risk policy made it smaller
        ("lots", "i8"),
        ("filled", "i8"),
        ("px", "f8"),  # limit price or protection level; 0 for market and TWAP
        ("leverage", "f8"),
    ],
    align=True,
)

FILL = np.dtype(
    [
        ("order", "i8"),
        ("bar", "i8"),
        ("ts", "i8"),
        ("bot", "i4"),
        ("symbol", "i4"),
        ("side", "i1"),
        ("maker", "i1"),
        ("lots", "i8"),
        ("px", "f8"),
        ("value", "i8"),
        ("fee", "i8"),
    ],
    align=True,
)

TRADE = np.dtype(
    [
        ("bot", "i4"),
        ("symbol", "i4"),
        ("side", "i1"),  # of the position: +1 long, -1 short
        ("reason", "i1"),  # of the exit
        ("lots", "i8"),
        ("entry_bar", "i8"),
        ("entry_ts", "i8"),
        ("entry_px", "f8"),  # average entry
        ("exit_bar", "i8"),
        ("exit_ts", "i8"),
        ("exit_px", "f8"),
        ("realised", "i8"),  # gross
        ("fees", "i8"),  # paid is positive
        ("funding", "i8"),  # received is positive
        ("pnl", "i8"),  # realised - fees + funding
    ],
    align=True,
)

REFUSAL = np.dtype([("bar", "i8"), ("ts", "i8"), ("bot", "i4"), ("symbol", "i4"), ("reason", "i1")], align=True)

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
