"""Features carried forward one bar at a time, for bots that live on a growing tape.

The batch column and the carried value are the same number to the last bit: each step repeats the operations of TA-Lib
in TA-Lib's order, from the same first bar. A feature without a carried form is computed again from the first bar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numba import njit
from numpy.typing import NDArray

from paddock.market.features import Feature, FeatureStore
from paddock.market.tape import Floats, Ints, Tape

OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)
STATES = 2  # numbers that one feature carries


class Carried(IntEnum):
    COLUMN = 0
    SMA = 1
    EMA = 2
    RSI = 3
    CHANGE = 4
    HIGHEST = 5
    LOWEST = 6
    VOLUME_RATIO = 7
    MACD = 8


_COLUMNS = {"open": OPEN, "high": HIGH, "low": LOW, "close": CLOSE, "volume": VOLUME}
_KINDS = {
    "sma": Carried.SMA,
    "ema": Carried.EMA,
    "rsi": Carried.RSI,
    "change_pct": Carried.CHANGE,
    "highest": Carried.HIGHEST,
    "lowest": Carried.LOWEST,
    "volume_ratio": Carried.VOLUME_RATIO,
    "macd": Carried.MACD,
}


class FeatureStream:
    """Values of `features` at the last bar of a tape that grows.

    `values` [F] are those of the last bar, NaN where not known or where the symbol had no bar. `push` takes one new bar
    of every symbol (columns [S], NaN where missing).
    """

    def __init__(self, tape: Tape, features: Sequence[Feature]) -> None:
        self.tape, self.features = tape, tuple(features)
        self.values: Floats = np.full(len(features), np.nan)
        self._carried = [f.interval == tape.interval and (f.name in _KINDS or f.name in _COLUMNS) for f in features]
        mine = [f for f, carried in zip(features, self._carried, strict=True) if carried]
        self._place: Ints = np.flatnonzero(self._carried)
        self._kind = np.array([_KINDS.get(f.name, Carried.COLUMN) for f in mine], np.int8)
        self._symbol = np.array([tape.row(f.symbol) for f in mine], np.int32)
        self._params = np.zeros((len(mine), 3), np.int64)
        for row, feature in zip(self._params, mine, strict=True):
            params = (_COLUMNS[feature.name],) if feature.name in _COLUMNS else feature.params
            row[: len(params)] = params
        self._state: Floats = np.zeros((len(mine), STATES))
        self._carry: Floats = np.empty(len(mine))
        self._history: Floats = np.empty((len(tape.symbols), 5, max(2 * tape.bars, 1024)))
        self._bars: Ints = np.zeros(len(tape.symbols), np.int64)
        for t in range(tape.bars):
            self._step(tuple(column[:, t] for column in (tape.open, tape.high, tape.low, tape.close, tape.volume)))
        self._others(tape)

    def push(self, tape: Tape) -> None:
        """Take the last bar of `tape`, which is the tape so far and one bar more."""
        t = tape.bars - 1
        self._step(tuple(column[:, t] for column in (tape.open, tape.high, tape.low, tape.close, tape.volume)))
        self._others(tape)

    def _step(self, bar: tuple[Floats, ...]) -> None:
        present = ~np.isnan(bar[CLOSE])
        if int(self._bars.max(initial=0)) == self._history.shape[2]:
            self._history = np.concatenate((self._history, np.empty_like(self._history)), axis=2)
        rows = np.flatnonzero(present)
        self._history[rows, :, self._bars[rows]] = np.stack(bar, axis=1)[rows]
        self._bars[rows] += 1
        _carry(self._kind, self._symbol, self._params, self._state, present, self._history, self._bars, self._carry)
        self.values[self._place] = self._carry

    def _others(self, tape: Tape) -> None:
        store = FeatureStore(tape)
        for n, (feature, carried) in enumerate(zip(self.features, self._carried, strict=True)):
            if not carried:
                self.values[n] = store.column(feature)[-1]


@njit(cache=True)
def _ema(state: Floats, at: int, value: float, seen: int, n: int) -> float:
    """One step of TA-Lib's EMA in `state[at]`, seeded with the mean of its first `n` values; NaN before."""
    if seen < n:
        state[at] = value if seen == 1 else state[at] + value
        return math.nan
    if seen == n:
        state[at] = (state[at] + value) / n if n > 1 else value
    else:
        state[at] = (value - state[at]) * (2.0 / (n + 1)) + state[at]
    return float(state[at])


