"""Shapes that many conditions share: a series against a level, and one series against another."""

from __future__ import annotations

from typing import ClassVar

from paddock.market.feature import Feature
from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import At, Condition, block, const, feature
from paddock.strategy.blocks.kinds import num
from paddock.strategy.blocks.phrases import of
from paddock.strategy.expr import Expr, Op, Test

WORDS = {
    Op.GT: "is above",
    Op.LT: "is below",
    Op.CROSS_ABOVE: "crosses above",
    Op.CROSS_BELOW: "crosses below",
}


@block
class OnSymbol(Condition):
    """A condition on one market."""

    symbol: str = p.symbol()


@block
class OnBars(OnSymbol):
    """A condition on bars of one market."""

    interval: str = p.interval()

    def feature(self, at: At, name: str, *params: float) -> Feature:
        return feature(at, self.symbol, self.interval, name, *params)


@block
class Level(OnBars):
    """An indicator of `period` bars against a level."""

    op: ClassVar[Op]
    reads: ClassVar[str]
    label: ClassVar[str]
    unit: ClassVar[str] = ""
    period: int
    value: float

    def lower(self, at: At) -> Expr:
        return Test(self.op, self.feature(at, self.reads, self.period), const(self.value))

    def sentence(self) -> str:
        name = of(f"{self.label}({self.period})", self.symbol, self.interval)
        return f"{name} {WORDS[self.op]} {num(self.value)}{self.unit}"


@block
class CloseAgainst(OnBars):
    """The close against an indicator of `period` bars."""

    op: ClassVar[Op]
    reads: ClassVar[str]
    label: ClassVar[str]
    period: int

    def lower(self, at: At) -> Expr:
        return Test(self.op, self.feature(at, "close"), self.feature(at, self.reads, self.period))

    def sentence(self) -> str:
        close = of("the close", self.symbol, self.interval)
        return f"{close} {WORDS[self.op]} its {self.label}({self.period})"
