"""One pass over closed trades: sums, streaks, durations and how even the gains are."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from paddock.engine.log import Rows
from paddock.market.tape import Floats


class TradeStats(NamedTuple):
    """Money in micro-dollars, durations in ms, returns as fractions of the trade's entry value.

    `pnl_sd` divides by n - 1 (NaN below two trades). `gain_squares` is the sum of squared winning PnL.
    """

    n: int
    wins: int
    draws: int
    losses: int
    pnl: int
    gross_profit: int
    gross_loss: int  # positive
    best: int
    worst: int
    win_streak: int
    loss_streak: int
    duration_sum: int
    duration_max: int
    return_mean: float
    pnl_sd: float
    gain_squares: float


@njit(cache=True)
def _scan(trades: Rows, lot_value: Floats) -> TradeStats:
    n = len(trades)
    wins = draws = pnl = profit = loss = 0
    best = worst = trades[0].pnl
    win_streak = loss_streak = wins_now = losses_now = 0
    duration_sum = duration_max = 0
    returns = squares = 0.0
    for i in range(n):
        trade = trades[i]
        p = trade.pnl
        pnl += p
        best = max(best, p)
        worst = min(worst, p)
        if p > 0:
            wins += 1
            profit += p
            squares += float(p) * float(p)
            wins_now, losses_now = wins_now + 1, 0
            win_streak = max(win_streak, wins_now)
        elif p < 0:
            loss -= p
            wins_now, losses_now = 0, losses_now + 1
            loss_streak = max(loss_streak, losses_now)
        else:
            draws += 1
            wins_now = losses_now = 0
        duration = trade.exit_ts - trade.entry_ts
        duration_sum += duration
        duration_max = max(duration_max, duration)
        returns += p / (trade.lots * trade.entry_px * lot_value[trade.symbol])
    mean = pnl / n
    deviation = 0.0
    for i in range(n):
        deviation += (trades[i].pnl - mean) ** 2
    sd = math.sqrt(deviation / (n - 1)) if n > 1 else math.nan
    return TradeStats(
        n,
        wins,
        draws,
        n - wins - draws,
        pnl,
        profit,
        loss,
        best,
        worst,
        win_streak,
        loss_streak,
        duration_sum,
        duration_max,
        returns / n,
        sd,
        squares,
    )


def trade_stats(trades: Rows, lot_value: Floats) -> TradeStats:
    """Statistics of `trades` (rows of `log.TRADE` in order of their exits).

    `lot_value` [symbols] is what one lot is worth in micro-dollars at price 1, by the trades' symbol index.
    """
    if len(trades) == 0:
        return TradeStats(*(0,) * 13, math.nan, math.nan, 0.0)
    return _scan(trades, lot_value)


def in_exit_order(trades: Rows) -> Rows:
    """The same trades sorted by exit, then entry, then symbol: the order of every listing and of the streaks.

    The kernel logs them by exit, so only those that share an exit with another have to be sorted.
    """
    exits = trades["exit_ts"]
    tied = exits[1:] <= exits[:-1]
    if (exits[1:] < exits[:-1]).any():
        tied[:] = True
    among = np.flatnonzero(np.append(tied, False) | np.append(False, tied))
    order = among[np.lexsort([trades[key][among] for key in ("side", "symbol", "entry_ts", "exit_ts")])]
    moved = order != among
    if not moved.any():
        return trades
    in_order = trades.copy()
    in_order[among[moved]] = trades[order[moved]]
    return in_order
