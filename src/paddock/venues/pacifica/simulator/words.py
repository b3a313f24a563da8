"""The venue's words for what the exchange says: order types, statuses, events, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paddock.core.orders import Side
from paddock.venues.exchange import Order, Refusal, Refused, TriggerKind
from paddock.venues.exchange.events import CancelReason, Change, Method, OrderChanged
from paddock.venues.pacifica.simulator.answers import FAILED, Answer, business
from paddock.venues.pacifica.simulator.listing import Coin
from paddock.venues.pacifica.simulator.numbers import px, usd

LEVEL: Final = "level"  # the note of an order that is a stop or a target of a position or an entry
SIDES: Final = {Side.BUY: "bid", Side.SELL: "ask"}
CAUSES: Final = {
    Method.BOOK: "normal",
    Method.LIQUIDATION: "market_liquidation",
    Method.BACKSTOP: "backstop_liquidation",
    Method.SETTLEMENT: "settlement",
}

# A refusal's text and business code. The texts that we could not find are ours [?]; the codes are the venue's.
_REFUSALS: Final[Mapping[Refusal, tuple[str, int]]] = {
    Refusal.ZERO_SIZE: ("Invalid amount", 59),
    Refusal.LOT: ("Invalid amount: not a multiple of lot size {lot}", 59),
    Refusal.TICK: ("Invalid tick size: price {px} is not a multiple of tick size {tick}", 52),
    Refusal.PX_RANGE: ("Invalid tick size: price {px} out of range", 52),
    Refusal.PX_TOO_FAR: ("Price too far from mark price", 30),
    Refusal.MIN_VALUE: ("Order amount too low for {account}: {value} < {least}", 7),
    Refusal.MAX_VALUE: ("Order amount too high for {account}: {value} > {least}", 8),
    Refusal.EXPIRED: ("Invalid message", 400),
    Refusal.DUPLICATE_CLIENT_ID: ("Duplicate client order ID", 36),
    Refusal.TRIGGER_PX: ("Invalid stop order side", 17),
    Refusal.GROUP: ("Invalid stop order side", 17),
    Refusal.PARENT: ("Invalid order type", 20),
    Refusal.HALTED: ("Trading disabled", 38),
    Refusal.POST_ONLY_PERIOD: ("Trading disabled: post only", 38),
    Refusal.NO_PRICE: ("No reasonable price", 25),
    Refusal.POST_ONLY: ("Post only order would match", 20),
    Refusal.OI_CAP_INCREASE: ("Open interest limit exceeded", 41),
    Refusal.OI_CAP_FLIP: ("Open interest limit exceeded", 41),
    Refusal.MARGIN: ("Insufficient balance for {account}: {value} > {least}", 5),
    Refusal.LEVERAGE_TIER: ("Invalid leverage", 11),
    Refusal.TOO_MANY_ORDERS: ("Open order limit reached", 10),
    Refusal.NOT_OPEN: ("Order not found", 6),
    Refusal.LEVERAGE: ("Invalid leverage", 11),
    Refusal.LEVERAGE_DOWN: ("Invalid leverage: cannot be lowered with an open position", 11),
    Refusal.MARGIN_MODE: ("Cannot update margin mode with an open position", 12),
    Refusal.ISOLATED_ONLY: ("Cannot update margin mode: isolated only", 12),
    Refusal.NOT_ISOLATED: ("Cannot update margin: position is not isolated", 12),
    Refusal.NO_POSITION: ("Position not found", 13),
    Refusal.BALANCE: ("Insufficient balance", 5),
    Refusal.TWAP_DURATION: ("TWAP order duration too short", 46),
    Refusal.TWAP_MIN_VALUE: ("Order amount too low for {account}: {value} < {least}", 7),
}
_GRID: Final = frozenset({Refusal.LOT, Refusal.TICK, Refusal.PX_RANGE})
_ERROR_IDS: Final = {7: "invalid_amount", 8: "invalid_amount"}


def refusal(refused: Refused, coin: Coin, account: str, *, grid_as_500: bool = False) -> Answer:
    """The venue's answer to what the exchange refused."""
    if grid_as_500 and refused.reason in _GRID:
        return FAILED
    if refused.reason is Refusal.REDUCE_ONLY:
        return _no_reduction(refused)
    text, code = _REFUSALS.get(refused.reason, ("Internal error", 0))
    said = text.format(
        account=account,
        px=px(refused.seen),
        tick=coin.tick_size,
        lot=coin.lot_size,
        value=usd(refused.seen),
        least=usd(refused.limit),
    )
    return business(said, code, _ERROR_IDS.get(code, ""))


def order_type(order: Order) -> str:
    asked = order.asked
    if asked.trigger is None:
        return "market" if asked.market or order.liquidation or order.twap_id else "limit"
    style = "market" if asked.market else "limit"
    if asked.note != LEVEL:
        return f"stop_{style}"
    return f"{'take_profit' if asked.trigger.kind is TriggerKind.TAKE else 'stop_loss'}_{style}"


def event(change: OrderChanged, order: Order, *, told: bool) -> str | None:
    """The venue's word for a change, None for one that it does not tell of. `told`: it is not the first of the order's.

    An order that waits is told of when it begins to, so that a second wait is that of a level whose entry has filled.
    """
    waits = order.asked.trigger is not None
    match change.change:
        case Change.ACCEPTED:
            return None if waits else "make"
        case Change.WAITING:
            return "stop_parent_order_filled" if told else "stop_created"
        case Change.TRIGGERED:
            return "stop_triggered"
        case Change.RESIZED:
            return "adjust"
        case Change.PARTIAL | Change.FILLED:
            return "fulfill_market" if order.asked.market or order.liquidation else "fulfill_limit"
        case Change.CANCELLED:
            return _cancelled(change.reason)
        case Change.REJECTED:
            post_only = change.refused is not None and change.refused.reason is Refusal.POST_ONLY
            return "post_only_rejected" if post_only else None
        case _:
            return None


def status(change: OrderChanged) -> str:
    match change.change:
        case Change.FILLED:
            return "filled"
        case Change.CANCELLED:
            return "cancelled"
        case Change.REJECTED:
            return "rejected"
    return "partially_filled" if change.filled else "open"


def parent_id(order: Order) -> int | None:
    """The entry that a level belongs to."""
    parent = order.group.parent if order.group is not None else None
    return parent.order_id if parent is not None and parent is not order else None


def reason(cause: CancelReason | None) -> str | None:
    """Why the venue ended an order of its own accord."""
    return None if cause in {None, CancelReason.USER, CancelReason.MODIFIED} else str(cause)


def _cancelled(cause: CancelReason | None) -> str:
    if cause is CancelReason.SELF_TRADE:
        return "self_trade_prevented"
    if cause is CancelReason.EXPIRED:
        return "expired"
    return "cancel" if cause in {CancelReason.USER, CancelReason.MODIFIED, CancelReason.IOC_REST} else "force_cancel"


def _no_reduction(refused: Refused) -> Answer:
    if not refused.seen:
        return business("No position found for reduce-only order", 23)
    return business("Invalid reduce-only order side", 21)
