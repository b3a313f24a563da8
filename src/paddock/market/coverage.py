"""How much of a run's history is really there, and how little is too little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from paddock.core.errors import Code, Invalid
from paddock.core.time import format_ts, interval_ms
from paddock.market.tape import Ints, Tape

MIN_COVERAGE = 0.9  # share of a symbol's bars, below which its history is not one


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the bars that open from `first_ts` to `last_ts` (ms UTC, both included) one symbol really has."""

    symbol: str
    first_ts: int
    last_ts: int
    bars: int
    expected: int
    longest_gap_bars: int

    @property
    def ratio(self) -> float:
        return self.bars / self.expected


def coverage_of(tape: Tape, begin: int, end: int) -> tuple[Coverage, ...]:
    """What each symbol has of the rows [begin, end) of a tape.

    Bars are expected from the window's first, or the symbol's first on the tape where that is later, to the window's
    last; over the whole tape, where nobody chose an end, to the symbol's last. A symbol whose first bar comes after
    the window is left out: nothing of it was to be expected.
    """
    return tuple(_windows(tape, begin, end))


def _windows(tape: Tape, begin: int, end: int) -> Iterator[Coverage]:
    whole = (begin, end) == (0, tape.bars)
    for symbol, close in zip(tape.symbols, tape.close, strict=True):
        there = np.isfinite(close[:end])
        first = int(there.argmax()) if there.any() else end
        if first < end:
            rows = np.flatnonzero(there[begin:]) + begin
            start, last = max(begin, first), int(rows[-1]) if whole else end - 1
            if start <= last:
                yield _counted(
                    symbol, tape.ts[rows], int(tape.ts[start]), int(tape.ts[last]), interval_ms(tape.interval)
                )


def _counted(symbol: str, opens: Ints, first: int, last: int, step: int) -> Coverage:
    edges = np.concatenate(([first - step], opens, [last + step]))
    return Coverage(symbol, first, last, len(opens), (last - first) // step + 1, int(np.diff(edges).max()) // step - 1)


def gaps_of(tape: Tape, symbol: str, most: int) -> list[tuple[int, int]]:
    """Stretches [from, to) in ms UTC without a bar between a symbol's first and last: the `most` longest, by time."""
    opens = tape.ts[np.isfinite(tape.close[tape.row(symbol)])]
    step = interval_ms(tape.interval)
    missing = np.diff(opens) - step
    longest = np.sort(np.argsort(-missing, kind="stable")[:most])
    return [(int(opens[at]) + step, int(opens[at + 1])) for at in longest if missing[at] > 0]


def require_coverage(coverage: Sequence[Coverage], interval: str) -> None:
    """Raises Invalid (data.coverage) at the first symbol with less than 90 % of its bars."""
    for part in coverage:
        if part.ratio < MIN_COVERAGE:
            raise Invalid(
                Code.DATA_COVERAGE,
                f"{part.symbol}: only {part.ratio:.1%} of its {interval} bars are there",
                where=part.symbol,
                seen=f"{part.bars} of {part.expected} bars from {format_ts(part.first_ts)} to "
                f"{format_ts(part.last_ts)}, longest gap {part.longest_gap_bars} bars",
                rule=f"at least {MIN_COVERAGE:.0%} of a symbol's bars in the run are there, counting those in which "
                "somebody traded",
                suggestion="`paddock data verify` names the gaps; --start and --end choose another range; "
                "--allow-gaps runs all the same",
            )
