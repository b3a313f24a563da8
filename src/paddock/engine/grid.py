"""Prices on the grid and micro-dollar values, compiled. The rounding functions are those of `paddock.core.rounding`."""

from __future__ import annotations

import math

from paddock.core import rounding
from paddock.engine.jit import part

nearest_int = part(rounding.nearest_int)
down_int = part(rounding.down_int)
up_int = part(rounding.up_int)


@part
def steps_per_unit(px: float, px_scale: float, sig_figs: int) -> float:
    """How many grid steps make 1 at this price: `10**px_decimals`, fewer where significant figures bind, at least 1."""
    if sig_figs == 0:
        return px_scale
    exponent = math.floor(math.log10(px)) - sig_figs + 1
    if exponent >= 0:
        return 1.0
    return min(10.0**-exponent, px_scale)


@part
def px_down(px: float, px_scale: float, sig_figs: int) -> float:
    """The price on the grid at or below `px`; 0 when there is none above 0."""
    if px <= 0.0:
        return 0.0
    scale = steps_per_unit(px, px_scale, sig_figs)
    return down_int(px * scale) / scale


@part
def px_up(px: float, px_scale: float, sig_figs: int) -> float:
    """The price on the grid at or above `px`; 0 for a price that is not above 0."""
    if px <= 0.0:
        return 0.0
    scale = steps_per_unit(px, px_scale, sig_figs)
    return up_int(px * scale) / scale


@part
def value_of(lots: int, px: float, lot_value: float) -> int:
    """Micro-dollar value of `lots` at `px`."""
    return nearest_int(lots * lot_value * px)
