"""A bar of a higher interval while it forms: bars of a lower one in, closed bars out."""

from __future__ import annotations

import numpy as np

from paddock.market.carried import Now

NO_BUCKET = -1


class Forming:
    """The newest bar of `bar_ms` of one symbol, built from its bars of `lower_ms` as `HigherSeries` builds them.

    Where nothing came `before`, a first bar that is entered midway is left out.
    """

    def __init__(self, bar_ms: int, lower_ms: int, *, before: bool) -> None:
        self._bar_ms, self._lower_ms = bar_ms, lower_ms
        self._bucket = NO_BUCKET
        self._before = before
        self._parts: list[Now] = []  # empty when the bar is closed or left out

    def add(self, now: Now) -> list[Now]:
        """The bars that `now` closes: the one before where `now` opens a new one, its own where `now` ends it."""
        bucket = now.ts - now.ts % self._bar_ms
        closed = []
        if bucket != self._bucket:
            closed += self._close()
            self._bucket = bucket
            whole = self._before or now.ts == bucket
            self._before = True
        else:
            whole = bool(self._parts)
        if whole:
            self._parts.append(now)
        if now.ts + self._lower_ms >= bucket + self._bar_ms:
            closed += self._close()
        return closed

    def _close(self) -> list[Now]:
        parts, self._parts = self._parts, []
        if not parts:
            return []
        return [
            Now(
                self._bucket,
                parts[0].open,
                max(part.high for part in parts),
                min(part.low for part in parts),
                parts[-1].close,
                # As the batch form sums, whose order is its own.
                float(np.add.reduceat([part.volume for part in parts], [0])[0]),
                parts[-1].funding_last,
                parts[-1].open_interest,
            )
        ]
