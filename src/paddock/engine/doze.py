"""Positions left alone: while nothing can happen to one it is not looked at, and all its marks are made up for at once.

A slot *dozes* from the bar that left it quiet until a level, a funding stamp or an action wakes it. The books then hold
what it was worth when last looked at, and equity is owed its mark of each bar since. Compiled.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from paddock.engine.bar import is_quiet
from paddock.engine.book import carry, mark_slot
from paddock.engine.grid import nearest_int
from paddock.engine.jit import leaf, part
from paddock.engine.state import Books, Market, Slot, Spec
from paddock.market.tape import Floats, Ints

AWAKE = -1
HORIZON = 256  # bars that are searched for a level at once: few enough not to matter when an action comes before


class Doze(NamedTuple):
    """Who dozes: per slot the bar at which to look again, or AWAKE, the first bar that equity is owed, and what the
    position was worth before it.

    `unrealised[0]` is what the books hold of all that doze: no part of the equity of the bars that are owed.
    """

    wake: Ints
    owed: Ints
    before: Ints
    unrealised: Ints


def nobody(slots: int) -> Doze:
    """Nobody of `slots` dozes."""
    return Doze(np.full(slots, AWAKE), np.zeros(slots, np.int64), np.zeros(slots, np.int64), np.zeros(1, np.int64))


@part
def lie_down(i: int, t: int, end: int, market: Market, books: Books, doze: Doze) -> None:
    """Let slot `i`, quiet at the close of bar `t`, doze up to bar `end` at most."""
    slot = books.slots[i]
    doze.wake[i] = next_event(slot, t + 1, end, market)
    doze.owed[i], doze.before[i] = t, slot.unrealised
    doze.unrealised[0] += slot.unrealised


@part
def next_event(slot: Slot, t: int, end: int, market: Market) -> int:
    """The first bar from `t` on that reaches a level or pays funding; else how far was looked, at most to `end`."""
    s, long = slot.symbol, slot.lots > 0
    low_level = slot.adverse if long else slot.target
    high_level = slot.target if long else slot.adverse
    funded = market.funding_open.shape[1] > 0
    if low_level == -math.inf and high_level == math.inf and not funded:
        return end
    stop = min(t + HORIZON, end)
    reached = any_beyond(market.low[s, t:stop], low_level, market.high[s, t:stop], high_level)
    if funded:
        reached |= any_rate(market.funding_open[s, t:stop], market.funding_inside[s, t:stop])
    if not reached:
        return stop
    while is_quiet(slot, t, market):
        t += 1
    return t


@leaf
def any_beyond(lows: Floats, low_level: float, highs: Floats, high_level: float) -> bool:
    found = False
    for n in range(len(lows)):
        found |= (lows[n] <= low_level) | (highs[n] >= high_level)
    return found


@leaf
def any_rate(at_open: Floats, inside: Floats) -> bool:
    found = False
    for n in range(len(at_open)):
        found |= (at_open[n] != 0.0) | (inside[n] != 0.0)
    return found


@part
def get_up(i: int, t: int, origin: int, market: Market, spec: Spec, books: Books, doze: Doze, equity: Ints) -> None:
    """Wake slot `i` before bar `t`: equity gets the marks that it is owed, the slot the last of them."""
    slot = books.slots[i]
    first = doze.owed[i]
    doze.unrealised[0] -= slot.unrealised
    doze.wake[i] = AWAKE
    size = float(abs(slot.lots)) * spec.lot_value[slot.symbol]
    owed, closes = equity[slot.account, first - origin : t - origin], market.close[slot.symbol, first:t]
    add_marks(size, slot.cost, slot.lots > 0, doze.before[i], closes, owed)
    carry_last_mark(slot, first, t, market, spec, books)


@leaf
def add_marks(size: float, cost: int, long: bool, unrealised: int, closes: Floats, equity: Ints) -> None:
    """Add a position's profit at each of `closes` to `equity`; a missing bar keeps the one before, at first
    `unrealised`. The position is worth `size` at price 1."""
    missing = False
    for n in range(len(closes)):
        missing |= math.isnan(closes[n])
    if missing:
        for n in range(len(closes)):
            if not math.isnan(closes[n]):
                value = nearest_int(size * closes[n])
                unrealised = value - cost if long else cost - value
            equity[n] += unrealised
    elif long:
        for n in range(len(closes)):
            equity[n] += nearest_int(size * closes[n]) - cost
    else:
        for n in range(len(closes)):
            equity[n] += cost - nearest_int(size * closes[n])


@part
def carry_last_mark(slot: Slot, first: int, t: int, market: Market, spec: Spec, books: Books) -> int:
    """Mark a position at its symbol's last close in bars `first` to `t` (half open), if any; what that changed."""
    change = 0
    while t > first:
        t -= 1
        close = market.close[slot.symbol, t]
        if not math.isnan(close):
            change = mark_slot(slot, close, spec)
            carry(slot.bot, change, books)
            break
    return change


@leaf
def value_dozers(t: int, market: Market, spec: Spec, books: Books, doze: Doze) -> None:
    """Bring the books of all that doze to the close of bar `t`; they doze on."""
    for i in range(len(doze.wake)):
        if doze.wake[i] != AWAKE:
            doze.unrealised[0] += carry_last_mark(books.slots[i], doze.owed[i], t + 1, market, spec, books)
