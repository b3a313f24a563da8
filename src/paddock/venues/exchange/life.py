"""How does an order change? Every change of an order goes through here, so that books and sums stay true to it."""

from __future__ import annotations

from paddock.venues.exchange.accounts import Holding
from paddock.venues.exchange.events import CancelReason, Change
from paddock.venues.exchange.orders import Order, Status
from paddock.venues.exchange.refusals import Refused
from paddock.venues.exchange.requests import Request
from paddock.venues.exchange.state import State
from paddock.venues.exchange.timers import Due


def make(state: State, request: Request, twap_id: int = 0, *, liquidation: bool = False) -> Order:
    """A new order under a new id; nobody has been told of it yet."""
    market = state.markets[request.symbol]
    account = state.account(request.account)
    holding = account.holdings.get(request.symbol) or state.holding(account, market)
    state.last_order_id += 1
    return Order(
        state.last_order_id,
        request,
        account,
        holding,
        market,
        int(request.side),
        request.px,
        request.lots,
        state.now_ts,
        state.now_ts,
        twap_id=twap_id,
        liquidation=liquidation,
    )


def accept(state: State, order: Order) -> None:
    state.orders[order.order_id] = order
    client_id = order.asked.client_id
    if client_id:
        order.account.client_ids[client_id] = order
    if order.asked.expires_ts:
        state.timers.add(order.asked.expires_ts, Due.EXPIRY, order.order_id)
    state.tell_order(order, Change.ACCEPTED)


def reject(state: State, order: Order, refused: Refused) -> None:
    """It ends before it began. Its client id stays free, but finds it while no other order has it."""
    state.orders[order.order_id] = order
    if order.asked.client_id:
        order.account.client_ids.setdefault(order.asked.client_id, order)
    order.refused = refused
    _end(state, order, Status.REJECTED, Change.REJECTED)


def wait(state: State, order: Order, status: Status) -> None:
    """Wait for a parent, or (its trigger is set then) for a price."""
    order.status, order.changed_ts = status, state.now_ts
    order.account.orders[order.order_id] = order
    trigger = order.asked.trigger
    if status is Status.WAITING_TRIGGER and trigger is not None:
        order.market.triggers.add(order, trigger)
        state.stirred[order.market] = None
        if trigger.whole_position or (order.group is not None and order is not order.group.parent):
            order.holding.attached[order.order_id] = order
    state.tell_order(order, Change.WAITING)


def fire(state: State, order: Order) -> None:
    """Its trigger has been reached, and has been taken out already."""
    order.fired, order.status, order.changed_ts = True, Status.NEW, state.now_ts
    order.holding.attached.pop(order.order_id, None)
    state.tell_order(order, Change.TRIGGERED)


def rest(state: State, order: Order) -> None:
    """Into the book, behind all others of its price."""
    holding, account = order.holding, order.account
    order.status, order.changed_ts = Status.OPEN, state.now_ts
    order.market.book.add(order)
    _count(holding, order, order.left)
    if order.asked.reduce_only:
        holding.reducing[order.order_id] = order
    account.settle_active(holding)
    account.orders[order.order_id] = order
    state.tell_order(order, Change.OPEN)


def resize(state: State, order: Order, lots: int) -> None:
    """Give a waiting or resting order another size in all, its fills included; a resting one may only shrink."""
    less = order.lots - lots
    if order.level is not None:
        order.market.book.shrink(order, less)
        _count(order.holding, order, -less)
    order.lots, order.changed_ts = lots, state.now_ts
    state.tell_order(order, Change.RESIZED)


def fill(state: State, order: Order, lots: int, value: int) -> None:
    """Count a fill; whoever told of the trade tells of the order with `filled`."""
    if order.level is not None:
        order.market.book.shrink(order, lots)
        _count(order.holding, order, -lots)
    order.filled += lots
    order.value += value


def filled(state: State, order: Order, trade_id: int) -> None:
    """Tell of a fill, and end the order with its last."""
    if order.filled == order.lots:
        _withdraw(order)
        _end(state, order, Status.FILLED, Change.FILLED, trade_id)
        return
    order.changed_ts = state.now_ts
    state.tell_order(order, Change.PARTIAL, trade_id)
    if order.group is not None:
        state.followed.append(order)


def cancel(state: State, order: Order, reason: CancelReason) -> None:
    """End an order that has not ended, wherever it stands."""
    order.reason = reason
    _withdraw(order)
    _end(state, order, Status.CANCELLED, Change.CANCELLED)


def fit_reducing(state: State, holding: Holding) -> None:
    """Keep resting reduce-only orders together within the position: the oldest shrink and go first."""
    reducing = holding.reducing
    if not reducing:
        return
    room = abs(holding.lots)
    if holding.reducing_lots <= room and next(iter(reducing.values())).sign * holding.lots < 0:
        return
    for order in reversed(list(reducing.values())):
        left = order.left
        if order.sign * holding.lots >= 0 or not room:
            cancel(state, order, CancelReason.REDUCE_ONLY)
        elif left > room:
            resize(state, order, order.filled + room)
            room = 0
        else:
            room -= left


def _count(holding: Holding, order: Order, lots: int) -> None:
    """Add `lots` of a resting order to its holding's sums."""
    if order.asked.reduce_only:
        holding.reducing_lots += lots
    elif order.sign > 0:
        holding.bids += lots * order.px
    else:
        holding.asks += lots * order.px


def _withdraw(order: Order) -> None:
    """Out of the book and of the triggers."""
    holding = order.holding
    if order.level is not None:
        _count(holding, order, -order.left)
        order.market.book.remove(order)
        holding.reducing.pop(order.order_id, None)
        order.account.settle_active(holding)
    elif order.status is Status.WAITING_TRIGGER and order.asked.trigger is not None:
        order.market.triggers.remove(order, order.asked.trigger)
        holding.attached.pop(order.order_id, None)


def _end(state: State, order: Order, status: Status, change: Change, trade_id: int = 0) -> None:
    account = order.account
    order.status, order.changed_ts = status, state.now_ts
    account.orders.pop(order.order_id, None)
    if account.house:
        state.orders.pop(order.order_id, None)
    if order.group is not None:
        state.followed.append(order)
    state.tell_order(order, change, trade_id)
