"""What happens to one account at Pacifica? Its fills, orders and funding as one sequence, from REST, and from sockets.

The venue's histories are what counts. The sockets only tell of the same things earlier: what they may have missed
(they say so), and what they never told, is read again, and each thing counts once. No socket tells of funding.

The venue reads no order by its client id. It is looked for among what rests, and then in the histories, back to a day
before: what ended earlier is not found, and its fills are among the events.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Generic, TypeVar

from paddock.core.errors import Code, Unavailable
from paddock.core.orders import TERMINAL, OrderKind, OrderState
from paddock.core.time import DAY_MS, MINUTE_MS
from paddock.venues import told
from paddock.venues.broker import OrderUpdate, VenueEvent, VenueFill
from paddock.venues.heard import Gap
from paddock.venues.notes import Notes
from paddock.venues.pacifica.client import Client
from paddock.venues.pacifica.codec import account, answers, frames, histories, queries
from paddock.venues.pacifica.codec.account import Paid
from paddock.venues.pacifica.codec.frames import Frame, Source
from paddock.venues.pacifica.codec.histories import OrderRow, TradeRow
from paddock.venues.pacifica.codec.ids import is_number
from paddock.venues.pacifica.codec.instruments import Listing
from paddock.venues.pacifica.codec.queries import Query
from paddock.venues.pacifica.public import PAGE, Pages
from paddock.venues.signing.operations import Shelf
from paddock.venues.told import MOST_KEPT, MOST_REPAIR_MS, Cursor, Entry, Told
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.frames import Delivery

POLL_MS: Final = 60_000  # between two readings while the sockets tell nothing: each costs a third of a minute's credits
REPAIR_MS: Final = MOST_REPAIR_MS  # between two readings while they do
MOST_PAGES: Final = 20  # that an order is looked for on at once

News = OrderRow | TradeRow | Paid
R = TypeVar("R", bound=News)
_Part = Callable[[], Awaitable[None]]
_SOURCES: Final = (Source.ACCOUNT_ORDER_UPDATES, Source.ACCOUNT_TRADES, Source.ACCOUNT_TWAP_ORDER_UPDATES)
_SHELVES: Final = {OrderKind.STOP: Shelf.TRIGGERS, OrderKind.TAKE: Shelf.TRIGGERS, OrderKind.TWAP: Shelf.TWAPS}
_RANKS: Final = {told.Shelf.FILLS: 1, told.Shelf.FUNDING: 2}


@dataclass(frozen=True, slots=True)
class _Source(Generic[R]):
    """A history of an account: how a page of it is asked for (address, rows, cursor), and who reads it."""

    query: Callable[[str, int, str], Query]
    read: Callable[[Any, Listing], Sequence[R]]


@dataclass(frozen=True, slots=True)
class _Search:
    """For an order in a history: from what was newest at `began_ts` back to `since_ts`."""

    began_ts: int
    since_ts: int
    pages: Pages[Sequence[OrderRow]]


@dataclass(frozen=True, slots=True)
class _Placed:
    """As what an order of ours left: the venue has no word for a target that rests, or for a market order's bound."""

    kind: OrderKind
    shelf: Shelf


