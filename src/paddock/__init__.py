"""Paddock: one platform to write, backtest, race and trade strategies."""

__version__ = "0.1.0"
