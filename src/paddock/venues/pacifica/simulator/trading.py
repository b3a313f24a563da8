"""Operations that trade: orders of every kind, their changes and cancellations, TWAPs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from paddock.core.orders import Side
from paddock.venues.exchange import (
    Builder,
    Order,
    Refusal,
    Refused,
    Request,
    Status,
    Tif,
    Trigger,
    TriggerKind,
    TwapRequest,
)
from paddock.venues.exchange.twap import Twap
from paddock.venues.exchange.units import RATE_ONE
from paddock.venues.pacifica.simulator import said, words
from paddock.venues.pacifica.simulator.answers import DONE, NO_BOOK, UNREADABLE, Answer, business
from paddock.venues.pacifica.simulator.listing import Coin
from paddock.venues.pacifica.simulator.members import Member
from paddock.venues.pacifica.simulator.numbers import PX_DECIMALS, number, scaled
from paddock.venues.pacifica.simulator.orders import SOURCES
from paddock.venues.pacifica.simulator.venue import Venue

NO_SUCH_ORDER: Final = business("Order not found", 6)
NO_SUCH_STOP: Final = business("Stop order not found", 6)
NO_SUCH_TWAP: Final = business("TWAP order not found", 47)
NO_POSITION: Final = business("Position not found", 13)
DUPLICATE_TWAP: Final = business("Duplicate client order ID", 43)
NO_BUILDER: Final = business("Invalid builder code", 50)
NO_LIQUIDITY: Final = business("No reasonable price", 25)

_SIDES: Final = {"bid": Side.BUY, "ask": Side.SELL}
_TIFS: Final = {"GTC": Tif.GTC, "IOC": Tif.IOC, "ALO": Tif.ALO, "TOB": Tif.TOB}


class NotTaken(Exception):
    """An order that the exchange cannot even be asked for; carries the venue's answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Ask:
    """Who asks for what: the parts that an entry and its levels share."""

    venue: Venue
    member: Member
    coin: Coin
    side: Side
    builder: Builder | None

    def lots(self, amount: str) -> int:
        found = scaled(amount, self.coin.qty_decimals)
        if found is None:
            raise NotTaken(self.refusal(Refused(Refusal.LOT)))
        return found

    def px(self, price: str) -> int:
        found = scaled(price, PX_DECIMALS)
        if found is None:
            raise NotTaken(self.refusal(Refused(Refusal.TICK)))
        return found

    def refusal(self, refused: Refused) -> Answer:
        return words.refusal(refused, self.coin, self.member.address, grid_as_500=self.venue.terms.grid_as_500)

    def level(self, kind: TriggerKind, level: said.Level, side: Side, *, lots: int) -> Request:
        """`lots` 0: of the whole position."""
        trigger = Trigger(kind, self.px(level.stop_price), SOURCES[level.trigger_price_type], whole_position=not lots)
        return Request(
            self.member.address,
            self.coin.symbol,
            side,
            lots,
            self.px(level.limit_price) if level.limit_price else 0,
            market=level.limit_price is None,
            reduce_only=True,
            client_id=level.client_order_id or "",
            trigger=trigger,
            builder=self.builder,
            note=words.LEVEL,
        )

    def placed(self, order: Order) -> Answer:
        """What an order's request is answered; one that is rejected as post-only may have got its id first."""
        if order.refused is None or self._late(order.refused):
            return Answer({"order_id": order.order_id})
        return self.refusal(order.refused)

    def _late(self, refused: Refused) -> bool:
        return refused.reason is Refusal.POST_ONLY and not self.venue.terms.post_only_at_once


def create(venue: Venue, member: Member, asked: said.Create) -> Answer:
    ask = _ask(venue, member, asked.symbol, asked.side, asked.builder_code)
    request = Request(
        member.address,
        asked.symbol,
        ask.side,
        ask.lots(asked.amount),
        ask.px(asked.price),
        _TIFS[asked.tif],
        reduce_only=asked.reduce_only,
        client_id=asked.client_order_id or "",
        builder=ask.builder,
    )
    return _enter(ask, request, asked)


