"""Does the exchange take this order? The first rule that it breaks, with the numbers."""

from __future__ import annotations

from paddock.venues.exchange import margin, prices
from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.refusals import Refusal, Refused
from paddock.venues.exchange.requests import Request, Tif
from paddock.venues.exchange.rules import ClientIds, Contract, OrderCap
from paddock.venues.exchange.state import State
from paddock.venues.exchange.triggers import reached
from paddock.venues.exchange.units import RATE_ONE


def refuse(state: State, order: Order) -> Refused | None:
    """All rules for a new order; a reduce-only one that goes to the book at once is shrunk to its position."""
    refused = malformed(state, order.asked) or _refuse_market(state, order) or refuse_account(state, order)
    if refused is not None:
        return refused
    if order.asked.trigger is not None:
        return _refuse_trigger(state, order)
    return (
        _refuse_reduce_only(order) or _refuse_value(order) or refuse_exposure(state, order) or _refuse_crossing(order)
    )


def malformed(state: State, asked: Request) -> Refused | None:
    """What is wrong with a request by itself, wherever prices and positions stand."""
    contract, trigger = state.markets[asked.symbol].contract, asked.trigger
    whole = trigger is not None and trigger.whole_position
    if whole and not asked.reduce_only:
        return Refused(Refusal.REDUCE_ONLY)
    if not whole:
        if asked.lots <= 0:
            return Refused(Refusal.ZERO_SIZE, asked.lots)
        if asked.lots % contract.lot:
            return Refused(Refusal.LOT, asked.lots, contract.lot)
    if not asked.market or asked.px:
        refused = _refuse_px(contract, asked.px)
        if refused is not None:
            return refused
    if trigger is not None and not prices.on_grid(contract, trigger.px):
        return Refused(Refusal.TRIGGER_PX, trigger.px)
    if asked.expires_ts and asked.expires_ts <= state.now_ts:
        return Refused(Refusal.EXPIRED, asked.expires_ts, state.now_ts)
    return None


def refuse_exposure(state: State, order: Order) -> Refused | None:
    """Whether the account can carry what the order could add: margin tier, open-interest cap, initial margin."""
    account, holding, market = order.account, order.holding, order.market
    if account.house or order.asked.reduce_only or order.liquidation:
        return None
    position = market.mark * holding.lots
    extra = order.lots * _margin_px(order)
    before = margin.exposure(position, holding.bids, holding.asks)
    bids, asks = (holding.bids + extra, holding.asks) if order.sign > 0 else (holding.bids, holding.asks + extra)
    after = margin.exposure(position, bids, asks)
    if after <= before:
        return None
    contract = market.contract
    largest = contract.largest_leverage(contract.micros(after))
    if holding.leverage > largest:
        return Refused(Refusal.LEVERAGE_TIER, holding.leverage, largest)
    if contract.oi_cap and (refused := _refuse_open_interest(order)):
        return refused
    needed = margin.reserved(account) - margin.need(holding, before) + margin.need(holding, after)
    there = margin.cross_equity(account)
    return Refused(Refusal.MARGIN, needed, there) if needed > there else None


def refuse_account(state: State, order: Order) -> Refused | None:
    """Whether the account may have one more order, and one of that client id."""
    account, asked = order.account, order.asked
    if account.house:
        return None
    named = account.client_ids.get(asked.client_id) if asked.client_id else None
    rule = state.rules.client_ids
    taken = named is not None and named.refused is None and not (named.ended and rule is ClientIds.OPEN)
    if named is not None and taken and rule is not ClientIds.NEVER:
        return Refused(Refusal.DUPLICATE_CLIENT_ID, named.order_id)
    if state.rules.order_cap is not None:
        return _refuse_count(state.rules.order_cap, order)
    return None


def _refuse_px(contract: Contract, px: int) -> Refused | None:
    if not prices.on_grid(contract, px):
        return Refused(Refusal.TICK, px, contract.step(px) if px > 0 else contract.tick)
    if px < contract.min_px:
        return Refused(Refusal.PX_RANGE, px, contract.min_px)
    if contract.max_px and px > contract.max_px:
        return Refused(Refusal.PX_RANGE, px, contract.max_px)
    return None


