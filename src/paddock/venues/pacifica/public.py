"""What does Pacifica tell anybody of its markets? No key is needed for any of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from paddock.core.time import HOUR_MS, interval_ms
from paddock.venues.heard import Book, Candle, Rate, Trade
from paddock.venues.pacifica.client import Client
from paddock.venues.pacifica.codec import answers, markets, queries
from paddock.venues.pacifica.codec.markets import Ticker
from paddock.venues.pacifica.codec.queries import Query
from paddock.venues.transport.budget import Priority

PAGE: Final = 100  # rows; what the venue gives to whoever does not say

T = TypeVar("T")


async def tickers(client: Client, priority: Priority = Priority.READ) -> tuple[Ticker, ...]:
    """How each market trades now."""
    return markets.tickers(await client.data(queries.prices(), priority))


async def book(client: Client, symbol: str) -> Book:
    """10 levels a side. Raises NotFound for a symbol that is not listed."""
    listing = await client.listed(frozenset({symbol}))
    _ = listing[symbol]
    return markets.book(await client.data(queries.book(symbol)), listing)


async def trades(client: Client, symbol: str) -> tuple[Trade, ...]:
    """The last few. Raises NotFound for a symbol that is not listed."""
    listing = await client.listed(frozenset({symbol}))
    _ = listing[symbol]
    return markets.recent_trades(await client.data(queries.recent_trades(symbol)), symbol, listing)


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

    `at_once`: the first page does not wait for its turn. Raises Invalid for an interval that is not of ours.
    """
    step, found = interval_ms(interval), dict[int, Candle]()
    from_ts = start_ts
    while from_ts <= end_ts:
        until_ts = min(end_ts, from_ts + queries.MOST_CANDLES * step - 1)
        query = queries.candles(symbol, interval, from_ts, until_ts)
        page = markets.candles(await client.data(query, priority, at_once=at_once))
        found |= {bar.open_ts: bar for bar in page if start_ts <= bar.open_ts <= end_ts}
        from_ts, at_once = until_ts + 1, False
    return tuple(found[open_ts] for open_ts in sorted(found))


async def rates(client: Client, symbol: str, start_ts: int, end_ts: int, *, at_once: bool = False) -> tuple[Rate, ...]:
    """Each hour once, oldest first: a time lies some ms past its hour. The venue is asked from the newest back.

    `at_once`: the first page does not wait for its turn.
    """
    history, read = rate_pages(client, symbol, at_once=at_once), list[Rate]()
    while (rows := await history.page()) is not None:
        read += rows
        if any(rate.venue_ts < start_ts for rate in rows):
            break
    return hourly(read, start_ts, end_ts)


def rate_pages(
    client: Client, symbol: str, priority: Priority = Priority.READ, *, at_once: bool = False
) -> Pages[Sequence[Rate]]:
    async def read(data: Any) -> Sequence[Rate]:
        return markets.rates(data, symbol)

    return Pages(client, lambda cursor: queries.funding_rates(symbol, PAGE, cursor), read, priority, at_once=at_once)


def hourly(rates: Sequence[Rate], start_ts: int, end_ts: int) -> tuple[Rate, ...]:
    """Each hour of a span once, oldest first."""
    found = {rate.venue_ts // HOUR_MS: rate for rate in rates if start_ts <= rate.venue_ts <= end_ts}
    return tuple(found[hour] for hour in sorted(found))


class Pages(Generic[T]):
    """A history, page by page, newest first. Each page costs, and soon it is told to wait: what broke off goes on with
    the page that did not come. `query` is given the cursor of each page, "" at first; `at_once` the first page does not
    wait for its turn.
    """

    def __init__(
        self,
        client: Client,
        query: Callable[[str], Query],
        read: Callable[[Any], Awaitable[T]],
        priority: Priority = Priority.READ,
        *,
        at_once: bool = False,
    ) -> None:
        self._client, self._query, self._read, self._priority = client, query, read, priority
        self._at_once = at_once
        self._cursor: str | None = ""

    async def page(self) -> T | None:
        """The next one; None behind the last. Raises Unavailable, Unknown: the same one is asked for again."""
        if self._cursor is None:
            return None
        said = await self._client.ask(self._query(self._cursor), self._priority, at_once=self._at_once)
        self._at_once = False
        if not said.ok:
            self._cursor = ""  # the venue may no longer know it
        page = await self._read(answers.payload(said))
        self._cursor = said.cursor or None
        return page

    def rewind(self) -> None:
        """Begin anew with the newest."""
        self._cursor = ""
