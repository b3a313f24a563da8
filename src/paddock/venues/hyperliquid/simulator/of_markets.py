"""Answers about markets."""

from __future__ import annotations

from typing import Any

from paddock.venues.exchange.units import HOUR_MS
from paddock.venues.hyperliquid.codec.info import MOST_RATES
from paddock.venues.hyperliquid.simulator import candles as candle_book
from paddock.venues.hyperliquid.simulator import markets
from paddock.venues.hyperliquid.simulator.asked import OfBook, OfCandles, OfCoin, OfDex, OfFunding, OfTable
from paddock.venues.hyperliquid.simulator.listing import SPOT_COIN
from paddock.venues.hyperliquid.simulator.said import Said
from paddock.venues.hyperliquid.simulator.venue import Venue

_EMPTY_META = {"universe": [], "marginTables": [], "collateralToken": 0}


class Broken(Exception):
    """The venue itself fails on such a question: HTTP 500 with the body null."""


def meta(venue: Venue, asked: OfDex) -> dict[str, Any]:
    return _EMPTY_META if asked.dex else venue.listing.meta()


def all_metas(venue: Venue, asked: Said) -> list[Any]:
    return [venue.listing.meta(), _EMPTY_META]


def meta_and_contexts(venue: Venue, asked: OfDex) -> list[Any]:
    if asked.dex:
        return [_EMPTY_META, []]
    return [venue.listing.meta(), markets.contexts(venue.exchange, venue.candles, venue.listing)]


def margin_table(venue: Venue, asked: OfTable) -> dict[str, Any]:
    found = venue.listing.table(asked.number)
    if found is None:
        raise Broken
    return found


def largest_orders(venue: Venue, asked: Said) -> list[Any]:
    return venue.listing.largest_markets()


def status(venue: Venue, asked: Said) -> dict[str, Any]:
    return {"time": venue.exchange.now_ts, "specialStatuses": None}


def mids(venue: Venue, asked: OfDex) -> dict[str, str]:
    return {} if asked.dex else markets.mids(venue.exchange, venue.listing)


def book(venue: Venue, asked: OfBook) -> dict[str, Any] | None:
    """Null for a coin that is not listed; what cannot be summed so is a failure of the venue's."""
    coin = venue.listing.get(asked.coin)
    if coin is None:
        return empty_book(venue) if asked.coin == SPOT_COIN else None
    if asked.sig_figs is None:
        if asked.mantissa is not None:
            raise Broken
        return markets.book(venue.exchange, coin)
    summed = markets.rounded_book(venue.exchange, coin, asked.sig_figs, asked.mantissa)
    if summed is None:
        raise Broken
    return summed


def empty_book(venue: Venue) -> dict[str, Any]:
    return {"coin": SPOT_COIN, "time": venue.exchange.now_ts, "levels": [[], []]}


def candles(venue: Venue, asked: OfCandles) -> list[dict[str, Any]]:
    """Of the newest 5,000; the last may still be forming."""
    req, now_ts = asked.req, venue.exchange.now_ts
    coin = venue.listing.get(req.coin)
    if coin is None:
        raise Broken
    end_ts = now_ts if req.end_ts is None else req.end_ts
    rows = venue.candles.between(coin.name, req.interval, req.start_ts, end_ts, now_ts)
    return [candle_book.shown(row, coin, req.interval) for row in rows]


def trades(venue: Venue, asked: OfCoin) -> list[dict[str, Any]]:
    """The newest first."""
    if venue.listing.get(asked.coin) is None:
        raise Broken
    return list(reversed(venue.records.trades[asked.coin]))


def fundings(venue: Venue, asked: OfFunding) -> list[dict[str, Any]]:
    """The oldest first, from the start of the span."""
    if venue.listing.get(asked.coin) is None:
        raise Broken
    return [row for row in venue.records.rates[asked.coin] if asked.holds(row["time"])][:MOST_RATES]


def fundings_to_come(venue: Venue, asked: Said) -> list[Any]:
    next_ts = (venue.exchange.now_ts // HOUR_MS + 1) * HOUR_MS
    return markets.fundings_to_come(venue.exchange, venue.listing, next_ts)
