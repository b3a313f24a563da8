"""Indicators carried forward one bar at a time: the definitions of `paddock.market.indicators`, step by step.

Each function here takes the bars so far and the parameters, and gives a step: the newest bar in, its value out.
TA-Lib's own handles do the work: they give what its functions give for the same bar, to the last bit, also where those
use fused instructions. What stands around them repeats the batch form in its order. Memory is that of the lookback.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import talib
from talib import abstract, stream

from paddock.core.time import DAY_MS, MINUTE_MS
from paddock.market.indicators import EPOCH_WEEKDAY
from paddock.market.series import Series
from paddock.market.tape import Floats


class Now(NamedTuple):
    """One closed bar of one symbol; `ts` is its open, ms UTC. NaN where a column is not known."""

    ts: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    funding_last: float
    open_interest: float


Step = Callable[[Now], Any]  # gives a float, or a tuple of them where the indicator has several outputs


class Handle:
    """A function of TA-Lib after a history [N] of its inputs; `params` by TA-Lib's names.

    Its value is NaN (`outputs` of them) until there are enough bars; those are kept until then.
    """

    __slots__ = ("_enough", "_handle", "_nothing", "_open", "_waiting")

    def __init__(self, function: str, history: Sequence[Floats], outputs: int = 1, **params: float) -> None:
        self._open: Callable[..., Any] = lambda *inputs: getattr(stream, function)(*inputs, **params)
        self._enough: int = abstract.Function(function, **params).lookback + 1  # type: ignore[attr-defined]  # not typed
        self._nothing = math.nan if outputs == 1 else (math.nan,) * outputs
        self._handle: Any = None
        self._waiting: list[list[float]] | None = None
        if not self._opened(history):
            self._waiting = [column.tolist() for column in history]

    @property
    def value(self) -> Any:
        return self._nothing if self._handle is None else self._handle.value

    def update(self, *inputs: float) -> Any:
        if self._waiting is None:
            return self._handle.update(*inputs)
        for column, value in zip(self._waiting, inputs, strict=True):
            column.append(value)
        if self._opened([np.array(column) for column in self._waiting]):
            self._waiting = None
        return self.value

    def _opened(self, history: Sequence[Floats]) -> bool:
        if len(history[0]) < self._enough:
            return False
        try:
            self._handle = self._open(*history)
        except talib.InsufficientHistory:  # type: ignore[attr-defined]  # not typed
            return False
        return True


def column(name: str) -> Callable[[Series], Step]:
    return lambda _bars: lambda now: getattr(now, name)


def sma(bars: Series, n: int) -> Step:
    return _of_close("SMA", bars, timeperiod=n)


def ema(bars: Series, n: int) -> Step:
    return _of_close("EMA", bars, timeperiod=n)


def rsi(bars: Series, n: int) -> Step:
    return _of_close("RSI", bars, timeperiod=n)


def change_pct(bars: Series, n: int) -> Step:
    return _of_close("ROC", bars, timeperiod=n)


def macd(bars: Series, fast: int, slow: int, signal: int) -> Step:
    return _of_close("MACD", bars, 3, fastperiod=fast, slowperiod=slow, signalperiod=signal)


def bollinger(bars: Series, n: int, k: float) -> Step:
    return _of_close("BBANDS", bars, 3, timeperiod=n, nbdevup=float(k), nbdevdn=float(k))


def bollinger_width_pct(bars: Series, n: int, k: float) -> Step:
    bands = bollinger(bars, n, k)

    def step(now: Now) -> float:
        upper, middle, lower = bands(now)
        return float((upper - lower) * (100 / middle))

    return step


def volatility_pct(bars: Series, n: int) -> Step:
    close = bars.column("close")
    change = Handle("ROC", [close], timeperiod=1)
    deviation = Handle("STDDEV", [talib.ROC(close, 1)], timeperiod=n)
    return lambda now: deviation.update(change.update(now.close))


def atr_pct(bars: Series, n: int) -> Step:
    atr = Handle("ATR", [bars.column(name) for name in ("high", "low", "close")], timeperiod=n)
    return lambda now: atr.update(now.high, now.low, now.close) * (100 / now.close)


def adx(bars: Series, n: int) -> Step:
    index = Handle("ADX", [bars.column(name) for name in ("high", "low", "close")], timeperiod=n)
    return lambda now: index.update(now.high, now.low, now.close)


def zscore(bars: Series, n: int) -> Step:
    mean = Handle("SMA", [bars.column("close")], timeperiod=n)
    deviation = Handle("STDDEV", [bars.column("close")], timeperiod=n)

    def step(now: Now) -> float:
        middle, spread = mean.update(now.close), deviation.update(now.close)
        return float((now.close - middle) / spread) if spread else math.nan

    return step


def vwap(bars: Series, n: int) -> Step:
    prices, volume = [bars.column(name) for name in ("high", "low", "close")], bars.column("volume")
    typical = Handle("TYPPRICE", prices)
    traded = Handle("SUM", [talib.TYPPRICE(*prices) * volume], timeperiod=n)
    volumes = Handle("SUM", [volume], timeperiod=n)

    def step(now: Now) -> float:
        top = traded.update(typical.update(now.high, now.low, now.close) * now.volume)
        return quotient(top, volumes.update(now.volume))

    return step


def highest(bars: Series, n: int) -> Step:
    return _before("MAX", bars, "high", n)


def lowest(bars: Series, n: int) -> Step:
    return _before("MIN", bars, "low", n)


def stochastic(bars: Series, k: int, d: int, smooth: int) -> Step:
    prices = [bars.column(name) for name in ("high", "low", "close")]
    slow = Handle("STOCH", prices, 2, fastk_period=k, slowk_period=smooth, slowd_period=d)
    return lambda now: slow.update(now.high, now.low, now.close)


def volume_ratio(bars: Series, n: int) -> Step:
    mean = _before("SMA", bars, "volume", n)
    return lambda now: quotient(now.volume, mean(now))


def volume_24h_usd(bars: Series) -> Step:
    reach, sums = DAY_MS - bars.bar_ms, np.cumsum(bars.column("close") * bars.column("volume"))
    total = float(sums[-1]) if sums.size else 0.0
    first = int(bars.ts[0]) if sums.size else None
    kept = int(np.searchsorted(bars.ts, bars.ts[-1] - reach)) if sums.size else 0
    earlier = np.concatenate(([0.0], sums))[kept:-1].tolist()
    day = deque(zip(bars.ts[kept:].tolist(), earlier, strict=True))  # bar opens, and all that was traded before each

    def step(now: Now) -> float:
        nonlocal total, first
        first = now.ts if first is None else first
        day.append((now.ts, total))
        total += now.close * now.volume
        while day and day[0][0] < now.ts - reach:
            day.popleft()
        if now.ts - reach < first:
            return math.nan
        return total - (day[0][1] if day else total)

    return step


def minute_of_day(bars: Series) -> Step:
    bar_ms = bars.bar_ms
    return lambda now: float((now.ts + bar_ms) % DAY_MS // MINUTE_MS)


def weekday(bars: Series) -> Step:
    bar_ms = bars.bar_ms
    return lambda now: float(((now.ts + bar_ms) // DAY_MS + EPOCH_WEEKDAY) % 7)


def quotient(top: float, bottom: float) -> float:
    """NaN where the bottom is not positive."""
    return top / bottom if bottom > 0 else math.nan


def _of_close(function: str, bars: Series, outputs: int = 1, **params: float) -> Step:
    handle = Handle(function, [bars.column("close")], outputs, **params)
    return lambda now: handle.update(now.close)


def _before(function: str, bars: Series, name: str, n: int) -> Step:
    """A function of one column over `n` bars, as it was at the bar before."""
    handle = Handle(function, [bars.column(name)], timeperiod=n)
    last = handle.value

    def step(now: Now) -> float:
        nonlocal last
        before, last = last, handle.update(getattr(now, name))
        return float(before)

    return step


CARRIED: dict[str, Callable[..., Step]] = {
    **{name: column(name) for name in ("open", "high", "low", "close", "volume", "open_interest")},
    "funding_rate": column("funding_last"),
    "sma": sma,
    "ema": ema,
    "rsi": rsi,
    **dict.fromkeys(("macd", "macd_signal", "macd_histogram"), macd),
    **dict.fromkeys(("bollinger_upper", "bollinger_middle", "bollinger_lower"), bollinger),
    "bollinger_width_pct": bollinger_width_pct,
    "volatility_pct": volatility_pct,
    "atr_pct": atr_pct,
    "adx": adx,
    "zscore": zscore,
    "vwap": vwap,
    "highest": highest,
    "lowest": lowest,
    "change_pct": change_pct,
    **dict.fromkeys(("stochastic_k", "stochastic_d"), stochastic),
    "volume_ratio": volume_ratio,
    "volume_24h_usd": volume_24h_usd,
    "minute_of_day": minute_of_day,
    "weekday": weekday,
}
