"""The newest bars of a tape that grows: a window of fixed size, whatever comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paddock.core.errors import Code, Invalid
from paddock.core.time import DAY_MS, format_ts, interval_ms
from paddock.market.tape import FineBars, Floats, Tape, reshaped

ROOM = 1024  # bars that the window takes before it has to move
UNKNOWN_TS = np.iinfo(np.int64).max
COLUMNS = (
    "open", "high", "low", "close", "volume", "funding_open", "funding_inside", "funding_last", "open_interest",
)  # fmt: skip
_UNSAID = {"funding_open": 0.0, "funding_inside": 0.0}


@dataclass(frozen=True, slots=True)
class Bar:
    """One closed bar of every symbol of a tape: columns [S], NaN where a symbol has none; `ts` is its open (ms UTC).

    The columns are those of a tape; None where the source does not say: no funding is paid, the rest is not known.
    """

    ts: int
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    funding_open: Floats | None = None
    funding_inside: Floats | None = None
    funding_last: Floats | None = None
    open_interest: Floats | None = None
    fine: FineBars | None = None  # `start` and `end` have shape [S, 1]


class GrowingTape:
    """The newest bars of a tape that grows, in memory that does not.

    `whole` has `bars` known rows and room for more (NaN there). When it is full, the next bar makes it forget all but
    the last 24 hours: `dropped` counts the rows that are gone, so row `t` of the window is row `dropped + t` of the
    tape. Columns that the first tape does not have stay absent.
    """

    def __init__(self, tape: Tape) -> None:
        self._kept = DAY_MS // interval_ms(tape.interval) + 1  # what the impact of the next bar looks back on
        self.bars = min(tape.bars, self._kept)
        self.dropped = tape.bars - self.bars
        self.whole = window(tape, self.bars, self._kept + ROOM)

    @property
    def tape(self) -> Tape:
        """The known bars of the window, as views."""
        return reshaped(self.whole, self.whole.ts[: self.bars], lambda matrix: matrix[:, : self.bars])

    def append(self, bar: Bar) -> None:
        """Add one bar; raises Invalid (data.range) when it is not later than the last."""
        if self.bars and bar.ts <= self.whole.ts[self.bars - 1]:
            raise Invalid(
                Code.DATA_RANGE,
                "a bar is not later than the one before it",
                where="ts",
                seen=format_ts(bar.ts),
                rule=f"the next bar opens after {format_ts(int(self.whole.ts[self.bars - 1]))}",
            )
        if self.bars == self.whole.bars:
            self.dropped += self.bars - self._kept
            self.whole = window(self.whole, self._kept, self.whole.bars)
            self.bars = self._kept
        self.whole.ts[self.bars] = bar.ts
        for name in COLUMNS:
            matrix, values = getattr(self.whole, name), getattr(bar, name)
            if matrix.shape[1]:
                matrix[:, self.bars] = _UNSAID.get(name, np.nan) if values is None else values
        self.bars += 1


def window(tape: Tape, kept: int, room: int) -> Tape:
    """A copy of the last `kept` bars of `tape`, with unknown bars after them to make `room` in all."""

    def moved(matrix: NDArray[np.float64]) -> Floats:
        if matrix.shape[1] != tape.bars:  # the tape does not have it
            return matrix
        out = np.full((len(matrix), room), np.nan)
        out[:, :kept] = matrix[:, matrix.shape[1] - kept :]
        return out

    ts = np.full(room, UNKNOWN_TS)
    ts[:kept] = tape.ts[tape.bars - kept :]
    return reshaped(tape, ts, moved)
