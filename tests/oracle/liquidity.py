"""Daily volatility and volume of the 24 hours before a bar, for the square-root law."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from statistics import pstdev

from paddock.core.time import DAY_MS, interval_ms
from paddock.market.tape import Tape


def day_before(tape: Tape) -> Callable[[str, int], tuple[float, float]]:
    """(symbol, row) -> standard deviation of a day's log return, lots traded in a day; (nan, 0) where not known.

    From the symbol's bars that opened in the 24 h before; its very first bar has no return and is left out.
    """
    days = math.sqrt(DAY_MS / interval_ms(tape.interval))

    def known(symbol: str, row: int) -> tuple[float, float]:
        s = tape.row(symbol)
        lots_of_one = 10.0 ** tape.instruments[s].qty_decimals
        bars = [t for t in range(row) if tape.close[s, t] == tape.close[s, t]]
        recent = [(a, b) for a, b in pairwise(bars) if tape.ts[b] >= tape.ts[row] - DAY_MS]
        if len(recent) < 2:
            return math.nan, 0.0
        returns = [math.log(tape.close[s, b] / tape.close[s, a]) for a, b in recent]
        return pstdev(returns) * days, sum(float(tape.volume[s, b]) for _, b in recent) * lots_of_one

    return known
