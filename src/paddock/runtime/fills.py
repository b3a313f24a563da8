"""What venues report becomes fact: each fill and payment once, whenever and however often it comes."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select, update

from paddock.core.errors import Unavailable, Unknown
from paddock.core.money import Usd, split
from paddock.core.orders import TERMINAL, OrderKind, OrderState
from paddock.journal import intents, projections
from paddock.journal.facts import FillBooked, FundingBooked, OrderChanged
from paddock.journal.fences import Fence
from paddock.journal.intents import Intent
from paddock.journal.intents import intents as ordered
from paddock.journal.kinds import EventKind
from paddock.journal.schema import insert_new, slices
from paddock.journal.tables import fills as fill_rows
from paddock.journal.tables import orders, positions
from paddock.runtime.blocks import Block, BlockReason, raise_blocks
from paddock.runtime.desk_kit import Kit, Work
from paddock.runtime.desk_tables import desk_cursors
from paddock.runtime.record import guard, guard_surplus
from paddock.runtime.retry import try_again
from paddock.runtime.wants import NOBODY, Booked, Fact, Funded, Role, origin, role_of
from paddock.venues.broker import OrderUpdate, VenueEvent, VenueFill, VenueFunding
from paddock.venues.transport.lost import Throttled

_PROTECTIVE = frozenset({OrderKind.STOP, OrderKind.TAKE, OrderKind.TRAIL, OrderKind.LIQUIDATION})

Page = tuple[list[VenueEvent], str]


def collect(kit: Kit, account_ids: Collection[str], fence: Fence | None) -> list[Fact]:
    """Read what happened at the venues since the last time, book it in one transaction, and give what was new.

    A venue that does not answer is asked again later. When the transaction fails nothing was booked, the books forget
    what they were told, and the same events are read again next time.
    """
    pages = read(kit, account_ids)
    if not any(page for page, _ in pages.values()):
        return []
    with kit.work(fence) as work:
        for account_id, (page, cursor) in pages.items():
            book(kit, work, account_id, page)
            keep_cursor(work, account_id, cursor)
    return work.facts


def read(kit: Kit, account_ids: Collection[str], *, checkpoint: bool = False) -> dict[str, Page]:
    """A page of events of each account that answers, from its cursor (or from where the books last agreed).

    Where one comes too early the others do too: they are read in the next round, so that orders need not wait for them.
    """
    now = kit.clock.now_ts()
    with kit.database.read() as conn:
        wanted = select(desk_cursors).where(desk_cursors.c.account_id.in_(sorted(account_ids)))
        cursors = {row.account_id: row.checkpoint if checkpoint else row.cursor for row in conn.execute(wanted)}
    pages: dict[str, Page] = {}
    for account_id in kit.patience.readable(sorted(account_ids), now):
        try:
            pages[account_id] = kit.brokers[account_id].events(account_id, cursors.get(account_id, ""))
        except (Unavailable, Unknown) as why:
            kit.patience.unread(account_id, now, why)
            if isinstance(why, Throttled):
                break
        else:
            kit.patience.told(account_id)
    return pages


def keep_cursor(work: Work, account_id: str, cursor: str) -> None:
    """Remember how far an account was read, with what was booked."""
    row = {"account_id": account_id, "cursor": cursor, "checkpoint": "", "reconciled_ts": 0}
    insert_new(work.conn, desk_cursors, [row])
    work.conn.execute(update(desk_cursors).where(desk_cursors.c.account_id == account_id).values(cursor=cursor))


def book(kit: Kit, work: Work, account_id: str, page: Sequence[VenueEvent]) -> None:
    """Note in `work` what a page of one account's events comes to."""
    _Booking(kit, work, account_id, page).run()


