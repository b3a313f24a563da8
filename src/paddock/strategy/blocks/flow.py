"""Conditions on volume, funding and open interest."""

from __future__ import annotations

from typing import ClassVar

from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import At, block, const, feature
from paddock.strategy.blocks.kinds import SCOPE_INTERVAL, num
from paddock.strategy.blocks.phrases import of, usd
from paddock.strategy.blocks.shapes import WORDS, OnBars, OnSymbol
from paddock.strategy.expr import Expr, Op, Test

FAMILY = "flow"


@block
class Volume(OnSymbol):
    family = FAMILY
    op: ClassVar[Op]
    value: float = p.number(10_000_000, "traded in the last 24 hours", low=0, high=1e15, unit="USD")

    def lower(self, at: At) -> Expr:
        return Test(self.op, feature(at, self.symbol, SCOPE_INTERVAL, "volume_24h_usd"), const(self.value))

    def sentence(self) -> str:
        return f"{of('the volume of 24 hours', self.symbol)} {WORDS[self.op]} {usd(self.value)}"


@block
class VolumeAbove(Volume):
    """True while the volume traded in the last 24 hours is above `value` dollars."""

    type = "volume_above"
    title = "Volume above"
    op = Op.GT


@block
class VolumeBelow(Volume):
    """True while the volume traded in the last 24 hours is below `value` dollars."""

    type = "volume_below"
    title = "Volume below"
    op = Op.LT


@block
class VolumeSpike(OnBars):
    """True while the bar's volume is above `value` times the mean of the `period` bars before (this one excluded)."""

    family = FAMILY
    type = "volume_spike"
    title = "Volume spike"
    period: int = p.period(20, "bars of the mean", low=2)
    value: float = p.number(2, "multiple of the mean", low=0, high=1e6, aliases=("multiplier",))

    def lower(self, at: At) -> Expr:
        return Test(Op.GT, self.feature(at, "volume_ratio", self.period), const(self.value))

    def sentence(self) -> str:
        name = of("the volume of the bar", self.symbol, self.interval)
        return f"{name} is above {num(self.value)} times the mean of the {self.period} bars before"


@block
class FundingRate(OnSymbol):
    family = FAMILY
    op: ClassVar[Op]
    value: float = p.number(0, "rate of one funding period as a fraction: 0.0001 is 0.01 %", low=-1, high=1)

    def lower(self, at: At) -> Expr:
        return Test(self.op, feature(at, self.symbol, SCOPE_INTERVAL, "funding_rate"), const(self.value))

    def sentence(self) -> str:
        return f"{of('the funding rate', self.symbol)} {WORDS[self.op]} {num(self.value)}"


@block
class FundingRateAbove(FundingRate):
    """True while the last funding rate known is above `value` (longs pay a positive rate). Unknown without data."""

    type = "funding_rate_above"
    title = "Funding rate above"
    op = Op.GT


@block
class FundingRateBelow(FundingRate):
    """True while the last funding rate known is below `value` (shorts pay a negative rate). Unknown without data."""

    type = "funding_rate_below"
    title = "Funding rate below"
    op = Op.LT


@block
class OpenInterest(OnSymbol):
    family = FAMILY
    op: ClassVar[Op]
    value: float = p.number(0, "open interest, in base units", low=0, high=1e15)

    def lower(self, at: At) -> Expr:
        return Test(self.op, feature(at, self.symbol, SCOPE_INTERVAL, "open_interest"), const(self.value))

    def sentence(self) -> str:
        return f"{of('the open interest', self.symbol)} {WORDS[self.op]} {num(self.value)}"


@block
class OpenInterestAbove(OpenInterest):
    """True while the last open interest known is above `value`. Unknown without data."""

    type = "open_interest_above"
    title = "Open interest above"
    op = Op.GT


@block
class OpenInterestBelow(OpenInterest):
    """True while the last open interest known is below `value`. Unknown without data."""

    type = "open_interest_below"
    title = "Open interest below"
    op = Op.LT
