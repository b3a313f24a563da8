"""Conditions on oscillators: RSI, stochastic, MACD, z-score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from paddock.market.feature import Feature
from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import At, block, const
from paddock.strategy.blocks.kinds import Reject, num
from paddock.strategy.blocks.phrases import of
from paddock.strategy.blocks.shapes import WORDS, Level, OnBars
from paddock.strategy.expr import All, Expr, Op, Test

FAMILY = "oscillator"


@block
class Rsi(Level):
    family = FAMILY
    reads = "rsi"
    label = "RSI"
    period: int = p.period(14, low=2)


@block
class RsiAbove(Rsi):
    """True while Wilder's relative strength index is strictly above `value`."""

    type = "rsi_above"
    title = "RSI above"
    op = Op.GT
    value: float = p.number(70, "level", low=0, high=100)


@block
class RsiBelow(Rsi):
    """True while Wilder's relative strength index is strictly below `value`."""

    type = "rsi_below"
    title = "RSI below"
    op = Op.LT
    value: float = p.number(30, "level", low=0, high=100)


@block
class RsiCrossesAbove(Rsi):
    """True on the bar where the RSI comes from at or below `value` to above it."""

    type = "rsi_crosses_above"
    title = "RSI crosses above"
    op = Op.CROSS_ABOVE
    value: float = p.number(30, "level", low=0, high=100)


@block
class RsiCrossesBelow(Rsi):
    """True on the bar where the RSI comes from at or above `value` to below it."""

    type = "rsi_crosses_below"
    title = "RSI crosses below"
    op = Op.CROSS_BELOW
    value: float = p.number(70, "level", low=0, high=100)


@block
class Stochastic(OnBars):
    family = FAMILY
    op: ClassVar[Op]
    k_period: int = p.period(14, "bars of the range", low=2, aliases=("k", "period"))
    d_period: int = p.period(3, "bars of %D, the average of %K", aliases=("d",))
    smooth_period: int = p.period(3, "bars that smooth %K", aliases=("smooth",))
    value: float

    def lower(self, at: At) -> Expr:
        k = self.feature(at, "stochastic_k", self.k_period, self.d_period, self.smooth_period)
        return Test(self.op, k, const(self.value))

    def sentence(self) -> str:
        name = of(f"stochastic %K({self.k_period}, {self.d_period}, {self.smooth_period})", self.symbol, self.interval)
        return f"{name} {WORDS[self.op]} {num(self.value)}"


@block
class StochasticAbove(Stochastic):
    """True while the slow stochastic %K is strictly above `value`."""

    type = "stochastic_above"
    title = "Stochastic above"
    op = Op.GT
    value: float = p.number(80, "level", low=0, high=100)


@block
class StochasticBelow(Stochastic):
    """True while the slow stochastic %K is strictly below `value`."""

    type = "stochastic_below"
    title = "Stochastic below"
    op = Op.LT
    value: float = p.number(20, "level", low=0, high=100)


@block
class Macd(OnBars):
    family = FAMILY
    op: ClassVar[Op]
    fast_period: int = p.period(12, "bars of the fast EMA", low=2, aliases=("fast",))
    slow_period: int = p.period(26, "bars of the slow EMA", low=3, aliases=("slow",))
    signal_period: int = p.period(9, "bars of the signal line", low=2, aliases=("signal",))

    def check(self) -> Iterator[Reject]:
        if self.fast_period >= self.slow_period:
            rule = "slow_period must be above fast_period"
            yield Reject(rule, f"use {self.fast_period + 1} or more", param="slow_period", seen=self.slow_period)

    def line(self, at: At, name: str) -> Feature:
        return self.feature(at, name, self.fast_period, self.slow_period, self.signal_period)

    def lower(self, at: At) -> Expr:
        return Test(self.op, self.line(at, "macd"), self.line(at, "macd_signal"))

    def label(self) -> str:
        return of(f"MACD({self.fast_period}, {self.slow_period}, {self.signal_period})", self.symbol, self.interval)

    def sentence(self) -> str:
        return f"{self.label()} {WORDS[self.op]} its signal"


@block
class MacdAboveSignal(Macd):
    """True while the MACD line is above its signal line."""

    type = "macd_above_signal"
    title = "MACD above signal"
    op = Op.GT


@block
class MacdBelowSignal(Macd):
    """True while the MACD line is below its signal line."""

    type = "macd_below_signal"
    title = "MACD below signal"
    op = Op.LT


@block
class MacdCrossesAboveSignal(Macd):
    """True on the bar where the MACD line comes from at or below its signal line to above it."""

    type = "macd_crosses_above_signal"
    title = "MACD crosses above signal"
    op = Op.CROSS_ABOVE


@block
class MacdCrossesBelowSignal(Macd):
    """True on the bar where the MACD line comes from at or above its signal line to below it."""

    type = "macd_crosses_below_signal"
    title = "MACD crosses below signal"
    op = Op.CROSS_BELOW


@block
class MacdHistogram(Macd):
    def lower(self, at: At) -> Expr:
        return Test(self.op, self.line(at, "macd_histogram"), const(0))

    def sentence(self) -> str:
        return f"the histogram of {self.label()} {WORDS[self.op]} 0"


@block
class MacdHistogramPositive(MacdHistogram):
    """True while the MACD histogram is above 0."""

    type = "macd_histogram_positive"
    title = "MACD histogram positive"
    op = Op.GT


@block
class MacdHistogramNegative(MacdHistogram):
    """True while the MACD histogram is below 0."""

    type = "macd_histogram_negative"
    title = "MACD histogram negative"
    op = Op.LT


@block
class ZScore(Level):
    family = FAMILY
    reads = "zscore"
    label = "z-score"
    period: int = p.period(20, low=2, aliases=("lookback",))


@block
class ZScoreAbove(ZScore):
    """True while the close is more than `value` standard deviations above its mean."""

    type = "zscore_above"
    title = "Z-score above"
    op = Op.GT
    value: float = p.number(2, "standard deviations", low=-100, high=100, unit="σ")


@block
class ZScoreBelow(ZScore):
    """True while the z-score of the close is below `value` (a negative value lies below the mean)."""

    type = "zscore_below"
    title = "Z-score below"
    op = Op.LT
    value: float = p.number(-2, "standard deviations", low=-100, high=100, unit="σ")


@block
class ZScoreWithin(OnBars):
    """True while the close lies less than `value` standard deviations from its mean, on either side."""

    family = FAMILY
    type = "zscore_within"
    title = "Z-score near zero"
    period: int = p.period(20, low=2, aliases=("lookback",))
    value: float = p.number(0.3, "standard deviations", low=0, high=100, above=True, unit="σ")

    def lower(self, at: At) -> Expr:
        z = self.feature(at, "zscore", self.period)
        return All((Test(Op.GT, z, const(-self.value)), Test(Op.LT, z, const(self.value))))

    def sentence(self) -> str:
        z = of(f"z-score({self.period})", self.symbol, self.interval)
        return f"{z} lies between {num(-self.value)} and {num(self.value)}"
