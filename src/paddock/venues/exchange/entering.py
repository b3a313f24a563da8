"""What becomes of an order as it comes in, or as its trigger fires?"""

from __future__ import annotations

from paddock.venues.exchange import admission, life, prices, trading
from paddock.venues.exchange.events import CancelReason
from paddock.venues.exchange.orders import Order, Status
from paddock.venues.exchange.requests import Request, Tif
from paddock.venues.exchange.state import State


def enter(state: State, request: Request, twap_id: int = 0, *, liquidation: bool = False) -> Order:
    """Refuse it, let it wait for its trigger, or trade it and let the rest of it rest."""
    order = life.make(state, request, twap_id, liquidation=liquidation)
    refused = admission.refuse(state, order)
    if refused is not None:
        life.reject(state, order, refused)
        return order
    life.accept(state, order)
    if request.trigger is not None:
        life.wait(state, order, Status.WAITING_TRIGGER)
    else:
        execute(state, order)
    return order


def execute(state: State, order: Order) -> None:
    """Trade an accepted order; what is left rests or ends."""
    asked = order.asked
    state.stirred[order.market] = None
    if asked.tif.post_only and not asked.market:  # a post-only order may have waited for its trigger meanwhile
        order.px = prices.beside(order.market, order.sign, order.px)
        if order.px <= 0:
            life.cancel(state, order, CancelReason.NO_MATCH)
            return
    trading.match(state, order)
    if order.ended:
        return
    if asked.market or asked.tif is Tif.IOC:
        life.cancel(state, order, CancelReason.IOC_REST if order.filled else CancelReason.NO_MATCH)
        return
    life.rest(state, order)
    if asked.reduce_only:
        life.fit_reducing(state, order.holding)


def fire(state: State, order: Order) -> None:
    """Its trigger is reached: size it by its position where it reduces one, and trade it."""
    life.fire(state, order)
    asked, trigger, holding = order.asked, order.asked.trigger, order.holding
    if trigger is None:
        return
    if asked.reduce_only or trigger.whole_position:
        size = abs(holding.lots) if order.sign * holding.lots < 0 else 0
        if not size:
            life.cancel(state, order, CancelReason.REDUCE_ONLY)
            return
        order.lots = size if trigger.whole_position else min(order.lots, size)
    if asked.market and not order.px:
        order.px = prices.bound(order.market, order.sign, state.rules.trigger_slippage)
    if admission.refuse_exposure(state, order) is not None:
        life.cancel(state, order, CancelReason.MARGIN)
        return
    execute(state, order)


def fire_due(state: State) -> bool:
    """Fire, nearest price first, all triggers that changed prices reach, save of halted markets; whether any did."""
    fired = False
    while state.stirred:
        market = next(iter(state.stirred))
        del state.stirred[market]
        if market.halted:
            continue
        while (order := market.triggers.next_due(market.price)) is not None:
            fire(state, order)
            fired = True
    return fired
