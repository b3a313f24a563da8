"""backtesting.py 0.6: a Python loop with one object a bar, and its statistics."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import numpy as np
import pandas as pd
import talib
from backtesting import Backtest, Strategy

from bench.documents import CASH_USD, FEE_BPS
from bench.market import Arrays


class SmaCross(Strategy):
    """W1: long from a cross above to a cross below, one unit."""

    def init(self) -> None:
        self.fast = self.I(talib.SMA, self.data.Close, 10)
        self.slow = self.I(talib.SMA, self.data.Close, 50)

    def next(self) -> None:
        fast, slow = self.fast, self.slow
        if not self.position and fast[-1] > slow[-1] and fast[-2] <= slow[-2]:
            self.buy(size=1)
        elif self.position and fast[-1] < slow[-1] and fast[-2] >= slow[-2]:
            self.position.close()


class RsiBracket(Strategy):
    """W2: while flat, in at an extreme with a stop and a target, which it wants as prices known before the fill."""

    def init(self) -> None:
        self.rsi = self.I(talib.RSI, self.data.Close, 14)

    def next(self) -> None:
        if self.position:
            return
        rsi, px = self.rsi[-1], self.data.Close[-1]
        if rsi < 30:
            self.buy(size=1, sl=px * 0.98, tp=px * 1.04)
        elif rsi > 70:
            self.sell(size=1, sl=px * 1.02, tp=px * 0.96)


class GivenSignals(Strategy):
    """Fixed quantity on given signals: what the comparison of trades runs. Levels, if any, are of the fill price.

    A level must be named before the fill, so the strategy is told the next open: it looks ahead to place the stop where
    engines that know the fill price would place it, and for nothing else.
    """

    signals: Any = None

    def init(self) -> None:
        given = self.signals
        self.opens = np.append(np.asarray(self.data.Open), np.nan)
        self.sides = np.where(given.entries, 1, np.where(given.shorts, -1, 0))

    def next(self) -> None:
        given, t = self.signals, len(self.data) - 1
        if self.position:
            for trade in self.trades:
                if given.stop and trade.sl is None:
                    trade.sl, trade.tp = self.levels(1 if trade.is_long else -1, trade.entry_price)
            if given.exits[t]:
                self.position.close()
            return
        side, fill = self.sides[t], self.opens[t + 1]
        if side == 0 or np.isnan(fill):
            return
        order = self.buy if side > 0 else self.sell
        sl, tp = self.levels(side, fill)
        px = self.data.Close[-1]
        if given.stop and side * sl < side * px < side * tp:
            order(size=1, sl=sl, tp=tp)
        else:  # it refuses levels that the close is already beyond: they are set after the fill's bar
            order(size=1)

    def levels(self, side: int, fill: float) -> tuple[float, float]:
        return fill * (1 - side * self.signals.stop), fill * (1 + side * self.signals.take)


def frame(arrays: Arrays) -> pd.DataFrame:
    names = ("Open", "High", "Low", "Close", "Volume")
    columns = {name: values[0] for name, values in zip(names, arrays.columns, strict=True)}
    return pd.DataFrame(columns, index=pd.to_datetime(arrays.ts, unit="ms"))


def run(strategy: type[Strategy], arrays: Arrays, *, finalize: bool = False, **params: Any) -> Any:
    """Its statistics, with `_trades` and `_equity_curve` among them; its progress bar and warnings are kept quiet."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")  # of trades that are still open at the end
        test = Backtest(frame(arrays), strategy, cash=CASH_USD, commission=FEE_BPS / 1e4, finalize_trades=finalize)
        return test.run(**params)


def w1(arrays: Arrays) -> Any:
    return run(SmaCross, arrays)


def w2(arrays: Arrays) -> Any:
    return run(RsiBracket, arrays)
