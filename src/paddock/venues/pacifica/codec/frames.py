"""What goes over the venue's socket, but for our own orders: subscriptions, and what each of them brings.

`sequence` is the exchange's count (`li`), 0 where the venue gives none: it never falls on one subscription, so that a
frame with a lower one than was seen is stale. One with the same may be a repetition (books come unchanged several times
a second) or news (recorded bids and offers differ within one count), and counts are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from paddock.venues.heard import Message
from paddock.venues.pacifica.codec import account, histories, markets
from paddock.venues.pacifica.codec.account import Account, Position
from paddock.venues.pacifica.codec.histories import OrderRow, TradeRow
from paddock.venues.pacifica.codec.instruments import Listing
from paddock.venues.pacifica.codec.reading import Said, Text, Ts, Whole, decoded, one, shown, unclear
from paddock.venues.pacifica.codec.socket_replies import SocketReply, is_reply, reply

PING: Final = '{"method":"ping"}'


class Source(StrEnum):
    """What can be subscribed to."""

    PRICES = "prices"
    BOOK = "book"
    BBO = "bbo"
    TRADES = "trades"
    CANDLE = "candle"
    MARK_PRICE_CANDLE = "mark_price_candle"
    ACCOUNT_INFO = "account_info"
    ACCOUNT_POSITIONS = "account_positions"
    ACCOUNT_ORDERS = "account_orders"
    ACCOUNT_ORDER_UPDATES = "account_order_updates"
    ACCOUNT_TRADES = "account_trades"
    ACCOUNT_MARGIN = "account_margin"
    ACCOUNT_LEVERAGE = "account_leverage"
    ACCOUNT_TWAP_ORDERS = "account_twap_orders"
    ACCOUNT_TWAP_ORDER_UPDATES = "account_twap_order_updates"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A source with what it takes: a symbol or an account, an interval, an aggregation of the book in ticks."""

    source: str
    symbol: str = ""
    account: str = ""
    interval: str = ""
    agg_level: int = 0

    @property
    def params(self) -> dict[str, Any]:
        given = {
            "source": str(self.source),
            "symbol": self.symbol,
            "account": self.account,
            "interval": self.interval,
            "agg_level": self.agg_level,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def subscribe(self) -> dict[str, Any]:
        """The frame that begins it."""
        return {"method": "subscribe", "params": self.params}

    @property
    def unsubscribe(self) -> dict[str, Any]:
        """The frame that ends it."""
        return {"method": "unsubscribe", "params": self.params}


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The venue's word that a subscription began (`on`) or ended."""

    subscription: Subscription
    on: bool


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class News:
    """Of a market; `source` tells candles of trades from those of mark prices."""

    source: Source
    messages: tuple[Message, ...]
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class AccountNow:
    account: Account
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class PositionsNow:
    """All that are open: one that is missing is closed."""

    positions: tuple[Position, ...]
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """All that rest, TWAPs apart (`source`)."""

    source: Source
    orders: tuple[OrderRow, ...]
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class OrderEvents:
    """What happened to orders, or to TWAPs (`source`), in its order."""

    source: Source
    events: tuple[OrderRow, ...]
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class AccountTrades:
    trades: tuple[TradeRow, ...]
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class MarginModeSet:
    symbol: str
    isolated: bool
    venue_ts: int


@dataclass(frozen=True, slots=True)
class LeverageSet:
    symbol: str
    leverage: int
    venue_ts: int


@dataclass(frozen=True, slots=True)
class Unheard:
    """A frame of a kind that we do not know, shortened."""

    channel: str
    text: str


Frame = (
    Subscribed
    | Pong
    | News
    | AccountNow
    | PositionsNow
    | OpenOrders
    | OrderEvents
    | AccountTrades
    | MarginModeSet
    | LeverageSet
    | SocketReply
    | Unheard
)


class _Frame(Said):
    channel: Text
    data: Any = None
    li: Whole | None = None


class _Params(Said):
    source: Text = ""
    symbol: Text = ""
    account: Text = ""
    interval: Text = ""
    agg_level: Annotated[int, Field(ge=0, lt=2**31)] = 0


class _Margin(Said):
    s: Text
    i: bool
    t: Ts


class _Leverage(Said):
    s: Text
    leverage: Whole = Field(alias="l")
    t: Ts


def frame(text: str | bytes, listing: Listing) -> Frame:
    """Read a frame. Raises Unknown (venue.unclear) for what cannot be read, NotFound (data.symbol) for a new market."""
    said = decoded(text)
    if type(said) is not dict:
        raise unclear("a frame", said, "it is not an object")
    if is_reply(said):
        return reply(said)
    row = one(_Frame, said, "a frame")
    read = _READERS.get(row.channel)
    return read(row, listing) if read else Unheard(row.channel, shown(row.data))


def _sequence(row: _Frame) -> int:
    """The largest count of a frame: at its top, in its data, or in the rows of it."""
    data = row.data if type(row.data) is list else [row.data]
    counts = [one.get("li") for one in data if isinstance(one, Mapping)]
    return max([row.li or 0, *(count for count in counts if type(count) is int)])


def _subscribed(row: _Frame, _: Listing) -> Frame:
    """Also reads the older form, which says what it is about inside."""
    params = one(_Params, row.data, "a subscription")
    subscription = Subscription(params.source, params.symbol, params.account, params.interval, params.agg_level)
    return Subscribed(subscription, on=row.channel == "subscribe")


def _pong(_: _Frame, __: Listing) -> Frame:
    return Pong()


def _prices(row: _Frame, _: Listing) -> Frame:
    tickers = markets.tickers(row.data)
    return News(Source.PRICES, (markets.mids(tickers), *map(markets.rate, tickers)), _sequence(row))


def _book(row: _Frame, listing: Listing) -> Frame:
    book = markets.book(row.data, listing)
    return News(Source.BOOK, (book,), book.sequence)


def _best(row: _Frame, listing: Listing) -> Frame:
    best = markets.best(row.data, listing)
    return News(Source.BBO, (best,), best.sequence)


def _trades(row: _Frame, listing: Listing) -> Frame:
    return News(Source.TRADES, markets.trades(row.data, listing), _sequence(row))


def _candle(row: _Frame, _: Listing) -> Frame:
    return News(Source(row.channel), (markets.candle(row.data),), _sequence(row))


def _account(row: _Frame, _: Listing) -> Frame:
    return AccountNow(account.account(row.data), _sequence(row))


def _positions(row: _Frame, listing: Listing) -> Frame:
    return PositionsNow(account.positions(row.data, listing), _sequence(row))


def _orders(row: _Frame, listing: Listing) -> Frame:
    return OpenOrders(Source.ACCOUNT_ORDERS, histories.orders(row.data, listing), _sequence(row))


def _updates(row: _Frame, listing: Listing) -> Frame:
    return OrderEvents(Source.ACCOUNT_ORDER_UPDATES, histories.orders(row.data, listing), _sequence(row))


def _account_trades(row: _Frame, listing: Listing) -> Frame:
    return AccountTrades(histories.trades(row.data, listing), _sequence(row))


def _margin(row: _Frame, _: Listing) -> Frame:
    said = one(_Margin, row.data, "a margin mode")
    return MarginModeSet(said.s, said.i, said.t)


def _leverage(row: _Frame, _: Listing) -> Frame:
    said = one(_Leverage, row.data, "a leverage")
    return LeverageSet(said.s, said.leverage, said.t)


def _twaps(row: _Frame, listing: Listing) -> Frame:
    return OpenOrders(Source.ACCOUNT_TWAP_ORDERS, histories.twaps(row.data, listing), _sequence(row))


def _twap_updates(row: _Frame, listing: Listing) -> Frame:
    return OrderEvents(Source.ACCOUNT_TWAP_ORDER_UPDATES, histories.twaps(row.data, listing), _sequence(row))


_READERS: Final[Mapping[str, Callable[[_Frame, Listing], Frame]]] = {
    "subscribe": _subscribed,
    "unsubscribe": _subscribed,
    "pong": _pong,
    Source.PRICES: _prices,
    Source.BOOK: _book,
    Source.BBO: _best,
    Source.TRADES: _trades,
    Source.CANDLE: _candle,
    Source.MARK_PRICE_CANDLE: _candle,
    Source.ACCOUNT_INFO: _account,
    Source.ACCOUNT_POSITIONS: _positions,
    Source.ACCOUNT_ORDERS: _orders,
    Source.ACCOUNT_ORDER_UPDATES: _updates,
    Source.ACCOUNT_TRADES: _account_trades,
    Source.ACCOUNT_MARGIN: _margin,
    Source.ACCOUNT_LEVERAGE: _leverage,
    Source.ACCOUNT_TWAP_ORDERS: _twaps,
    Source.ACCOUNT_TWAP_ORDER_UPDATES: _twap_updates,
}