def _refuse_market(state: State, order: Order) -> Refused | None:
    market, asked = order.market, order.asked
    contract = market.contract
    if market.halted:
        return Refused(Refusal.HALTED)
    if state.post_only and not (asked.tif.post_only or order.account.house or order.liquidation):
        return Refused(Refusal.POST_ONLY_PERIOD)
    if not market.mark and not order.account.house:
        return Refused(Refusal.NO_PRICE)
    if contract.px_band and asked.px and not order.account.house:
        furthest = market.mark * contract.px_band // RATE_ONE
        if abs(asked.px - market.mark) > furthest:
            return Refused(
                Refusal.PX_TOO_FAR, asked.px, market.mark + (furthest if asked.px > market.mark else -furthest)
            )
    return None


def _refuse_count(cap: OrderCap, order: Order) -> Refused | None:
    account, asked = order.account, order.asked
    most = min(cap.base + account.volume // cap.per_value, cap.most)
    if asked.reduce_only or asked.trigger is not None:
        most = min(most, cap.base)
    count = len(account.orders)
    return Refused(Refusal.TOO_MANY_ORDERS, count, most) if count >= most else None


def _refuse_trigger(state: State, order: Order) -> Refused | None:
    trigger, holding = order.asked.trigger, order.holding
    if trigger is None:
        return None
    if trigger.whole_position and order.sign * holding.lots >= 0:
        return Refused(Refusal.REDUCE_ONLY, holding.lots)
    px = order.market.price(trigger.source)
    if state.rules.refuse_fired_triggers and px and reached(trigger, order.sign, px):
        return Refused(Refusal.TRIGGER_PX, trigger.px, int(px))
    return None if trigger.whole_position else _refuse_value(order)


def _refuse_reduce_only(order: Order) -> Refused | None:
    if not order.asked.reduce_only:
        return None
    lots = order.holding.lots
    if order.sign * lots >= 0:
        return Refused(Refusal.REDUCE_ONLY, lots)
    order.lots = min(order.lots, abs(lots))
    return None


def _refuse_value(order: Order) -> Refused | None:
    """Closing a whole position has no smallest value, and slices and liquidations have no bounds."""
    if order.twap_id or order.liquidation or order.account.house:
        return None
    contract, asked = order.market.contract, order.asked
    px = order.market.mark if asked.market else order.px
    value = contract.micros(px * order.lots)
    closes = order.asked.reduce_only and order.lots == abs(order.holding.lots)
    if value < contract.min_value and not closes:
        return Refused(Refusal.MIN_VALUE, value, contract.min_value)
    largest = contract.max_market_value if asked.market else contract.max_limit_value
    return Refused(Refusal.MAX_VALUE, value, largest) if largest and value > largest else None


def _refuse_open_interest(order: Order) -> Refused | None:
    market, lots = order.market, order.holding.lots
    after = lots + order.sign * order.lots
    added = max(abs(after) - abs(lots), 0)
    value = market.contract.micros((market.open_lots + added) * market.mark)
    if not added or value <= market.contract.oi_cap:
        return None
    reason = Refusal.OI_CAP_FLIP if lots * after < 0 else Refusal.OI_CAP_INCREASE
    return Refused(reason, value, market.contract.oi_cap)


def _refuse_crossing(order: Order) -> Refused | None:
    if order.asked.tif is not Tif.ALO or order.asked.market:
        return None
    book = order.market.book
    touch = book.side(-order.sign).best_px()
    if not touch or (order.px - touch) * order.sign < 0:
        return None
    return Refused(Refusal.POST_ONLY, order.px, bid=book.bids.best_px(), ask=book.asks.best_px())


def _margin_px(order: Order) -> int:
    """At what price margin is held for an order: its limit, but the mark for what trades now or sells below it."""
    mark = order.market.mark
    if order.asked.market or order.asked.tif is Tif.IOC or not order.px:
        return mark
    return max(order.px, mark) if order.sign < 0 else order.px
