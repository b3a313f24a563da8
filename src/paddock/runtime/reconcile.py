"""Do venue and journal agree? The venue is the truth for quantity, the journal for intent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from paddock.core.errors import Unavailable, Unknown
from paddock.core.orders import TERMINAL, OrderState
from paddock.journal import intents
from paddock.journal.fences import Fence
from paddock.journal.findings import Finding
from paddock.journal.identity import breaches
from paddock.journal.intents import Intent
from paddock.journal.kinds import EventKind
from paddock.journal.schema import upsert
from paddock.journal.tables import positions
from paddock.runtime.blocks import Block, BlockReason, lift, raise_blocks
from paddock.runtime.desk_kit import Kit, Work
from paddock.runtime.desk_tables import desk_cursors, desk_foreign
from paddock.runtime.fills import book, collect, keep_cursor, read
from paddock.runtime.resolve import NoAnswer, Seen, find
from paddock.venues.broker import VenueOrder, VenuePosition

_LIVE = frozenset(OrderState) - TERMINAL
_WORKS = frozenset({OrderState.OPEN, OrderState.PARTIAL})
Where = tuple[str, str]  # book ("" where the venue nets) and symbol


@dataclass(frozen=True, slots=True)
class _Venue:
    """What a venue says of one account: its working orders and its positions."""

    orders: list[VenueOrder]
    positions: list[VenuePosition]


@dataclass(frozen=True, slots=True)
class Open:
    """What the desk may still ask a venue for: events behind `checkpoint`, and `orders` (client ids) without an end."""

    checkpoint: str
    orders: frozenset[str]


def still_open(kit: Kit, account_ids: Collection[str]) -> dict[str, Open]:
    """By account, of those that were compared with their venue before."""
    with kit.database.read() as conn:
        return {
            row.account_id: Open(row.checkpoint, frozenset(intents.placed(conn, row.account_id, _LIVE)))
            for row in _cursors(conn, account_ids)
        }


def overdue(kit: Kit, account_ids: Collection[str]) -> list[str]:
    """Accounts that were not compared with their venue for too long, or never."""
    with kit.database.read() as conn:
        done = {row.account_id: row.reconciled_ts for row in _cursors(conn, account_ids)}
    now = kit.clock.now_ts()
    return [name for name in sorted(account_ids) if name not in done or now - done[name] >= kit.policy.reconcile_ms]


def reconcile(kit: Kit, account_ids: Collection[str], fence: Fence | None) -> None:
    """Compare accounts with their venues, adopt what the venues know better, and stop entries where they disagree.

    Doing it twice does what doing it once did. Where a read fails nothing is concluded.
    """
    collect(kit, account_ids, fence)
    for account_id in kit.patience.readable(sorted(account_ids), kit.clock.now_ts()):
        _one(kit, account_id, fence)


def _one(kit: Kit, account_id: str, fence: Fence | None) -> None:
    venue = _ask(kit, account_id)
    if venue is None:
        return
    with kit.database.read() as conn:
        first = not any(row.reconciled_ts for row in _cursors(conn, [account_id]))
        differ = [] if first else _differences(kit, conn, account_id, venue)
    if differ:
        # Something may have happened in between, or a page of events was lost: read everything since they agreed.
        _read_again(kit, account_id, fence)
        venue = _ask(kit, account_id)
        if venue is None:
            return
    with kit.database.read() as conn:
        missing = _missing(conn, account_id, venue)
    seen = {intent.intent_id: find(kit, intent) for intent in missing}
    breached = _audit(kit, account_id) if _audit_due(kit, account_id) else None
    with kit.work(fence) as work:
        if first:
            _note_what_was_there(kit, work, account_id, venue)
        adopted = _adopt(work, account_id, venue, missing, seen)
        _count_foreign(work, account_id, venue)
        agree = _judge(kit, work, account_id, venue, breached or [])
        cursors = _cursors(work.conn, [account_id])
        cursor = cursors[0].cursor if cursors else ""
        kept = cursor if agree or not cursors else cursors[0].checkpoint
        row = {"account_id": account_id, "cursor": cursor, "checkpoint": kept, "reconciled_ts": work.now}
        upsert(work.conn, desk_cursors, [row])
        if adopted:
            work.note(f"account:{account_id}", EventKind.ACCOUNT_RECONCILED, adopted=sorted(adopted))
    if breached is not None:
        kit.audited[account_id] = kit.clock.now_ts()


def _ask(kit: Kit, account_id: str) -> _Venue | None:
    """None where the venue does not answer: a read that failed proves nothing."""
    broker = kit.brokers[account_id]
    try:
        venue = _Venue(broker.open_orders(account_id), broker.positions(account_id))
    except (Unavailable, Unknown) as why:
        kit.patience.unread(account_id, kit.clock.now_ts(), why)
        return None
    kit.patience.told(account_id)
    return venue


def _read_again(kit: Kit, account_id: str, fence: Fence | None) -> None:
    page = read(kit, [account_id], checkpoint=True).get(account_id)
    if page is not None:
        with kit.work(fence) as work:
            book(kit, work, account_id, page[0])
            keep_cursor(work, account_id, page[1])


# --- positions ---


def _differences(kit: Kit, conn: Connection, account_id: str, venue: _Venue) -> list[str]:
    """The rows that disagree, in words; what no run traded counts as known."""
    netting = kit.brokers[account_id].capabilities.netting
    theirs: Counter[Where] = Counter()
    for held in venue.positions:
        theirs["" if netting else held.book, held.symbol] += held.lots
    ours = _ours(conn, account_id, netting=netting)
    return [
        f"{' '.join(filter(None, where))}: {theirs[where]} lots at the venue, {ours[where]} by our fills"
        for where in sorted(theirs.keys() | ours.keys())
        if theirs[where] != ours[where]
    ]


def _ours(conn: Connection, account_id: str, *, netting: bool) -> Counter[Where]:
    ours: Counter[Where] = Counter()
    held = select(positions.c.run_id, positions.c.symbol, positions.c.qty)
    for run_id, symbol, lots in conn.execute(held.where(positions.c.account_id == account_id, positions.c.qty != 0)):
        ours["" if netting else run_id, symbol] += lots
    for row in _foreign(conn, account_id):
        ours["", row.symbol] += row.lots
    return ours


def _note_what_was_there(kit: Kit, work: Work, account_id: str, venue: _Venue) -> None:
    """Positions that were there before the first run are somebody else's."""
    if not kit.brokers[account_id].capabilities.netting:
        return
    ours = _ours(work.conn, account_id, netting=True)
    for held in venue.positions:
        lots = held.lots - ours["", held.symbol]
        if lots:
            row = {"account_id": account_id, "symbol": held.symbol, "lots": lots, "orders": 0}
            upsert(work.conn, desk_foreign, [row])
            work.note(f"account:{account_id}", EventKind.ACCOUNT_FOREIGN, symbol=held.symbol, lots=lots)


