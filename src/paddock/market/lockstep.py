"""The commonest indicators of a tape's own interval, carried together in compiled code: thousands in a millisecond.

Each step repeats TA-Lib's operations in TA-Lib's order. Where the machine's TA-Lib uses fused instructions for one of
them the two would differ in the last bit, so only those that agree here are carried so; see `kinds_that_agree`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from paddock.market.carried import CARRIED, Now
from paddock.market.feature import Feature
from paddock.market.tape import Floats, Ints

OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)
STATES = 2  # numbers that one feature carries
ROOM = 256  # bars that the window takes before it has to move


class Kind(IntEnum):
    COLUMN = 0
    SMA = 1
    EMA = 2
    RSI = 3
    CHANGE = 4
    HIGHEST = 5
    LOWEST = 6
    VOLUME_RATIO = 7


_COLUMNS = {"open": OPEN, "high": HIGH, "low": LOW, "close": CLOSE, "volume": VOLUME}
KINDS = {
    **dict.fromkeys(_COLUMNS, Kind.COLUMN),
    "sma": Kind.SMA,
    "ema": Kind.EMA,
    "rsi": Kind.RSI,
    "change_pct": Kind.CHANGE,
    "highest": Kind.HIGHEST,
    "lowest": Kind.LOWEST,
    "volume_ratio": Kind.VOLUME_RATIO,
}


class Nothing:
    """A series without bars."""

    bar_ms = 1
    ts: Ints = np.empty(0, np.int64)

    def column(self, _name: str) -> Floats:
        return np.empty(0)

    def spread(self, values: Floats) -> Floats:
        return values


class Lockstep:
    """`features` (of KINDS) at the newest bar of their symbols; `history[s]` [5, N] are the bars of symbol `s` so far.

    `symbols` [F] numbers each feature's symbol. `values` [F] are those of each symbol's newest bar, NaN where not
    known. The bars kept are those of the longest lookback.
    """

    def __init__(self, history: Sequence[Floats], symbols: Sequence[int], features: Sequence[Feature]) -> None:
        self.values: Floats = np.full(len(features), np.nan)
        self._kind = np.array([KINDS[feature.name] for feature in features], np.int8)
        self._symbol = np.array(symbols, np.int64)
        params = [_COLUMNS[f.name] if f.name in _COLUMNS else int(f.params[0]) for f in features]
        self._param = np.array(params, np.int64)
        self._state: Floats = np.zeros((len(features), STATES))
        self._kept = max(params, default=0) + 2
        self._recent: Floats = np.empty((len(history), 5, self._kept + ROOM))
        self._seen = np.array([bars.shape[1] for bars in history], np.int64)
        self._at = np.minimum(self._seen, self._kept)  # bars in the window
        for row, bars in enumerate(history):
            mine = np.flatnonzero(self._symbol == row)
            states = self._state[mine]
            catch_up(self._kind[mine], self._param[mine], states, np.ascontiguousarray(bars))
            self._state[mine] = states
            self._recent[row, :, : self._at[row]] = bars[:, bars.shape[1] - self._at[row] :]

    def push(self, bar: Floats, present: NDArray[np.bool_]) -> None:
        """Take a bar of every symbol, [S, 5], of which those that are `present` count."""
        carry(
            self._kind, self._symbol, self._param, self._state, present, bar, self._recent, self._at, self._seen,
            self._kept, self.values,
        )  # fmt: skip


@cache
def kinds_that_agree() -> frozenset[str]:
    """Names of the features that the compiled steps carry exactly as TA-Lib does on this machine, found by trying."""
    wave = np.arange(300)
    close = 100 * np.exp(0.2 * np.sin(0.05 * wave) + 0.02 * np.sin(1.7 * wave * wave))
    bars = np.stack((close, close * 1.01, close * 0.99, close, 50 + 40 * np.sin(0.9 * wave)), axis=1)
    return frozenset(name for name in KINDS if all(_agrees(name, n, bars) for n in (2, 3, 14, 50)))


def _agrees(name: str, n: int, bars: Floats) -> bool:
    feature = Feature("", "", name, () if name in _COLUMNS else (float(n),))
    mine = Lockstep([np.empty((5, 0))], [0], [feature])
    theirs = CARRIED[name](Nothing(), *() if name in _COLUMNS else (n,))
    for ts, bar in enumerate(bars):
        mine.push(bar[None, :], np.ones(1, dtype=bool))
        open_, high, low, close, volume = bar.tolist()
        expected = theirs(Now(ts, open_, high, low, close, volume, math.nan, math.nan))
        if not (mine.values[0] == expected or (math.isnan(mine.values[0]) and math.isnan(expected))):
            return False
    return True


@njit(cache=True)
def _ema(state: Floats, value: float, seen: int, n: int) -> float:
    """One step of TA-Lib's EMA, seeded with the mean of its first `n` values; NaN before."""
    if seen < n:
        state[0] += value
        return math.nan
    if seen == n:
        state[0] = (state[0] + value) / n
    else:
        state[0] = (value - state[0]) * (2.0 / (n + 1)) + state[0]
    return float(state[0])


