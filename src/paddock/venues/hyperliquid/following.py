"""What happens to one account? Its fills, orders and funding as one sequence, from REST, and sooner from the socket.

The venue's histories are what counts. The socket only tells of the same things earlier: what it may have missed (it
says so), and what it never told, is read again, and each thing counts once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from paddock.core.errors import Code, NotFound, Unknown
from paddock.core.orders import TERMINAL, OrderKind, OrderState
from paddock.venues.broker import OrderUpdate, VenueEvent, VenueFill, VenueFunding
from paddock.venues.heard import Gap
from paddock.venues.hyperliquid.client import Client
from paddock.venues.hyperliquid.codec import fills, history, info, order_reports, said, subscriptions
from paddock.venues.hyperliquid.codec.fills import Fill
from paddock.venues.hyperliquid.codec.history import TwapReport
from paddock.venues.hyperliquid.codec.instruments import Listing
from paddock.venues.hyperliquid.codec.known import Known
from paddock.venues.hyperliquid.codec.order_reports import OrderReport
from paddock.venues.hyperliquid.codec.said import Frame
from paddock.venues.hyperliquid.told import News, Told
from paddock.venues.notes import Notes
from paddock.venues.told import Cursor, Entry, Shelf
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.frames import Delivery
from paddock.venues.transport.lost import unavailable

T = TypeVar("T")
POLL_MS: Final = 10_000  # between two readings while the socket tells nothing
REPAIR_MS: Final = 300_000  # between two readings while it does
NAMED_MS: Final = 60_000  # after a TWAP's trade, within which the venue tells of the TWAP

# The venue itself ends a position, on nobody's order: beside liquidations.
_VENUES_OWN: Final = frozenset({"Settlement", "Auto-Deleveraging"})
_CANCELLED: Final = "canceled"
_TWAP_ENDS: Final = frozenset({"finished", "terminated", "error"})


class Following:
    """Of one account, on the client's loop."""

    def __init__(self, client: Client, user: str, notes: Notes, poll_ms: int = POLL_MS) -> None:
        """`user` is the address of the account; with a `poll_ms` of 0 its histories are read each time."""
        self._client, self._user, self._notes = client, user, notes
        self._poll_s = poll_ms / 1000
        self._told = Told()
        self._heard: set[str] = set()
        self._keys: frozenset[str] = frozenset()  # of all of them, once all are heard
        self._missed = True  # something may have happened that nobody told
        self._read_s = float("-inf")
        self._reading = asyncio.Lock()
        self._strangers: set[int] = set()  # TWAPs that the venue told of, and that are not ours

    async def listen(self) -> None:
        """Hear of it at once from now on."""
        asked = (
            subscriptions.fills(self._user),
            {"type": "userHistoricalOrders", "user": self._user},
            subscriptions.payments(self._user),
            subscriptions.twap_fills(self._user),
            subscriptions.twap_history(self._user),
        )
        for one in asked:
            if subscriptions.key(one) not in self._heard:
                self._heard.add(await self._client.hear(one, self.hear))
        self._keys = frozenset(self._heard)

    def unlisten(self) -> None:
        """Hear nothing more."""
        while self._heard:
            self._client.unhear(self._heard.pop(), self.hear)
        self._keys = frozenset()

    def hear(self, delivery: Delivery[Frame]) -> None:
        match delivery.message:
            case said.FillsHeard(_, found):
                self._take_in(Shelf.FILLS, found)
            case said.OrdersHeard(_, orders):
                self._take_in(Shelf.ORDERS, orders)
            case said.TwapsHeard(_, twaps):
                self._take_in(Shelf.ORDERS, twaps)
            case said.PaymentsHeard(_, payments):
                self._told.add(Shelf.FUNDING, payments)
            case Gap():
                self._missed = True

    async def events(self, text: str) -> tuple[list[VenueEvent], str]:
        """What happened behind a cursor, and the cursor behind that. Raises Unavailable, Unknown, and Invalid (value)
        for a text that is no cursor."""
        cursor = Cursor.parse(text)
        async with self._reading:
            await self._read(cursor)
            entries = self._told.after(cursor)
            await self._name_twaps([entry.news for entry in entries])
            for entry in entries if text else ():
                await self._look_up(entry)
        events = [event for event in map(self._event, entries) if event is not None]
        self._told.prune()
        return events, str(cursor.behind(entries))

    async def order(self, ref: int | str) -> OrderReport | None:
        """One order, by the venue's id or a cloid, as of now."""
        message = await self._client.ask(info.order_status(self._user, ref))
        listing = await self._client.listed(_coin_of(message))
        try:
            report = order_reports.order_status(message, listing)
        except NotFound as error:
            raise Unknown(Code.VENUE_UNCLEAR, error.message, seen=error.seen, rule=error.rule) from error
        if report is not None:
            self._told.learn(report)
        return report

    async def filled(self, report: OrderReport) -> int:
        """Lots that an order has traded: of a reduce-only one its fills alone tell."""
        if not report.reduce_only or (report.state is OrderState.OPEN and report.rest == report.lots):
            return report.filled
        found = await self._fills(report.placed_ts)
        return sum({fill.fill_id: fill.lots for fill in found if fill.oid == report.oid}.values())

    async def twaps(self, priority: Priority = Priority.READ) -> list[tuple[str, TwapReport]]:
        """Where each TWAP of ours stands, by client id; `filled` counts what its slices traded."""
        newest: dict[str, TwapReport] = {}
        for row in await self._past_twaps(priority):
            note = self._notes.of_twap(row.twap_id)
            if note is not None:
                newest[note.client_id] = row
        traded: dict[int, int] = {}
        for fill in await self._rows(info.twap_fills(self._user), fills.twap_fills, priority):
            traded[fill.twap_id] = traded.get(fill.twap_id, 0) + fill.lots
        return [
            (name, replace(row, filled=max(row.filled, traded.get(row.twap_id, 0)))) for name, row in newest.items()
        ]

    # --- reading ---

    async def _read(self, cursor: Cursor) -> None:
        """Make what was told complete from the cursor on, if it may not be."""
        behind = [shelf for shelf in Shelf if not self._told.reaches(shelf, cursor.from_ts(shelf))]
        if not behind and not self._due():
            return
        for shelf in behind:
            self._told.begin(shelf, cursor.from_ts(shelf))
        self._missed, began_s = False, asyncio.get_running_loop().time()
        self._read_s = float("-inf")  # until it is complete: where it breaks off, the next reader goes on
        await self._read_fills()
        await self._read_orders()
        await self._read_payments()
        self._read_s = began_s

    def _due(self) -> bool:
        heard = bool(self._keys) and not self._keys & self._client.stale()
        elapsed_s = asyncio.get_running_loop().time() - self._read_s
        return elapsed_s >= self._poll_s if not heard else self._missed or elapsed_s >= REPAIR_MS / 1000

    async def _read_fills(self) -> None:
        """Page by page, so that what was read stays when the venue says later. A TWAP's are told apart, too [?]."""
        from_ts = self._told.next_ts(Shelf.FILLS)
        while True:
            page = await self._rows(info.fills(self._user, from_ts), fills.fills)
            self._told.add(Shelf.FILLS, page)
            if not page:
                break
            last_ts = max(fill.venue_ts for fill in page)
            self._told.read_ts[Shelf.FILLS] = last_ts
            if len(page) < info.MOST_FILLS:
                break
            from_ts = max(last_ts, from_ts + 1)
        if self._notes.twaps():
            slices = await self._rows(info.twap_fills(self._user), fills.twap_fills)
            self._told.add(Shelf.FILLS, slices)

    async def _fills(self, start_ts: int) -> Sequence[Fill]:
        return await self._rows(info.fills(self._user, start_ts), fills.fills)

    async def _read_orders(self) -> None:
        reports = await self._rows(info.historical_orders(self._user), order_reports.order_updates)
        self._told.add(Shelf.ORDERS, reports)
        if self._notes.twaps():
            self._told.add(Shelf.ORDERS, [twap for _, twap in await self.twaps()])

    async def _read_payments(self) -> None:
        from_ts = self._told.next_ts(Shelf.FUNDING)
        while True:
            page = fills.payments(await self._client.ask(info.payments(self._user, from_ts)))
            self._told.add(Shelf.FUNDING, page)
            if not page:
                return
            last_ts = max(payment.venue_ts for payment in page)
            self._told.read_ts[Shelf.FUNDING] = last_ts
            if len(page) < info.MOST_RATES:
                return
            from_ts = max(last_ts, from_ts + 1)

    async def _past_twaps(self, priority: Priority = Priority.READ) -> list[TwapReport]:
        """All that the venue tells, the oldest first; those of ours bear our names from then on."""
        rows = await self._rows(info.twap_history(self._user), history.twap_history, priority)
        ordered = sorted(rows, key=lambda row: (row.venue_ts, not running(row)))
        await asyncio.to_thread(self._notes.claim, ordered)
        return ordered

    async def _rows(
        self, query: info.Query, read: Callable[[Any, Listing], Known[T]], priority: Priority = Priority.READ
    ) -> tuple[T, ...]:
        """Rows of perps that are listed."""
        return (await self._client.known(await self._client.ask(query, priority), read)).rows

    def _take_in(self, shelf: Shelf, found: Known[Any]) -> None:
        self._told.add(shelf, found.rows)
        if any(self._client.counts(coin) for coin in found.unlisted):
            self._missed = True

    # --- what it means to the desk ---

    async def _name_twaps(self, news: Sequence[News]) -> None:
        """Whose the TWAPs are that nobody named yet: of ours, the reply may have been lost.

        Raises Unavailable while the venue does not tell of one that trades: it might be ours, and its fills with it.
        """
        told = [one for one in news if isinstance(one, TwapReport) and self._notes.of_twap(one.twap_id) is None]
        if told and self._notes.twaps():
            await asyncio.to_thread(self._notes.claim, told)
        slices = [one for one in news if isinstance(one, Fill) and self._nameless(one)]
        if not slices:
            return
        self._strangers |= {twap.twap_id for twap in await self._past_twaps()}
        young_ts = self._client.clock.now_ts() - NAMED_MS
        for one in slices:
            if self._nameless(one) and one.venue_ts > young_ts:
                raise unavailable(f"it tells of a trade of TWAP {one.twap_id}, and not yet of that TWAP")

    def _nameless(self, fill: Fill) -> bool:
        """Whether a fill is of a TWAP that could be one of ours whose number is not known."""
        if not fill.twap_id or fill.twap_id in self._strangers or self._notes.of_twap(fill.twap_id) is not None:
            return False
        return any(note.may_have_traded(fill.symbol, fill.side, fill.venue_ts) for note in self._notes.twaps())

    async def _look_up(self, entry: Entry[News]) -> None:
        """Whose order a fill was of, where nobody told yet."""
        news = entry.news
        if isinstance(news, Fill) and not news.twap_id and self._told.order(news.oid) is None:
            await self.order(news.oid)

    def _event(self, entry: Entry[News]) -> VenueEvent | None:
        news: News = entry.news
        match news:
            case Fill():
                return self._fill(news)
            case OrderReport():
                return self._update(news)
            case TwapReport():
                return self._twap(news)
            case VenueFunding():
                return news

    def _fill(self, fill: Fill) -> VenueFill:
        report = self._told.order(fill.oid)
        if fill.direction in _VENUES_OWN:
            return fill.fill(self._user, OrderKind.LIQUIDATION)
        note = self._notes.of_twap(fill.twap_id) if fill.twap_id else None
        if note is not None:
            return replace(fill, client_id=note.client_id).fill(self._user, OrderKind.TWAP)
        if report is None or fill.twap_id:
            return fill.fill(self._user)
        return replace(fill, client_id=fill.client_id or report.client_id).fill(self._user, kind_of(report))

    def _update(self, report: OrderReport) -> OrderUpdate | None:
        if not report.client_id:
            return None
        # The desk takes a level to be there when its entry fills: one that the venue will not have has ended since.
        update = report.update(rested=report.trigger_px > 0)
        note = self._notes.get(report.client_id)
        if note is not None and update.state in TERMINAL:
            self._notes.end(report.client_id)
        if note is not None and report.status == _CANCELLED and 0 < note.cancel_ts <= report.status_ts:
            return replace(update, state=OrderState.EXPIRED)
        return update

    def _twap(self, twap: TwapReport) -> OrderUpdate | None:
        note = self._notes.of_twap(twap.twap_id)
        return None if note is None else OrderUpdate(note.client_id, twap_state(twap), twap.venue_ts, twap.reason)


def kind_of(report: OrderReport) -> OrderKind:
    """The venue has no market orders: what trades at once or not at all is what we call one."""
    return OrderKind.MARKET if report.kind is OrderKind.LIMIT and report.tif == "Ioc" else report.kind


def running(twap: TwapReport) -> bool:
    return twap.status not in _TWAP_ENDS


def twap_state(twap: TwapReport) -> OrderState:
    if running(twap):
        return OrderState.PARTIAL if twap.filled else OrderState.OPEN
    if twap.status == "error" and not twap.filled:
        return OrderState.REFUSED
    return OrderState.FILLED if twap.filled >= twap.lots else OrderState.CANCELED


def _coin_of(message: Any) -> frozenset[str]:
    """The coin of an `orderStatus`; empty where it has none, which is the reader's to judge."""
    try:
        return frozenset({str(message["order"]["order"]["coin"])})
    except (KeyError, TypeError):
        return frozenset()
