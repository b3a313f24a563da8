"""One pass over an equity curve: drawdown, time under water and the moments of daily returns.

The pass works on blocks and keeps everything it knows in one small array, so a sweep over parameters can stream blocks
through it without ever holding an equity curve. Blocks may be cut anywhere: the result is the same to the last bit.

A bar belongs to the UTC day of its open; a day's return runs from the last equity of the day before (the start equity
for the first day) to the last equity of the day. Calendar days without a bar count as days with a return of zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit

from paddock.core.time import DAY_MS
from paddock.market.tape import Floats, Ints

# Slots of the accumulator, float64. Micro-dollars below 2**53 (9 billion dollars) and ms are exact in it.
INTERVAL = 0
LAST, LAST_TS = 1, 2
PEAK, PEAK_TS = 3, 4  # PEAK_TS: the latest time at which equity stood at its peak
DD_RATIO, DD_USD, DD_PEAK_TS, DD_TROUGH_TS, DD_RECOVERED_TS = 5, 6, 7, 8, 9
UNDER_MS = 10
DAY_END, DAY_BASE, DAYS = 11, 12, 13
S1, S2, S3, S4, DOWN2 = 14, 15, 16, 17, 18  # sums of powers of daily returns, and of the squares of the negative ones
RUINED = 19  # days that began with nothing left: their return does not exist
BARS = 20
SLOTS = 21

CHUNK = 256
_NEARLY = 1 - 1e-9


def new_acc(start_equity: int, start_ts: int, interval_ms: int) -> Floats:
    """A fresh accumulator for `equity_stats`: equity [micro-dollars] before the bar that opens at `start_ts` (ms)."""
    acc = np.zeros(SLOTS)
    acc[INTERVAL] = interval_ms
    acc[LAST] = acc[PEAK] = acc[DAY_BASE] = start_equity
    acc[LAST_TS] = acc[PEAK_TS] = start_ts
    acc[DAY_END] = (start_ts // DAY_MS + 1) * DAY_MS
    return acc


@njit(cache=True)
def _close_day(acc: Floats, equity: float, days: float) -> None:
    """Book the return of the open day, and `days - 1` further days without a bar (their return is zero)."""
    base = acc[DAY_BASE]
    if base > 0:
        r = (equity - base) / base
        acc[S1] += r
        acc[S2] += r * r
        acc[S3] += r * r * r
        acc[S4] += r * r * r * r
        if r < 0:
            acc[DOWN2] += r * r
    else:
        acc[RUINED] += 1
    acc[DAYS] += days
    acc[DAY_BASE] = equity


@njit(cache=True)
def _days(equity: Ints, ts: Ints, i0: int, i1: int, acc: Floats) -> None:
    day_end = np.int64(acc[DAY_END])
    last = acc[LAST]
    for i in range(i0, i1):
        if ts[i] >= day_end:
            passed = (ts[i] - day_end) // DAY_MS
            _close_day(acc, last, 1.0 + passed)
            day_end += (passed + 1) * DAY_MS
        last = float(equity[i])
    acc[DAY_END] = day_end


@njit(cache=True)
def _drawdown(equity: Ints, ts: Ints, i0: int, i1: int, acc: Floats) -> None:
    interval = np.int64(acc[INTERVAL])
    peak, peak_ts, ratio, last = acc[PEAK], acc[PEAK_TS], acc[DD_RATIO], acc[LAST]
    for i in range(i0, i1):
        e = float(equity[i])
        if e >= peak:
            now = ts[i] + interval
            if last < peak:
                acc[UNDER_MS] = max(acc[UNDER_MS], now - peak_ts)
                if acc[DD_PEAK_TS] == peak_ts and acc[DD_RECOVERED_TS] == 0:
                    acc[DD_RECOVERED_TS] = now
            peak = e
            peak_ts = float(now)
        else:
            depth = peak - e
            acc[DD_USD] = max(acc[DD_USD], depth)
            if depth > ratio * peak * _NEARLY and depth / peak > ratio:
                ratio = depth / peak
                acc[DD_PEAK_TS] = peak_ts
                acc[DD_TROUGH_TS] = ts[i] + interval
                acc[DD_RECOVERED_TS] = 0.0
        last = e
    acc[PEAK], acc[PEAK_TS], acc[DD_RATIO] = peak, peak_ts, ratio


@njit(cache=True)
def _deepen(equity: Ints, ts: Ints, i0: int, low: int, acc: Floats) -> None:
    """As `_drawdown` for bars that all lie below the peak, whose least equity is `low`: only that one can matter."""
    peak = acc[PEAK]
    depth = peak - float(low)
    acc[DD_USD] = max(acc[DD_USD], depth)
    if depth / peak > acc[DD_RATIO]:
        i = i0
        while equity[i] != low:
            i += 1
        acc[DD_RATIO] = depth / peak
        acc[DD_PEAK_TS], acc[DD_TROUGH_TS], acc[DD_RECOVERED_TS] = acc[PEAK_TS], ts[i] + acc[INTERVAL], 0.0


@njit(cache=True)
def equity_stats(equity: Ints, ts: Ints, acc: Floats) -> None:
    """Fold a block of equity [n, micro-dollars, at the close] and bar open times [n, ms] into `acc` (see `new_acc`).

    Most chunks of a curve neither make a new high nor end a day: for those, the least and the greatest value say
    everything, and finding them is a vectorised pass.
    """
    interval = np.int64(acc[INTERVAL])
    n = len(equity)
    for i0 in range(0, n, CHUNK):
        i1 = min(i0 + CHUNK, n)
        low = high = equity[i0]
        for i in range(i0, i1):
            low = min(low, equity[i])
            high = max(high, equity[i])
        peak, under = acc[PEAK], acc[LAST] < acc[PEAK]
        flat_at_peak = low == peak and high == peak and not under
        deeper = peak - low > acc[DD_USD] or peak - low > acc[DD_RATIO] * peak * _NEARLY
        if ts[i1 - 1] >= acc[DAY_END]:
            _days(equity, ts, i0, i1, acc)
        if flat_at_peak:
            acc[PEAK_TS] = ts[i1 - 1] + interval
        elif high >= peak:
            _drawdown(equity, ts, i0, i1, acc)
        elif deeper:
            _deepen(equity, ts, i0, low, acc)
        acc[LAST] = equity[i1 - 1]
        acc[LAST_TS] = ts[i1 - 1] + interval
    acc[BARS] += n


@dataclass(frozen=True, slots=True)
class EquityStats:
    """What an accumulator says. Money in micro-dollars, times in ms, returns as fractions per UTC day.

    `drawdown_recovered_ts` is 0 while the worst drawdown lasts; its other times are 0 when equity never fell.
    `skew` and `kurtosis` (raw: a normal has 3) are those of the population; `sd` divides by n - 1; `downside` is the
    root of the mean square of negative returns over all days. They are NaN where `days` or their spread is too small.
    """

    end_equity: int
    drawdown: float
    drawdown_usd: int
    drawdown_peak_ts: int
    drawdown_trough_ts: int
    drawdown_recovered_ts: int
    under_water_ms: int
    days: int
    ruined_days: int
    mean: float
    sd: float
    skew: float
    kurtosis: float
    downside: float


def summary(acc: Floats) -> EquityStats:
    """Close the last day and read the accumulator, which stays as it is; an accumulator without a bar has 0 days."""
    done = acc.copy()
    if done[LAST] < done[PEAK]:
        done[UNDER_MS] = max(done[UNDER_MS], done[LAST_TS] - done[PEAK_TS])
    if done[BARS]:
        _close_day(done, done[LAST], 1.0)
    n = int(done[DAYS])
    mean, sd, skew, kurtosis = _moments(n, *(float(s) for s in done[[S1, S2, S3, S4]]))
    return EquityStats(
        end_equity=int(done[LAST]),
        drawdown=float(done[DD_RATIO]),
        drawdown_usd=int(done[DD_USD]),
        drawdown_peak_ts=int(done[DD_PEAK_TS]),
        drawdown_trough_ts=int(done[DD_TROUGH_TS]),
        drawdown_recovered_ts=int(done[DD_RECOVERED_TS]),
        under_water_ms=int(done[UNDER_MS]),
        days=n,
        ruined_days=int(done[RUINED]),
        mean=mean,
        sd=sd,
        skew=skew,
        kurtosis=kurtosis,
        downside=math.sqrt(done[DOWN2] / n) if n else math.nan,
    )


def _moments(n: int, s1: float, s2: float, s3: float, s4: float) -> tuple[float, float, float, float]:
    """Mean, standard deviation (n - 1), skewness and raw kurtosis from the sums of powers."""
    if n == 0:
        return math.nan, math.nan, math.nan, math.nan
    mean = s1 / n
    m2 = s2 / n - mean**2
    if m2 <= 1e-12 * s2 / n:  # below the noise of the sums: the returns are all alike
        return mean, 0.0, math.nan, math.nan
    m3 = s3 / n - 3 * mean * s2 / n + 2 * mean**3
    m4 = s4 / n - 4 * mean * s3 / n + 6 * mean**2 * s2 / n - 3 * mean**4
    sd = math.sqrt(m2 * n / (n - 1)) if n > 1 else math.nan
    return mean, sd, m3 / m2**1.5, m4 / m2**2
