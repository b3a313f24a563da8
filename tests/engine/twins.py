"""Three templates written again in Python, by hand."""

from __future__ import annotations

from collections.abc import Iterator

from paddock.strategy.python import Action, Strategy, close_position, equity_pct, open_long, open_short
from paddock.strategy.view import Market, View


class RsiMeanReversion(Strategy):
    def init(self, market: Market) -> None:
        self.rsi = market.feature("rsi", 14)

    def next(self, view: View) -> Iterator[Action]:
        for now in view:
            rsi = now.value(self.rsi)
            if rsi is None:
                continue
            if (now.position.is_long and rsi > 55) or (now.position.is_short and rsi < 45):
                yield close_position(now.symbol)
            if now.position.is_flat and rsi < 30:
                yield open_long(now.symbol, equity_pct(20), leverage=2, stop_loss_pct=4, take_profit_pct=6)
            if now.position.is_flat and rsi > 70:
                yield open_short(now.symbol, equity_pct(20), leverage=2, stop_loss_pct=4, take_profit_pct=6)


class SmaCrossover(Strategy):
    def init(self, market: Market) -> None:
        self.fast = market.feature("sma", 20)
        self.slow = market.feature("sma", 50)

    def next(self, view: View) -> Iterator[Action]:
        for now in view:
            if now.crosses_above(self.fast, self.slow):
                if now.position.is_short:
                    yield close_position(now.symbol)
                yield open_long(now.symbol, equity_pct(25), stop_loss_pct=5)
            if now.crosses_below(self.fast, self.slow):
                if now.position.is_long:
                    yield close_position(now.symbol)
                yield open_short(now.symbol, equity_pct(25), stop_loss_pct=5)


class Breakout(Strategy):
    def init(self, market: Market) -> None:
        self.volume = market.feature("volume_ratio", 20)
        self.close = market.feature("close")
        self.high = market.feature("highest", 20)
        self.low = market.feature("lowest", 20)

    def next(self, view: View) -> Iterator[Action]:
        for now in view:
            volume, close = now.value(self.volume), now.value(self.close)
            high, low = now.value(self.high), now.value(self.low)
            if volume is None or close is None or high is None or low is None:
                continue
            if volume > 1.5 and now.position.is_flat:
                size, levels = equity_pct(25), {"stop_loss_pct": 2.5, "trailing_stop_pct": 4}
                if close > high:
                    yield open_long(now.symbol, size, leverage=2, **levels)
                if close < low:
                    yield open_short(now.symbol, size, leverage=2, **levels)


TWINS = {"rsi-mean-reversion": RsiMeanReversion, "sma-crossover": SmaCrossover, "breakout": Breakout}
