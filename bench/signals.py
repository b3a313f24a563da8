"""Signals for the peers, from the same TA-Lib that the product uses, decided at a bar's close."""

from __future__ import annotations

import numpy as np
import talib
from numpy.typing import NDArray

from paddock.market.tape import Floats

Flags = NDArray[np.bool_]


def crosses(fast: Floats, slow: Floats) -> tuple[Flags, Flags]:
    """Bars at which `fast` comes above `slow`, and at which it comes below; `slow` is the later one to be known."""
    above, below = fast > slow, fast < slow
    up, down = np.zeros(len(fast), bool), np.zeros(len(fast), bool)
    known = ~np.isnan(slow[:-1])
    np.logical_and(above[1:], ~above[:-1] & known, out=up[1:])
    np.logical_and(below[1:], ~below[:-1] & known, out=down[1:])
    return up, down


def sma_crosses(close: Floats, fast: int = 10, slow: int = 50) -> tuple[Flags, Flags]:
    return crosses(talib.SMA(close, fast), talib.SMA(close, slow))


def rsi_extremes(close: Floats) -> tuple[Flags, Flags]:
    """RSI(14) below 30, and above 70."""
    rsi = talib.RSI(close, 14)
    return rsi < 30, rsi > 70


def next_bar(flags: Flags) -> Flags:
    """The same flags one bar later (along the first axis): a decision at a close acts at the next open."""
    out = np.zeros_like(flags)
    out[1:] = flags[:-1]
    return out
