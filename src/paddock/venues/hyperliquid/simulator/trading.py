"""Actions that trade: orders, their changes and cancellations, TWAPs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

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
from paddock.venues.hyperliquid.codec.refusals import Text
from paddock.venues.hyperliquid.simulator import words
from paddock.venues.hyperliquid.simulator.answers import Err, Ok
from paddock.venues.hyperliquid.simulator.listing import FIRST_SPOT, Coin
from paddock.venues.hyperliquid.simulator.numbers import decimal, rounded, scaled
from paddock.venues.hyperliquid.simulator.orders import FRONTEND_MARKET
from paddock.venues.hyperliquid.simulator.said import (
    BatchModify,
    BuilderSaid,
    Cancel,
    CancelByCloid,
    CancelTwap,
    Modify,
    OrderSaid,
    Place,
    PlaceTwap,
    Priority,
)
from paddock.venues.hyperliquid.simulator.signed import Signed
from paddock.venues.hyperliquid.simulator.venue import Venue

MOST_ITEMS: Final = 200
MOST_BUILDER_FEE: Final = 100
_FEE_UNIT: Final = 100_000  # a tenth of a basis point in rates of 1e-10

# No source has the venue's words for these; they are ours.
NO_ORDERS: Final = "No orders in action."
NO_ASSET: Final = "Invalid asset."
PRIORITY: Final = "Priority fee needs all IOC orders, or all ALO orders that are not reduce-only."

_TIFS: Final = {"Gtc": Tif.GTC, "Ioc": Tif.IOC, "Alo": Tif.ALO, FRONTEND_MARKET: Tif.IOC}
_KINDS: Final = {"tp": TriggerKind.TAKE, "sl": TriggerKind.STOP}

Told = dict[str, Any] | str


class Unreadable(Exception):
    """An order that the exchange cannot even be asked for; carries the venue's text."""


def place(venue: Venue, signed: Signed, said: Place) -> Ok | Err:
    refused = _refuse_batch(len(said.orders)) or _refuse_builder(signed, said.builder) or _refuse_priority(said)
    if refused is not None:
        return refused
    if said.grouping in {"normalTpsl", "positionTpsl"}:
        return _group(venue, signed, said)
    return Ok("order", {"statuses": [_place_one(venue, signed, order, said.builder) for order in said.orders]})


def cancel(venue: Venue, signed: Signed, said: Cancel) -> Ok | Err:
    refs = [(one.asset, one.oid) for one in said.cancels]
    return _cancel(venue, signed, refs)


def cancel_by_cloid(venue: Venue, signed: Signed, said: CancelByCloid) -> Ok | Err:
    return _cancel(venue, signed, [(one.asset, one.cloid) for one in said.cancels])


def modify(venue: Venue, signed: Signed, said: Modify) -> Ok | Err:
    status = _modify_one(venue, signed, said)
    if isinstance(status, dict) and "error" in status:
        return Err(status["error"])
    return Ok()


def batch_modify(venue: Venue, signed: Signed, said: BatchModify) -> Ok | Err:
    refused = _refuse_batch(len(said.modifies))
    if refused is not None:
        return refused
    return Ok("order", {"statuses": [_modify_one(venue, signed, one) for one in said.modifies]})


def place_twap(venue: Venue, signed: Signed, said: PlaceTwap) -> Ok | Err:
    asked = said.twap
    coin = venue.listing.by_asset(asked.asset)
    lots = None if coin is None else scaled(asked.size, coin.sz_decimals)
    if coin is None or lots is None:
        return _twap_error("twapOrder", NO_ASSET if coin is None else Text.SIZE)
    request = TwapRequest(
        signed.user,
        coin.name,
        Side.BUY if asked.buys else Side.SELL,
        lots,
        asked.minutes * 60_000,
        reduce_only=asked.reduce_only,
        randomised=asked.randomised,
    )
    twap = venue.exchange.submit_twap(request)
    if isinstance(twap, Twap):
        return Ok("twapOrder", {"status": {"running": {"twapId": twap.twap_id}}})
    return _twap_error("twapOrder", words.sentence(twap, coin))


def cancel_twap(venue: Venue, signed: Signed, said: CancelTwap) -> Ok | Err:
    if isinstance(venue.exchange.cancel_twap(signed.user, said.twap_id), Twap):
        return Ok("twapCancel", {"status": "success"})
    return _twap_error("twapCancel", Text.NO_SUCH_TWAP)


def _twap_error(kind: str, text: str) -> Ok:
    return Ok(kind, {"status": {"error": text}})


def _refuse_batch(count: int) -> Err | None:
    if not count:
        return Err(NO_ORDERS)
    return Err(Text.TOO_HEAVY.format(most=MOST_ITEMS)) if count > MOST_ITEMS else None


def _refuse_builder(signed: Signed, builder: BuilderSaid | None) -> Err | None:
    if builder is None or builder.fee <= min(signed.member.builders.get(builder.address, -1), MOST_BUILDER_FEE):
        return None
    return Err(Text.BUILDER_FEE)


def _refuse_priority(said: Place) -> Err | None:
    """The fee itself (a share of 1e-8) is not charged here."""
    if not isinstance(said.grouping, Priority):
        return None
    tifs = {order.kind.limit.tif if order.kind.limit else "" for order in said.orders}
    reduces = any(order.reduce_only for order in said.orders)
    return None if tifs == {"Ioc"} or (tifs == {"Alo"} and not reduces) else Err(PRIORITY)


