"""Conditions that compare two markets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from paddock.market.feature import Feature
from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import At, block, feature
from paddock.strategy.blocks.kinds import ANY_SYMBOL, Reject, Symbol
from paddock.strategy.blocks.phrases import market
from paddock.strategy.blocks.shapes import OnBars
from paddock.strategy.expr import Expr, Op, Test

FAMILY = "comparison"
WITH_PERIOD = {
    "change_pct": "change over {n} bars",
    "rsi": "RSI({n})",
    "zscore": "z-score({n})",
    "volatility_pct": "volatility({n})",
    "atr_pct": "ATR({n})",
    "adx": "ADX({n})",
    "volume_ratio": "volume against its mean of {n} bars",
}
WITHOUT_PERIOD = {
    "close": "price",
    "funding_rate": "funding rate",
    "volume_24h_usd": "volume of 24 hours",
    "open_interest": "open interest",
}


@block
class Comparison(OnBars):
    family = FAMILY
    op: ClassVar[Op]
    word: ClassVar[str]
    other: str = p.param(Symbol(any_symbol=False), "BTC", "the market it is compared with", aliases=("other_symbol",))
    measure: str = p.one_of("change_pct", (*WITH_PERIOD, *WITHOUT_PERIOD), "what is compared")
    period: int = p.period(24, "bars of the measure (unused by price, funding, volume and open interest)", low=2)

    def check(self) -> Iterator[Reject]:
        if self.symbol != ANY_SYMBOL and self.symbol == self.other:
            yield Reject("other must be another symbol", param="other", seen=self.other)

    def value(self, at: At, symbol: str) -> Feature:
        params = (self.period,) if self.measure in WITH_PERIOD else ()
        return feature(at, symbol, self.interval, self.measure, *params)

    def lower(self, at: At) -> Expr:
        return Test(self.op, self.value(at, self.symbol), self.value(at, self.other))

    def sentence(self) -> str:
        what = WITH_PERIOD.get(self.measure, WITHOUT_PERIOD.get(self.measure, "")).format(n=self.period)
        return f"the {what} of {market(self.symbol)} is {self.word} that of {self.other}"


@block
class SymbolAboveSymbol(Comparison):
    """True while a measure of this market is strictly above the same measure of another market.

    On the other market itself it is never true.
    """

    type = "symbol_above_symbol"
    title = "Above another market"
    op = Op.GT
    word = "above"


@block
class SymbolBelowSymbol(Comparison):
    """True while a measure of this market is strictly below the same measure of another market.

    On the other market itself it is never true.
    """

    type = "symbol_below_symbol"
    title = "Below another market"
    op = Op.LT
    word = "below"
