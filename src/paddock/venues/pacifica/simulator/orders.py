"""Orders as the venue shows them: as they are, as they were, and as they change."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from paddock.venues.exchange import Order, PriceSource, Status
from paddock.venues.exchange.events import OrderChanged
from paddock.venues.pacifica.simulator import words
from paddock.venues.pacifica.simulator.listing import Coin
from paddock.venues.pacifica.simulator.numbers import decimal, px, px_near

Row = dict[str, Any]

SOURCES: Final = {
    "mark_price": PriceSource.MARK,
    "last_trade_price": PriceSource.LAST,
    "mid_price": PriceSource.MID,
}
_SOURCE_WORDS: Final = {source: word for word, source in SOURCES.items()}


def is_shown(order: Order) -> bool:
    """Slices of TWAPs are no orders of their own at the venue [?]."""
    return not order.twap_id


def open_named(order: Order, coin: Coin) -> Row:
    """A row of `/orders`."""
    return {
        "order_id": order.order_id,
        "client_order_id": order.asked.client_id or None,
        "symbol": coin.symbol,
        "side": words.SIDES[order.asked.side],
        "price": px(order.px),
        "initial_amount": decimal(order.lots, coin.qty_decimals),
        "filled_amount": decimal(order.filled, coin.qty_decimals),
        "cancelled_amount": "0",
        "stop_price": _stop_px(order),
        "order_type": words.order_type(order),
        "stop_parent_order_id": words.parent_id(order),
        "reduce_only": order.reduce_only,
        "created_at": order.placed_ts,
        "updated_at": order.changed_ts,
    }


def open_lettered(order: Order, coin: Coin) -> Row:
    """A row of the channel `account_orders`."""
    return {
        "i": order.order_id,
        "I": order.asked.client_id or None,
        "s": coin.symbol,
        "d": words.SIDES[order.asked.side],
        "p": px(order.px),
        "ip": px(order.px),
        "a": decimal(order.lots, coin.qty_decimals),
        "f": decimal(order.filled, coin.qty_decimals),
        "c": "0",
        "t": order.placed_ts,
        "st": _source(order),
        "ot": words.order_type(order),
        "sp": _stop_px(order),
        "ro": order.reduce_only,
    }


def past(order: Order, coin: Coin) -> Row:
    """A row of `/orders/history`: any order as it is now."""
    return {
        "order_id": order.order_id,
        "client_order_id": order.asked.client_id or None,
        "symbol": coin.symbol,
        "side": words.SIDES[order.asked.side],
        "initial_price": px(order.px),
        "average_filled_price": px_near(_average(coin, order.value, order.filled)),
        "amount": decimal(order.lots, coin.qty_decimals),
        "filled_amount": decimal(order.filled, coin.qty_decimals),
        "order_status": _status(order),
        "order_type": words.order_type(order),
        "stop_price": _stop_px(order),
        "stop_parent_order_id": words.parent_id(order),
        "reduce_only": order.reduce_only,
        "reason": words.reason(order.reason),
        "created_at": order.placed_ts,
        "updated_at": order.changed_ts,
    }


def happened(change: OrderChanged, order: Order, coin: Coin, event: str, history_id: int) -> Row:
    """A row of `/orders/history_by_id`."""
    status = words.status(change)
    gone = change.lots - change.filled if status == "cancelled" else 0
    return {
        "history_id": history_id,
        "order_id": order.order_id,
        "client_order_id": order.asked.client_id or None,
        "symbol": coin.symbol,
        "side": words.SIDES[order.asked.side],
        "price": px(change.px),
        "initial_amount": decimal(change.lots, coin.qty_decimals),
        "filled_amount": decimal(change.filled, coin.qty_decimals),
        "cancelled_amount": decimal(gone, coin.qty_decimals),
        "event_type": event,
        "order_type": words.order_type(order),
        "order_status": status,
        "stop_price": _stop_px(order),
        "stop_parent_order_id": words.parent_id(order),
        "reduce_only": order.reduce_only,
        "created_at": change.ts,
    }


def update(change: OrderChanged, order: Order, coin: Coin, event: str, last_px: int, li: int) -> Row:
    """An event of the channel `account_order_updates`; `last_px` of the fill that it tells of, or 0."""
    return {
        "i": order.order_id,
        "I": order.asked.client_id or None,
        "u": change.account,
        "s": coin.symbol,
        "d": words.SIDES[order.asked.side],
        "p": px_near(_average(coin, change.value, change.filled)),
        "ip": px(change.px),
        "lp": px(last_px),
        "a": decimal(change.lots, coin.qty_decimals),
        "f": decimal(change.filled, coin.qty_decimals),
        "oe": event,
        "os": words.status(change),
        "ot": words.order_type(order),
        "sp": _stop_px(order),
        "si": words.parent_id(order),
        "tp": _source(order),
        "r": order.reduce_only,
        "ct": order.placed_ts,
        "ut": change.ts,
        "li": li,
    }


def _stop_px(order: Order) -> str | None:
    return px(order.asked.trigger.px) if order.asked.trigger is not None else None


def _source(order: Order) -> str | None:
    return _SOURCE_WORDS[order.asked.trigger.source] if order.asked.trigger is not None else None


def _average(coin: Coin, value: int, lots: int) -> Fraction:
    return coin.contract.tick_lots(value) / lots if lots else Fraction(0)


def _status(order: Order) -> str:
    match order.status:
        case Status.FILLED:
            return "filled"
        case Status.CANCELLED:
            return "cancelled"
        case Status.REJECTED:
            return "rejected"
    return "partially_filled" if order.filled else "open"
