"""A tape that grows: the bars so far, with room for those to come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paddock.core.errors import Code, Invalid
from paddock.core.time import format_ts
from paddock.market.tape import Floats, Tape, reshaped

ROOM = 1024  # bars


@dataclass(frozen=True, slots=True)
class Bar:
    """One closed bar of every symbol of a tape: columns [S], NaN where a symbol has none; `ts` is its open (ms UTC)."""

    ts: int
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


class GrowingTape:
    """`whole` has room beyond the bars so far (NaN there); `tape` is the part that is known."""

    def __init__(self, tape: Tape) -> None:
        self.bars = tape.bars
        self.whole = with_room(tape, ROOM)

    @property
    def tape(self) -> Tape:
        """The bars so far, as views."""
        return reshaped(self.whole, self.whole.ts[: self.bars], lambda matrix: matrix[:, : self.bars])

    @property
    def full(self) -> bool:
        """The next bar will move `whole` to new memory."""
        return self.bars == self.whole.bars

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
        if self.full:
            self.whole = with_room(self.tape, self.bars)
        self.whole.ts[self.bars] = bar.ts
        for name in ("open", "high", "low", "close", "volume"):
            getattr(self.whole, name)[:, self.bars] = getattr(bar, name)
        self.bars += 1


def with_room(tape: Tape, room: int) -> Tape:
    """A copy of `tape` with `room` unknown bars after its own; a column that it does not have stays absent."""

    def longer(matrix: NDArray[np.float64]) -> Floats:
        if matrix.shape[1] == 0:
            return matrix
        return np.concatenate((matrix, np.full((len(matrix), room), np.nan)), axis=1)

    ts = np.concatenate((tape.ts, np.full(room, np.iinfo(np.int64).max)))
    return reshaped(tape, ts, longer)
