"""One symbol's bars as indicators see them: present bars only, at the tape's interval or a higher one. Pure.

A `Series` is compressed: a bar that is missing on the tape is not there at all, so an indicator never meets a NaN.
`spread` puts a value per bar back onto the tape's clock, where it first shows at the close that completes the bar.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from paddock.market.tape import Floats, Ints, Tape


class Series(Protocol):
    """Bars oldest first; `ts` [N] holds bar opens in ms UTC; each bar lasts `bar_ms`."""

    bar_ms: int
    ts: Ints

    def column(self, name: str) -> Floats:
        """A column of the tape by its name, float64 [N]; [0] where the tape does not have it."""

    def spread(self, values: Floats) -> Floats:
        """`values` [N] as known at each close of the tape's clock, [T]; NaN where the symbol has no bar."""


class TapeSeries:
    """The bars of one row of a tape. Without holes, `rows` is None and its columns are the tape's own memory."""

    def __init__(self, tape: Tape, row: int, bar_ms: int) -> None:
        self.bar_ms = bar_ms
        self._tape = tape
        self._row = row
        missing = np.isnan(tape.close[row])
        self.rows: Ints | None = np.flatnonzero(~missing) if missing.any() else None
        self.ts: Ints = tape.ts if self.rows is None else tape.ts[self.rows]
        self._columns: dict[str, Floats] = {}

    def column(self, name: str) -> Floats:
        if name not in self._columns:
            matrix: Floats = getattr(self._tape, name)
            row = matrix[self._row]
            self._columns[name] = row if self.rows is None or not row.size else row[self.rows]
        return self._columns[name]

    def spread(self, values: Floats) -> Floats:
        if self.rows is None:
            return values
        out = np.full(self._tape.bars, np.nan)
        out[self.rows] = values
        return out


class HigherSeries:
    """Bars of `bar_ms` built from a lower series; bucket opens are multiples of `bar_ms` since the epoch.

    A first bucket that the lower series enters midway is left out: its open and extremes are not known. The newest
    bucket may still be forming; `spread` does not show it before a lower bar closes at or after its end.
    """

    def __init__(self, lower: TapeSeries, bar_ms: int) -> None:
        self.bar_ms = bar_ms
        self._lower = lower
        bucket = lower.ts - lower.ts % bar_ms
        opens = np.empty(len(bucket), dtype=bool)
        opens[:1] = lower.ts[:1] == bucket[:1]
        np.not_equal(bucket[1:], bucket[:-1], out=opens[1:])
        self._first = np.flatnonzero(opens)
        self.ts: Ints = bucket[self._first]
        forming = lower.ts + lower.bar_ms < bucket + bar_ms
        # One past the newest bucket that has ended: 0 where none has.
        self._known = np.maximum(np.cumsum(opens) - forming, 0)
        self._columns: dict[str, Floats] = {}

    def column(self, name: str) -> Floats:
        if name not in self._columns:
            self._columns[name] = self._aggregate(name, self._lower.column(name))
        return self._columns[name]

    def _aggregate(self, name: str, lower: Floats) -> Floats:
        first: Ints = self._first
        if not (lower.size and first.size):
            return lower[:0]
        if name == "open":
            return lower[first]
        if name in ("high", "low", "volume"):
            whole = {"high": np.maximum, "low": np.minimum, "volume": np.add}[name]
            return np.asarray(whole.reduceat(lower, first), dtype=np.float64)
        last: Ints = np.append(first[1:], len(lower)) - 1
        return lower[last]

    def spread(self, values: Floats) -> Floats:
        return self._lower.spread(np.concatenate(([np.nan], values))[self._known])
