"""Would Pacifica take this order? What it would surely refuse is refused here, before it costs a request.

That matters more than elsewhere: this venue has answered a wrong tick or lot with a 500, which proves nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from paddock.core.errors import Invalid
from paddock.core.orders import OrderKind
from paddock.venues import limits
from paddock.venues.broker import Bracket, Placement, RejectCode, Rejected
from paddock.venues.pacifica.codec.instruments import Market
from paddock.venues.pacifica.codec.numbers import is_amount, is_px, slippage_within
from paddock.venues.pacifica.codec.orders import SLICE_S, twap_slices

LEAST_SLICES: Final = 2

_PRICED: Final = frozenset({OrderKind.LIMIT, OrderKind.STOP, OrderKind.TAKE})


def breach(order: Placement, market: Market, ref_px: float) -> Rejected | None:
    """The first rule of the venue that an order surely breaks, or None.

    `ref_px` is the mid or mark, 0 when unknown; one that no market has counts as unknown. Whether what reduces a
    position has a smallest value too is not known [?]: such an order is left to the venue.
    """
    ref_px = ref_px if 0.0 < ref_px <= float(market.max_px) else 0.0
    return (
        _halted(order, market)
        or _kind(order)
        or limits.breach(order, market.instrument, ref_px)
        or _grid(order, market)
        or _large(order, market, ref_px)
        or _slices(order)
        or _bound(order, ref_px)
        or _late(order)
    )


def _halted(order: Placement, market: Market) -> Rejected | None:
    return Rejected(RejectCode.HALTED, f"{order.symbol} is delisted") if market.delisted else None


def _kind(order: Placement) -> Rejected | None:
    if order.kind in (OrderKind.TRAIL, OrderKind.LIQUIDATION) or order.pct or _relative(order.bracket):
        return Rejected(RejectCode.NOT_ALLOWED, "Pacifica keeps levels at prices only, not in percent")
    if order.kind in _PRICED and not order.px:
        return Rejected(RejectCode.TICK, f"a {order.kind.name.lower()} order has a price")
    return None


def _relative(bracket: Bracket) -> bool:
    return bool(bracket.stop_pct or bracket.trail_pct or bracket.take_pct)


def _grid(order: Placement, market: Market) -> Rejected | None:
    for px in (order.px, order.bound_px, order.bracket.stop_px, order.bracket.take_px):
        if px and not is_px(market, px):
            limit = f"a multiple of {market.tick} from {market.min_px} to {market.max_px}"
            return Rejected(RejectCode.TICK, f"{px!r} is not a price of {order.symbol}: {limit}")
    if not is_amount(market, order.lots):
        return Rejected(RejectCode.LOT, f"{order.lots} lots of {order.symbol}; amounts are multiples of {market.lot}")
    return None


def _large(order: Placement, market: Market, ref_px: float) -> Rejected | None:
    """By the market's own limit. The documents' classes by leverage contradict it [?]: the venue knows better."""
    px = order.px or order.bound_px or ref_px
    value = Decimal(repr(px)) * market.instrument.qty(order.lots) if px > 0 else Decimal(0)
    if value <= market.max_order_usd:
        return None
    return Rejected(RejectCode.OTHER, f"a notional of {value}; {order.symbol} takes at most {market.max_order_usd}")


def _slices(order: Placement) -> Rejected | None:
    """One that reduces may be over sooner than it was to be: better than not at all."""
    slices = order.slices if order.reduce_only else max(order.slices, twap_slices(order))
    if order.kind is not OrderKind.TWAP or (order.slices >= LEAST_SLICES and slices <= order.lots):
        return None
    return Rejected(
        RejectCode.NOT_ALLOWED,
        f"{order.lots} lots in {slices} slices; a TWAP has {LEAST_SLICES} or more, of lots, one every {SLICE_S} s",
    )


def _bound(order: Placement, ref_px: float) -> Rejected | None:
    """Of a TWAP, which the venue takes in percent only."""
    if order.kind is not OrderKind.TWAP or not order.bound_px:
        return None
    try:
        slippage_within(order.side, order.bound_px, ref_px)
    except Invalid as error:
        return Rejected(RejectCode.OTHER, error.message)
    return None


def _late(order: Placement) -> Rejected | None:
    if order.expires_ts > order.sent_ts:
        return None
    return Rejected(RejectCode.EXPIRED, f"sent at {order.sent_ts}, it was to arrive by {order.expires_ts}")