def _place_one(venue: Venue, signed: Signed, said: OrderSaid, builder: BuilderSaid | None) -> Told:
    try:
        coin, request = _request(venue, signed.user, said, builder)
    except Unreadable as why:
        return {"error": f"{why} asset={said.asset}"}
    return _status(venue.exchange.submit(request), coin, said.asset)


def _group(venue: Venue, signed: Signed, said: Place) -> Ok:
    """TP/SL of an entry, or of a position. What is wrong with one of them refuses all, with one error."""
    try:
        requests = [_request(venue, signed.user, one, said.builder)[1] for one in said.orders]
    except Unreadable as why:
        return Ok("order", {"statuses": [{"error": str(why)}]})
    if said.grouping == "positionTpsl":
        orders = venue.exchange.submit_siblings([_of_position(request) for request in requests])
    else:
        orders = venue.exchange.submit_bracket(requests[0], requests[1:])
    if any(order.refused is not None and order.refused.reason is Refusal.GROUP for order in orders):
        return Ok("order", {"statuses": [{"error": words.GROUP}]})
    statuses = [
        _status(order, venue.listing[order.asked.symbol], one.asset, grouped=True, parent=orders[0])
        for order, one in zip(orders, said.orders, strict=True)
    ]
    return Ok("order", {"statuses": statuses})


def _of_position(request: Request) -> Request:
    trigger = request.trigger
    return request if trigger is None else replace(request, lots=0, trigger=replace(trigger, whole_position=True))


def _cancel(venue: Venue, signed: Signed, refs: Sequence[tuple[int, int | str]]) -> Ok | Err:
    refused = _refuse_batch(len(refs))
    if refused is not None:
        return refused
    return Ok("cancel", {"statuses": [_cancel_one(venue, signed, asset, ref) for asset, ref in refs]})


def _cancel_one(venue: Venue, signed: Signed, asset: int, ref: int | str) -> Told:
    order = venue.exchange.find(signed.user, ref) if isinstance(ref, str) else venue.exchange.order(ref)
    coin = venue.listing.by_asset(asset)
    there = order is not None and coin is not None and order.asked.symbol == coin.name
    if not there or isinstance(venue.exchange.cancel(signed.user, ref), Refused):
        return {"error": f"{Text.NO_SUCH_ORDER} asset={asset}"}
    return "success"


def _modify_one(venue: Venue, signed: Signed, said: Modify) -> Told:
    try:
        coin, request = _request(venue, signed.user, said.order, None)
    except Unreadable as why:
        return {"error": str(why)}
    order = venue.exchange.modify(signed.user, said.oid, request, always=said.always)
    if isinstance(order, Order):
        return _status(order, coin, said.order.asset)
    gone = order.reason is Refusal.NOT_OPEN
    return {"error": str(Text.MODIFY_GONE if gone else Text.MODIFY_INVALID)}


def _request(venue: Venue, user: str, said: OrderSaid, builder: BuilderSaid | None) -> tuple[Coin, Request]:
    """Raises Unreadable for a market that is none, and for numbers that are finer than any of its."""
    coin = venue.listing.by_asset(said.asset)
    if coin is None:
        raise Unreadable(Text.SPOT_BALANCE if said.asset == FIRST_SPOT else NO_ASSET)
    lots = scaled(said.size, coin.sz_decimals)
    if lots is None:
        raise Unreadable(Text.SIZE)
    limit, trigger = said.kind.limit, said.kind.trigger
    return coin, Request(
        user,
        coin.name,
        Side.BUY if said.buys else Side.SELL,
        lots,
        _ticks(said.px, coin, Text.PRICE),
        Tif.GTC if limit is None else _TIFS[limit.tif],
        market=trigger.market if trigger else limit is not None and limit.tif == FRONTEND_MARKET,
        reduce_only=said.reduce_only,
        client_id=said.cloid or "",
        trigger=None if trigger is None else Trigger(_KINDS[trigger.tpsl], _ticks(trigger.px, coin, Text.TRIGGER_PX)),
        builder=None if builder is None or not builder.fee else Builder(builder.address, builder.fee * _FEE_UNIT),
        note=FRONTEND_MARKET if limit is not None and limit.tif == FRONTEND_MARKET else "",
    )


def _ticks(px: Fraction, coin: Coin, text: str) -> int:
    ticks = scaled(px, coin.px_decimals)
    if ticks is None or not ticks:
        raise Unreadable(text)
    return ticks


def _status(order: Order, coin: Coin, asset: int, *, grouped: bool = False, parent: Order | None = None) -> Told:
    """What the reply says of an order. One that crossed in part and rests is called resting [?]."""
    if order.refused is not None:
        cause = parent.refused if parent and parent.refused and order.refused.reason is Refusal.PARENT else None
        return {"error": words.of_order(cause or order.refused, coin, asset)}
    if order.status is Status.WAITING_FILL:
        return "waitingForFill"
    if order.status is Status.WAITING_TRIGGER and grouped:
        return "waitingForTrigger"
    named = {"oid": order.order_id} | ({"cloid": order.asked.client_id} if order.asked.client_id else {})
    if not order.ended:
        return {"resting": named}
    if not order.filled:
        text = Text.NO_LIQUIDITY if order.asked.market else Text.NO_MATCH
        return {"error": f"{text} asset={asset}"}
    average = order.market.contract.tick_lots(order.value) / order.filled / 10**coin.px_decimals
    sums = {"totalSz": decimal(order.filled, coin.sz_decimals), "avgPx": rounded(average, coin.px_decimals)}
    return {"filled": sums | named}
