"""The tape: what the engine folds over. Aligned, column-wise, and honest about what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from paddock.core.instrument import Instrument

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FineBars:
    """Bars of finer intervals under the tape's bars, to tell which of two levels was touched first.

    `interval` names them for people ("1m and 5m": symbols may differ). `start[s, t]` to `end[s, t]` (half open) index
    the flat columns.
    """

    interval: str
    open: Floats
    high: Floats
    low: Floats
    start: Ints
    end: Ints


@dataclass(frozen=True, slots=True)
class Tape:
    """Bars of several symbols on one clock.

    `ts` [T] holds bar open times (ms UTC, strictly increasing): the union over the symbols. `open` … `volume` are
    float64 [S, T], C-contiguous, symbols sorted by name; a bar that is missing is NaN in every column, and so is a bar
    without volume (nobody traded: nothing can fill, and no indicator sees it) where the symbol has volume at all.
    `funding_open` [S, T] sums the funding rates stamped at a bar's open or in the gap before it, `funding_inside`
    those stamped later within the bar; both have shape [S, 0] when the tape has no funding. `funding_last` [S, T] is
    the last rate known at the bar's close (NaN before the first). `open_interest` is [S, T] or [S, 0].
    """

    venue: str
    interval: str
    symbols: tuple[str, ...]
    instruments: tuple[Instrument, ...]
    ts: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    funding_open: Floats
    funding_inside: Floats
    funding_last: Floats
    open_interest: Floats
    fine: FineBars | None
    funding_coverage: float | None  # share of the bars at whose close a fresh rate was known; None without funding
    fidelity: str  # "1h bars", "1h bars decided by 5m bars", "generated demo, 1h bars"
    source: str  # where it came from, for people

    @property
    def bars(self) -> int:
        return len(self.ts)

    def row(self, symbol: str) -> int:
        return self.symbols.index(symbol)


def reshaped(tape: Tape, ts: Ints, change: Callable[[Floats], Floats]) -> Tape:
    """The tape on another clock, every column [S, T] put through `change`; finer bars are left behind."""
    return replace(
        tape,
        ts=ts,
        open=change(tape.open),
        high=change(tape.high),
        low=change(tape.low),
        close=change(tape.close),
        volume=change(tape.volume),
        funding_open=change(tape.funding_open),
        funding_inside=change(tape.funding_inside),
        funding_last=change(tape.funding_last),
        open_interest=change(tape.open_interest),
        fine=None,
    )