@njit(cache=True)
def _sma(state: Floats, column: Floats, at: int, seen: int, n: int) -> float:
    """One step of TA-Lib's running mean; `state[0]` is the sum less the oldest value."""
    state[0] += column[at - 1]
    if seen < n:
        return math.nan
    total = state[0]
    state[0] -= column[at - n]
    return float(total / n)


@njit(cache=True)
def _rsi(state: Floats, close: Floats, at: int, seen: int, n: int) -> float:
    """One step of Wilder's RSI as TA-Lib computes it; `state` holds the mean gain and loss (their sums at first)."""
    if seen == 1:
        return math.nan
    move = close[at - 1] - close[at - 2]
    if seen > n + 1:
        state[0] *= n - 1
        state[1] *= n - 1
    if move < 0:
        state[1] -= move
    else:
        state[0] += move
    if seen < n + 1:
        return math.nan
    state[0] *= 1.0 / n
    state[1] *= 1.0 / n
    total = state[0] + state[1]
    return 100.0 * (state[0] / total) if abs(total) > 1e-14 else 0.0


@njit(cache=True)
def _step(kind: int, n: int, state: Floats, bars: Floats, at: int, seen: int) -> float:
    """One indicator at the newest of `bars` [5, at], which are the last of the `seen` ones."""
    if kind == Kind.COLUMN:
        return float(bars[n, at - 1])
    if kind == Kind.SMA:
        return _sma(state, bars[CLOSE], at, seen, n)
    if kind == Kind.EMA:
        return _ema(state, bars[CLOSE, at - 1], seen, n)
    if kind == Kind.RSI:
        return _rsi(state, bars[CLOSE], at, seen, n)
    if kind == Kind.VOLUME_RATIO:
        mean = state[1] if seen > n else math.nan
        state[1] = _sma(state, bars[VOLUME], at, seen, n)
        return float(bars[VOLUME, at - 1] / mean) if mean > 0.0 else math.nan
    if seen <= n:
        return math.nan
    if kind == Kind.CHANGE:
        close = bars[CLOSE]
        return float((close[at - 1] / close[at - 1 - n] - 1.0) * 100.0)
    if kind == Kind.HIGHEST:
        return float(bars[HIGH, at - 1 - n : at - 1].max())
    return float(bars[LOW, at - 1 - n : at - 1].min())


@njit(cache=True)
def catch_up(kinds: NDArray[np.int8], params: Ints, states: Floats, history: Floats) -> None:
    """Bring the `states` of one symbol's features to the end of its `history` [5, N]; some kinds have no state."""
    for f in range(len(kinds)):
        kind = kinds[f]
        if kind in (Kind.SMA, Kind.EMA, Kind.RSI, Kind.VOLUME_RATIO):
            for seen in range(1, history.shape[1] + 1):
                _step(kind, params[f], states[f], history, seen, seen)


@njit(cache=True)
def carry(
    kinds: NDArray[np.int8], symbols: Ints, params: Ints, states: Floats, present: NDArray[np.bool_], bar: Floats,
    recent: Floats, at: Ints, seen: Ints, kept: int, out: Floats,
) -> None:  # fmt: skip
    """Put the new bars into their windows, moving those that are full, and step every feature that has one."""
    for s in range(len(present)):
        if present[s]:
            if at[s] == recent.shape[2]:
                recent[s, :, :kept] = recent[s, :, at[s] - kept :].copy()
                at[s] = kept
            recent[s, :, at[s]] = bar[s]
            at[s] += 1
            seen[s] += 1
    for f in range(len(kinds)):
        s = symbols[f]
        if present[s]:
            out[f] = _step(kinds[f], params[f], states[f], recent[s], at[s], seen[s])
