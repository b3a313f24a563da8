"""What does Hyperliquid tell anybody of its markets? No key is needed for any of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paddock.core.time import interval_ms
from paddock.venues.heard import Book, Candle, Mids, Rate, Trade
from paddock.venues.hyperliquid.client import Client
from paddock.venues.hyperliquid.codec import info, markets
from paddock.venues.hyperliquid.codec.instruments import MAIN_DEX
from paddock.venues.hyperliquid.codec.markets import Context
from paddock.venues.transport.budget import Priority

_RATE_MS: Final = 3_600_000


async def mids(client: Client, priority: Priority = Priority.READ) -> Mids:
    """Of all dexes that the client counts."""
    px: dict[str, float] = {}
    for dex in client.dexs:
        px |= markets.mids(await client.ask(info.all_mids(dex), priority)).px
    return Mids(px)


async def book(client: Client, symbol: str) -> Book:
    """20 levels a side. Raises NotFound for a symbol that is not listed."""
    market = (await client.listed(frozenset({symbol})))[symbol]
    return markets.book(await client.ask(info.book(symbol)), market)


async def trades(client: Client, symbol: str) -> tuple[Trade, ...]:
    """The last few."""
    listing = await client.listed(frozenset({symbol}))
    return markets.trades(await client.ask(info.recent_trades(symbol)), listing).rows


async def contexts(client: Client, dex: str = MAIN_DEX) -> Mapping[str, Context]:
    """How each perp of the venue's own dex trades now, with its funding."""
    _, found = markets.meta_and_contexts(await client.ask(info.meta_and_contexts(dex)))
    return {context.symbol: context for context in found}


async def candles(
    client: Client,
    symbol: str,
    interval: str,
    start_ts: int,
    end_ts: int,
    priority: Priority = Priority.READ,
    *,
    at_once: bool = False,
) -> tuple[Candle, ...]:
    """Bars that open from `start_ts` to `end_ts` (inclusive), oldest first; the last may still be forming.

    The venue remembers the newest 5,000 of an interval only: of what lies before them nothing is given. `at_once`: the
    first page does not wait for its turn. Raises Invalid for an interval that is not of ours.
    """
    step = interval_ms(interval)
    remembered_ts = client.clock.now_ts() // step * step - info.MOST_CANDLES * step
    from_ts, found = max(start_ts, remembered_ts), dict[int, Candle]()
    while from_ts <= end_ts:
        until_ts = min(end_ts, from_ts + (info.MOST_CANDLES - 1) * step)
        query = info.candles(symbol, interval, from_ts, until_ts)
        page = markets.candles(await client.ask(query, priority, at_once=at_once))
        found |= {bar.open_ts: bar for bar in page if start_ts <= bar.open_ts <= end_ts}
        from_ts, at_once = until_ts + 1, False
    return tuple(found[open_ts] for open_ts in sorted(found))


async def rates_page(
    client: Client,
    symbol: str,
    start_ts: int,
    end_ts: int,
    priority: Priority = Priority.READ,
    *,
    at_once: bool = False,
) -> tuple[Rate, ...]:
    """What up to 500 hours cost, oldest first; the next page begins behind the last one's time."""
    return markets.rates(await client.ask(info.funding_history(symbol, start_ts, end_ts), priority, at_once=at_once))


async def rates(client: Client, symbol: str, start_ts: int, end_ts: int, *, at_once: bool = False) -> tuple[Rate, ...]:
    """Each hour once, oldest first: a time lies some ms past its hour. `at_once`: the first page does not wait for its
    turn.
    """
    found: dict[int, Rate] = {}
    while start_ts <= end_ts:
        page = await rates_page(client, symbol, start_ts, end_ts, at_once=at_once)
        at_once = False
        found |= {rate.venue_ts // _RATE_MS: rate for rate in page}
        if len(page) < info.MOST_RATES:
            break
        start_ts = page[-1].venue_ts + 1
    return tuple(found[hour] for hour in sorted(found))
