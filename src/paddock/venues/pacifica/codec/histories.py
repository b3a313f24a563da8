"""What the venue says of an account's orders and trades, by HTTP and on sockets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import AliasChoices, Field

from paddock.core.orders import OrderKind, OrderState, Side
from paddock.venues.broker import OrderUpdate, VenueFill, VenueOrder
from paddock.venues.pacifica.codec.ids import client_id_of
from paddock.venues.pacifica.codec.instruments import Listing
from paddock.venues.pacifica.codec.numbers import lots_of, micros
from paddock.venues.pacifica.codec.reading import Number, Positive, Said, Text, Ts, Whole, many
from paddock.venues.pacifica.codec.states import NORMAL, is_maker, kind_of, side_of, state_of, trade_side_of


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as of `venue_ts`. `client_id` is empty where nobody named it, or not in our way.

    `px` is its limit, a market order's bound, or the trigger of a stop or take order. `parent_id` (0: none) is the
    entry that a level belongs to. `event` tells what happened, `event_id` in which order things did: by HTTP it is the
    event's own, on sockets the exchange's sequence, which events of one moment share; 0 where there is none.
    """

    order_id: int
    client_id: str
    symbol: str
    kind: OrderKind
    side: Side
    lots: int
    filled: int
    state: OrderState
    px: float
    reduce_only: bool
    venue_ts: int
    parent_id: int = 0
    event: str = ""
    event_id: int = 0
    reason: str = ""

    @property
    def seen(self) -> VenueOrder:
        return VenueOrder(
            self.client_id,
            str(self.order_id),
            "",
            self.symbol,
            self.kind,
            self.side,
            self.lots,
            self.filled,
            self.state,
            self.px,
            self.reduce_only,
        )

    @property
    def update(self) -> OrderUpdate:
        return OrderUpdate(self.client_id, self.state, self.venue_ts, self.reason or self.event)


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A trade of the account. `fee` is positive when paid; `pnl` is net of it: an opening trade has `pnl` = -`fee`.

    `cause` is "normal", or how the venue made the trade: a liquidation, a backstop's, or a settlement (another
    trader's bankruptcy took the position). `li` is the exchange's sequence, 0 by HTTP.
    """

    history_id: int
    order_id: int
    client_id: str
    symbol: str
    side: Side
    lots: int
    px: float
    entry_px: float
    fee: int
    pnl: int
    maker: bool
    opens: bool
    cause: str
    venue_ts: int
    li: int = 0

    @property
    def forced(self) -> bool:
        """Whether the venue closed the position of its own accord."""
        return self.cause != NORMAL

    @property
    def gross_pnl(self) -> int:
        """Realised profit before the fee."""
        return self.pnl + self.fee

    def fill(self, kind: OrderKind) -> VenueFill:
        """As the desk books it; the venue does not say of which kind the order was."""
        return VenueFill(
            fill_id=str(self.history_id),
            client_id="" if self.forced else self.client_id,
            book="",
            symbol=self.symbol,
            kind=OrderKind.LIQUIDATION if self.forced else kind,
            side=self.side,
            lots=self.lots,
            px=self.px,
            fee=self.fee,
            maker=self.maker,
            venue_ts=self.venue_ts,
        )


def _any(default: Any, *names: str) -> Any:
    return Field(default, validation_alias=AliasChoices(*names))


class _Row(Said):
    """What all forms of an order share; the names are those of HTTP, the letters those of sockets.

    No source shows what a TWAP looks like: these are the names that the venue's clients look for [?].
    """

    order_id: Whole = _any(..., "order_id", "i")
    client_order_id: Text | None = _any(None, "client_order_id", "I")
    symbol: Text = _any(..., "symbol", "s")
    side: Text = _any(..., "side", "d")
    amount: Number = _any(..., "initial_amount", "total_amount", "amount", "a")
    filled: Number = _any(Decimal(0), "filled_amount", "f")
    price: Number | None = _any(None, "initial_price", "price", "ip", "p")
    stop_price: Number | None = _any(None, "stop_price", "sp")
    reduce_only: bool = _any(False, "reduce_only", "ro", "r")
    parent_id: Whole | None = _any(None, "stop_parent_order_id", "si")
    ts: Ts = _any(..., "updated_at", "ut", "created_at", "t")
    status: Text = _any("", "order_status", "os")
    event: Text = _any("", "event_type", "oe")
    event_id: Whole = _any(0, "history_id", "li")
    reason: Text | None = None


class _Order(_Row):
    order_type: Text = _any(..., "order_type", "ot")


class _Trade(Said):
    history_id: Whole = _any(..., "history_id", "h")
    order_id: Whole = _any(..., "order_id", "i")
    client_order_id: Text | None = _any(None, "client_order_id", "I")
    symbol: Text = _any(..., "symbol", "s")
    amount: Positive = _any(..., "amount", "a")
    price: Positive = _any(..., "price", "p")
    entry_price: Number = _any(Decimal(0), "entry_price", "o")
    fee: Number = _any(..., "fee", "f")
    pnl: Number = _any(..., "pnl", "n")
    event_type: Text = _any(..., "event_type", "te")
    side: Text = _any(..., "side", "ts")
    cause: Text = _any(NORMAL, "cause", "tc")
    ts: Ts = _any(..., "created_at", "t")
    li: Whole = 0


def orders(data: object, listing: Listing) -> tuple[OrderRow, ...]:
    """From `/orders`, `/orders/history` and the channels `account_orders` and `account_order_updates`.

    Raises Unknown (venue.unclear), NotFound (data.symbol).
    """
    return tuple(_order(row, kind_of(row.order_type), listing) for row in many(_Order, data, "an order"))


def order_events(data: object, listing: Listing) -> tuple[OrderRow, ...]:
    """Of one order, oldest first, from `/orders/history_by_id`. Raises Unknown (venue.unclear), NotFound."""
    return tuple(sorted(orders(data, listing), key=lambda row: row.event_id))


def twaps(data: object, listing: Listing) -> tuple[OrderRow, ...]:
    """From `/orders/twap` and its histories and channels. Raises Unknown (venue.unclear), NotFound (data.symbol)."""
    return tuple(_order(row, OrderKind.TWAP, listing) for row in many(_Row, data, "a TWAP"))


def trades(data: object, listing: Listing) -> tuple[TradeRow, ...]:
    """From `/trades/history` (newest first) and the channel `account_trades`.

    Raises Unknown (venue.unclear), NotFound (data.symbol).
    """
    return tuple(_trade(row, listing) for row in many(_Trade, data, "a trade of the account"))


def _order(row: _Row, kind: OrderKind, listing: Listing) -> OrderRow:
    market = listing[row.symbol]
    lots, filled = lots_of(market, row.amount), lots_of(market, row.filled)
    return OrderRow(
        order_id=row.order_id,
        client_id=client_id_of(row.client_order_id),
        symbol=row.symbol,
        kind=kind,
        side=side_of(row.side),
        lots=lots,
        filled=filled,
        state=_state(row.status, row.event or row.reason or "", lots, filled),
        px=float(row.stop_price or row.price or 0),
        reduce_only=row.reduce_only,
        venue_ts=row.ts,
        parent_id=row.parent_id or 0,
        event=row.event,
        event_id=row.event_id,
        reason=row.reason or "",
    )


def _state(status: str, event: str, lots: int, filled: int) -> OrderState:
    """Lists of open orders give no status: there, what has traded tells."""
    if status or event:
        return state_of(status, event)
    return OrderState.OPEN if not filled else OrderState.PARTIAL if filled < lots else OrderState.FILLED


def _trade(row: _Trade, listing: Listing) -> TradeRow:
    market = listing[row.symbol]
    return TradeRow(
        history_id=row.history_id,
        order_id=row.order_id,
        client_id=client_id_of(row.client_order_id),
        symbol=row.symbol,
        side=trade_side_of(row.side),
        lots=lots_of(market, row.amount),
        px=float(row.price),
        entry_px=float(row.entry_price),
        fee=micros(row.fee),
        pnl=micros(row.pnl),
        maker=is_maker(row.event_type),
        opens=row.side.startswith("open_"),
        cause=row.cause,
        venue_ts=row.ts,
        li=row.li,
    )
