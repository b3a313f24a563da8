"""The 24 hours before a bar, carried from bar to bar: what the impact of an order is measured by."""

from __future__ import annotations

import numpy as np

from paddock.engine.pack import bars_of_a_day, day_before
from paddock.market.growing import Bar
from paddock.market.tape import Floats, Tape


class RecentTrading:
    """Volatility and volume of each symbol's last day; `scale` is Y of the square-root law (docs/engine.md, Slippage).

    The numbers are those that `paddock.engine.pack.impact_of` finds over the whole tape.
    """

    def __init__(self, tape: Tape, scale: float) -> None:
        self._day, self._scale = bars_of_a_day(tape.interval), scale
        self._lots = [10.0**instrument.qty_decimals for instrument in tape.instruments]
        self._bars = [self._newest(tape, s) for s in range(len(tape.symbols))]

    def _newest(self, tape: Tape, s: int) -> Floats:
        """Stamps, closes and volumes [3, n] of the bars that matter: those of a day, and the one before."""
        rows = np.flatnonzero(~np.isnan(tape.close[s]))[-(self._day + 1) :]
        return np.stack((tape.ts[rows].astype(np.float64), tape.close[s, rows], tape.volume[s, rows]))

    def push(self, bar: Bar) -> Floats:
        """Take the next bar; the impact [S] known before it, 0 where none is."""
        out = np.zeros(len(self._bars))
        for s in np.flatnonzero(~np.isnan(bar.close)).tolist():
            ts, close, volume = known = np.column_stack((self._bars[s], (bar.ts, bar.close[s], bar.volume[s])))
            returns = np.diff(np.log(close), prepend=np.nan)
            found = day_before(ts.astype(np.int64), returns, volume * self._lots[s], len(ts) - 1)
            out[s] = found[-1] * self._scale * np.sqrt(self._day)
            self._bars[s] = known[:, -(self._day + 1) :]
        return out
