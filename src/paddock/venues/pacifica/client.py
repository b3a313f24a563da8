"""How is Pacifica asked? One HTTP side, one budget and the sockets for all that runs on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from paddock.core.errors import PaddockError
from paddock.core.seams import Clock, RandomSource
from paddock.venues.endpoint import Endpoint
from paddock.venues.pacifica.codec import answers, frames, instruments, markets, queries
from paddock.venues.pacifica.codec.allowance import allowance
from paddock.venues.pacifica.codec.answers import Answer
from paddock.venues.pacifica.codec.frames import Frame
from paddock.venues.pacifica.codec.instruments import Listing
from paddock.venues.pacifica.codec.operations import Op
from paddock.venues.pacifica.codec.queries import Query
from paddock.venues.pacifica.dialect import PacificaDialect, key, subscription
from paddock.venues.pacifica.networks import ALLOWANCES, CALL, CANCEL, CONNECTIONS, CREDITS, HEAVY
from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import SignedRequest
from paddock.venues.transport.budget import Allowance, Budget, Priority
from paddock.venues.transport.hearing import Hearer, Hearing
from paddock.venues.transport.http import Http, Reply, Request
from paddock.venues.transport.lost import Does
from paddock.venues.transport.stream import Pace, Stream

WAIT_MS: Final = 10_000
LISTING_MS: Final = 600_000  # how old the listing may be
MOST_OF_A_SOURCE: Final = 20  # subscriptions of one source on one connection
_SOON_MS: Final = 30_000  # a listing as young as that is not read again for a symbol that it does not hold
_HALF_S_MS: Final = 500  # how far a date to the second may be from the time it tells
_JSON: Final = {"content-type": "application/json"}
_PACE: Final = Pace(heartbeat_ms=20_000, stall_ms=45_000)  # the pong that follows each heartbeat ends the silence
_CANCELS: Final = frozenset({Op.CANCEL_ORDER, Op.CANCEL_STOP_ORDER, Op.CANCEL_TWAP_ORDER, Op.CANCEL_ALL_ORDERS})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated:
    """The venue's time, ours at that moment, and how far either may be off."""

    venue_ts: int
    ours_ts: int
    doubt_ms: int


@dataclass(slots=True)
class _Line:
    """One connection: whose it is, and how many subscriptions of each source it has."""

    account: str
    hearing: Hearing[Frame]
    sources: Counter[str] = field(default_factory=Counter)


