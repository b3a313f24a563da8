"""Would Hyperliquid take this order? What it would surely refuse is refused here, before it costs a request.

Where our sources give two limits [?], the looser one counts here: the venue itself has the last word.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from paddock.core.money import MICROS
from paddock.core.orders import OrderKind
from paddock.venues import limits
from paddock.venues.broker import NO_BRACKET, Bracket, Placement, RejectCode, Rejected
from paddock.venues.hyperliquid.codec.instruments import MIN_NOTIONAL_USD, Market

MOST_FROM_REFERENCE: Final = Decimal("0.95")  # 0.8 at some markets [?]
MAX_LEVERAGE_TO_MARKET_USD: Final = ((25, 30_000_000), (20, 5_000_000), (10, 2_000_000), (0, 500_000))
LIMIT_TO_MARKET: Final = 10  # how many times more a resting order may be worth
TWAP_MINUTES: Final = (5, 1440)
TWAP_MINUTE_USD: Final = Decimal(10)  # of notional for each minute

_TRIGGERS: Final = frozenset({OrderKind.STOP, OrderKind.TAKE})

# The largest market orders: from this highest leverage on, so many micro-dollars.
CAPS: Final = tuple((leverage, usd * MICROS) for leverage, usd in MAX_LEVERAGE_TO_MARKET_USD)


def breach(
    order: Placement,
    market: Market,
    ref_px: float,
    held: int | None = None,
    *,
    minutes: int = 0,
) -> Rejected | None:
    """The first rule of the venue that an order surely breaks, or None.

    `ref_px` is the mid or mark (0: unknown, then nothing is judged by it). `held` is the position in signed lots
    (None: unknown): closing all of it has no smallest notional, any other order has. `minutes` are those of a TWAP.
    """
    return (
        _halted(order, market)
        or _kind(order)
        or limits.breach(order, market.instrument, ref_px)
        or _small(order, market, ref_px, held)
        or _large(order, market, ref_px)
        or _far(order, ref_px)
        or _twap(order, market, ref_px, minutes)
    )


def _halted(order: Placement, market: Market) -> Rejected | None:
    return Rejected(RejectCode.HALTED, f"{order.symbol} is delisted") if market.delisted else None


def _kind(order: Placement) -> Rejected | None:
    if order.kind in (OrderKind.TRAIL, OrderKind.LIQUIDATION) or order.pct or _relative(order.bracket):
        return Rejected(RejectCode.NOT_ALLOWED, "Hyperliquid keeps levels at prices only, not in percent")
    if order.kind is OrderKind.TWAP and order.bracket != NO_BRACKET:
        return Rejected(RejectCode.NOT_ALLOWED, "a TWAP carries neither stop nor target; they follow its first fill")
    if (order.kind in _TRIGGERS or order.kind is OrderKind.LIMIT) and not order.px:
        return Rejected(RejectCode.TICK, f"a {order.kind.name.lower()} order has a price")
    return None


def _relative(bracket: Bracket) -> bool:
    return bool(bracket.stop_pct or bracket.trail_pct or bracket.take_pct)


def _small(order: Placement, market: Market, ref_px: float, held: int | None) -> Rejected | None:
    """A partial close has a smallest notional too; limits.breach has judged what opens."""
    reduces = order.reduce_only or order.kind in _TRIGGERS
    value = _value(order, market, ref_px)
    if not reduces or held is None or order.lots >= abs(held) or value is None or value >= MIN_NOTIONAL_USD:
        return None
    return Rejected(
        RejectCode.MIN_NOTIONAL, f"a notional of {value}; closing a part of {order.symbol} takes {MIN_NOTIONAL_USD}"
    )


def _large(order: Placement, market: Market, ref_px: float) -> Rejected | None:
    value = _value(order, market, ref_px)
    if value is None:
        return None
    most = next((usd for leverage, usd in CAPS if market.instrument.max_leverage >= leverage), 0)
    if order.kind is OrderKind.LIMIT:
        most *= LIMIT_TO_MARKET
    if not most or value * MICROS <= most:
        return None
    return Rejected(RejectCode.OTHER, f"a notional of {value}; {order.symbol} takes at most {most // MICROS}")


def _far(order: Placement, ref_px: float) -> Rejected | None:
    if order.kind is not OrderKind.LIMIT or not ref_px > 0:
        return None
    px, reference = Decimal(repr(order.px)), Decimal(repr(ref_px))
    if abs(px - reference) <= reference * MOST_FROM_REFERENCE:
        return None
    return Rejected(RejectCode.OTHER, f"a price of {px}, more than 95% away from {reference}")


def _twap(order: Placement, market: Market, ref_px: float, minutes: int) -> Rejected | None:
    if order.kind is not OrderKind.TWAP:
        return None
    least, most = TWAP_MINUTES
    if not least <= minutes <= most:
        return Rejected(RejectCode.NOT_ALLOWED, f"a TWAP of {minutes} minutes; it lasts {least} to {most}")
    value = _value(order, market, ref_px)
    if value is None or value >= TWAP_MINUTE_USD * minutes:
        return None
    return Rejected(RejectCode.MIN_NOTIONAL, f"a notional of {value}; {minutes} minutes take {TWAP_MINUTE_USD} each")


def _value(order: Placement, market: Market, ref_px: float) -> Decimal | None:
    px = order.px or ref_px
    return market.instrument.px(px) * market.instrument.qty(order.lots) if px > 0 else None
