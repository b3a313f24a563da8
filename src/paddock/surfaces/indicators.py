"""Which indicators does a living run read, and what are they at its newest bars?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import Connection, func, select

from paddock.market.features import FeatureStore
from paddock.market.tape import Tape
from paddock.runtime.runs import Run
from paddock.runtime.seen import extended
from paddock.runtime.tables import seen_bars
from paddock.runtime.tell import program_of
from paddock.surfaces.preview import Line, lines_of, settling, tail
from paddock.surfaces.report.indicators import drawn, features_of

SETTLED: Final = 2_000  # bars after which the usual averages are what they are over the whole history


@dataclass(frozen=True, slots=True)
class Indicators:
    """`lines` at bars that opened at `ts` (ms UTC), NaN where they are not known; `thresholds` of those below the price
    are in `unit`."""

    ts: list[int]
    lines: tuple[Line, ...]
    thresholds: tuple[float, ...]
    unit: str


def indicators_of(conn: Connection, run: Run, history: Tape, symbol: str, bars: int) -> Indicators:
    """What the rules of a run read of a symbol, at the newest `bars` bars that its feed brought, and of its history."""
    program = program_of(conn, run, history)
    features = features_of(program)
    chosen = drawn(program, features, symbol)
    if not chosen.on_price and not chosen.oscillators:
        return Indicators([], (), (), "")
    before = max(settling(features, program.interval), SETTLED)
    tape = newest(conn, run.feed, history, program.symbols, bars + before)
    rows = np.arange(max(tape.bars - bars, 0), tape.bars)
    lines = tuple(lines_of(FeatureStore(tape), chosen, rows))
    return Indicators(tape.ts[rows].tolist(), lines, chosen.levels, chosen.unit)


def newest(conn: Connection, feed: str, history: Tape, symbols: tuple[str, ...], bars: int) -> Tape:
    """The last `bars` bars of a feed: those that it brought, behind as many of its history as there is room for."""
    c = seen_bars.c
    after = (c.feed == feed, c.ts > int(history.ts[-1]))
    count = conn.execute(select(func.count()).where(*after)).scalar_one()
    first = select(c.ts, c.columns).where(*after).order_by(c.ts.desc()).limit(bars)
    seen = [(row.ts, row.columns) for row in conn.execute(first)][::-1]
    room = max(bars - count, 0)
    return tail(extended(tail(history, max(room, 1)), len(seen), [seen], symbols), room + len(seen))