def create_market(venue: Venue, member: Member, asked: said.CreateMarket) -> Answer:
    ask = _ask(venue, member, asked.symbol, asked.side, asked.builder_code)
    request = Request(
        member.address,
        asked.symbol,
        ask.side,
        ask.lots(asked.amount),
        _bound(ask, asked.slippage_percent),
        Tif.IOC,
        market=True,
        reduce_only=asked.reduce_only,
        client_id=asked.client_order_id or "",
        builder=ask.builder,
    )
    return _enter(ask, request, asked)


def create_stop(venue: Venue, member: Member, asked: said.CreateStop) -> Answer:
    """Waits for what hurts a position that its side would close [?]."""
    ask = _ask(venue, member, asked.symbol, asked.side, asked.builder_code)
    stop = asked.stop_order
    trigger = Trigger(TriggerKind.STOP, ask.px(stop.stop_price), SOURCES[stop.trigger_price_type])
    request = Request(
        member.address,
        asked.symbol,
        ask.side,
        ask.lots(stop.amount),
        ask.px(stop.limit_price) if stop.limit_price else 0,
        market=stop.limit_price is None,
        reduce_only=asked.reduce_only,
        client_id=stop.client_order_id or "",
        trigger=trigger,
        builder=ask.builder,
    )
    return ask.placed(venue.exchange.submit(request))


def set_levels(venue: Venue, member: Member, asked: said.SetLevels) -> Answer:
    """Stop and target of a position; `side` is the closing one, but the position's own is taken too [?]."""
    ask = _ask(venue, member, asked.symbol, asked.side, asked.builder_code)
    held = venue.exchange.position(member.address, asked.symbol).lots
    if not held:
        return NO_POSITION
    closing = Side.SELL if held > 0 else Side.BUY
    children = [
        ask.level(kind, level, closing, lots=ask.lots(level.amount) if level.amount else 0)
        for kind, level in _levels(asked.take_profit, asked.stop_loss)
    ]
    if not children:
        return UNREADABLE
    for order in venue.exchange.submit_siblings(children):
        if order.refused is not None:
            return ask.refusal(order.refused)
    return DONE


def edit(venue: Venue, member: Member, asked: said.Edit) -> Answer:
    """The order is cancelled, and a post-only one takes its place, with its name and a new id."""
    order = _resting(venue, member, asked)
    if order is None or order.asked.trigger is not None:
        return NO_SUCH_ORDER
    ask = _ask(venue, member, asked.symbol, words.SIDES[order.asked.side], None)
    request = Request(
        member.address,
        asked.symbol,
        order.asked.side,
        ask.lots(asked.amount),
        ask.px(asked.price),
        Tif.ALO,
        reduce_only=order.asked.reduce_only,
        client_id=order.asked.client_id,
        builder=order.asked.builder,
    )
    changed = venue.exchange.modify(member.address, order.order_id, request)
    return ask.refusal(changed) if isinstance(changed, Refused) else ask.placed(changed)


def cancel(venue: Venue, member: Member, asked: said.ByRef) -> Answer:
    order = _resting(venue, member, asked)
    if order is None or order.asked.trigger is not None:
        return NO_SUCH_ORDER
    venue.exchange.cancel(member.address, order.order_id)
    return DONE


def cancel_stop(venue: Venue, member: Member, asked: said.ByRef) -> Answer:
    order = _resting(venue, member, asked)
    if order is None or order.asked.trigger is None:
        return NO_SUCH_STOP
    venue.exchange.cancel(member.address, order.order_id)
    return DONE


def cancel_all(venue: Venue, member: Member, asked: said.CancelAll) -> Answer:
    """Of the book and of what waits alike [?]."""
    if not asked.all_symbols and asked.symbol is None:
        return UNREADABLE
    symbol = "" if asked.all_symbols else asked.symbol or ""
    gone = venue.exchange.cancel_all(member.address, symbol, keep_reduce_only=asked.exclude_reduce_only)
    return Answer({"cancelled_count": len(gone)})


