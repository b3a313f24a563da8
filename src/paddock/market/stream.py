"""Features carried forward one bar at a time, for bots that live on a growing tape.

The batch column and the carried value are the same number to the last bit, whatever history a stream began with. A
stream keeps what its longest lookback needs and no history: after a restart it begins again from the bars so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from paddock.core.time import interval_ms
from paddock.market.carried import CARRIED, Now, Step
from paddock.market.features import Feature, FeatureStore, validate
from paddock.market.forming import Forming
from paddock.market.lockstep import CLOSE, Lockstep, kinds_that_agree
from paddock.market.series import Series
from paddock.market.tape import Floats, Ints, Tape, reshaped

Line = tuple[Step, tuple[tuple[int, int | None], ...]]  # a step; where its value goes, and which of its outputs


class FeatureStream:
    """Values of `features` at the last bar of a tape that grows; the bars of `tape` are its history.

    `values` [F] are those of the last bar, NaN where not known or where the symbol had no bar. Raises Invalid
    (value.feature, data.interval) and NotFound (data.symbol).
    """

    def __init__(self, tape: Tape, features: Sequence[Feature]) -> None:
        self.symbols, self.features = tape.symbols, tuple(features)
        self.values: Floats = np.full(len(features), np.nan)
        earlier = first_rows(tape, max(tape.bars - 1, 0))
        empty = FeatureStore(first_rows(tape, 0))
        for feature in features:
            validate(feature)
            empty.series(feature.symbol, feature.interval)
        self._row = np.array([tape.row(feature.symbol) for feature in features], np.int64)
        together = [n for n, f in enumerate(features) if f.interval == tape.interval and f.name in kinds_that_agree()]
        alone = sorted({*range(len(features))} - {*together})
        self._together, self._alone = np.array(together, np.int64), np.array(alone, np.int64)
        self._lockstep = Lockstep(
            [present_bars(earlier, row) for row in range(len(tape.symbols))],
            self._row[self._together].tolist(),
            [features[n] for n in together],
        )
        self._known = [np.nan] * len(alone)
        self._tracks: list[list[_Track]] = [[] for _ in tape.symbols]
        wanted: dict[tuple[str, str], dict[int, Feature]] = {}
        for place, n in enumerate(alone):
            wanted.setdefault((features[n].symbol, features[n].interval), {})[place] = features[n]
        for (symbol, interval), places in wanted.items():
            track = _Track(earlier, symbol, interval, places, self._known)
            self._tracks[tape.row(symbol)].append(track)
        if tape.bars:
            self.push(tape)

    def push(self, tape: Tape) -> None:
        """Take the last bar of `tape`, which is the tape so far and one bar more; earlier rows are not looked at."""
        t = tape.bars - 1
        bar = np.stack((tape.open[:, t], tape.high[:, t], tape.low[:, t], tape.close[:, t], tape.volume[:, t]), axis=1)
        present = ~np.isnan(bar[:, CLOSE])
        self._lockstep.push(bar, present)
        for row, now in enumerate(bars_at(tape, t)):
            if present[row]:
                for track in self._tracks[row]:
                    track.add(now)
        self.values[self._together] = self._lockstep.values
        self.values[self._alone] = self._known
        self.values[~present[self._row]] = np.nan


class _Track:
    """The features of one symbol at one interval, and `known`, where their values go when a bar of it closes."""

    def __init__(
        self, tape: Tape, symbol: str, interval: str, places: Mapping[int, Feature], known: list[float]
    ) -> None:
        store, own, wanted = FeatureStore(tape), interval_ms(tape.interval), interval_ms(interval)
        self._known = known
        self._closed: Callable[[Now], Sequence[Now]] = lambda now: (now,)
        replayed = np.empty(0, np.int64)
        if wanted != own:
            rows = np.flatnonzero(~np.isnan(tape.close[tape.row(symbol)]))
            replayed = last_two(rows, tape.ts[rows] // wanted)
            if len(replayed):
                store = FeatureStore(first_rows(tape, int(replayed[0])))
            self._closed = Forming(wanted, own, before=len(replayed) < len(rows)).add
        self._lines = lines(store.series(symbol, interval), places)
        for t in replayed.tolist():
            self.add(bars_at(tape, t)[tape.row(symbol)])

    def add(self, now: Now) -> None:
        known = self._known
        for bar in self._closed(now):
            for step, places in self._lines:
                value = step(bar)
                for place, output in places:
                    known[place] = value if output is None else value[output]


def lines(series: Series, places: Mapping[int, Feature]) -> list[Line]:
    """A step for every indicator with its parameters after the bars of `series`; lines of one indicator share it."""
    shared: dict[object, Line] = {}
    for place, feature in places.items():
        spec = validate(feature)
        key = (spec.compute, feature.params)
        if key not in shared:
            args = [value if p.real else int(value) for p, value in zip(spec.params, feature.params, strict=True)]
            shared[key] = (CARRIED[feature.name](series, *args), ())
        step, found = shared[key]
        shared[key] = (step, (*found, (place, spec.output)))
    return list(shared.values())


def last_two(rows: Ints, buckets: Ints) -> Ints:
    """Those of `rows` that lie in the last two distinct `buckets` (ascending)."""
    if not len(rows):
        return rows
    newest = np.searchsorted(buckets, buckets[-1])
    return rows[np.searchsorted(buckets, buckets[max(newest - 1, 0)]) :]


def bars_at(tape: Tape, t: int) -> list[Now]:
    """Row `t` of every symbol."""
    columns = (
        tape.open, tape.high, tape.low, tape.close, tape.volume, tape.funding_last, tape.open_interest,
    )  # fmt: skip
    absent = [np.nan] * len(tape.symbols)
    ts = [int(tape.ts[t])] * len(tape.symbols)
    return list(map(Now, ts, *(column[:, t].tolist() if column.shape[1] else absent for column in columns)))


def present_bars(tape: Tape, row: int) -> Floats:
    """The bars that a symbol really has, [5, N]."""
    there = ~np.isnan(tape.close[row])
    return np.stack([column[row, there] for column in (tape.open, tape.high, tape.low, tape.close, tape.volume)])


def first_rows(tape: Tape, rows: int) -> Tape:
    """The first `rows` bars, as views."""
    return reshaped(tape, tape.ts[:rows], lambda matrix: matrix[:, :rows])
