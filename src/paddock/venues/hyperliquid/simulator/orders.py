"""Orders as the venue shows them: what rests, what became of one, what changed."""

from __future__ import annotations

from typing import Any, Final

from paddock.core.orders import Side
from paddock.venues.exchange import Order, Status, Tif, TriggerKind
from paddock.venues.exchange.events import Change, OrderChanged
from paddock.venues.hyperliquid.simulator import words
from paddock.venues.hyperliquid.simulator.listing import Coin
from paddock.venues.hyperliquid.simulator.numbers import decimal

FRONTEND_MARKET: Final = "FrontendMarket"
_TIFS: Final = {Tif.GTC: "Gtc", Tif.IOC: "Ioc", Tif.ALO: "Alo"}
_SIDES: Final = {Side.BUY: "B", Side.SELL: "A"}
_SILENT: Final = frozenset({Change.ACCEPTED})


def side(of: Side) -> str:
    return _SIDES[of]


def plain(order: Order, coin: Coin) -> dict[str, Any]:
    """Of `openOrders`: without what a trigger waits for."""
    said = {
        "coin": coin.name,
        "side": side(order.asked.side),
        "limitPx": decimal(order.px, coin.px_decimals),
        "sz": decimal(order.left, coin.sz_decimals),
        "oid": order.order_id,
        "timestamp": order.placed_ts,
        "origSz": decimal(order.asked.lots, coin.sz_decimals),
    }
    return said | _marks(order)


def full(order: Order, coin: Coin) -> dict[str, Any]:
    """Of `frontendOpenOrders`, and of what became of an order."""
    trigger = order.asked.trigger
    px = 0 if trigger is None else trigger.px
    children = [] if order.group is None or order.group.parent is not order else order.group.children
    return {
        "coin": coin.name,
        "side": side(order.asked.side),
        "limitPx": decimal(order.px, coin.px_decimals),
        "sz": decimal(order.left, coin.sz_decimals),
        "oid": order.order_id,
        "timestamp": order.placed_ts,
        "triggerCondition": _condition(order, coin),
        "isTrigger": trigger is not None,
        "triggerPx": decimal(px, coin.px_decimals),
        "children": [full(child, coin) for child in children if not child.ended],
        "isPositionTpsl": trigger is not None and trigger.whole_position,
        "reduceOnly": order.reduce_only,
        "orderType": _type(order),
        "origSz": decimal(order.asked.lots, coin.sz_decimals),
        "tif": _tif(order),
        "cloid": order.asked.client_id or None,
    }


def told(order: Order, coin: Coin) -> dict[str, Any]:
    """An order with where it stands, as of `historicalOrders`."""
    return {"order": full(order, coin), "status": words.status(order), "statusTimestamp": order.changed_ts}


def changed(event: OrderChanged, order: Order, coin: Coin) -> dict[str, Any] | None:
    """A row of `orderUpdates`; None for a change that the venue does not tell."""
    if event.change in _SILENT:
        return None
    said = {
        "coin": coin.name,
        "side": side(order.asked.side),
        "limitPx": decimal(event.px, coin.px_decimals),
        "sz": decimal(event.lots - event.filled, coin.sz_decimals),
        "oid": event.order_id,
        "timestamp": order.placed_ts,
        "origSz": decimal(order.asked.lots, coin.sz_decimals),
    }
    return {"order": said | _marks(order), "status": _status(event), "statusTimestamp": event.ts}


def _marks(order: Order) -> dict[str, Any]:
    """What is only said where it is so."""
    marks: dict[str, Any] = {"cloid": order.asked.client_id} if order.asked.client_id else {}
    return marks | ({"reduceOnly": True} if order.reduce_only else {})


def _status(event: OrderChanged) -> str:
    if event.change is Change.REJECTED and event.refused is not None:
        return words.rejected(event.refused)
    if event.change is Change.CANCELLED:
        return words.cancelled(event.reason)
    return {Change.FILLED: "filled", Change.TRIGGERED: "triggered"}.get(event.change, "open")


def _condition(order: Order, coin: Coin) -> str:
    trigger = order.asked.trigger
    if trigger is None:
        return "N/A"
    if order.fired:
        return "Triggered"
    rises = (trigger.kind is TriggerKind.STOP) == (order.asked.side is Side.BUY)
    units, _, rest = decimal(trigger.px, coin.px_decimals).partition(".")
    return f"Price {'above' if rises else 'below'} {units if rest == '0' else f'{units}.{rest}'}"


def _type(order: Order) -> str:
    trigger, market = order.asked.trigger, order.asked.market
    if trigger is None:
        return "Market" if order.asked.note == FRONTEND_MARKET or order.liquidation or order.twap_id else "Limit"
    name = "Stop" if trigger.kind is TriggerKind.STOP else "Take Profit"
    return f"{name} {'Market' if market else 'Limit'}"


def _tif(order: Order) -> str | None:
    if order.asked.trigger is not None:
        return None
    if order.liquidation:
        return "LiquidationMarket"
    return FRONTEND_MARKET if order.asked.note == FRONTEND_MARKET else _TIFS[order.asked.tif]


def is_open(order: Order) -> bool:
    """Whether the venue lists it as open: children that wait for their entry are shown inside of it."""
    parent = order.group.parent if order.group is not None else None
    return not order.ended and not (order.status is Status.WAITING_FILL and parent is not None)
