"""The venue's half of a bar: phases 1 to 7 of docs/engine.md, on books of its own. Compiled.

A *seat* is one book's position on one symbol: a slot with a bot and an account of its own, so that seats do not touch
each other. The market is one bar long. Row `2 * seat` and `2 * seat + 1` of the order log belong to its working orders.
"""

from __future__ import annotations

import math

from paddock.engine.admit import place, protect
from paddock.engine.bar import close_slot, is_quiet, trade_open, trade_within
from paddock.engine.book import FILLS, ORDERS, REFUSALS, TRADES, end_order, mark_slot, set_levels
from paddock.engine.jit import entry_point, part
from paddock.engine.log import CANCELED, EXPIRED
from paddock.engine.reported import END, FILL, PAYMENT
from paddock.engine.rows import F8, I1, I4, I8, Table
from paddock.engine.state import QUIET, RESTING, Books, Friction, Logs, Market, Slot, Spec, Working

PLACE, CANCEL, SET_LEVELS, DROP_LEVELS, SET_LEVERAGE = range(5)


class Request:
    """One thing that is asked of the venue for a seat; fields that a kind does not use are 0."""

    what: I1  # PLACE, CANCEL, SET_LEVELS, DROP_LEVELS or SET_LEVERAGE
    slot: I4
    entry: I1  # of the entry order, not of the exit order or the position
    kind: I1
    side: I1
    reason: I1
    tif: I1
    lots: I8
    px: F8
    leverage: F8
    bound_px: F8
    first_ts: I8  # the open that it first can fill at
    expire_ts: I8
    slices: I8
    stop_pct: F8  # levels to set, of the entry or of the position; to drop: 1
    stop_at: F8
    take_pct: F8
    take_at: F8
    trail_pct: F8


class Event:
    """What became of a seat in a bar, in the order in which it happened."""

    what: I1  # FILL, PAYMENT or END
    slot: I4
    entry: I1  # END: of which of the two orders
    within: I1  # of a fill or a payment: after the open
    row: I8  # FILL: of the fills
    amount: I8  # PAYMENT: received when positive
    state: I1  # END: how it ended


@part
def put(request: Request, market: Market, books: Books, logs: Logs) -> None:
    """Put an order to work; one that stands in its place is gone."""
    i = 2 * request.slot + request.entry
    logs.used[ORDERS] = i
    order = place(
        i, 0, request.first_ts, request.kind, request.side, request.reason, request.tif, request.lots, request.px,
        request.leverage, 0, False, books, logs,
    )  # fmt: skip
    order.bound_px, order.slices, order.expire_ts = request.bound_px, request.slices, request.expire_ts
    order.stop_pct, order.stop_at = request.stop_pct, request.stop_at
    order.take_pct, order.take_at, order.trail_pct = request.take_pct, request.take_at, request.trail_pct


@part
def drop_levels(request: Request, holder: Slot | Working) -> None:
    """Take levels from a position, or from the bracket of an entry that has not filled."""
    if request.stop_pct > 0.0:
        holder.stop_pct, holder.stop_at = 0.0, 0.0
    if request.take_pct > 0.0:
        holder.take_pct, holder.take_at = 0.0, 0.0
    if request.trail_pct > 0.0:
        holder.trail_pct = 0.0


@entry_point
def do_requests(requests: Table[Request], market: Market, spec: Spec, books: Books, logs: Logs) -> None:
    """Do what was asked, in order. Levels and leverage are those of an open position."""
    for n in range(len(requests)):
        request = requests[n]
        slot = books.slots[request.slot]
        if request.what == PLACE:
            put(request, market, books, logs)
        elif request.what == CANCEL:
            i = 2 * request.slot + request.entry
            if books.working[i].live == 1:
                end_order(i, books, logs, CANCELED)
        elif request.what == DROP_LEVELS and request.entry == 1:
            drop_levels(request, books.working[2 * request.slot + 1])
        elif slot.lots != 0:
            if request.what == SET_LEVELS:
                protect(request, 0, market, spec, books)  # type: ignore[arg-type]  # it has the fields of a Step
                if request.trail_pct > 0.0:
                    slot.extreme = slot.mark  # the last close of the symbol, whenever that was
            elif request.what == DROP_LEVELS:
                drop_levels(request, slot)
            else:
                slot.leverage = request.leverage
            set_levels(slot, spec)


@part
def note_events(i: int, within: int, first_fill: int, paid: int, count: int, logs: Logs, events: Table[Event]) -> int:
    """Add the payment and the fills since `first_fill` of seat `i`; how many events there are."""
    if paid != 0:
        event = events[count]
        count += 1
        event.what, event.slot, event.within, event.amount = PAYMENT, i, within, paid
    for row in range(first_fill, logs.used[FILLS]):
        event = events[count]
        count += 1
        event.what, event.slot, event.within, event.row = FILL, i, within, row
    return count


@part
def note_ends(
    i: int, exits: int, enters: int, state: int, count: int, books: Books, logs: Logs, events: Table[Event]
) -> int:
    """Add the ends in `state` of the orders that worked when the bar began; how many events there are."""
    for entry in range(2):
        place = 2 * i + entry
        worked = enters if entry == 1 else exits
        if worked == 1 and books.working[place].live == 0 and logs.orders[place].state == state:
            event = events[count]
            count += 1
            event.what, event.slot, event.entry, event.state = END, i, entry, state
    return count


@entry_point
def fill_bar(market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs, events: Table[Event]) -> int:
    """Phases 1 to 7 of every seat; `events` receives what happened, and the answer is how much."""
    places = len(books.working)
    logs.used[ORDERS], logs.used[FILLS], logs.used[TRADES], logs.used[REFUSALS] = places, 0, 0, 0
    count = 0
    for i in range(len(books.slots)):
        if books.active[i] == RESTING:
            continue
        slot = books.slots[i]
        c = market.close[slot.symbol, 0]
        if math.isnan(c):
            continue
        if books.active[i] == QUIET and is_quiet(slot, 0, market):
            mark_slot(slot, c, spec)
            continue
        account = books.accounts[slot.account]
        exits, enters = books.working[2 * i].live, books.working[2 * i + 1].live
        paid, first = account.funding, logs.used[FILLS]
        trade_open(i, 0, market, spec, friction, books, logs)
        # An order expires before anything fills; a cancel may be for what filled.
        count = note_ends(i, exits, enters, EXPIRED, count, books, logs, events)
        count = note_events(i, 0, first, account.funding - paid, count, logs, events)
        paid, first = account.funding, logs.used[FILLS]
        entered = trade_within(i, 0, market, spec, friction, books, logs)
        count = note_events(i, 1, first, account.funding - paid, count, logs, events)
        count = note_ends(i, exits, enters, CANCELED, count, books, logs, events)
        close_slot(i, 0, entered, market, spec, books)
    return count
