"""Who trades with whom?"""

from __future__ import annotations

from paddock.core.orders import Side
from paddock.venues.exchange import booking, fees, life, margin
from paddock.venues.exchange.accounts import BACKSTOP, Holding
from paddock.venues.exchange.events import CancelReason, Method, Traded, TradeSide
from paddock.venues.exchange.markets import Market
from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.state import State


def match(state: State, taker: Order) -> None:
    """Trade a new order against the book, best price and oldest order first, as far as its price goes.

    A resting order of the same account is cancelled instead, and so is one that its account can no longer carry.
    """
    ladder = taker.market.book.side(-taker.sign)
    limit, sign, account = taker.px, taker.sign, taker.account
    while taker.filled < taker.lots:
        level = ladder.best()
        if level is None or (limit and (level.px - limit) * sign > 0):
            return
        maker = next(iter(level.orders.values()))
        lots = min(taker.lots - taker.filled, maker.lots - maker.filled)
        if maker.account is account:
            life.cancel(state, maker, CancelReason.SELF_TRADE)
        elif margin.starved(maker.holding, -sign, lots, level.px):
            life.cancel(state, maker, CancelReason.MARGIN)
        else:
            _trade(state, maker, taker, lots, level.px)


def take_over(state: State, holding: Holding, method: Method) -> None:
    """The backstop takes a position at the mark, without fees; what it realises is the account's."""
    market, size, value = holding.market, abs(holding.lots), holding.value
    sign = -1 if holding.lots > 0 else 1
    heir = state.holding(state.account(BACKSTOP), market)
    given = _book_side(state, None, holding, sign, size, value, maker=True)
    taken = _book_side(state, None, heir, -sign, size, value, maker=False)
    liquidated = holding.account.account_id if method is Method.BACKSTOP else ""
    _tell(state, market, market.mark, size, value, (given, taken), method, liquidated)
    life.fit_reducing(state, holding)


def _trade(state: State, maker: Order, taker: Order, lots: int, px: int) -> None:
    market = taker.market
    value = market.contract.micros(px * lots)
    life.fill(state, maker, lots, value)
    life.fill(state, taker, lots, value)
    sides = (
        _book_side(state, maker, maker.holding, maker.sign, lots, value, maker=True),
        _book_side(state, taker, taker.holding, taker.sign, lots, value, maker=False),
    )
    if taker.liquidation:
        trade_id = _tell(state, market, px, lots, value, sides, Method.LIQUIDATION, taker.account.account_id)
    else:
        trade_id = _tell(state, market, px, lots, value, sides, Method.BOOK)
    market.last = px
    life.filled(state, maker, trade_id)
    life.filled(state, taker, trade_id)
    life.fit_reducing(state, maker.holding)
    life.fit_reducing(state, taker.holding)


def _book_side(
    state: State, order: Order | None, holding: Holding, sign: int, lots: int, value: int, *, maker: bool
) -> TradeSide:
    """Book one party's part of a trade, and say what it was; without an order it is outside of the book."""
    account = holding.account
    start_lots, start_cost = holding.lots, holding.cost
    fee, builder_fee = fees.charge(state, order, value, maker=maker) if order else (0, 0)
    realised = booking.book(state, holding, sign, lots, value)
    if not account.house:
        state.suspects[account] = None
    return TradeSide(
        account.account_id,
        order.order_id if order else 0,
        order.asked.client_id if order else "",
        Side.BUY if sign > 0 else Side.SELL,
        maker,
        fee,
        builder_fee,
        start_lots,
        start_cost,
        holding.lots,
        holding.cost,
        realised,
        order.twap_id if order else 0,
    )


def _tell(
    state: State,
    market: Market,
    px: int,
    lots: int,
    value: int,
    sides: tuple[TradeSide, TradeSide],
    method: Method,
    liquidated: str = "",
) -> int:
    """Tell of a trade; its id."""
    state.last_trade_id += 1
    state.stirred[market] = None
    state.tell(
        Traded(
            state.next_seq(),
            state.now_ts,
            state.last_trade_id,
            market.contract.symbol,
            px,
            lots,
            value,
            *sides,
            method,
            market.mark,
            liquidated,
        )
    )
    return state.last_trade_id
