"""Conditions on averages and trend strength."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import At, block, feature
from paddock.strategy.blocks.kinds import Interval, Number, Reject
from paddock.strategy.blocks.phrases import of
from paddock.strategy.blocks.shapes import WORDS, CloseAgainst, Level, OnBars
from paddock.strategy.expr import Expr, Op, Test
from paddock.strategy.limits import MAX_PERIOD

FAMILY = "trend"


@block
class SmaAbove(CloseAgainst):
    """True while the close is strictly above its simple moving average."""

    family = FAMILY
    type = "sma_above"
    title = "Close above SMA"
    op = Op.GT
    reads = "sma"
    label = "SMA"
    period: int = p.period(20, low=2)


@block
class SmaBelow(CloseAgainst):
    """True while the close is strictly below its simple moving average."""

    family = FAMILY
    type = "sma_below"
    title = "Close below SMA"
    op = Op.LT
    reads = "sma"
    label = "SMA"
    period: int = p.period(20, low=2)


@block
class EmaAbove(CloseAgainst):
    """True while the close is strictly above its exponential moving average."""

    family = FAMILY
    type = "ema_above"
    title = "Close above EMA"
    op = Op.GT
    reads = "ema"
    label = "EMA"
    period: int = p.period(20, low=2)


@block
class EmaBelow(CloseAgainst):
    """True while the close is strictly below its exponential moving average."""

    family = FAMILY
    type = "ema_below"
    title = "Close below EMA"
    op = Op.LT
    reads = "ema"
    label = "EMA"
    period: int = p.period(20, low=2)


@block
class VwapAbove(CloseAgainst):
    """True while the close is strictly above the rolling volume-weighted average of the typical price."""

    family = FAMILY
    type = "vwap_above"
    title = "Close above VWAP"
    op = Op.GT
    reads = "vwap"
    label = "VWAP"
    period: int = p.period(24, low=2)


@block
class VwapBelow(CloseAgainst):
    """True while the close is strictly below the rolling volume-weighted average of the typical price."""

    family = FAMILY
    type = "vwap_below"
    title = "Close below VWAP"
    op = Op.LT
    reads = "vwap"
    label = "VWAP"
    period: int = p.period(24, low=2)


def _too_slow(fast: int, slow: int) -> Iterator[Reject]:
    if fast >= slow:
        rule = "slow_period must be above fast_period"
        yield Reject(rule, f"use {fast + 1} or more", param="slow_period", seen=slow)


@block
class SmaCross(OnBars):
    family = FAMILY
    op: ClassVar[Op]
    fast_period: int = p.period(20, "bars of the fast average", low=2, aliases=("fast", "period"))
    slow_period: int = p.param(
        Number(0, MAX_PERIOD, whole=True),
        0,
        "bars of the slow average; 0 or left out: the close itself crosses the fast average",
        unit="bars",
        aliases=("slow",),
    )

    def check(self) -> Iterator[Reject]:
        if self.slow_period:
            yield from _too_slow(self.fast_period, self.slow_period)

    def lower(self, at: At) -> Expr:
        fast = self.feature(at, "sma", self.fast_period)
        if not self.slow_period:
            return Test(self.op, self.feature(at, "close"), fast)
        return Test(self.op, fast, self.feature(at, "sma", self.slow_period))

    def sentence(self) -> str:
        if not self.slow_period:
            close = of("the close", self.symbol, self.interval)
            return f"{close} {WORDS[self.op]} its SMA({self.fast_period})"
        fast = of(f"SMA({self.fast_period})", self.symbol, self.interval)
        return f"{fast} {WORDS[self.op]} SMA({self.slow_period})"


@block
class SmaCrossesAbove(SmaCross):
    """True on the bar where the fast average (or, without a slow one, the close) comes from at or below to above."""

    type = "sma_crosses_above"
    title = "SMA crosses above"
    op = Op.CROSS_ABOVE


@block
class SmaCrossesBelow(SmaCross):
    """True on the bar where the fast average (or, without a slow one, the close) comes from at or above to below."""

    type = "sma_crosses_below"
    title = "SMA crosses below"
    op = Op.CROSS_BELOW


@block
class EmaCross(OnBars):
    family = FAMILY
    op: ClassVar[Op]
    fast_period: int = p.period(9, "bars of the fast average", low=2, aliases=("fast",))
    slow_period: int = p.period(21, "bars of the slow average", low=3, aliases=("slow",))

    def check(self) -> Iterator[Reject]:
        yield from _too_slow(self.fast_period, self.slow_period)

    def lower(self, at: At) -> Expr:
        fast, slow = (self.feature(at, "ema", n) for n in (self.fast_period, self.slow_period))
        return Test(self.op, fast, slow)

    def sentence(self) -> str:
        fast = of(f"EMA({self.fast_period})", self.symbol, self.interval)
        return f"{fast} {WORDS[self.op]} EMA({self.slow_period})"


@block
class EmaCrossesAbove(EmaCross):
    """True on the bar where the fast EMA comes from at or below the slow one to above it."""

    type = "ema_crosses_above"
    title = "EMA crosses above"
    op = Op.CROSS_ABOVE


@block
class EmaCrossesBelow(EmaCross):
    """True on the bar where the fast EMA comes from at or above the slow one to below it."""

    type = "ema_crosses_below"
    title = "EMA crosses below"
    op = Op.CROSS_BELOW


@block
class HigherSma(OnBars):
    family = FAMILY
    op: ClassVar[Op]
    higher_interval: str = p.param(
        Interval(scope=False), "4h", "interval of the average's bars", aliases=("secondary_timeframe",)
    )
    period: int = p.period(20, low=2)

    def lower(self, at: At) -> Expr:
        average = feature(at, self.symbol, self.higher_interval, "sma", self.period)
        return Test(self.op, self.feature(at, "close"), average)

    def sentence(self) -> str:
        close = of("the close", self.symbol, self.interval)
        return f"{close} {WORDS[self.op]} the SMA({self.period}) of {self.higher_interval} bars"


@block
class HigherTimeframeSmaAbove(HigherSma):
    """True while the close is above the simple moving average of a higher interval's closed bars."""

    type = "higher_timeframe_sma_above"
    title = "Close above higher-interval SMA"
    op = Op.GT


@block
class HigherTimeframeSmaBelow(HigherSma):
    """True while the close is below the simple moving average of a higher interval's closed bars."""

    type = "higher_timeframe_sma_below"
    title = "Close below higher-interval SMA"
    op = Op.LT


@block
class AdxAbove(Level):
    """True while the average directional index is above `value`: the market trends, up or down."""

    family = FAMILY
    type = "adx_above"
    title = "ADX above"
    op = Op.GT
    reads = "adx"
    label = "ADX"
    period: int = p.period(14, low=2)
    value: float = p.number(25, "trend strength to exceed", low=0, high=100)


@block
class AdxBelow(Level):
    """True while the average directional index is below `value`: the market has no trend."""

    family = FAMILY
    type = "adx_below"
    title = "ADX below"
    op = Op.LT
    reads = "adx"
    label = "ADX"
    period: int = p.period(14, low=2)
    value: float = p.number(25, "trend strength to be below", low=0, high=100)