class Client:
    """From `open` to `close`, on one event loop. Reading needs no key; `act` takes requests that are signed already.

    All calls raise Unavailable when there was no good answer (Throttled: not now), and Unknown for what cannot be read;
    `act` raises Unknown also when its request may have reached the venue.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Clock,
        random: RandomSource,
        *,
        pace: Pace = _PACE,
        allowances: Sequence[Allowance] = ALLOWANCES,
        wait_ms: int = WAIT_MS,
    ) -> None:
        """`allowances`: of this machine's address. `wait_ms`: how long an answer may take."""
        self.endpoint, self.clock = endpoint, clock
        self._random, self._pace, self._allowances, self._wait_ms = random, pace, allowances, wait_ms
        self._listing = Listing()
        self._listed_s = float("-inf")
        self._listing_lock = asyncio.Lock()
        self._lines: list[_Line] = []
        self._heard: dict[str, _Line] = {}
        self._stack = contextlib.AsyncExitStack()

    # --- life ---

    async def open(self) -> None:
        """Nothing is asked of the venue yet: it may be down."""
        loop = asyncio.get_running_loop()
        self._seconds = loop.time
        self._budget = Budget(self._allowances, loop.time)
        self._http = await self._stack.enter_async_context(
            Http(self.endpoint.rest, self.clock, self._budget, usage=_usage)
        )

    async def close(self) -> None:
        for line in self._lines:
            await line.hearing.close()
        await self._stack.aclose()

    # --- questions and actions ---

    async def ask(self, query: Query, priority: Priority = Priority.READ, *, at_once: bool = False) -> Answer:
        """What the venue answers, an error among it; `at_once` it is asked now, or not at all."""
        reply = await self._get(query, priority, at_once=at_once)
        return answers.answer(reply.status, reply.body)

    async def data(self, query: Query, priority: Priority = Priority.READ, *, at_once: bool = False) -> Any:
        """The data of an answer; an error is Unavailable."""
        return answers.payload(await self.ask(query, priority, at_once=at_once))

    async def act(self, request: SignedRequest, priority: Priority, does: Does = Does.WRITE) -> Reply:
        """The reply to a signed request; what it says is `codec.outcomes` to read."""
        text = json.dumps(request.body, separators=(",", ":")).encode()
        charges = {CREDITS: CANCEL if request.kind in _CANCELS else CALL}
        return await self._http.send(Request("POST", request.path, does, priority, self._wait_ms, charges, text, _JSON))

    async def dated(self) -> Dated | None:
        """What time it is at the venue, by the date of an answer; None where answers are not dated. A simulator may
        live in another time than its machine: there the prices say which.
        """
        reply = await self._get(queries.prices(), Priority.READ)
        ours_ts, doubt_ms = (reply.sent_ts + reply.seen_ts) // 2, (reply.seen_ts - reply.sent_ts) // 2
        if self.endpoint.network is Network.SIMULATOR:
            tickers = markets.tickers(answers.payload(answers.answer(reply.status, reply.body)))
            return Dated(max(each.venue_ts for each in tickers), ours_ts, doubt_ms)
        try:
            date: datetime = parsedate_to_datetime(reply.headers.get("date", ""))
        except ValueError:
            return None
        return Dated(int(date.timestamp() * 1000) + _HALF_S_MS, ours_ts, doubt_ms + _HALF_S_MS)

    @property
    def left(self) -> int:
        """How many tenths of a credit may leave now."""
        return self._budget.left(CREDITS)

    # --- what is listed ---

    @property
    def listing(self) -> Listing:
        """As it was read last; empty before."""
        return self._listing

    async def listed(self, unknown: frozenset[str] = frozenset(), priority: Priority = Priority.READ) -> Listing:
        """The markets, read anew when they are old, or when one is named that is not among them.

        A listing that is there stays when the venue does not answer.
        """
        limit_ms = LISTING_MS if unknown <= self._listing.markets.keys() else _SOON_MS
        async with self._listing_lock:
            if self._seconds() - self._listed_s < limit_ms / 1000:
                return self._listing
            try:
                self._listing = self._listing.renewed(instruments.listing(await self.data(queries.info(), priority)))
            except PaddockError:
                if not self._listing.markets:
                    raise
            self._listed_s = self._seconds()
        return self._listing

    async def known(self, rows: Any, read: Callable[[Any, Listing], T]) -> T:
        """What a reader makes of rows. Those of a market that the venue lists no more, and that was not listed while
        this ran, are left out: nobody knows its lots. What is no list of rows is the reader's to judge.
        """
        named = _symbols(rows)
        listing = await self.listed(named)
        if named <= listing.markets.keys():
            return read(rows, listing)
        return read([row for row in rows if _symbol(row) in listing.markets or _symbol(row) is None], listing)

    # --- the sockets ---

    async def hear(self, asked: frames.Subscription, hearer: Hearer[Frame], fresh_ms: int = 0) -> str:
        """From now on tell `hearer`, on the loop, what is heard; gives the subscription's key. A Gap comes first.

        `hearer` is quick and raises nothing. Quantities in frames are in lots of the listing, which is read before.
        """
        await self.listed()
        name = key(asked)
        line = self._heard.get(name)
        if line is None:
            line = self._heard[name] = self._line(asked)
            line.sources[asked.source] += 1
        await line.hearing.hear(subscription(asked, fresh_ms), hearer)
        return name

    def unhear(self, asked: frames.Subscription, hearer: Hearer[Frame]) -> None:
        line = self._heard[key(asked)]
        if line.hearing.unhear(key(asked), hearer):
            line.sources[asked.source] -= 1
            del self._heard[key(asked)]

    def stale(self) -> frozenset[str]:
        """The subscriptions on which nothing may be decided now."""
        return frozenset().union(*(line.hearing.stale() for line in self._lines))

    def _line(self, asked: frames.Subscription) -> _Line:
        """The connection that a subscription goes to: of its account, and with room for another of its source."""
        for line in self._lines:
            if line.account == asked.account and line.sources[asked.source] < MOST_OF_A_SOURCE:
                return line
        stream: Stream[Frame] = Stream(
            self.endpoint.socket,
            PacificaDialect(lambda: self._listing, asked.account),
            self.clock,
            self._random,
            self._budget,
            pace=self._pace,
            connect={CONNECTIONS: 1},
        )
        self._lines.append(_Line(asked.account, Hearing(stream, self.clock, "pacifica hearing")))
        return self._lines[-1]

    async def _get(self, query: Query, priority: Priority, *, at_once: bool = False) -> Reply:
        path = f"{query.path}?{urlencode(query.params)}" if query.params else query.path
        charges = {CREDITS: HEAVY if query.heavy else CALL}
        return await self._http.send(Request("GET", path, Does.READ, priority, self._wait_ms, charges, at_once=at_once))


def _usage(headers: Mapping[str, str]) -> Iterable[tuple[str, int]]:
    told = allowance(headers)
    return [(CREDITS, told.left)] if told is not None else []


def _symbols(rows: Any) -> frozenset[str]:
    found = (_symbol(row) for row in rows) if isinstance(rows, list) else ()
    return frozenset(symbol for symbol in found if symbol is not None)


def _symbol(row: Any) -> str | None:
    """The market of a row; None where it names none."""
    named = row.get("symbol", row.get("s")) if isinstance(row, Mapping) else None
    return named if isinstance(named, str) else None
