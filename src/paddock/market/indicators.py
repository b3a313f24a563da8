"""Indicators by TA-Lib's definitions, over a series of present bars. Pure: a series in, columns of its length out.

Every function is a running computation from the first bar on: cutting the series never changes an earlier value. What
is not known yet is NaN.
"""

from __future__ import annotations

import numpy as np
import talib

from paddock.core.time import DAY_MS, MINUTE_MS
from paddock.market.series import Series
from paddock.market.tape import Floats

EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0


def column(name: str, bars: Series) -> Floats:
    values = bars.column(name)
    return values if values.size else np.full(len(bars.ts), np.nan)


def previous(values: Floats) -> Floats:
    """Shifted by one bar, so that the current bar is excluded."""
    out = np.empty_like(values)
    out[:1] = np.nan
    out[1:] = values[:-1]
    return out


def sma(bars: Series, n: int) -> Floats:
    return talib.SMA(bars.column("close"), n)


def ema(bars: Series, n: int) -> Floats:
    return talib.EMA(bars.column("close"), n)


def rsi(bars: Series, n: int) -> Floats:
    return talib.RSI(bars.column("close"), n)


def macd(bars: Series, fast: int, slow: int, signal: int) -> tuple[Floats, ...]:
    """Line, signal, histogram."""
    return talib.MACD(bars.column("close"), fast, slow, signal)


def bollinger(bars: Series, n: int, k: float) -> tuple[Floats, ...]:
    """Upper, middle, lower: SMA and `k` population standard deviations."""
    return talib.BBANDS(bars.column("close"), n, k, k)


def bollinger_width_pct(bars: Series, n: int, k: float) -> Floats:
    upper, middle, lower = bollinger(bars, n, k)
    return np.multiply(np.subtract(upper, lower, out=upper), 100 / middle, out=upper)


def volatility_pct(bars: Series, n: int) -> Floats:
    return talib.STDDEV(talib.ROC(bars.column("close"), 1), n)


def atr_pct(bars: Series, n: int) -> Floats:
    close = bars.column("close")
    atr = talib.ATR(bars.column("high"), bars.column("low"), close, n)
    return np.multiply(atr, 100 / close, out=atr)


def adx(bars: Series, n: int) -> Floats:
    return talib.ADX(bars.column("high"), bars.column("low"), bars.column("close"), n)


def zscore(bars: Series, n: int) -> Floats:
    close = bars.column("close")
    mean, deviation = talib.SMA(close, n), talib.STDDEV(close, n)
    deviation[deviation == 0] = np.nan
    return np.divide(np.subtract(close, mean, out=mean), deviation, out=mean)


def vwap(bars: Series, n: int) -> Floats:
    """Rolling: the sum of typical price times volume over `n` bars, by the sum of volume; NaN where nothing traded."""
    volume = bars.column("volume")
    traded = talib.TYPPRICE(bars.column("high"), bars.column("low"), bars.column("close"))
    return quotient(talib.SUM(np.multiply(traded, volume, out=traded), n), talib.SUM(volume, n))


def highest(bars: Series, n: int) -> Floats:
    return previous(talib.MAX(bars.column("high"), n))


def lowest(bars: Series, n: int) -> Floats:
    return previous(talib.MIN(bars.column("low"), n))


def change_pct(bars: Series, n: int) -> Floats:
    return talib.ROC(bars.column("close"), n)


def stochastic(bars: Series, k: int, d: int, smooth: int) -> tuple[Floats, ...]:
    """Slow %K and slow %D, both smoothed with an SMA."""
    high, low, close = bars.column("high"), bars.column("low"), bars.column("close")
    return talib.STOCH(high, low, close, fastk_period=k, slowk_period=smooth, slowd_period=d)


def volume_ratio(bars: Series, n: int) -> Floats:
    volume = bars.column("volume")
    return quotient(volume, previous(talib.SMA(volume, n)))


def volume_24h_usd(bars: Series) -> Floats:
    """Close times volume over the bars that opened within 24 h of the close; NaN until 24 h are covered."""
    since = bars.ts + (bars.bar_ms - DAY_MS)
    before = np.concatenate(([0.0], np.cumsum(bars.column("close") * bars.column("volume"))))
    out: Floats = before[1:] - before[np.searchsorted(bars.ts, since)]
    out[since < bars.ts[:1]] = np.nan
    return out


def minute_of_day(bars: Series) -> Floats:
    """0 to 1439, UTC, of the bar's close."""
    return ((bars.ts + bars.bar_ms) % DAY_MS // MINUTE_MS).astype(np.float64)


def weekday(bars: Series) -> Floats:
    """0 is Monday, UTC, of the bar's close."""
    return (((bars.ts + bars.bar_ms) // DAY_MS + EPOCH_WEEKDAY) % 7).astype(np.float64)


def quotient(top: Floats, bottom: Floats) -> Floats:
    """NaN where the bottom is not positive."""
    out = np.full(len(top), np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out
