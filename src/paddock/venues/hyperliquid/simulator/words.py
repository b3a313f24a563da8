"""What the venue says when the exchange refuses or cancels: its sentence, and its word for the order's status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paddock.venues.exchange import Order, Refusal, Refused, Status
from paddock.venues.exchange.events import CancelReason
from paddock.venues.exchange.units import USD
from paddock.venues.hyperliquid.codec.refusals import Text
from paddock.venues.hyperliquid.simulator.listing import Coin
from paddock.venues.hyperliquid.simulator.numbers import decimal, usd

# No source has the venue's words for these; they are ours.
HALTED: Final = "Trading is halted."
TOO_MANY_ORDERS: Final = "Too many open orders."
LEVERAGE: Final = "Invalid leverage value."
LEVERAGE_LOWER: Final = "Cannot decrease leverage with open position."
MARGIN_MODE: Final = "Cannot switch leverage type with open position."
ISOLATED_ONLY: Final = "Cross margin is not allowed for this asset."
NOT_ISOLATED: Final = "No isolated position to update margin."
MARGIN_MOVE: Final = "Insufficient margin available to move."
SCHEDULE_SOON: Final = "Scheduled cancel time too early, must be at least 5 seconds from now."
SCHEDULE_COUNT: Final = "Cannot set scheduled cancel time: too many triggers today."
GROUP: Final = "Invalid TP/SL order grouping."

_TEXTS: Final[Mapping[Refusal, str]] = {
    Refusal.ZERO_SIZE: Text.ZERO_SIZE,
    Refusal.LOT: Text.SIZE,
    Refusal.TICK: Text.TICK,
    Refusal.PX_RANGE: Text.PRICE,
    Refusal.PX_TOO_FAR: Text.FAR_FROM_REFERENCE,
    Refusal.MIN_VALUE: Text.MIN_NOTIONAL,
    Refusal.MAX_VALUE: Text.TOO_LARGE,
    Refusal.TRIGGER_PX: Text.TRIGGER_PX,
    Refusal.GROUP: GROUP,
    Refusal.HALTED: HALTED,
    Refusal.POST_ONLY_PERIOD: Text.POST_ONLY_NOW,
    Refusal.NO_PRICE: Text.NO_LIQUIDITY,
    Refusal.POST_ONLY: Text.POST_ONLY,
    Refusal.OI_CAP_INCREASE: Text.OI_CAP,
    Refusal.OI_CAP_FLIP: Text.OI_CAP,
    Refusal.REDUCE_ONLY: Text.REDUCE_ONLY,
    Refusal.MARGIN: Text.MARGIN,
    Refusal.LEVERAGE_TIER: Text.MARGIN_TIER,
    Refusal.TOO_MANY_ORDERS: TOO_MANY_ORDERS,
    Refusal.NOT_OPEN: Text.NO_SUCH_ORDER,
    Refusal.LEVERAGE: LEVERAGE,
    Refusal.LEVERAGE_DOWN: LEVERAGE_LOWER,
    Refusal.MARGIN_MODE: MARGIN_MODE,
    Refusal.ISOLATED_ONLY: ISOLATED_ONLY,
    Refusal.NOT_ISOLATED: NOT_ISOLATED,
    Refusal.NO_POSITION: NOT_ISOLATED,
    Refusal.BALANCE: MARGIN_MOVE,
    Refusal.TWAP_DURATION: Text.TWAP_MINUTES,
    Refusal.TWAP_MIN_VALUE: Text.TWAP_TOO_SMALL,
    Refusal.SCHEDULE_SOON: SCHEDULE_SOON,
    Refusal.SCHEDULE_VOLUME: Text.SCHEDULE_VOLUME,
    Refusal.SCHEDULE_COUNT: SCHEDULE_COUNT,
}

_REJECTED: Final[Mapping[Refusal, str]] = {
    Refusal.TICK: "tickRejected",
    Refusal.PX_TOO_FAR: "oracleRejected",
    Refusal.MIN_VALUE: "minTradeNtlRejected",
    Refusal.TRIGGER_PX: "badTriggerPxRejected",
    Refusal.NO_PRICE: "marketOrderNoLiquidityRejected",
    Refusal.POST_ONLY: "badAloPxRejected",
    Refusal.OI_CAP_INCREASE: "positionIncreaseAtOpenInterestCapRejected",
    Refusal.OI_CAP_FLIP: "positionFlipAtOpenInterestCapRejected",
    Refusal.REDUCE_ONLY: "reduceOnlyRejected",
    Refusal.MARGIN: "perpMarginRejected",
    Refusal.LEVERAGE_TIER: "perpMaxPositionRejected",
    Refusal.TOO_MANY_ORDERS: "tooManyOpenOrdersRejected",
}

_CANCELLED: Final[Mapping[CancelReason, str]] = {
    CancelReason.NO_MATCH: "iocCancelRejected",
    CancelReason.SELF_TRADE: "selfTradeCanceled",
    CancelReason.REDUCE_ONLY: "reduceOnlyCanceled",
    CancelReason.SIBLING_FILLED: "siblingFilledCanceled",
    CancelReason.MARGIN: "marginCanceled",
    CancelReason.OI_CAP: "openInterestCapCanceled",
    CancelReason.LIQUIDATED: "liquidatedCanceled",
    CancelReason.SCHEDULED: "scheduledCancel",
    CancelReason.DELISTED: "delistedCanceled",
    CancelReason.INTERNAL: "internalCancel",
}


def sentence(refused: Refused, coin: Coin) -> str:
    """The venue's text, with the numbers that it names."""
    text = _TEXTS.get(refused.reason, str(refused.reason))
    return text.format_map(_numbers(refused, coin))


def of_order(refused: Refused, coin: Coin, asset: int) -> str:
    """The same as a live order's status has it: with the number of the market behind it."""
    return f"{sentence(refused, coin)} asset={asset}"


def status(order: Order) -> str:
    """The venue's word for where an order stands."""
    if order.refused is not None:
        return _REJECTED.get(order.refused.reason, "rejected")
    if order.status is Status.FILLED:
        return "filled"
    if order.status is not Status.CANCELLED:
        return "triggered" if order.fired and order.status is Status.NEW else "open"
    return cancelled(order.reason)


def rejected(refused: Refused) -> str:
    return _REJECTED.get(refused.reason, "rejected")


def cancelled(reason: CancelReason | None) -> str:
    return "canceled" if reason is None else _CANCELLED.get(reason, "canceled")


def _numbers(refused: Refused, coin: Coin) -> dict[str, str]:
    """Every name that a text may hold; each text takes its own."""
    seen, limit = refused.seen, refused.limit
    return {
        "least": str(limit // USD),
        "most": str(limit // USD),
        "percent": "95",
        "bid": decimal(refused.bid, coin.px_decimals),
        "ask": decimal(refused.ask, coin.px_decimals),
        "minutes": str(seen // 60_000),
        "rate": "10",
        "required": str(limit // USD),
        "traded": usd(seen),
    }