class _Booking:
    """One account's page, event by event, in the order of the page."""

    def __init__(self, kit: Kit, work: Work, account_id: str, page: Sequence[VenueEvent]) -> None:
        self._kit, self._work, self._account_id = kit, work, account_id
        self._capabilities = kit.brokers[account_id].capabilities
        self._blocks: list[Block] = []
        self._page = self._fresh(page)
        named = {event.client_id for event in self._page if not isinstance(event, VenueFunding)} - {""}
        work.know(intents.by_client_id(work.conn, account_id, named))
        self._traded = _traded(work, named)
        self._runs = set() if self._capabilities.netting else _runs(work, account_id, self._page)
        self._lots = _lots(work, account_id) if self._shares() else {}
        self._opened: list[Intent] = []
        self._surplus: list[Intent] = []  # entries that filled beyond their size

    def run(self) -> None:
        for event in self._page:
            match event:
                case VenueFill():
                    self._fill(event)
                case OrderUpdate():
                    self._update(event)
                case VenueFunding():
                    self._fund(event)
        raise_blocks(self._work.conn, self._blocks)
        self._guard()

    # --- what counts ---

    def _fresh(self, page: Sequence[VenueEvent]) -> list[VenueEvent]:
        """The page without what was counted before; one fill id with two contents counts as it first came."""
        conn, account_id = self._work.conn, self._account_id
        known = _stored(conn, account_id, [event.fill_id for event in page if isinstance(event, VenueFill)])
        payments = [event.payment_id for event in page if isinstance(event, VenueFunding)]
        paid = projections.booked(conn, EventKind.FUNDING_BOOKED, account_id, payments)
        fresh: list[VenueEvent] = []
        for event in page:
            if isinstance(event, VenueFill):
                content = (event.symbol, int(event.side), event.lots, event.px)
                before = known.setdefault(event.fill_id, content)
                if before != content and event.kind is not OrderKind.LIQUIDATION:
                    self._block("", event.symbol, BlockReason.CONFLICT, f"{event.fill_id}: {before}, then {content}")
                if before is not content:
                    continue
            elif isinstance(event, VenueFunding):
                if event.payment_id in paid:
                    continue
                paid.add(event.payment_id)
            if not isinstance(event, OrderUpdate) and (odd := self._odd(event)):
                self._foreign(event.symbol, odd)
                continue
            fresh.append(event)
        return fresh

    def _odd(self, event: VenueFill | VenueFunding) -> str:
        """Why an event cannot be booked, whoever caused it; empty when it can."""
        if event.symbol not in self._kit.instruments:
            return f"{event.symbol} is not among the symbols that are traded here"
        if isinstance(event, VenueFill) and not (event.lots > 0 and math.isfinite(event.px) and event.px > 0.0):
            return f"fill {event.fill_id} of {event.lots} lots at {event.px} is none"
        return ""

    def _shares(self) -> bool:
        """Whether something on the page is dealt out by who holds what."""
        return any(
            (event.client_id == "" or self._work.intent(event.client_id) is None)
            if isinstance(event, VenueFill)
            else isinstance(event, VenueFunding) and self._capabilities.netting
            for event in self._page
        )

    # --- fills ---

    def _fill(self, fill: VenueFill) -> None:
        intent = self._work.intent(fill.client_id)
        if intent is not None:
            order = self._work.order(intent)
            self._book(fill, intent.run_id, role_of(order.kind, reduce_only=order.reduce_only), fill.lots, intent)
            self._advance(intent, fill.lots, order.lots)
        elif fill.kind is OrderKind.LIQUIDATION and self._capabilities.netting:
            self._liquidated(fill)
        elif fill.book in self._runs:
            self._unasked(fill)
        else:
            self._book(fill, NOBODY, Role.EXIT, fill.lots)
            self._foreign(fill.symbol, f"fill {fill.fill_id} of an order that is not ours")

    def _unasked(self, fill: VenueFill) -> None:
        """A fill in a run's own book without an order of ours: its protection, kept by the venue, or a surprise."""
        if fill.kind in _PROTECTIVE:
            self._book(fill, fill.book, role_of(fill.kind, reduce_only=True), fill.lots)
            if fill.kind is OrderKind.LIQUIDATION and not self._capabilities.relative_brackets:
                self._block(fill.book, fill.symbol, BlockReason.UNEXPECTED, f"liquidated by {fill.fill_id}")
            return
        closes = self._lots.get((fill.book, fill.symbol), 0) * fill.side < 0
        self._book(fill, fill.book, Role.EXIT if closes else Role.ENTRY, fill.lots)
        self._block(fill.book, fill.symbol, BlockReason.UNEXPECTED, f"fill {fill.fill_id} of an order that is not ours")

    def _liquidated(self, fill: VenueFill) -> None:
        """The venue closed what the runs hold together: each bears its part, the largest what rounding leaves."""
        held = self._holders(fill.symbol, -fill.side)
        self._block("", fill.symbol, BlockReason.UNEXPECTED, f"liquidated by {fill.fill_id}")
        if not held:
            self._book(fill, NOBODY, Role.LIQUIDATION, fill.lots)
            return
        lots = [part.micros for part in split(Usd(fill.lots), [abs(lots) for _, lots in held], 0)]
        fees = [part.micros for part in split(Usd(fill.fee), lots, 0)]
        for number, ((run_id, _), part, fee) in enumerate(zip(held, lots, fees, strict=True)):
            if part:
                name = fill.fill_id if number == 0 else f"{fill.fill_id}#{run_id}"
                self._book(replace(fill, fill_id=name, fee=fee), run_id, Role.LIQUIDATION, part)

    def _holders(self, symbol: str, side: int) -> list[tuple[str, int]]:
        """Runs that hold the symbol on a side (0: on either), the largest first."""
        held = [(run, lots) for (run, of), lots in self._lots.items() if of == symbol and lots and lots * side >= 0]
        return sorted(held, key=lambda one: (-abs(one[1]), one[0]))

    def _book(self, fill: VenueFill, run_id: str, role: Role, lots: int, intent: Intent | None = None) -> None:
        instrument = self._kit.instruments[fill.symbol]
        intent_id = intent.intent_id if intent else ""
        self._work.tell(
            FillBooked(
                run_id,
                self._account_id,
                fill.fill_id,
                intent_id,
                instrument.venue,
                fill.symbol,
                instrument.px_decimals,
                instrument.qty_decimals,
                int(fill.kind),
                int(fill.side),
                lots,
                fill.px,
                fill.fee,
                fill.maker,
                fill.venue_ts,
            )
        )
        key = (run_id, fill.symbol)
        self._lots[key] = self._lots.get(key, 0) + lots * fill.side
        if run_id == NOBODY:
            return
        self._work.facts.append(
            Booked(
                run_id,
                self._account_id,
                fill.symbol,
                role,
                intent_id,
                intent.decision if intent else -1,
                origin(intent.leg) if intent else -1,
                fill.side,
                lots,
                fill.px,
                fill.fee,
                fill.maker,
                fill.venue_ts,
                fill.within,
                fill.fill_id,
            )
        )

    def _advance(self, intent: Intent, lots: int, wanted: int) -> None:
        """What a fill says about its order; a fill after the end counts, and ends it no less."""
        before = self._traded.get(intent.intent_id, 0)
        traded = self._traded[intent.intent_id] = before + lots
        order = self._work.order(intent)
        if before == 0 and not order.reduce_only:
            self._opened.append(intent)
        elif traded > wanted and not order.reduce_only:
            self._surplus.append(intent)
        if traded > wanted or intent.state in (OrderState.REFUSED, OrderState.NEVER_LANDED):
            detail = f"{traded} of {wanted} lots of {intent.intent_id}, which is {intent.state}"
            self._block(self._book_of(intent.run_id), order.symbol, BlockReason.UNEXPECTED, detail)
        if traded >= wanted:
            self._work.change(intent, OrderState.FILLED)
        elif intent.state in (OrderState.CANCELED, OrderState.EXPIRED):
            self._work.tell(OrderChanged(intent.run_id, intent.intent_id, intent.state, note="after a late fill"))
        elif intent.state is OrderState.FILLED and intent.parent:
            self._end_smaller(intent)
        else:
            self._work.change(intent, OrderState.PARTIAL)

    # --- what else a venue says ---

    def _update(self, update: OrderUpdate) -> None:
        intent = self._work.intent(update.client_id)
        if intent is None or (intent.state in TERMINAL and update.state not in TERMINAL):
            return  # not ours, or told after the end
        again = update.state is OrderState.CANCELED and self._again(intent, update.reason)
        changed = self._work.change(intent, update.state, why=update.reason, silent=again)
        if changed and update.state is OrderState.FILLED and intent.parent:
            self._end_smaller(intent)

    def _end_smaller(self, level: Intent) -> None:
        """A level that came with an entry is done with what that entry filled: the rest of it never was."""
        if self._traded.get(level.intent_id, 0) < self._work.order(level).lots:
            why = "it was as large as what its entry filled"
            self._work.tell(OrderChanged(level.run_id, level.intent_id, OrderState.CANCELED, note=why))

    def _again(self, intent: Intent, why: str) -> bool:
        """Whether the rest of an exit that the venue cut short is tried again."""
        order = self._work.order(intent)
        rest = order.lots - self._traded.get(intent.intent_id, 0)
        cut_short = rest > 0 and not order.bound_px and intent.state not in TERMINAL
        if not cut_short or self._capabilities.relative_brackets:
            return False
        return try_again(self._kit, self._work, intent, why, lots=rest)

    def _fund(self, payment: VenueFunding) -> None:
        if self._capabilities.netting:
            held = self._holders(payment.symbol, 0) or [(NOBODY, 1)]
        else:
            held = [(payment.book if payment.book in self._runs else NOBODY, 1)]
        parts = split(Usd(payment.amount), [abs(lots) for _, lots in held], 0)
        instrument = self._kit.instruments[payment.symbol]
        for number, ((run_id, _), part) in enumerate(zip(held, parts, strict=True)):
            name = payment.payment_id if number == 0 else f"{payment.payment_id}#{run_id}"
            self._work.tell(
                FundingBooked(
                    run_id,
                    self._account_id,
                    name,
                    instrument.venue,
                    payment.symbol,
                    instrument.px_decimals,
                    instrument.qty_decimals,
                    part.micros,
                    payment.venue_ts,
                )
            )
            if run_id != NOBODY:
                self._work.facts.append(
                    Funded(run_id, self._account_id, payment.symbol, name, part.micros, payment.venue_ts)
                )

    # --- what follows ---

    def _guard(self) -> None:
        """An entry's first fill puts its levels in place of those that were there; a surplus where none are there."""
        if self._capabilities.relative_brackets:
            return
        for intent in self._surplus:
            guard_surplus(self._work, intent)
        for intent in self._opened:
            order = self._work.order(intent)
            leg = origin(intent.leg)
            guard(
                self._work,
                intent.account_id,
                intent.run_id,
                order.symbol,
                intent.decision,
                leg,
                order.bracket,
            )
            for child_id in (order.bracket.stop_client_id, order.bracket.take_client_id):
                if child_id:
                    self._work.know(intents.get(self._work.conn, [child_id]))
                    child = self._work.intent(child_id)
                    if child is not None:
                        self._work.change(child, OrderState.OPEN)

    def _book_of(self, run_id: str) -> str:
        return "" if self._capabilities.netting else run_id

    def _block(self, book: str, symbol: str, reason: BlockReason, detail: str) -> None:
        self._blocks.append(Block(self._account_id, book, symbol, reason, detail, self._work.now))

    def _foreign(self, symbol: str, detail: str) -> None:
        self._block("", symbol, BlockReason.UNEXPECTED, detail)
        stream = f"account:{self._account_id}"
        self._work.note(stream, EventKind.ACCOUNT_FOREIGN, symbol=symbol, detail=detail)


