"""What the venue says of its markets, by HTTP and on sockets alike: prices, books, trades, candles, funding, fees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import AliasChoices, Field

from paddock.core.orders import Side
from paddock.core.time import INTERVALS
from paddock.venues.heard import Best, Book, Candle, Level, Mids, Rate, Trade
from paddock.venues.pacifica.codec.instruments import Listing, Market, Rates
from paddock.venues.pacifica.codec.numbers import lots_of
from paddock.venues.pacifica.codec.reading import Amount, Number, Positive, Said, Text, Ts, Whole, many, one, unclear
from paddock.venues.pacifica.codec.states import is_maker, trade_side_of


@dataclass(frozen=True, slots=True)
class Ticker:
    """One market as of `venue_ts`. `mid` is None where a side of the book is empty.

    `funding` is the rate of the hour that was last settled, `next_funding` what the next one looks like. Open interest
    is in units of the base asset, volume in dollars.
    """

    symbol: str
    mark_px: float
    oracle_px: float
    mid: float | None
    funding: float
    next_funding: float
    open_interest: Decimal
    volume_24h_usd: Decimal
    yesterday_px: float
    venue_ts: int


@dataclass(frozen=True, slots=True)
class FeeLevel:
    """What accounts of a level pay."""

    level: int
    rates: Rates


class _Ticker(Said):
    symbol: Text
    mark: Positive
    oracle: Positive
    mid: Amount | None = None
    funding: Number
    next_funding: Number
    open_interest: Amount
    volume_24h: Amount
    yesterday_price: Amount
    timestamp: Ts


class _Fees(Said):
    level: Whole
    maker_fee_rate: Number
    taker_fee_rate: Number


class _Candle(Said):
    t: Ts
    until: Annotated[Ts, Field(alias="T")]
    s: Text
    i: Text
    o: Positive
    c: Positive
    h: Positive
    low: Annotated[Positive, Field(alias="l")]
    v: Amount
    n: Whole = 0


class _Level(Said):
    p: Positive
    a: Amount
    n: Whole = 0


class _Book(Said):
    s: Text
    sides: Annotated[list[list[_Level]], Field(alias="l", min_length=2, max_length=2)]
    t: Ts
    li: Whole = 0


class _Best(Said):
    s: Text
    bid: Annotated[Number | None, Field(alias="b")] = None
    bid_amount: Annotated[Number | None, Field(alias="B")] = None
    ask: Annotated[Number | None, Field(alias="a")] = None
    ask_amount: Annotated[Number | None, Field(alias="A")] = None
    t: Ts
    li: Whole = 0


class _Trade(Said):
    """By HTTP a trade has no id and no symbol, and says whose side it tells; on a socket the other way round."""

    symbol: Text = Field("", alias="s")
    trade_id: Whole = Field(0, alias="h")
    price: Positive = Field(validation_alias=AliasChoices("price", "p"))
    amount: Amount = Field(validation_alias=AliasChoices("amount", "a"))
    side: Text = Field(validation_alias=AliasChoices("side", "d"))
    created_at: Ts = Field(validation_alias=AliasChoices("created_at", "t"))
    event_type: Text = "fulfill_taker"


class _Funding(Said):
    oracle_price: Positive
    funding_rate: Number
    next_funding_rate: Number
    created_at: Ts


def tickers(data: object) -> tuple[Ticker, ...]:
    """From `/info/prices`, or the channel `prices`. Raises Unknown (venue.unclear)."""
    return tuple(_ticker(row) for row in many(_Ticker, data, "prices"))


def mids(rows: Iterable[Ticker]) -> Mids:
    """The mids of those that have one, as of the newest."""
    rows = tuple(rows)
    return Mids({row.symbol: row.mid for row in rows if row.mid}, max((row.venue_ts for row in rows), default=0))


def rate(row: Ticker) -> Rate:
    """The funding rate in force."""
    return Rate(row.symbol, row.funding, row.venue_ts, row.mark_px, row.oracle_px)


def fee_levels(data: object) -> tuple[FeeLevel, ...]:
    """From `/info/fees`. Raises Unknown (venue.unclear)."""
    rows = many(_Fees, data, "fees")
    return tuple(FeeLevel(row.level, Rates(row.maker_fee_rate, row.taker_fee_rate)) for row in rows)


def candles(data: object) -> tuple[Candle, ...]:
    """From `/kline` and `/kline/mark`; the last one may still be forming. Raises Unknown (venue.unclear)."""
    return tuple(_candle(row) for row in many(_Candle, data, "a candle"))


def candle(data: object) -> Candle:
    """From the channels `candle` and `mark_price_candle`. Raises Unknown (venue.unclear)."""
    return _candle(one(_Candle, data, "a candle"))


def book(data: object, listing: Listing) -> Book:
    """From `/book` and the channel `book`: ten levels a side, or fewer.

    Raises Unknown (venue.unclear), NotFound (data.symbol).
    """
    row = one(_Book, data, "a book")
    market = listing[row.s]
    bids, asks = (tuple(_level(market, level.p, level.a, level.n) for level in side) for side in row.sides)
    return Book(row.s, bids, asks, row.t, row.li)


def best(data: object, listing: Listing) -> Best:
    """From the channel `bbo`; a side without orders comes as null, or as zeros [?].

    Raises Unknown (venue.unclear), NotFound (data.symbol).
    """
    row = one(_Best, data, "a best bid and offer")
    market = listing[row.s]
    bid, ask = (_side(market, row.bid, row.bid_amount), _side(market, row.ask, row.ask_amount))
    return Best(row.s, bid, ask, row.t, row.li)


def recent_trades(data: object, symbol: str, listing: Listing) -> tuple[Trade, ...]:
    """From `/trades`, which gives no ids. Raises Unknown (venue.unclear), NotFound (data.symbol)."""
    market = listing[symbol]
    return tuple(_trade(row, market) for row in many(_Trade, data, "a trade"))


def trades(data: object, listing: Listing) -> tuple[Trade, ...]:
    """From the channel `trades`. Raises Unknown (venue.unclear), NotFound (data.symbol)."""
    return tuple(_trade(row, listing[row.symbol]) for row in many(_Trade, data, "a trade"))


def rates(data: object, symbol: str) -> tuple[Rate, ...]:
    """From `/funding_rate/history`. Raises Unknown (venue.unclear)."""
    rows = many(_Funding, data, "a funding rate")
    return tuple(Rate(symbol, float(r.funding_rate), r.created_at, oracle_px=float(r.oracle_price)) for r in rows)


def _ticker(row: _Ticker) -> Ticker:
    return Ticker(
        row.symbol,
        float(row.mark),
        float(row.oracle),
        float(row.mid) if row.mid else None,
        float(row.funding),
        float(row.next_funding),
        row.open_interest,
        row.volume_24h,
        float(row.yesterday_price),
        row.timestamp,
    )


def _candle(row: _Candle) -> Candle:
    """The venue closes a bar where the next one opens (`T` = `t` + interval), unlike others, who end 1 ms before."""
    length = INTERVALS.get(row.i)
    if row.until <= row.t or (length and row.until - row.t not in (length, length - 1)):
        raise unclear("a candle", [row.t, row.until], f"it does not last {row.i}")
    return Candle(
        row.s,
        row.i,
        row.t,
        open=float(row.o),
        high=float(row.h),
        low=float(row.low),
        close=float(row.c),
        volume=float(row.v),
        trades=row.n,
    )


def _level(market: Market, px: Decimal, amount: Decimal, orders: int = 0) -> Level:
    return Level(float(px), lots_of(market, amount), orders)


def _side(market: Market, px: Decimal | None, amount: Decimal | None) -> Level | None:
    return _level(market, px, amount) if px and amount and px > 0 and amount > 0 else None


def _trade(row: _Trade, market: Market) -> Trade:
    side = trade_side_of(row.side)
    aggressor = Side(-side) if is_maker(row.event_type) else side
    trade_id = str(row.trade_id) if row.trade_id else ""
    return Trade(market.symbol, trade_id, aggressor, float(row.price), lots_of(market, row.amount), row.created_at)
