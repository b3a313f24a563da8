"""Conditions on how much the price moves."""

from __future__ import annotations

from typing import ClassVar

from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import At, block, const
from paddock.strategy.blocks.kinds import num
from paddock.strategy.blocks.phrases import of
from paddock.strategy.blocks.shapes import WORDS, Level, OnBars
from paddock.strategy.expr import Expr, Op, Test

FAMILY = "volatility"


@block
class Volatility(Level):
    family = FAMILY
    reads = "volatility_pct"
    label = "volatility"
    unit = "%"
    period: int = p.period(20, low=2)


@block
class VolatilityAbove(Volatility):
    """True while the standard deviation of the bars' returns is above `value` percent."""

    type = "volatility_above"
    title = "Volatility above"
    op = Op.GT
    value: float = p.number(1.5, "standard deviation of the bars' returns", low=0, high=1e4, unit="%")


@block
class VolatilityBelow(Volatility):
    """True while the standard deviation of the bars' returns is below `value` percent."""

    type = "volatility_below"
    title = "Volatility below"
    op = Op.LT
    value: float = p.number(1.5, "standard deviation of the bars' returns", low=0, high=1e4, unit="%")


@block
class Atr(Level):
    family = FAMILY
    reads = "atr_pct"
    label = "ATR"
    unit = "%"
    period: int = p.period(14)


@block
class AtrAbove(Atr):
    """True while Wilder's average true range is above `value` percent of the close."""

    type = "atr_above"
    title = "ATR above"
    op = Op.GT
    value: float = p.number(1, "average true range in % of the close", low=0, high=1e4, unit="%")


@block
class AtrBelow(Atr):
    """True while Wilder's average true range is below `value` percent of the close."""

    type = "atr_below"
    title = "ATR below"
    op = Op.LT
    value: float = p.number(1, "average true range in % of the close", low=0, high=1e4, unit="%")


@block
class Bands(OnBars):
    family = FAMILY
    op: ClassVar[Op]
    reads: ClassVar[str]
    side: ClassVar[str]
    period: int = p.period(20, low=2)
    value: float = p.number(2, "width of the bands", low=0.1, high=10, unit="σ", aliases=("std", "deviations"))

    def lower(self, at: At) -> Expr:
        return Test(self.op, self.feature(at, "close"), self.feature(at, self.reads, self.period, self.value))

    def sentence(self) -> str:
        close = of("the close", self.symbol, self.interval)
        return f"{close} {WORDS[self.op]} the {self.side} Bollinger band({self.period}, {num(self.value)})"


@block
class BollingerAboveUpper(Bands):
    """True while the close is above the upper Bollinger band."""

    type = "bollinger_above_upper"
    title = "Close above upper band"
    op = Op.GT
    reads = "bollinger_upper"
    side = "upper"


@block
class BollingerBelowLower(Bands):
    """True while the close is below the lower Bollinger band."""

    type = "bollinger_below_lower"
    title = "Close below lower band"
    op = Op.LT
    reads = "bollinger_lower"
    side = "lower"


@block
class BollingerSqueeze(OnBars):
    """True while the Bollinger bands lie less than `value` percent of their middle apart."""

    family = FAMILY
    type = "bollinger_squeeze"
    title = "Bollinger squeeze"
    period: int = p.period(20, low=2)
    deviations: float = p.number(2, "width of the bands", low=0.1, high=10, unit="σ", aliases=("std",))
    value: float = p.number(4, "distance between the bands to be below", low=0, high=1e4, unit="%")

    def lower(self, at: At) -> Expr:
        width = self.feature(at, "bollinger_width_pct", self.period, self.deviations)
        return Test(Op.LT, width, const(self.value))

    def sentence(self) -> str:
        name = of(
            f"the width of the Bollinger bands({self.period}, {num(self.deviations)})", self.symbol, self.interval
        )
        return f"{name} is below {num(self.value)}%"