def _judge(kit: Kit, work: Work, account_id: str, venue: _Venue, breached: list[Finding]) -> bool:
    """Stop the account's entries while positions or books disagree, and let them go on when they agree again."""
    found = {
        BlockReason.MISMATCH: _differences(kit, work.conn, account_id, venue),
        BlockReason.FROZEN: [str(breach) for breach in breached],
    }
    for reason, rows in found.items():
        if rows:
            detail = "; ".join(rows)
            if raise_blocks(work.conn, [Block(account_id, "", "", reason, detail, work.now)]):
                work.note(f"account:{account_id}", EventKind.ACCOUNT_FROZEN, reason=str(reason), rows=rows)
        elif reason is BlockReason.MISMATCH:
            lift(work.conn, account_id, {reason})
    return not found[BlockReason.MISMATCH]


def _audit_due(kit: Kit, account_id: str) -> bool:
    """When this desk starts, and now and then."""
    audited = kit.audited.get(account_id)
    return audited is None or kit.clock.now_ts() >= audited + kit.policy.audit_ms


def _audit(kit: Kit, account_id: str) -> list[Finding]:
    """Ledger against books, through all that ever happened: in a snapshot, so that no writer waits for it."""
    with kit.database.read(patient=True) as conn:
        return breaches(conn, [account_id])


# --- orders ---


def _missing(conn: Connection, account_id: str, venue: _Venue) -> list[Intent]:
    """Orders that work as far as we know, and that the venue does not list."""
    gone = intents.placed(conn, account_id, _WORKS).keys() - {order.client_id for order in venue.orders}
    missing = intents.by_client_id(conn, account_id, gone).values()
    return sorted(missing, key=lambda one: (one.decided_ts, one.run_id, one.decision, one.leg))


def _adopt(work: Work, account_id: str, venue: _Venue, missing: list[Intent], seen: dict[str, Seen]) -> list[str]:
    """Take over what the venue knows better; an order that it does not know goes to the resolve loop."""
    live = intents.placed(work.conn, account_id, _LIVE)
    moved = [order for order in venue.orders if live.get(order.client_id) is not order.state]
    ours = intents.by_client_id(work.conn, account_id, [order.client_id for order in moved])
    work.know(ours | intents.get(work.conn, [intent.intent_id for intent in missing]))
    adopted = []
    for intent in missing:
        answer = seen[intent.intent_id]
        if isinstance(answer, NoAnswer):
            continue
        state = OrderState.UNKNOWN if answer is None else answer.state
        if work.change(intent, state, why="the venue does not list it"):
            adopted.append(intent.intent_id)
    for order in moved:
        known = work.intent(order.client_id)
        if known is not None and work.change(known, order.state, venue_order_id=order.venue_order_id):
            adopted.append(known.intent_id)
    return adopted


def _count_foreign(work: Work, account_id: str, venue: _Venue) -> None:
    """Working orders that nobody here placed: counted, reported when their number changes, never touched."""
    bookless = [order for order in venue.orders if not order.book]
    ours = intents.by_client_id(work.conn, account_id, [order.client_id for order in bookless])
    there = Counter(order.symbol for order in bookless if order.client_id not in ours)
    before = {row.symbol: row for row in _foreign(work.conn, account_id)}
    for symbol in sorted(there.keys() | before.keys()):
        was = before.get(symbol)
        if there[symbol] != (was.orders if was is not None else 0):
            lots = was.lots if was is not None else 0
            row = {"account_id": account_id, "symbol": symbol, "lots": lots, "orders": there[symbol]}
            upsert(work.conn, desk_foreign, [row])
            work.note(f"account:{account_id}", EventKind.ACCOUNT_FOREIGN, symbol=symbol, orders=there[symbol])


def _cursors(conn: Connection, account_ids: Collection[str]) -> list[Row[Any]]:
    return list(conn.execute(select(desk_cursors).where(desk_cursors.c.account_id.in_(sorted(account_ids)))))


def _foreign(conn: Connection, account_id: str) -> list[Row[Any]]:
    return list(conn.execute(select(desk_foreign).where(desk_foreign.c.account_id == account_id)))
