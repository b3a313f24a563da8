"""Orders as Pacifica takes them: from what the desk places and cancels to drafts that are ready to sign.

How an order of the desk is written:

| kind              | operation             | why                                                              |
|-------------------|-----------------------|------------------------------------------------------------------|
| LIMIT             | `create_order`        |                                                                  |
| MARKET, bounded   | `create_order`, IOC   | a bound in percent is the venue's to apply; a price is exact     |
| MARKET, unbounded | `create_market_order` | `slippage` percent from the best price                           |
| STOP              | `create_stop_order`   | a market order once the price has come so far                    |
| TAKE              | `create_order`, GTC   | reduce-only at its price: a stop order waits for losses only [?] |
|                   |                       | and `set_position_tpsl` may replace what others set [?]          |
| TWAP              | `create_twap_order`   | a slice every 30 seconds, each bounded in percent                |

A bracket's levels travel in their entry's request and are trigger orders, each with its client id; without a limit
price they fill at the market. The venue knows no time at which a resting order ends: `cancel_ts` is the broker's to
keep. Leverage is set apart (`account_actions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from paddock.core.errors import Code, Invalid
from paddock.core.orders import OrderKind, Side, Tif
from paddock.venues.broker import Bracket, Cancellation, Placement
from paddock.venues.pacifica.codec.ids import cloid
from paddock.venues.pacifica.codec.instruments import Market
from paddock.venues.pacifica.codec.numbers import SLIPPAGE_PERCENT, amount_text, plain, px_text, slippage_within
from paddock.venues.pacifica.codec.operations import Draft, Op

SIDES: Final = {Side.BUY: "bid", Side.SELL: "ask"}
TIFS: Final = {Tif.GTC: "GTC", Tif.IOC: "IOC", Tif.ALO: "ALO"}
SLICE_S: Final = 30  # between the slices of a TWAP
MOST_IN_BATCH: Final = 10

Payload = dict[str, Any]


class Shelf(Enum):
    """Where an order waits, which is how it is cancelled. A bracket's levels are triggers."""

    BOOK = Op.CANCEL_ORDER
    TRIGGERS = Op.CANCEL_STOP_ORDER
    TWAPS = Op.CANCEL_TWAP_ORDER


_SHELVES: Final[Mapping[OrderKind, Shelf]] = {OrderKind.STOP: Shelf.TRIGGERS, OrderKind.TWAP: Shelf.TWAPS}
_ACTIONS: Final[Mapping[str, str]] = {
    Op.CREATE_ORDER: "Create",
    Op.CREATE_MARKET_ORDER: "CreateMarket",
    Op.EDIT_ORDER: "Edit",
    Op.CANCEL_ORDER: "Cancel",
    Op.CANCEL_STOP_ORDER: "CancelStopOrder",
    Op.SET_POSITION_TPSL: "SetPositionTpsl",
}


def placed(
    order: Placement,
    market: Market,
    *,
    ref_px: float = 0.0,
    slippage: Decimal = SLIPPAGE_PERCENT,
    builder_code: str = "",
) -> Draft:
    """The request for an order that breaks no rule (see `rules.breach`).

    `ref_px`, the mid or mark, is needed for a TWAP with a bound: the venue knows only how far in percent each slice may
    go from the best price of its own time, so that the bound holds as long as the price stays where it is.

    Raises Invalid (value, value.number) for what the venue has no words for: a trailing stop, a price off the grid, a
    client id of another form, a bound that cannot be told in percent.
    """
    built = {"builder_code": builder_code} if builder_code else {}
    match order.kind:
        case OrderKind.LIMIT:
            op, payload = Op.CREATE_ORDER, _limit(order, market, order.px, TIFS[order.tif]) | built
        case OrderKind.TAKE:
            op, payload = Op.CREATE_ORDER, _limit(order, market, order.px, "GTC") | built
        case OrderKind.MARKET if order.bound_px:
            op, payload = Op.CREATE_ORDER, _limit(order, market, order.bound_px, "IOC") | built
        case OrderKind.MARKET:
            op, payload = Op.CREATE_MARKET_ORDER, _market(order, market, slippage) | built
        case OrderKind.STOP:
            op, payload = Op.CREATE_STOP_ORDER, _stop(order, market) | built
        case OrderKind.TWAP:
            op, payload = Op.CREATE_TWAP_ORDER, _twap(order, market, _slippage(order, ref_px, slippage))
        case _:
            raise Invalid(
                Code.VALUE,
                f"Pacifica has no {order.kind.name.lower()} orders",
                where="kind",
                seen=order.kind.name,
                rule="an order is a market, limit, stop, take or TWAP order",
            )
    return _draft(op, payload, order.sent_ts, order.expires_ts)


def shelf_of(kind: OrderKind) -> Shelf:
    """Where an order waits that was placed by itself."""
    return _SHELVES.get(kind, Shelf.BOOK)


def cancelled(request: Cancellation, shelf: Shelf) -> Draft:
    """Cancel by client id. Raises Invalid (value)."""
    payload = {"symbol": request.symbol, "client_order_id": cloid(request.client_id)}
    return _draft(shelf.value, payload, request.sent_ts, request.expires_ts)


def cancelled_by_id(symbol: str, order_id: int, shelf: Shelf, sent_ts: int, expires_ts: int) -> Draft:
    """Cancel by the venue's id: what nobody named."""
    return _draft(shelf.value, {"symbol": symbol, "order_id": order_id}, sent_ts, expires_ts)