def create_twap(venue: Venue, member: Member, asked: said.CreateTwap) -> Answer:
    ask = _ask(venue, member, asked.symbol, asked.side, None)
    client_id = asked.client_order_id or ""
    if client_id and any(twap.asked.client_id == client_id for twap in venue.exchange.twaps(member.address)):
        return DUPLICATE_TWAP
    request = TwapRequest(
        member.address,
        asked.symbol,
        ask.side,
        ask.lots(asked.amount),
        asked.duration_in_seconds * 1000,
        reduce_only=asked.reduce_only,
        slippage=_share(asked.slippage_percent),
        client_id=client_id,
    )
    twap = venue.exchange.submit_twap(request)
    return ask.refusal(twap) if isinstance(twap, Refused) else Answer({"order_id": twap.twap_id})


def cancel_twap(venue: Venue, member: Member, asked: said.ByRef) -> Answer:
    if asked.ref is None:
        return UNREADABLE
    cancelled = venue.exchange.cancel_twap(member.address, asked.ref)
    return DONE if isinstance(cancelled, Twap) else NO_SUCH_TWAP


def _ask(venue: Venue, member: Member, symbol: str, side: str, builder_code: str | None) -> _Ask:
    coin = venue.listing.live(symbol)
    if coin is None:
        raise NotTaken(NO_BOOK)
    if builder_code is None:
        return _Ask(venue, member, coin, _SIDES[side], None)
    most = member.builders.get(builder_code)
    if most is None:
        raise NotTaken(NO_BUILDER)
    builder = Builder(f"builder:{builder_code}", min(most, venue.terms.builder_rate))
    return _Ask(venue, member, coin, _SIDES[side], builder)


def _enter(ask: _Ask, request: Request, asked: said.Create | said.CreateMarket) -> Answer:
    exchange, closing = ask.venue.exchange, Side(-ask.side)
    children = [
        ask.level(kind, level, closing, lots=ask.lots(level.amount) if level.amount else request.lots)
        for kind, level in _levels(asked.take_profit, asked.stop_loss)
    ]
    if not children:
        return ask.placed(exchange.submit(request))
    return ask.placed(exchange.submit_bracket(request, children)[0])


def _levels(take: said.Level | None, stop: said.Level | None) -> Sequence[tuple[TriggerKind, said.Level]]:
    named = ((TriggerKind.TAKE, take), (TriggerKind.STOP, stop))
    return [(kind, level) for kind, level in named if level is not None]


def _bound(ask: _Ask, slippage_percent: str) -> int:
    """The worst price of a market order: so far from the best, to the next tick outward, as was measured."""
    view, contract = ask.venue.exchange.market(ask.coin.symbol), ask.coin.contract
    best = view.ask if ask.side > 0 else view.bid
    if not best:
        raise NotTaken(NO_LIQUIDITY)
    exact = best * (RATE_ONE + int(ask.side) * _share(slippage_percent))
    step = contract.tick * RATE_ONE
    ticks = -(-exact // step) if ask.side > 0 else exact // step
    return max(ticks * contract.tick, contract.tick)


def _share(percent: str) -> int:
    """As a rate of 1e-10, at most the whole."""
    return min(int((number(percent) or Fraction(0)) * RATE_ONE / 100), RATE_ONE)


def _resting(venue: Venue, member: Member, asked: said.ByRef) -> Order | None:
    """An open order of the account and symbol."""
    if asked.ref is None:
        return None
    exchange = venue.exchange
    order = exchange.find(member.address, asked.ref) if isinstance(asked.ref, str) else exchange.order(asked.ref)
    if order is None or order.ended or order.status is Status.NEW:
        return None
    mine = order.asked.account == member.address and order.asked.symbol == asked.symbol and not order.twap_id
    return order if mine else None