class Following:
    """Of one account, on the client's loop."""

    def __init__(self, client: Client, address: str, notes: Notes, poll_ms: int = POLL_MS) -> None:
        """With a `poll_ms` of 0 its histories are read each time."""
        self._client, self._address, self._notes = client, address, notes
        self._poll_s = poll_ms / 1000
        self._told: Told[News] = Told()
        self._orders: dict[int, OrderRow] = {}  # by the venue's id, as they were told last
        self._ids: dict[str, int] = {}  # by client id
        self._placed: dict[str, _Placed] = {}  # by client id
        self._searches: dict[tuple[str, _Source[OrderRow]], _Search] = {}  # that broke off, by client id
        self._heard: dict[Source, str] = {}  # their keys
        self._keys: frozenset[str] = frozenset()  # of all of them, once all are heard
        self._missed = True  # something may have happened that nobody told
        self._parts: deque[_Part] = deque()  # of a reading, those that are still to come
        self._begun: list[_Part] = []  # those that came
        self._again: list[_Part] = []  # those that something may be missing in
        self._newest_ts: dict[told.Shelf, int] = {}
        self._began_s = self._read_s = float("-inf")
        self._whole = False  # all was read at least once
        self._reading, self._searching = asyncio.Lock(), asyncio.Lock()

    async def listen(self) -> None:
        """Hear of it at once from now on."""
        for source in _SOURCES:
            if source not in self._heard:
                asked = frames.Subscription(source, account=self._address)
                self._heard[source] = await self._client.hear(asked, self.hear)
        self._keys = frozenset(self._heard.values())

    def unlisten(self) -> None:
        """Hear nothing more."""
        for source in self._heard:
            self._client.unhear(frames.Subscription(source, account=self._address), self.hear)
        self._heard.clear()
        self._keys = frozenset()

    def hear(self, delivery: Delivery[Frame]) -> None:
        match delivery.message:
            case frames.AccountTrades(trades):
                self._take_in(told.Shelf.FILLS, trades)
            case frames.OrderEvents(events=events):
                self._take_in(told.Shelf.ORDERS, events)
            case Gap():
                self._missed = self._missed or not self._parts
                self._again = list(dict.fromkeys(self._begun))

    async def events(self, text: str) -> tuple[list[VenueEvent], str]:
        """What happened behind a cursor, and the cursor behind that. Raises Unavailable, Unknown, and Invalid (value)
        for a text that is no cursor."""
        cursor = Cursor.parse(text)
        async with self._reading:
            await self._read(cursor)
            entries = self._told.after(cursor)
        events = [event for event in map(self._event, entries) if event is not None]
        self._prune()
        return events, str(cursor.behind(entries))

    # --- orders by client id ---

    def placing(self, client_id: str, kind: OrderKind, shelf: Shelf) -> None:
        """An order of ours is about to leave as one of this kind, to wait on this shelf."""
        self._placed[client_id] = _Placed(kind, shelf)

    def shelf(self, order_id: str) -> Shelf | None:
        """Where an order waits, by its client id or the venue's; None for one that nobody told of."""
        placed = self._placed.get(order_id)
        if placed is not None:
            return placed.shelf
        row = self._orders.get(int(order_id) if is_number(order_id) else self._ids.get(order_id, 0))
        return None if row is None else _SHELVES.get(row.kind, Shelf.BOOK)

    async def resting(self, priority: Priority = Priority.READ) -> list[OrderRow]:
        """All that rest, with triggers, levels that wait for their entry, and TWAPs that run."""
        asked = ((queries.open_orders, histories.orders), (queries.open_twaps, histories.twaps))
        found: list[OrderRow] = []
        for query, read in asked:
            found += await self._client.known(await self._client.data(query(self._address), priority), read)
        self._take_in(told.Shelf.ORDERS, found)
        return [self._named(row) for row in found]

    async def order(self, client_id: str) -> OrderRow | None:
        """One order as of now; None when the venue knows none of the last day. Raises Unavailable, Unknown."""
        known = self._orders.get(self._ids.get(client_id, 0))
        found = await self._by_id(known) if known is not None else None
        if found is None:
            found = next((row for row in await self.resting() if row.client_id == client_id), None)
        if found is None:
            found = await self._past(client_id)
        return None if found is None else self._named(found)

    async def _by_id(self, known: OrderRow) -> OrderRow | None:
        """An order whose number was told, after the last that happened to it."""
        twap = known.kind is OrderKind.TWAP
        query = queries.twap_events(known.order_id) if twap else queries.order_events(known.order_id)
        said = await self._client.ask(query)
        if said.status == answers.NOT_FOUND:
            return None
        rows = await self._client.known(answers.payload(said), histories.twaps if twap else histories.order_events)
        newest = max(rows, key=lambda row: row.event_id, default=None)
        self._take_in(told.Shelf.ORDERS, [newest] if newest is not None else [])
        return newest

    async def _past(self, client_id: str) -> OrderRow | None:
        placed = self._placed.get(client_id)
        twap = placed is not None and placed.kind is OrderKind.TWAP
        for source in (_ORDERS, _TWAPS) if placed is None else (_TWAPS,) if twap else (_ORDERS,):
            async with self._searching:
                found = await self._search(client_id, source)
            if found is not None:
                self._take_in(told.Shelf.ORDERS, [found])
                return found
        return None

    async def _search(self, client_id: str, source: _Source[OrderRow]) -> OrderRow | None:
        """In a history, from the newest back to a day before. A search that broke off goes on where it did; what came
        since it began is then looked through as well.
        """
        key, since_ts = (client_id, source), self._client.clock.now_ts() - DAY_MS
        while True:
            search = self._searches.get(key)
            goes_on = search is not None
            if search is None:
                search = _Search(self._client.clock.now_ts(), since_ts, self._pages(source))
                self._searches[key] = search
            found = await self._look(client_id, search)
            del self._searches[key]
            if found is not None or not goes_on:
                return found
            since_ts = search.began_ts - MINUTE_MS  # the venue's clock is not ours

    async def _look(self, client_id: str, search: _Search) -> OrderRow | None:
        for _ in range(MOST_PAGES):
            rows = await search.pages.page()
            if rows is None:
                return None
            for row in rows:
                if row.client_id == client_id:
                    return row
            if any(row.venue_ts < search.since_ts for row in rows):
                return None
        raise Unavailable(
            Code.VENUE_UNAVAILABLE,
            f"the order is not among the {MOST_PAGES * PAGE:,} that were looked at now",
            rule="an order that is not among those of a day is not there",
            suggestion="ask again: the search goes on",
        )

    # --- reading ---

    async def _read(self, cursor: Cursor) -> None:
        """Make what was told complete from the cursor on, if it may not be. Pages cost much here: a reading goes on
        where it broke off, and what a socket missed meanwhile is read anew in those parts alone that had begun.
        """
        behind = [shelf for shelf in told.Shelf if not self._told.reaches(shelf, cursor.from_ts(shelf))]
        for shelf in behind:
            self._told.begin(shelf, cursor.from_ts(shelf))
        if behind or (not self._parts and self._due()):
            self._begin()
        while self._parts:
            part = self._parts[0]
            self._begun.append(part)
            await part()
            self._parts.popleft()
            if not self._parts:
                self._parts, self._again = deque(self._again), []
        if self._begun:
            self._told.read_ts |= self._newest_ts
            self._read_s, self._whole, self._begun = self._began_s, True, []

    def _begin(self) -> None:
        """A reading of all that is new, part by part."""
        self._missed, self._began_s = False, asyncio.get_running_loop().time()
        self._newest_ts, self._begun, self._again = dict(self._told.read_ts), [], []
        sources = [(told.Shelf.FILLS, _TRADES), (told.Shelf.ORDERS, _ORDERS), (told.Shelf.FUNDING, _FUNDING)]
        if not self._whole or self._knows_twaps():
            sources.append((told.Shelf.ORDERS, _TWAPS))
        self._parts = deque(
            partial(self._read_back, shelf, self._pages(source), self._told.next_ts(shelf)) for shelf, source in sources
        )
        self._parts.append(self._read_resting)

    def _knows_twaps(self) -> bool:
        kinds = [row.kind for row in self._orders.values()] + [placed.kind for placed in self._placed.values()]
        return OrderKind.TWAP in kinds

    def _due(self) -> bool:
        heard = bool(self._keys) and not self._keys & self._client.stale()
        elapsed_s = asyncio.get_running_loop().time() - self._read_s
        return elapsed_s >= self._poll_s if not heard else self._missed or elapsed_s >= REPAIR_MS / 1000

    async def _read_back(self, shelf: told.Shelf, history: Pages[Sequence[Any]], since_ts: int) -> None:
        """From the newest, or where it broke off, back to what was read before."""
        while (rows := await history.page()) is not None:
            self._take_in(shelf, rows)
            self._newest_ts[shelf] = max([self._newest_ts[shelf], *(row.venue_ts for row in rows)])
            if any(row.venue_ts < since_ts for row in rows):
                break
        history.rewind()

    async def _read_resting(self) -> None:
        """What rests, and what became of orders that should and do not: histories may be sorted by when an order was
        placed [?], and one that was placed long ago then ends far behind the newest.
        """
        there = {row.order_id for row in await self.resting()}
        gone = [row for row in self._orders.values() if row.state not in TERMINAL and row.order_id not in there]
        for row in gone:
            await self._by_id(row)

    def _pages(self, source: _Source[R]) -> Pages[Sequence[R]]:
        return Pages(
            self._client,
            lambda cursor: source.query(self._address, PAGE, cursor),
            lambda rows: self._client.known(rows, source.read),
        )

    def _take_in(self, shelf: told.Shelf, rows: Sequence[News]) -> None:
        self._told.put(_entry(shelf, row) for row in rows)
        for row in rows:
            if isinstance(row, OrderRow):
                self._learn(row)

    def _learn(self, row: OrderRow) -> None:
        known = self._orders.get(row.order_id)
        if known is None or _age(known) <= _age(row):
            self._orders[row.order_id] = row
        if row.client_id:
            self._ids[row.client_id] = max(row.order_id, self._ids.get(row.client_id, 0))

    def _prune(self) -> None:
        """Forget the oldest; who comes for them has them read again."""
        self._told.prune()
        if len(self._orders) > MOST_KEPT:
            kept = sorted(self._orders.values(), key=_age)[-MOST_KEPT // 2 :]
            self._orders = {row.order_id: row for row in kept}
            self._ids = {name: number for name, number in self._ids.items() if number in self._orders}
            self._placed = {name: placed for name, placed in self._placed.items() if name in self._ids}

    # --- what it means to the desk ---

    def _named(self, row: OrderRow) -> OrderRow:
        """As what we placed it, where that is known."""
        placed = self._placed.get(row.client_id)
        return row if placed is None else replace(row, kind=placed.kind)

    def _event(self, entry: Entry[News]) -> VenueEvent | None:
        news = entry.news
        match news:
            case TradeRow():
                return self._fill(news)
            case OrderRow():
                return self._update(news)
            case Paid():
                return news.event

    def _fill(self, trade: TradeRow) -> VenueFill:
        known = self._placed.get(trade.client_id) or self._orders.get(trade.order_id)
        return trade.fill(known.kind if known is not None else OrderKind.LIMIT if trade.maker else OrderKind.MARKET)

    def _update(self, row: OrderRow) -> OrderUpdate | None:
        if not row.client_id:
            return None
        note = self._notes.get(row.client_id)
        if note is None or row.state not in TERMINAL:
            return row.update
        self._notes.end(row.client_id)
        over = row.state is OrderState.CANCELED and 0 < note.cancel_ts <= row.venue_ts
        return replace(row.update, state=OrderState.EXPIRED) if over else row.update


def _trades(address: str, limit: int, cursor: str) -> Query:
    return queries.trades(address, limit, cursor)


_TRADES: Final[_Source[Any]] = _Source(_trades, histories.trades)
_ORDERS: Final[_Source[Any]] = _Source(queries.order_history, histories.orders)
_TWAPS: Final[_Source[Any]] = _Source(queries.twap_history, histories.twaps)
_FUNDING: Final[_Source[Any]] = _Source(queries.funding_paid, account.funding_paid)


def _entry(shelf: told.Shelf, row: News) -> Entry[News]:
    """The key is the same however it is heard of; at its moment an order opens, trades, and ends."""
    if isinstance(row, OrderRow):
        rank = 3 if row.state in TERMINAL else 0
        return Entry(row.venue_ts, rank, f"{row.order_id}-{row.state}-{row.filled}", shelf, row)
    return Entry(row.venue_ts, _RANKS[shelf], str(row.history_id), shelf, row)


def _age(row: OrderRow) -> tuple[int, bool, int]:
    return row.venue_ts, row.state in TERMINAL, row.filled
