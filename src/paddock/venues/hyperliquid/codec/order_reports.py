"""Orders as the venue reports them: what rests, what became of one, what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from paddock.core.orders import OrderKind, OrderState, Side
from paddock.venues.broker import OrderUpdate, VenueOrder
from paddock.venues.hyperliquid.codec.ids import client_id_of
from paddock.venues.hyperliquid.codec.instruments import Listing, Market
from paddock.venues.hyperliquid.codec.known import Known, known
from paddock.venues.hyperliquid.codec.numbers import lots, number
from paddock.venues.hyperliquid.codec.reading import Garbled, flag, obj, reads, side, text, whole
from paddock.venues.hyperliquid.codec.states import order_state

_OPEN: Final = "open"
_WITHOUT_REASON: Final = frozenset({OrderState.OPEN, OrderState.PARTIAL, OrderState.FILLED})
_MARKET_TIFS: Final = {"FrontendMarket": OrderKind.MARKET, "LiquidationMarket": OrderKind.LIQUIDATION}


@dataclass(frozen=True, slots=True)
class OrderReport:
    """An order, and where it stands since `status_ts`; `status` is the venue's own word, `state` ours.

    `lots` were asked for and `rest` still stand. `px` is the limit, `trigger_px` 0 without a trigger. `kind` is what
    the venue knows of it: our market orders are limit orders to it. `client_id` is empty for one that nobody named.
    """

    oid: int
    client_id: str
    symbol: str
    kind: OrderKind
    side: Side
    lots: int
    rest: int
    px: float
    trigger_px: float
    reduce_only: bool
    tif: str
    status: str
    state: OrderState
    placed_ts: int
    status_ts: int

    @property
    def filled(self) -> int:
        """Lots that traded; 0 for a reduce-only order that is not filled: it also shrinks with its position."""
        return 0 if self.reduce_only and self.state is not OrderState.FILLED else self.lots - self.rest

    def order(self) -> VenueOrder:
        return VenueOrder(
            self.client_id,
            str(self.oid),
            "",
            self.symbol,
            self.kind,
            self.side,
            self.lots,
            self.filled,
            self.state,
            self.trigger_px or self.px,
            self.reduce_only,
        )

    def update(self, *, rested: bool = False) -> OrderUpdate:
        """For the desk. `rested`: it was at the venue before, so what is refused now ends as cancelled."""
        state = order_state(self.status, rested=True) if rested and self.state is OrderState.REFUSED else self.state
        reason = "" if state in _WITHOUT_REASON else self.status
        return OrderUpdate(self.client_id, state, self.status_ts, reason)


@reads("open orders")
def open_orders(message: Any, listing: Listing) -> Known[OrderReport]:
    """Of `openOrders` and `frontendOpenOrders`; the former does not tell triggers. Raises Unknown."""
    return known(message, listing, lambda row, market: _order(row, market, _OPEN, whole(row["timestamp"])))


@reads("order updates")
def order_updates(message: Any, listing: Listing) -> Known[OrderReport]:
    """Of `orderUpdates` and `historicalOrders`: orders with what became of them. Raises Unknown."""
    return known(message, listing, _told, lambda row: obj(row["order"]))


@reads("orderStatus")
def order_status(message: Any, listing: Listing) -> OrderReport | None:
    """None when the venue knows no such order. Raises Unknown, and NotFound for an order of an unlisted market."""
    said = obj(message)
    if said["status"] == "unknownOid":
        return None
    if said["status"] != "order":
        raise Garbled(f"neither an order nor unknown: {said['status']!r:.40}")
    row = obj(said["order"])
    return _told(row, listing[text(obj(row["order"])["coin"])])


def _told(row: dict[str, Any], market: Market) -> OrderReport:
    return _order(obj(row["order"]), market, text(row["status"]), whole(row["statusTimestamp"]))


def _order(row: dict[str, Any], market: Market, status: str, status_ts: int) -> OrderReport:
    decimals = market.instrument.qty_decimals
    rest = lots(row["sz"], decimals)
    asked = lots(row["origSz"], decimals) if "origSz" in row else rest
    if not 0 <= rest <= asked:
        raise Garbled(f"{rest} of {asked} lots still stand")
    trigger_px = number(row.get("triggerPx", "0.0"))
    reduce_only = flag(row.get("reduceOnly", False))
    tif = row.get("tif")
    return OrderReport(
        whole(row["oid"]),
        client_id_of(row.get("cloid")),
        market.symbol,
        _kind(text(row.get("orderType", "Limit")), "" if tif is None else text(tif)),
        side(row["side"]),
        asked,
        rest,
        number(row["limitPx"]),
        trigger_px if trigger_px > 0.0 else 0.0,
        reduce_only,
        "" if tif is None else tif,
        status,
        _state(status, asked, rest, reduce_only=reduce_only),
        whole(row["timestamp"]),
        status_ts,
    )


def _kind(order_type: str, tif: str) -> OrderKind:
    if order_type.startswith("Stop"):
        return OrderKind.STOP
    if order_type.startswith("Take Profit"):
        return OrderKind.TAKE
    if tif in _MARKET_TIFS:
        return _MARKET_TIFS[tif]
    return OrderKind.MARKET if order_type == "Market" else OrderKind.LIMIT


def _state(status: str, asked: int, rest: int, *, reduce_only: bool) -> OrderState:
    """The status, and what the sizes add to it: an open order that traded, a filled one that ended before all did."""
    state = order_state(status)
    if reduce_only:
        return state
    if state is OrderState.OPEN and rest < asked:
        return OrderState.PARTIAL
    return OrderState.CANCELED if state is OrderState.FILLED and rest else state
