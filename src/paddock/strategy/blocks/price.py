"""Conditions on the price itself."""

from __future__ import annotations

from typing import ClassVar

from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import Alias, At, Condition, block, const, feature
from paddock.strategy.blocks.kinds import SCOPE_INTERVAL, Number, num
from paddock.strategy.blocks.phrases import of
from paddock.strategy.blocks.shapes import WORDS, CloseAgainst, Level, OnSymbol
from paddock.strategy.expr import Expr, Literal, Op, Test

FAMILY = "price"


@block
class PriceLevel(OnSymbol):
    """The close of the scope's bars against a price."""

    family = FAMILY
    op: ClassVar[Op]
    value: float = p.number(0, "the price to compare with", low=0, unit="price")

    def lower(self, at: At) -> Expr:
        return Test(self.op, feature(at, self.symbol, SCOPE_INTERVAL, "close"), const(self.value))

    def sentence(self) -> str:
        return f"{of('the price', self.symbol)} {WORDS[self.op]} {num(self.value)}"


@block
class PriceAbove(PriceLevel):
    """True while the close is strictly above `value`."""

    type = "price_above"
    title = "Price above"
    op = Op.GT


@block
class PriceBelow(PriceLevel):
    """True while the close is strictly below `value`."""

    type = "price_below"
    title = "Price below"
    op = Op.LT


@block
class PriceCrossesAbove(PriceLevel):
    """True on the bar whose close is strictly above `value` when the close before was not."""

    type = "price_crosses_above"
    title = "Price crosses above"
    op = Op.CROSS_ABOVE


@block
class PriceCrossesBelow(PriceLevel):
    """True on the bar whose close is strictly below `value` when the close before was not."""

    type = "price_crosses_below"
    title = "Price crosses below"
    op = Op.CROSS_BELOW


def _positive(raw: dict[str, object]) -> dict[str, object]:
    raw = {"value": 1.0} | raw
    raw["value"] = Number(0, 1e6, above=True).parse(raw["value"])
    return raw


def _fall(raw: dict[str, object]) -> dict[str, object]:
    raw = _positive(raw)
    assert isinstance(raw["value"], float)
    return raw | {"value": -raw["value"]}


@block
class PriceChange(Level):
    family = FAMILY
    reads = "change_pct"
    label = "the change over "
    unit = "%"

    def sentence(self) -> str:
        bars = "bar" if self.period == 1 else "bars"
        name = of(f"the change of the close over {self.period} {bars}", self.symbol, self.interval)
        return f"{name} {WORDS[self.op]} {num(self.value)}%"


@block
class PriceChangePctAbove(PriceChange):
    """True while the close is more than `value` percent above the close `period` bars earlier."""

    type = "price_change_pct_above"
    title = "Price change above"
    aliases = (Alias("price_change_up", _positive, "value is above 0"),)
    op = Op.GT
    period: int = p.period(5, "bars between the two closes")
    value: float = p.number(1, "change to exceed", low=-100, high=1e6, unit="%")


@block
class PriceChangePctBelow(PriceChange):
    """True while the change of the close over `period` bars is below `value` percent (a fall is negative)."""

    type = "price_change_pct_below"
    title = "Price change below"
    aliases = (Alias("price_change_down", _fall, "value is above 0 and counts downwards: 2 means below -2 %"),)
    op = Op.LT
    period: int = p.period(5, "bars between the two closes")
    value: float = p.number(-1, "change to be below", low=-1e6, high=1e6, unit="%")


@block
class BreakoutAboveRecentHigh(CloseAgainst):
    """True while the close is above the highest high of the `period` bars before this one (this one excluded)."""

    family = FAMILY
    type = "breakout_above_recent_high"
    title = "Breakout above recent high"
    op = Op.GT
    reads = "highest"
    label = "highest high"
    period: int = p.period(20, "bars before this one", low=2)

    def sentence(self) -> str:
        return (
            f"{of('the close', self.symbol, self.interval)} is above the highest high of the {self.period} bars before"
        )


@block
class BreakoutBelowRecentLow(CloseAgainst):
    """True while the close is below the lowest low of the `period` bars before this one (this one excluded)."""

    family = FAMILY
    type = "breakout_below_recent_low"
    title = "Breakout below recent low"
    op = Op.LT
    reads = "lowest"
    label = "lowest low"
    period: int = p.period(20, "bars before this one", low=2)

    def sentence(self) -> str:
        return f"{of('the close', self.symbol, self.interval)} is below the lowest low of the {self.period} bars before"


@block
class AlwaysTrue(Condition):
    """Always true."""

    family = FAMILY
    type = "always_true"
    title = "Always"

    def lower(self, at: At) -> Expr:
        return Literal(True)

    def sentence(self) -> str:
        return "always"


@block
class AlwaysFalse(Condition):
    """Never true: switches a path off without taking it apart."""

    family = FAMILY
    type = "always_false"
    title = "Never"

    def lower(self, at: At) -> Expr:
        return Literal(False)

    def sentence(self) -> str:
        return "never"
