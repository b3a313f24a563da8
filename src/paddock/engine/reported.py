"""The bot's half of a bar: fills booked as a venue reports them, then phase 8 of docs/engine.md. Compiled.

The backtest fills and decides in one step; here the fills come from outside, and the parts that book them and decide
are the same. The market is one bar long: row 0 is the bar that closes.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from paddock.core.orders import OrderKind, Reason
from paddock.engine.admit import act, react, value_bot
from paddock.engine.bar import close_slot
from paddock.engine.book import (
    ORDERS,
    REFUSALS,
    add_lots,
    after_close,
    book_order,
    carry,
    charge,
    close_lots,
    end_order,
    log_fill,
    log_protection,
    mark_slot,
    open_lots,
    reason_of,
    receive,
)
from paddock.engine.grid import nearest_int, px_down, px_up, value_of
from paddock.engine.jit import entry_point, part
from paddock.engine.kernel import judge_bot
from paddock.engine.log import FILLED
from paddock.engine.rows import F8, I1, I4, I8, Table
from paddock.engine.state import BUSY, NO_ORDER, QUIET, Books, Decisions, Logs, Market, Slot, Spec
from paddock.strategy.program import ActionKind

FILL, PAYMENT, END = 0, 1, 2
UNEXPLAINED = int(Reason.REDUCE_POSITION)  # why a fill that is not ours closed something


class Report:
    """One thing that a venue said of a slot."""

    what: I1  # FILL, PAYMENT or END
    slot: I4
    number: I8  # of the order; NO_ORDER for one that is not ours, and for protection
    kind: I1
    entry: I1
    side: I1
    maker: I1
    within: I1
    state: I1  # of an order that ended: CANCELED or EXPIRED
    lots: I8
    px: F8
    money: I8  # a fill's fee, paid when positive; a payment, received when positive
    ts: I8  # open of its bar
    bare: I1  # written: the fill opened a position that nothing protects


class Done:
    """One action that was done, and where the logs stood before it."""

    action: I4
    orders: I8
    refusals: I8
    stop: I1  # 1: the level was set, moved or taken away
    take: I1
    trail: I1
    leverage: I1


@part
def level_of(slot: Slot, kind: int) -> float:
    """The slot's level of that kind; 0 without."""
    if kind == OrderKind.STOP:
        return float(slot.stop_px)
    if kind == OrderKind.TRAIL:
        return float(slot.trail_px)
    if kind == OrderKind.LIQUIDATION:
        return float(slot.liquidation_px)
    return float(slot.take_px)


@part
def open_bare(i: int, report: Report, lots: int, value: int, fee: int, spec: Spec, books: Books, logs: Logs) -> None:
    """Add lots that no entry order of ours explains: they bring no protection, and keep what is there."""
    slot = books.slots[i]
    if slot.lots == 0:
        slot.entry_ts, slot.entry_bar, slot.entries, slot.extreme = report.ts, logs.first_row, 0, report.px
        slot.stop_pct, slot.stop_at, slot.take_pct, slot.take_at, slot.trail_pct = 0.0, 0.0, 0.0, 0.0, 0.0
        report.bare = 1
    add_lots(slot, report.side * lots, value, fee, spec)


@part
def book_odd(report: Report, interval_ms: int, value: int, spec: Spec, books: Books, logs: Logs) -> None:
    """Book a fill that its order does not explain: late, beyond its size, against the position, or not ours.

    It closes what is there of the other side; the rest opens or adds.
    """
    i, lots, fee = report.slot, report.lots, report.money
    slot = books.slots[i]
    account = books.accounts[slot.account]
    place = 2 * i + report.entry
    order = books.working[place]
    protective = report.kind >= OrderKind.STOP
    known = not protective and report.number != NO_ORDER and order.number == report.number and order.side == report.side
    reason, row = UNEXPLAINED, -1
    if protective:
        reason = reason_of(report.kind)
        row = log_protection(
            i, 0, report.ts, report.kind, report.side, lots, level_of(slot, report.kind), books, logs
        )  # fmt: skip
    elif known:
        reason = order.reason
        if order.live == 1:
            row = order.row
    charge(slot, fee, books)
    log_fill(logs, row, slot, 0, report.ts, report.side, report.maker == 1, lots, report.px, value, fee)
    closing = min(lots, abs(slot.lots)) if slot.lots * report.side < 0 else 0
    closing_value, closing_fee = value, fee
    if closing < lots:
        closing_value = nearest_int(float(value) * closing / lots)
        closing_fee = nearest_int(float(fee) * closing / lots)
    counted = known and order.live == 1
    if closing > 0:
        close_lots(
            slot, 0, report.ts, closing, report.px, closing_value, closing_fee, reason, interval_ms, books, logs
        )  # fmt: skip
        after_close(i, books, logs)
    rest = lots - closing
    if rest > 0:
        if slot.lots == 0:
            account.open_positions += 1
        if known and report.entry == 1:
            open_lots(
                slot, logs.first_row, report.ts, order, rest, report.px, value - closing_value, fee - closing_fee, spec
            )  # fmt: skip
        else:
            open_bare(i, report, rest, value - closing_value, fee - closing_fee, spec, books, logs)
        books.active[i] = BUSY
    if counted:
        order.filled += lots
        if order.filled >= order.lots:
            end_order(place, books, logs, FILLED)