@njit(cache=True)
def _sma(state: Floats, column: Floats, end: int, n: int) -> float:
    """One step of TA-Lib's running mean over `column[:end]`; `state[0]` is the sum less the oldest value."""
    state[0] += column[end - 1]
    if end < n:
        return math.nan
    total = state[0]
    state[0] -= column[end - n]
    return float(total / n)


@njit(cache=True)
def _rsi(state: Floats, close: Floats, end: int, n: int) -> float:
    """One step of Wilder's RSI as TA-Lib computes it; `state` holds the mean gain and loss (their sums at first)."""
    if end == 1:
        return math.nan
    move = close[end - 1] - close[end - 2]
    if end > n + 1:
        state[0] *= n - 1
        state[1] *= n - 1
    if move < 0:
        state[1] -= move
    else:
        state[0] += move
    if end < n + 1:
        return math.nan
    state[0] *= 1.0 / n
    state[1] *= 1.0 / n
    total = state[0] + state[1]
    return 100.0 * (state[0] / total) if abs(total) > 1e-14 else 0.0


@njit(cache=True)
def _macd(state: Floats, params: Ints, close: Floats, end: int) -> float:
    """One step of TA-Lib's MACD line: both averages start where the slow one can, the line where the signal does.

    The signal itself is not carried: TA-Lib computes it with fused instructions where the processor has them.
    """
    fast, slow, signal = params[0], params[1], params[2]
    slow_ema = _ema(state, 0, close[end - 1], end, slow)
    fast_ema = _ema(state, 1, close[end - 1], end - (slow - fast), fast) if end > slow - fast else math.nan
    return fast_ema - slow_ema if end >= slow + signal - 1 else math.nan


@njit(cache=True)
def _carry(
    kinds: NDArray[np.int8],
    symbols: NDArray[np.int32],
    params: Ints,
    states: Floats,
    present: NDArray[np.bool_],
    history: Floats,
    bars: Ints,
    out: Floats,
) -> None:
    """Step every carried feature whose symbol has a new bar; the others are not known at this bar."""
    for f in range(len(kinds)):
        s, n, state, kind = symbols[f], params[f, 0], states[f], kinds[f]
        if not present[s]:
            out[f] = math.nan
            continue
        end = bars[s]
        if kind == Carried.COLUMN:
            out[f] = history[s, n, end - 1]
        elif kind == Carried.SMA:
            out[f] = _sma(state, history[s, CLOSE], end, n)
        elif kind == Carried.EMA:
            out[f] = _ema(state, 0, history[s, CLOSE, end - 1], end, n)
        elif kind == Carried.RSI:
            out[f] = _rsi(state, history[s, CLOSE], end, n)
        elif kind == Carried.CHANGE:
            close = history[s, CLOSE]
            out[f] = (close[end - 1] / close[end - 1 - n] - 1.0) * 100.0 if end > n else math.nan
        elif kind == Carried.HIGHEST:
            out[f] = history[s, HIGH, end - 1 - n : end - 1].max() if end > n else math.nan
        elif kind == Carried.LOWEST:
            out[f] = history[s, LOW, end - 1 - n : end - 1].min() if end > n else math.nan
        elif kind == Carried.VOLUME_RATIO:
            mean = state[1] if end > n else math.nan
            state[1] = _sma(state, history[s, VOLUME], end, n)
            out[f] = history[s, VOLUME, end - 1] / mean if mean > 0.0 else math.nan
        else:
            out[f] = _macd(state, params[f], history[s, CLOSE], end)
