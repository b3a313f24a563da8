"""The paper venue: a broker that fills on the bars of a feed as a backtest does.

It is a venue like any other: its truth lies in tables of its own, and each call is durable when it returns. What it
holds in memory is thrown away and read again whenever a write failed or another process wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select, update

from paddock.core.errors import Code, Unavailable
from paddock.core.orders import TERMINAL, OrderKind, OrderState, Side
from paddock.core.seams import Clock
from paddock.engine.carried import LAYOUT, LAYOUT_ID
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.schema import canonical_json, insert_new, slices, write_plain
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.paper_market import Changes, Key, PaperMarket, PaperOrder, Seat, levels_of
from paddock.runtime.paper_tables import paper_books, paper_events, paper_feeds, paper_orders, paper_seats
from paddock.runtime.requests import placement, to_json
from paddock.runtime.tables import layouts
from paddock.venues.broker import (
    Accepted,
    Cancellation,
    Capabilities,
    OrderUpdate,
    Outcome,
    Placement,
    RejectCode,
    Rejected,
    VenueEvent,
    VenueFill,
    VenueFunding,
    VenueOrder,
    VenuePosition,
)

MOST_FORGOTTEN: Final = 5_000  # rows of a table in one transaction: others want to write too
PAPER: Final = Capabilities(relative_brackets=True, attached_brackets=True, dedups=True, netting=False)
_EVENTS: Final[dict[str, type[VenueEvent]]] = {"fill": VenueFill, "order": OrderUpdate, "funding": VenueFunding}
_KIND_OF: Final = {kind: name for name, kind in _EVENTS.items()}
_ENUMS: Final = {"kind": OrderKind, "side": Side, "state": OrderState}


class PaperVenue:
    """All paper accounts; a book is a run. Implements `paddock.venues.broker.Broker`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._markets: dict[str, PaperMarket] = {}
        self._books: dict[str, tuple[str, str]] = {}  # account and feed of a book

    @property
    def capabilities(self) -> Capabilities:
        return PAPER

    # Beside the broker's protocol

    def attach(self, feed: str, tape: Tape, costs: Costs) -> None:
        """Open the market of a feed: `tape` are its closed bars so far, with the instruments that trade there."""
        with self._database.write() as conn:
            insert_new(conn, paper_feeds, [{"feed": feed, "last_ts": -1, "revision": 0}])
            insert_new(conn, layouts, [{"layout_id": LAYOUT_ID, "layout": LAYOUT}])
        self._markets[feed] = PaperMarket(feed, tape, costs)

    def enlist(self, books: Mapping[str, str], feed: str) -> None:
        """Let books (with their accounts) trade on a feed that is attached; what is known stays as it is."""
        new = books.keys() - self._known(list(books)).keys()
        if new:
            rows = [{"book": book, "account_id": books[book], "feed": feed} for book in sorted(new)]
            with self._database.write() as conn:
                insert_new(conn, paper_books, rows)

    def advance(self, feed: str, bar: Bar) -> int:
        """Fill what a closed bar fills; how many events that made. A bar that was filled before does nothing."""
        with self._turn(feed) as (_, market):
            if bar.ts <= market.last_ts:
                market.side.see(bar)
                return 0
            market.advance(bar)
            return len(market.changes.events)

    def set_leverage(self, account_id: str, book: str, symbol: str, leverage: float) -> None:
        """Change the leverage of a book's open position; nothing without one. Saying it twice does what once did."""
        known = self._known([book]).get(book)
        if known is not None and known[0] == account_id:
            with self._turn(known[1]) as (_, market):
                market.set_leverage((book, symbol), leverage)

    def forget(self, account_id: str, cursor: str, before_ts: int, asked: Collection[str]) -> bool:
        """Let go of what nobody can ask for any more; False when there is more of it for another call.

        Events before `cursor` were read and will not be read again. Orders that ended before `before_ts` go, but those
        that are `asked` for by their client ids; none of them may still be sent again by then.
        """
        old = select(paper_events.c.position).where(
            paper_events.c.account_id == account_id, paper_events.c.position < int(cursor or 0)
        )  # the newest event always stays: the next is counted from it
        over = select(paper_orders.c.client_id).where(
            paper_orders.c.account_id == account_id, paper_orders.c.ended_ts < before_ts
        )
        first = over.order_by(paper_orders.c.ended_ts).limit(MOST_FORGOTTEN + len(asked))
        with self._database.write() as conn:
            told = conn.execute(
                delete(paper_events).where(paper_events.c.position.in_(old.limit(MOST_FORGOTTEN)))
            ).rowcount
            ended = sorted(set(conn.execute(first).scalars()).difference(asked))[:MOST_FORGOTTEN]
            for part in slices(ended):
                mine = paper_orders.c.account_id == account_id
                conn.execute(delete(paper_orders).where(mine, paper_orders.c.client_id.in_(part)))
        return max(told, len(ended)) < MOST_FORGOTTEN

    # The broker's protocol

    def place(self, placements: Sequence[Placement]) -> list[Outcome]:
        books = self._known([asked.book for asked in placements])
        feeds = [books[asked.book][1] if self._own(books, asked) else "" for asked in placements]
        outcomes: dict[int, Outcome] = {}
        for feed in dict.fromkeys(feeds):
            batch = {n: placements[n] for n, whose in enumerate(feeds) if whose == feed}
            if feed:
                outcomes |= self._place(feed, batch)
            else:
                refused = (Rejected(RejectCode.NOT_ALLOWED, f"no book {asked.book} here") for asked in batch.values())
                outcomes |= dict(zip(batch, refused, strict=True))
        return [outcomes[n] for n in range(len(placements))]

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        feeds = self._feeds([(asked.account_id, asked.client_id) for asked in cancellations])
        outcomes: dict[int, Outcome] = {}
        for n, asked in enumerate(cancellations):
            if self._clock.now_ts() > asked.expires_ts:
                outcomes[n] = Rejected(RejectCode.EXPIRED, f"it was valid until {asked.expires_ts}")
            elif (asked.account_id, asked.client_id) not in feeds:
                outcomes[n] = Rejected(RejectCode.NO_SUCH_ORDER, f"no order {asked.client_id} was placed")
        for feed in dict.fromkeys(feeds.values()):
            with self._turn(feed) as (_, market):
                for n, asked in enumerate(cancellations):
                    key = asked.account_id, asked.client_id
                    if n not in outcomes and feeds[key] == feed:
                        outcomes[n] = market.cancel(key)
        return [outcomes[n] for n in range(len(cancellations))]

    def find(self, account_id: str, client_id: str) -> VenueOrder | None:
        mine = paper_orders.c.account_id == account_id
        with self._database.read() as conn:
            row = conn.execute(select(paper_orders).where(mine, paper_orders.c.client_id == client_id)).one_or_none()
        return None if row is None else seen(read_order(row._mapping))

    def open_orders(self, account_id: str) -> list[VenueOrder]:
        live = select(paper_orders).where(paper_orders.c.account_id == account_id, paper_orders.c.live == 1)
        with self._database.read() as conn:
            rows = conn.execute(live.order_by(paper_orders.c.client_id)).all()
        return [seen(read_order(row._mapping)) for row in rows]

    def positions(self, account_id: str) -> list[VenuePosition]:
        c = paper_seats.c
        held = select(c.symbol, c.lots, c.entry_px, c.book).where(c.account_id == account_id, c.lots != 0)
        with self._database.read() as conn:
            return [VenuePosition(*row) for row in conn.execute(held.order_by(c.book, c.symbol))]

    def events(self, account_id: str, cursor: str) -> tuple[list[VenueEvent], str]:
        c = paper_events.c
        after = select(c.position, c.kind, c.body).where(c.account_id == account_id, c.position > int(cursor or 0))
        with self._database.read() as conn:
            rows = conn.execute(after.order_by(c.position)).all()
        return [read_event(kind, body) for _, kind, body in rows], str(rows[-1][0]) if rows else cursor

    # How

    def _known(self, books: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """(account, feed) of the books that were enlisted."""
        new = sorted(set(books) - set(self._books))
        if new:
            with self._database.read() as conn:
                for part in slices(new):
                    for book, account_id, feed in conn.execute(select(paper_books).where(paper_books.c.book.in_(part))):
                        self._books[book] = account_id, feed
        return self._books

    def _own(self, books: Mapping[str, tuple[str, str]], asked: Placement) -> bool:
        return asked.book in books and books[asked.book][0] == asked.account_id

    def _feeds(self, keys: Sequence[Key]) -> dict[Key, str]:
        """The feeds on which orders were placed, whatever became of them."""
        with self._database.read() as conn:
            return {key: row["feed"] for key, row in read_orders(conn, keys).items()}

    def _place(self, feed: str, batch: Mapping[int, Placement]) -> dict[int, Outcome]:
        now = self._clock.now_ts()
        outcomes: dict[int, Outcome] = {}
        with self._turn(feed) as (conn, market):
            keys = [(one.account_id, one.client_id) for asked in batch.values() for one in (asked, *levels_of(asked))]
            known = {key: row["request"] for key, row in read_orders(conn, keys).items()}
            for n, asked in batch.items():
                ids = [(one.account_id, one.client_id) for one in (asked, *levels_of(asked))]
                if known.get(ids[0]) == (request := to_json(asked)):
                    outcomes[n] = Accepted(asked.client_id)
                elif any(key in known for key in ids):
                    outcomes[n] = Rejected(RejectCode.DUPLICATE, f"{asked.client_id} was placed with other contents")
                else:
                    outcomes[n] = market.place(asked, now)
                    if isinstance(outcomes[n], Accepted):
                        known |= dict.fromkeys(ids, request)
        return outcomes

    @contextmanager
    def _turn(self, feed: str) -> Iterator[tuple[Connection, PaperMarket]]:
        """One transaction on a market: what changed in it is written at the end, or forgotten with it."""
        if feed not in self._markets:
            raise Unavailable(
                Code.VENUE_UNAVAILABLE,
                f"the paper venue does not see {feed} yet",
                where="feed",
                seen=feed,
                rule="an order waits until its market is attached",
            )
        market, whole = self._markets[feed], False
        try:
            with self._database.write() as conn:
                self._agree(conn, market)
                yield conn, market
                market.flush()
                store(conn, market, self._clock.now_ts())
            whole = True
        finally:
            market.changes = Changes()
            if not whole:
                market.revision = -1

    def _agree(self, conn: Connection, market: PaperMarket) -> None:
        """Have in memory what is in the tables, and be the one who changes it."""
        row = conn.execute(select(paper_feeds).where(paper_feeds.c.feed == market.feed)).one()
        if row.revision != market.revision:
            load(conn, market)
        market.last_ts, market.revision = row.last_ts, row.revision + 1


def load(conn: Connection, market: PaperMarket) -> None:
    """Read a market's books anew."""
    market.clear()
    live = select(paper_orders).where(paper_orders.c.feed == market.feed, paper_orders.c.live == 1)
    for row in conn.execute(live).mappings():
        order = read_order(row)
        market.orders[order.key] = order
    seats = select(paper_seats, layouts.c.layout).join(layouts).where(paper_seats.c.feed == market.feed)
    for seat in conn.execute(seats.order_by(paper_seats.c.book, paper_seats.c.symbol)):
        known = Seat(seat.account_id, seat.book, seat.symbol, -1, seat.lots, dict(seat.named))
        market.restore(known, seat.state, seat.layout)


def store(conn: Connection, market: PaperMarket, now: int) -> None:
    """Write what changed; what is over ended at `now`."""
    changes = market.changes
    conn.execute(
        update(paper_feeds)
        .where(paper_feeds.c.feed == market.feed)
        .values(last_ts=market.last_ts, revision=market.revision)
    )
    if changes.left:
        gone = delete(paper_seats).where(
            paper_seats.c.book == bindparam("seat_book"), paper_seats.c.symbol == bindparam("seat_symbol")
        )
        conn.execute(gone, [{"seat_book": book, "seat_symbol": symbol} for book, symbol in sorted(changes.left)])
    seats = [changes.seats[key] for key in sorted(changes.seats)]
    states = market.side.states([seat.place for seat in seats])
    rows = [
        (
            seat.book, seat.symbol, seat.account_id, market.feed, seat.lots,
            float(market.side.books.slots[seat.place].entry_px) if seat.lots else 0.0, canonical_json(seat.named),
            LAYOUT_ID, state,
        )
        for seat, state in zip(seats, states, strict=True)
    ]  # fmt: skip
    write_plain(conn, paper_seats, rows, overwrite=True)
    orders = [order_row(market.feed, order, now) for order in changes.orders.values()]
    write_plain(conn, paper_orders, orders, overwrite=True)
    last = conn.execute(select(func.coalesce(func.max(paper_events.c.position), 0))).scalar_one()
    events = [
        (last + n, account_id, _KIND_OF[type(event)], canonical_json(asdict(event)))
        for n, (account_id, event) in enumerate(changes.events, 1)
    ]
    write_plain(conn, paper_events, events)


def order_row(feed: str, order: PaperOrder, now: int) -> tuple[str | int | None, ...]:
    request, live = canonical_json(to_json(order.asked)), order.state not in TERMINAL
    return (*order.key, feed, request, order.state.value, order.filled, int(live), None if live else now)


def read_order(row: Mapping[Any, Any]) -> PaperOrder:
    return PaperOrder(placement(row["request"]), OrderState(row["state"]), row["filled"])


def read_orders(conn: Connection, keys: Sequence[Key]) -> dict[Key, Mapping[Any, Any]]:
    """The rows of those orders that are known."""
    c = paper_orders.c
    found: dict[Key, Mapping[Any, Any]] = {}
    for account_id in sorted({account_id for account_id, _ in keys}):
        ids = sorted({client_id for account, client_id in keys if account == account_id})
        for part in slices(ids):
            rows = conn.execute(select(paper_orders).where(c.account_id == account_id, c.client_id.in_(part)))
            found |= {(account_id, row["client_id"]): row for row in rows.mappings()}
    return found


def read_event(kind: str, body: Mapping[str, Any]) -> VenueEvent:
    values = {name: _ENUMS[name](value) if name in _ENUMS else value for name, value in body.items()}
    return _EVENTS[kind](**values)


def seen(order: PaperOrder) -> VenueOrder:
    """An order in the words of the broker's protocol."""
    asked = order.asked
    return VenueOrder(
        asked.client_id, asked.client_id, asked.book, asked.symbol, asked.kind, asked.side, asked.lots, order.filled,
        order.state, asked.px, asked.reduce_only,
    )  # fmt: skip