@part
def book_fill(report: Report, interval_ms: int, spec: Spec, books: Books, logs: Logs) -> None:
    """Book one fill, whatever the situation; the position is worth its price until the bar closes."""
    i, lots = report.slot, report.lots
    slot = books.slots[i]
    place = 2 * i + report.entry
    order = books.working[place]
    value = value_of(lots, report.px, spec.lot_value[slot.symbol])
    closing = min(lots, abs(slot.lots)) if slot.lots * report.side < 0 else 0
    fits = order.live == 1 and order.number == report.number and lots <= order.lots - order.filled
    wanted = 0 if report.entry == 1 else lots
    if report.kind < OrderKind.STOP and fits and order.side == report.side and closing == wanted:
        book_order(
            place, 0, report.ts, lots, report.px, report.maker == 1, value, report.money, interval_ms, spec, books, logs
        )  # fmt: skip
    else:
        book_odd(report, interval_ms, value, spec, books, logs)
    if report.entry == 1 and report.within == 1:
        slot.entered = 1
    carry(slot.bot, mark_slot(slot, report.px, spec), books)


@entry_point
def book_reports(reports: Table[Report], interval_ms: int, spec: Spec, books: Books, logs: Logs) -> None:
    """Book what a venue reported, in the order given."""
    for n in range(len(reports)):
        report = reports[n]
        if report.what == FILL:
            book_fill(report, interval_ms, spec, books, logs)
        elif report.what == PAYMENT:
            receive(books.slots[report.slot], report.money, books)
        else:
            place = 2 * report.slot + report.entry
            order = books.working[place]
            if order.live == 1 and order.number == report.number:
                end_order(place, books, logs, report.state)


@part
def do_traced(
    n: int, ts: int, decisions: Decisions, market: Market, spec: Spec, books: Books, logs: Logs, done: Done
) -> None:
    """Do one action and note what it changed that is not in the logs."""
    action = decisions.actions[decisions.action[n]]
    slot = books.slots[action.slot]
    done.action, done.orders, done.refusals = decisions.action[n], logs.used[ORDERS], logs.used[REFUSALS]
    stop_pct, stop_at, take_pct, take_at = slot.stop_pct, slot.stop_at, slot.take_pct, slot.take_at
    trail_pct, leverage = slot.trail_pct, slot.leverage
    act(action, 0, ts, False, market, spec, books, logs)
    done.stop = slot.stop_pct != stop_pct or slot.stop_at != stop_at
    done.take = slot.take_pct != take_pct or slot.take_at != take_at
    # A trailing stop that is set again starts again.
    set_again = action.kind == ActionKind.PROTECT and action.trail_pct > 0.0 and slot.lots != 0
    done.trail = slot.trail_pct != trail_pct or set_again
    done.leverage = slot.leverage != leverage


@part
def decide_traced(
    ts: int, decisions: Decisions, market: Market, spec: Spec, books: Books, logs: Logs, fires: NDArray[np.uint8],
    stack: NDArray[np.uint8], done: Table[Done],
) -> int:  # fmt: skip
    """`kernel.decide` of one bar, with a note of every action that was done; how many there were."""
    count = k = 0
    end = len(decisions.action)
    while k < end:
        last = judge_bot(k, end, 0, ts, decisions, spec, books, fires, stack)
        for n in range(k, last):
            if fires[n - k]:
                do_traced(n, ts, decisions, market, spec, books, logs, done[count])
                count += 1
        k = last
    return count


@entry_point
def decide_bar(
    closing: bool, decisions: Decisions, market: Market, spec: Spec, books: Books, logs: Logs,
    fires: NDArray[np.uint8], stack: NDArray[np.uint8], done: Table[Done],
) -> int:  # fmt: skip
    """Phase 8 of the bar that closes; when it closed before, only what was decided outside. Fills `done`: how many."""
    ts = market.ts[0] + market.interval_ms
    if closing:
        for i in range(len(books.slots)):
            slot = books.slots[i]
            c = market.close[slot.symbol, 0]
            if math.isnan(c):
                continue
            if books.active[i] == BUSY:
                close_slot(i, 0, slot.entered == 1, market, spec, books)
            elif books.active[i] == QUIET:
                carry(slot.bot, mark_slot(slot, c, spec), books)
            slot.entered = 0
        for b in range(len(books.bots)):
            if books.bots[b].watched == 1:
                react(b, 0, ts, market, books, logs)
        for a in range(len(books.accounts)):
            books.accounts[a].bars_exposed += books.accounts[a].open_positions > 0
    else:
        for b in range(len(books.bots)):
            value_bot(books.bots[b])
    return decide_traced(ts, decisions, market, spec, books, logs, fires, stack, done)


@entry_point
def level_px(px: float, up: bool, s: int, spec: Spec) -> float:
    """A level as `set_levels` will round it: what a venue may be asked for."""
    if up:
        return px_up(px, spec.px_scale[s], spec.sig_figs[s])
    return px_down(px, spec.px_scale[s], spec.sig_figs[s])


@entry_point
def number_orders(books: Books, logs: Logs, numbers: NDArray[np.int64]) -> None:
    """Number the orders that are new in the log, bot by bot: those behind the rows of the places.

    `numbers[row]` becomes the number of the order in that row of the log.
    """
    places = len(books.working)
    for row in range(places, logs.used[ORDERS]):
        bot = books.bots[logs.orders[row].bot]
        numbers[row] = bot.orders
        bot.orders += 1
    for place in range(places):
        order = books.working[place]
        if order.row >= places:
            order.number = numbers[order.row]