def cancelled_all(sent_ts: int, expires_ts: int, symbol: str = "", *, keep_reducing: bool = False) -> Draft:
    """Cancel what rests on a symbol, or on all (`""`), but what only reduces where that is to be kept."""
    payload: Payload = {"all_symbols": not symbol, "exclude_reduce_only": keep_reducing}
    return _draft(Op.CANCEL_ALL_ORDERS, payload | ({"symbol": symbol} if symbol else {}), sent_ts, expires_ts)


def edited(order_id: int, market: Market, px: float, lots: int, sent_ts: int, expires_ts: int) -> Draft:
    """Move a resting order. The venue cancels it and places a post-only one, which gets a new id."""
    payload: Payload = {"symbol": market.symbol, "price": px_text(market, px), "amount": amount_text(market, lots)}
    return _draft(Op.EDIT_ORDER, payload | {"order_id": order_id}, sent_ts, expires_ts)


def position_levels(
    market: Market, holding: Side, bracket: Bracket, sent_ts: int, expires_ts: int, lots: int = 0
) -> Draft:
    """Stop and target of a position (`lots` 0: all of it, whatever it becomes).

    The side is the closing one, as the venue's clients send it; one example of its documents has the other [?].
    """
    amount = {"amount": amount_text(market, lots)} if lots else {}
    payload: Payload = {"symbol": market.symbol, "side": SIDES[Side(-holding)]}
    levels = {name: level | amount for name, level in _levels(bracket, market).items()}
    return _draft(Op.SET_POSITION_TPSL, payload | levels, sent_ts, expires_ts)


def batch(signed: Sequence[tuple[Draft, Payload]]) -> Payload:
    """The body of up to ten requests in one, each with its signed body; the batch itself is not signed.

    One failure does not stop the rest. Raises Invalid (value) for more, none, or an operation that has to go alone.
    """
    alone = [draft.type for draft, _ in signed if draft.type not in _ACTIONS]
    if alone or not 1 <= len(signed) <= MOST_IN_BATCH:
        raise Invalid(
            Code.VALUE,
            "these requests cannot travel together",
            where="actions",
            seen=", ".join(alone) or len(signed),
            rule=f"a batch has 1 to {MOST_IN_BATCH} of {', '.join(_ACTIONS)}",
        )
    return {"actions": [{"type": _ACTIONS[draft.type], "data": body} for draft, body in signed]}


def _limit(order: Placement, market: Market, px: float, tif: str) -> Payload:
    return {
        "symbol": order.symbol,
        "price": px_text(market, px),
        "reduce_only": order.reduce_only or order.kind is OrderKind.TAKE,
        "amount": amount_text(market, order.lots),
        "side": SIDES[order.side],
        "tif": tif,
        "client_order_id": cloid(order.client_id),
        **_levels(order.bracket, market),
    }


def _market(order: Placement, market: Market, slippage: Decimal) -> Payload:
    return {
        "symbol": order.symbol,
        "reduce_only": order.reduce_only,
        "amount": amount_text(market, order.lots),
        "side": SIDES[order.side],
        "slippage_percent": plain(slippage),
        "client_order_id": cloid(order.client_id),
        **_levels(order.bracket, market),
    }


def _stop(order: Placement, market: Market) -> Payload:
    return {
        "symbol": order.symbol,
        "side": SIDES[order.side],
        "reduce_only": True,
        "stop_order": {
            "stop_price": px_text(market, order.px),
            "client_order_id": cloid(order.client_id),
            "amount": amount_text(market, order.lots),
        },
    }


def _twap(order: Placement, market: Market, slippage: Decimal) -> Payload:
    return {
        "symbol": order.symbol,
        "reduce_only": order.reduce_only,
        "amount": amount_text(market, order.lots),
        "side": SIDES[order.side],
        "slippage_percent": plain(slippage),
        "duration_in_seconds": SLICE_S * (min(twap_slices(order), order.lots) - 1),
        "client_order_id": cloid(order.client_id),
    }


def twap_slices(order: Placement) -> int:
    """How many the venue makes of a TWAP that lasts as long as was asked: one every 30 seconds."""
    return max(order.slices * order.slice_ms // (SLICE_S * 1000), 2)


def _slippage(order: Placement, ref_px: float, slippage: Decimal) -> Decimal:
    return slippage_within(order.side, order.bound_px, ref_px) if order.bound_px else slippage


def _levels(bracket: Bracket, market: Market) -> Payload:
    levels = {
        "take_profit": (bracket.take_px, bracket.take_client_id),
        "stop_loss": (bracket.stop_px, bracket.stop_client_id),
    }
    return {name: _level(market, px, client_id) for name, (px, client_id) in levels.items() if px}


def _level(market: Market, px: float, client_id: str) -> Payload:
    named = {"client_order_id": cloid(client_id)} if client_id else {}
    return {"stop_price": px_text(market, px), **named}


def _draft(op: Op, payload: Payload, sent_ts: int, expires_ts: int) -> Draft:
    if expires_ts <= sent_ts:
        raise Invalid(
            Code.VALUE,
            "a request that is too late when it is sent",
            where="expires_ts",
            seen=expires_ts,
            rule=f"it is later than {sent_ts}",
        )
    return Draft(op, payload, sent_ts, expires_ts - sent_ts)
