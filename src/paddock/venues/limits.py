"""Would a venue take this order? The same rule keeps it from leaving that makes the simulated venues refuse it."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

from paddock.core.grid import round_px_down
from paddock.core.instrument import Instrument
from paddock.venues.broker import Placement, RejectCode, Rejected

_LARGEST_PX: Final = 1e12


def breach(order: Placement, instrument: Instrument, ref_px: float) -> Rejected | None:
    """The first limit of `instrument` that the order breaks; `ref_px` values an order without a price (0: unknown).

    What reduces a position has no smallest notional.
    """
    if order.lots <= 0:
        return Rejected(RejectCode.LOT, f"{order.lots} lots of {order.symbol}; an order has at least one")
    levels = (order.px, order.bound_px, order.bracket.stop_px, order.bracket.take_px)
    for px in levels:
        if px != 0.0 and not _on_grid(instrument, px):
            return Rejected(RejectCode.TICK, f"{px!r} is not a price of {order.symbol}; the tick is {instrument.tick}")
    if not 1.0 <= order.leverage <= instrument.max_leverage:
        return Rejected(
            RejectCode.LEVERAGE, f"leverage {order.leverage}; {order.symbol} allows 1 to {instrument.max_leverage}"
        )
    value = None if order.reduce_only else _value(order, instrument, ref_px)
    if value is not None and value < instrument.min_notional_usd:
        return Rejected(
            RejectCode.MIN_NOTIONAL, f"a notional of {value}; {order.symbol} wants {instrument.min_notional_usd}"
        )
    return None


def _on_grid(instrument: Instrument, px: float) -> bool:
    if not (math.isfinite(px) and float(instrument.tick) <= px <= _LARGEST_PX):
        return False
    exact = Decimal(repr(px))
    return round_px_down(instrument, exact).decimal == exact


def _value(order: Placement, instrument: Instrument, ref_px: float) -> Decimal | None:
    px = order.px or ref_px
    return instrument.px(px) * instrument.qty(order.lots) if px > 0 else None