def _runs(work: Work, account_id: str, page: Sequence[VenueEvent]) -> set[str]:
    """Which of the books on a page are runs that ever ordered anything on the account."""
    books = {event.book for event in page if not isinstance(event, OrderUpdate)}
    found: set[str] = set()
    for part in slices(sorted(books)):
        wanted = select(ordered.c.run_id).where(ordered.c.account_id == account_id, ordered.c.run_id.in_(part))
        found.update(work.conn.execute(wanted.distinct()).scalars())
    return found


def _stored(conn: Connection, account_id: str, fill_ids: Sequence[str]) -> dict[str, tuple[str, int, int, float]]:
    found = {}
    for part in slices(sorted(set(fill_ids))):
        wanted = select(fill_rows).where(fill_rows.c.account_id == account_id, fill_rows.c.fill_id.in_(part))
        found.update({row.fill_id: (row.symbol, row.side, row.lots, row.px) for row in conn.execute(wanted)})
    return found


def _traded(work: Work, intent_ids: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in slices(sorted(intent_ids)):
        wanted = select(orders.c.intent_id, orders.c.traded).where(orders.c.intent_id.in_(part))
        found.update({row.intent_id: row.traded for row in work.conn.execute(wanted)})
    return found


def _lots(work: Work, account_id: str) -> dict[tuple[str, str], int]:
    """Signed lots by run and symbol."""
    wanted = select(positions).where(positions.c.account_id == account_id, positions.c.qty != 0)
    return {(row.run_id, row.symbol): row.qty for row in work.conn.execute(wanted)}
