"""The table of roundings of docs/engine.md, in exact decimals."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from paddock.core.instrument import Instrument

CONTEXT = Context(prec=60)
MICRO = 1_000_000
SNAP = Decimal("1e-6")
SNAP_RELATIVE = Decimal("1e-12")


def exact(x: float | int | Decimal) -> Decimal:
    """The number that a person reads: 0.1 is one tenth."""
    return x if isinstance(x, Decimal) else Decimal(repr(x))


def nearest(x: Decimal) -> int:
    half = (2 * x).to_integral_value(ROUND_HALF_EVEN) / 2
    if abs(x - half) < SNAP:
        x = half
    return int(x.to_integral_value(ROUND_HALF_EVEN))


def nearest_share(amount: int, part: int, whole: int) -> int:
    """`amount * part / whole`, nearest, halves to even."""
    return round(Fraction(amount * part, whole))


def down(x: Decimal) -> int:
    return _integer_it_is(x, ROUND_FLOOR)


def up(x: Decimal) -> int:
    return _integer_it_is(x, ROUND_CEILING)


def _integer_it_is(x: Decimal, rounding: str) -> int:
    near = x.to_integral_value(ROUND_HALF_EVEN)
    if abs(x - near) < max(SNAP, abs(x) * SNAP_RELATIVE):
        return int(near)
    return int(x.to_integral_value(rounding))


def grid_step(instrument: Instrument, px: Decimal) -> Decimal:
    """Distance between two neighbouring prices around `px`."""
    step = Decimal(1).scaleb(-instrument.px_decimals)
    if instrument.sig_figs and px > 0:
        step = max(step, Decimal(1).scaleb(px.adjusted() - instrument.sig_figs + 1))
    return min(step, Decimal(1))


def px_down(instrument: Instrument, px: Decimal) -> Decimal:
    step = grid_step(instrument, px)
    return down(px / step) * step


def px_up(instrument: Instrument, px: Decimal) -> Decimal:
    step = grid_step(instrument, px)
    return up(px / step) * step


def trade_px(instrument: Instrument, side: int, px: Decimal) -> Decimal:
    """What a buyer pays is rounded up, what a seller receives down."""
    return px_up(instrument, px) if side > 0 else px_down(instrument, px)


def limit_px(instrument: Instrument, side: int, px: Decimal) -> Decimal:
    """A buyer's limit is rounded down, a seller's up."""
    return px_down(instrument, px) if side > 0 else px_up(instrument, px)


def lot_value(instrument: Instrument) -> Decimal:
    """`k`: micro-dollars of one lot at price 1."""
    return Decimal(1).scaleb(6 - instrument.qty_decimals)


def value_of(instrument: Instrument, lots: int, px: Decimal) -> int:
    """µ-value of `lots` at `px`."""
    return nearest(lots * px * lot_value(instrument))
