"""The window over a tape that grows: the newest bars, whatever came before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paddock.core.errors import Invalid
from paddock.market.align import truncate
from paddock.market.growing import COLUMNS, ROOM, Bar, GrowingTape
from tests.market.tapes import bar_of, tape_of, walk

DAY = 24  # bars of 1h


@pytest.mark.parametrize("history", [0, 1, 10, 500])
def test_the_window_holds_the_newest_bars(history: int) -> None:
    tape = tape_of(walk(1, 3 * ROOM, 2))
    growing = GrowingTape(truncate(tape, history))
    room = growing.whole.bars
    for t in range(history, tape.bars):
        growing.append(bar_of(tape, t))
        assert growing.whole.bars == room
        assert growing.dropped + growing.bars == t + 1
        assert growing.bars >= min(t + 1, DAY)
        if t % 97 == 0 or growing.bars == DAY + 2:
            for name in ("ts", *COLUMNS):
                known = getattr(tape, name)[..., growing.dropped : t + 1]
                np.testing.assert_array_equal(getattr(growing.tape, name), known)
    assert growing.dropped > ROOM


def test_a_column_that_the_tape_does_not_have_stays_absent() -> None:
    nothing = np.empty((1, 0))
    bare = dict.fromkeys(COLUMNS[5:], nothing)
    tape = replace(tape_of(walk(2, 40)), **bare)
    growing = GrowingTape(truncate(tape, 30))
    growing.append(Bar(int(tape.ts[30]), *(getattr(tape, name)[:, 30] for name in COLUMNS[:5])))
    assert growing.tape.funding_open.shape == growing.tape.open_interest.shape == (1, 0)


def test_what_a_bar_does_not_say_is_not_paid_and_not_known() -> None:
    tape = tape_of(walk(2, 40))
    growing = GrowingTape(truncate(tape, 30))
    growing.append(Bar(int(tape.ts[30]), *(getattr(tape, name)[:, 30] for name in COLUMNS[:5])))
    assert growing.tape.funding_open[0, -1] == growing.tape.funding_inside[0, -1] == 0.0
    assert np.isnan(growing.tape.funding_last[0, -1])
    assert np.isnan(growing.tape.open_interest[0, -1])


def test_a_bar_from_the_past_is_refused() -> None:
    tape = tape_of(walk(2, 40))
    growing = GrowingTape(truncate(tape, 30))
    with pytest.raises(Invalid, match="not later"):
        growing.append(bar_of(tape, 29))
