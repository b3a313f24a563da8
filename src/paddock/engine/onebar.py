"""One bar as the kernel reads it: a market with a single row."""

from __future__ import annotations

import numpy as np

from paddock.core.time import interval_ms
from paddock.engine.costs import Costs
from paddock.engine.pack import frozen
from paddock.engine.state import Market
from paddock.market.growing import Bar
from paddock.market.tape import Floats, Tape


def last_bar(tape: Tape) -> Bar:
    """The newest bar of a tape; one without any symbol where it has none."""
    if tape.bars == 0:
        none = np.full(len(tape.symbols), np.nan)
        return Bar(0, none, none, none, none, none)
    return Bar(
        int(tape.ts[-1]), tape.open[:, -1], tape.high[:, -1], tape.low[:, -1], tape.close[:, -1], tape.volume[:, -1]
    )


def market_of_bar(bar: Bar, interval: str, costs: Costs, impact: Floats | None = None) -> Market:
    """The bar with the funding that `costs` ask for, and `impact` [S] where they ask for that."""
    empty, flat = np.empty((len(bar.close), 0)), np.empty(0)
    rows = np.empty((len(bar.close), 0), np.int64)

    def column(values: Floats | None) -> Floats:
        return frozen(empty if values is None else np.reshape(values, (-1, 1)))

    funded = costs.funding and bar.funding_open is not None and bar.funding_inside is not None
    fine = bar.fine
    return Market(
        interval_ms=interval_ms(interval),
        ts=frozen(np.array([bar.ts], np.int64)),
        open=column(bar.open),
        high=column(bar.high),
        low=column(bar.low),
        close=column(bar.close),
        volume=column(bar.volume),
        funding_open=column(bar.funding_open if funded else None),
        funding_inside=column(bar.funding_inside if funded else None),
        impact=column(impact),
        fine_open=frozen(fine.open if fine else flat),
        fine_high=frozen(fine.high if fine else flat),
        fine_low=frozen(fine.low if fine else flat),
        fine_start=frozen(fine.start if fine else rows),
        fine_end=frozen(fine.end if fine else rows),
    )
