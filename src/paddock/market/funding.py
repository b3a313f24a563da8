"""Which bar pays a funding rate, and which rate is known when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from paddock.market.tape import Floats, Ints

STALE = 1.5  # spacings after which a rate no longer counts as known


@dataclass(frozen=True, slots=True)
class Funding:
    """The funding columns of a tape, [S, T] or [S, 0], and the share of its bars at whose close a rate was known."""

    at_open: Floats
    inside: Floats
    last: Floats
    coverage: float | None


def attach(
    rates: pl.DataFrame | None, opens: Mapping[str, Ints], rows: Mapping[str, slice | Ints], bars: int, step: int
) -> Funding:
    """Funding of a tape of `bars` rows and `step` ms an interval.

    `opens` are each symbol's bar opens and `rows` where they lie on the tape; `rates` is sorted by symbol and stamp. A
    stamp at a bar's open, or in the gap before it, belongs to the open; a later one, before the close, to the inside;
    one at the close is the next bar's, so `last` does not know it yet. Stamps before a symbol's first bar are known,
    but nobody pays them.
    """
    stamped = {} if rates is None else {name: part for (name,), part in rates.group_by("symbol", maintain_order=True)}
    if not stamped.keys() & opens.keys():
        nothing = np.empty((len(opens), 0))
        return Funding(nothing, nothing.copy(), nothing.copy(), None)
    shape = (len(opens), bars)
    at_open, inside, last = np.zeros(shape), np.zeros(shape), np.full(shape, np.nan)
    fresh = 0
    for row, (symbol, bar_opens) in enumerate(opens.items()):
        if symbol not in stamped:
            continue
        stamps, values = (stamped[symbol][name].to_numpy() for name in ("ts", "rate"))
        place = rows[symbol]
        paid = stamps >= bar_opens[0]
        at_open[row, place], inside[row, place] = _pay(bar_opens, stamps[paid], values[paid], step)
        last[row, place], known = _known(bar_opens + step, stamps, values)
        fresh += known
    return Funding(at_open, inside, last, fresh / sum(map(len, opens.values())))


def _pay(opens: Ints, stamps: Ints, rates: Floats, step: int) -> tuple[Floats, Floats]:
    bar = np.searchsorted(opens, stamps, side="right") - 1
    within = (stamps > opens[bar]) & (stamps < opens[bar] + step)
    at_open = np.where(stamps == opens[bar], bar, bar + 1)[~within]
    # A stamp after the last bar has no bar to pay it: the extra slot is cut off.
    return _sums(at_open, rates[~within], len(opens) + 1)[:-1], _sums(bar[within], rates[within], len(opens))


def _sums(bar: Ints, rates: Floats, bars: int) -> Floats:
    return np.bincount(bar, weights=rates, minlength=bars).astype(np.float64, copy=False)


def _known(closes: Ints, stamps: Ints, rates: Floats) -> tuple[Floats, int]:
    newest = np.searchsorted(stamps, closes, side="left") - 1
    last = np.where(newest >= 0, rates[newest], np.nan)
    # Venues change their spacing (8 h to 1 h), so a rate is as old as the spacing around it allows.
    spacing = np.diff(stamps, prepend=stamps[:1])
    usual = np.maximum(spacing, np.median(spacing))[newest]
    fresh = (newest >= 0) & (closes - stamps[newest] <= STALE * usual)
    return last, int(np.count_nonzero(fresh))
