"""Book: what a fill, a fee or a funding payment does to a slot, its bot and its account. Compiled."""

from __future__ import annotations

import math

from paddock.core.orders import OrderKind, Reason
from paddock.engine.grid import nearest_int, px_down, px_up, up_int, value_of
from paddock.engine.jit import part
from paddock.engine.log import CANCELED, FILLED
from paddock.engine.state import RESTING, Books, Logs, Market, Slot, Spec, Working

STOP_REASONS = (int(Reason.STOP_LOSS), int(Reason.TRAILING_STOP), int(Reason.LIQUIDATION))
ORDERS, FILLS, TRADES, REFUSALS = 0, 1, 2, 3
# Why an order of protection exists, by its kind less that of a stop.
PROTECTION_REASONS = (
    int(Reason.STOP_LOSS), int(Reason.TAKE_PROFIT), int(Reason.TRAILING_STOP), int(Reason.LIQUIDATION),
)  # fmt: skip


@part
def reason_of(kind: int) -> int:
    return PROTECTION_REASONS[kind - OrderKind.STOP]


@part
def set_levels(slot: Slot, spec: Spec) -> None:
    """Recompute the slot's price levels from its average entry, extreme and leverage (docs/engine.md, Levels)."""
    s = slot.symbol
    scale, figs = spec.px_scale[s], spec.sig_figs[s]
    entry, long = slot.entry_px, slot.lots > 0
    sign = 1.0 if long else -1.0
    stop = entry * (1.0 - sign * slot.stop_pct / 100.0) if slot.stop_pct > 0.0 else slot.stop_at
    take = entry * (1.0 + sign * slot.take_pct / 100.0) if slot.take_pct > 0.0 else slot.take_at
    trail = slot.extreme * (1.0 - sign * slot.trail_pct / 100.0) if slot.trail_pct > 0.0 else 0.0
    ruin = 0.0
    if spec.liquidates[s] == 1:
        ruin = entry * (1.0 - sign / slot.leverage) / (1.0 - sign * spec.maintenance[s])
    if long:
        slot.stop_px, slot.trail_px = px_down(stop, scale, figs), px_down(trail, scale, figs)
        slot.take_px, slot.liquidation_px = px_up(take, scale, figs), px_down(ruin, scale, figs)
        nearest = max(slot.stop_px, slot.trail_px, slot.liquidation_px)
        slot.adverse = nearest if nearest > 0.0 else -math.inf
        slot.target = slot.take_px if slot.take_px > 0.0 else math.inf
    else:
        slot.stop_px, slot.trail_px = px_up(stop, scale, figs), px_up(trail, scale, figs)
        slot.take_px, slot.liquidation_px = px_down(take, scale, figs), px_up(ruin, scale, figs)
        slot.adverse = math.inf
        for level in (slot.stop_px, slot.trail_px, slot.liquidation_px):
            if level > 0.0:
                slot.adverse = min(slot.adverse, level)
        slot.target = slot.take_px if slot.take_px > 0.0 else -math.inf


@part
def adverse_kind(slot: Slot) -> int:
    """Which level is the nearest adverse one; ties go to the stop, then the trailing stop."""
    if slot.stop_px == slot.adverse:
        return OrderKind.STOP
    if slot.trail_px == slot.adverse:
        return OrderKind.TRAIL
    return OrderKind.LIQUIDATION


@part
def mark_slot(slot: Slot, px: float, spec: Spec) -> int:
    """Value the position at `px`; what that adds to the unrealised profit of its bot and account."""
    before = slot.unrealised
    if slot.lots == 0:
        slot.unrealised = 0
    else:
        slot.mark = px
        value = value_of(abs(slot.lots), px, spec.lot_value[slot.symbol])
        slot.unrealised = value - slot.cost if slot.lots > 0 else slot.cost - value
    return slot.unrealised - before


@part
def carry(b: int, change: int, books: Books) -> None:
    """Add a change of unrealised profit to bot `b` and its account."""
    bot = books.bots[b]
    bot.unrealised += change
    books.accounts[bot.account].unrealised += change


@part
def pay_funding(slot: Slot, books: Books, px: float, rate: float, spec: Spec) -> None:
    """Longs pay a positive rate on the position's value at `px`; the cash effect is rounded down."""
    value = value_of(abs(slot.lots), px, spec.lot_value[slot.symbol])
    sign = 1.0 if slot.lots > 0 else -1.0
    receive(slot, -up_int(sign * value * rate), books)


@part
def receive(slot: Slot, amount: int, books: Books) -> None:
    """Book a funding payment, received when positive; one that meets no position is cash all the same."""
    if slot.lots != 0:
        slot.funding += amount
    books.bots[slot.bot].cash += amount
    account = books.accounts[slot.account]
    account.cash += amount
    account.funding += amount


@part
def end_order(i: int, books: Books, logs: Logs, state: int) -> None:
    """Take a working order off the book, leaving `state` in the log."""
    order = books.working[i]
    order.live = 0
    logs.orders[order.row].state = state
    slot = i // 2
    if books.slots[slot].lots == 0 and books.working[i ^ 1].live == 0:
        books.active[slot] = RESTING


@part
def log_fill(
    logs: Logs,
    row: int,
    slot: Slot,
    t: int,
    ts: int,
    side: int,
    maker: bool,
    lots: int,
    px: float,
    value: int,
    fee: int,
) -> None:
    """`row` is the order's in the log, below 0 when it has left it."""
    fill = logs.fills[logs.used[FILLS]]
    logs.used[FILLS] += 1
    fill.order, fill.bar, fill.ts = row, logs.first_row + t, ts
    fill.bot, fill.symbol, fill.side, fill.maker = slot.bot, slot.symbol, side, maker
    fill.lots, fill.px, fill.value, fill.fee = lots, px, value, fee
    if row >= 0:
        order = logs.orders[row]
        order.filled += lots
        if order.filled == order.lots:
            order.state = FILLED


@part
def fee_of(value: int, maker: bool, s: int, spec: Spec) -> int:
    return up_int(value * (spec.maker[s] if maker else spec.taker[s]))


@part
def charge(slot: Slot, fee: int, books: Books) -> None:
    account = books.accounts[slot.account]
    account.cash -= fee
    account.fees += fee
    books.bots[slot.bot].cash -= fee


@part
def close_lots(
    slot: Slot, t: int, ts: int, lots: int, px: float, value: int, fee: int, reason: int, interval_ms: int,
    books: Books, logs: Logs,
) -> None:  # fmt: skip
    """Realise `lots` of the position: its share of cost, fees and funding leaves with it as a trade."""
    held = abs(slot.lots)
    sign = 1 if slot.lots > 0 else -1
    whole = lots == held
    cost = slot.cost if whole else nearest_int(float(slot.cost) * lots / held)
    fees = slot.fees if whole else nearest_int(float(slot.fees) * lots / held)
    funding = slot.funding if whole else nearest_int(float(slot.funding) * lots / held)
    realised = sign * (value - cost)

    trade = logs.trades[logs.used[TRADES]]
    logs.used[TRADES] += 1
    trade.bot, trade.symbol, trade.side, trade.reason, trade.lots = slot.bot, slot.symbol, sign, reason, lots
    trade.entry_bar, trade.entry_ts, trade.entry_px = slot.entry_bar, slot.entry_ts, slot.entry_px
    trade.exit_bar, trade.exit_ts, trade.exit_px = logs.first_row + t, ts, px
    trade.realised, trade.fees, trade.funding = realised, fees + fee, funding
    trade.pnl = realised - fees - fee + funding

    slot.lots -= sign * lots
    slot.cost -= cost
    slot.fees -= fees
    slot.funding -= funding
    books.bots[slot.bot].cash += realised
    account = books.accounts[slot.account]
    account.cash += realised
    account.realised += realised
    if trade.pnl < 0 and reason in STOP_REASONS:
        slot.last_stop_ts = ts + interval_ms


@part
def open_lots(
    slot: Slot, bar: int, ts: int, order: Working, lots: int, px: float, value: int, fee: int, spec: Spec
) -> None:
    """Add lots of an entry order; its first lots in a position bring the order's leverage and protection."""
    fresh = slot.lots == 0
    if fresh:
        slot.entry_ts, slot.entry_bar, slot.entries = ts, bar, 0
    if fresh or order.filled == 0:  # an order may go on filling after its first lots were stopped out
        slot.entries += 1
        slot.extreme, slot.leverage = px, order.leverage
        slot.stop_pct, slot.stop_at = order.stop_pct, order.stop_at
        slot.take_pct, slot.take_at, slot.trail_pct = order.take_pct, order.take_at, order.trail_pct
    add_lots(slot, order.side * lots, value, fee, spec)


@part
def add_lots(slot: Slot, lots: int, value: int, fee: int, spec: Spec) -> None:
    """Add signed lots to a position of their side, or to none."""
    slot.lots += lots
    slot.cost += value
    slot.fees += fee
    slot.entry_px = slot.cost / abs(slot.lots) / spec.lot_value[slot.symbol]
    set_levels(slot, spec)


@part
def after_close(i: int, books: Books, logs: Logs) -> None:
    """When the position is gone: its working exit order goes too, and the slot may rest."""
    slot = books.slots[i]
    if slot.lots != 0:
        return
    books.accounts[slot.account].open_positions -= 1
    if books.working[2 * i].live == 1:
        end_order(2 * i, books, logs, CANCELED)
    if books.working[2 * i + 1].live == 0:
        books.active[i] = RESTING


@part
def fill_order(
    i: int, t: int, lots: int, px: float, maker: bool, market: Market, spec: Spec, books: Books, logs: Logs
) -> None:
    """Fill `lots` of working order `i` at `px`, at this venue's fee."""
    slot = books.slots[i // 2]
    s = slot.symbol
    value = value_of(lots, px, spec.lot_value[s])
    fee = fee_of(value, maker, s, spec)
    slot.taken += lots
    book_order(i, t, market.ts[t], lots, px, maker, value, fee, market.interval_ms, spec, books, logs)


@part
def book_order(
    i: int, t: int, ts: int, lots: int, px: float, maker: bool, value: int, fee: int, interval_ms: int, spec: Spec,
    books: Books, logs: Logs,
) -> None:  # fmt: skip
    """Book a fill of working order `i`: an entry opens or adds, an exit closes."""
    order = books.working[i]
    slot = books.slots[i // 2]
    charge(slot, fee, books)
    log_fill(logs, order.row, slot, t, ts, order.side, maker, lots, px, value, fee)
    if i % 2 == 1:
        if slot.lots == 0:
            books.accounts[slot.account].open_positions += 1
        open_lots(slot, logs.first_row + t, ts, order, lots, px, value, fee, spec)
        order.filled += lots
        if order.filled == order.lots:
            end_order(i, books, logs, FILLED)
        return
    order.filled += lots
    if order.filled == order.lots:
        end_order(i, books, logs, FILLED)
    close_lots(slot, t, ts, lots, px, value, fee, order.reason, interval_ms, books, logs)
    after_close(i // 2, books, logs)


@part
def fill_protection(
    i: int, t: int, kind: int, level: float, px: float, market: Market, spec: Spec, books: Books, logs: Logs
) -> None:
    """Close slot `i` at `px` by its stop, trailing stop, target or liquidation, which rested at the venue."""
    slot = books.slots[i]
    lots, ts = abs(slot.lots), market.ts[t]
    maker = kind == OrderKind.TAKE
    value = value_of(lots, px, spec.lot_value[slot.symbol])
    fee = fee_of(value, maker, slot.symbol, spec)
    side = -1 if slot.lots > 0 else 1
    row = log_protection(i, t, ts, kind, side, lots, level, books, logs)
    charge(slot, fee, books)
    log_fill(logs, row, slot, t, ts, side, maker, lots, px, value, fee)
    close_lots(slot, t, ts, lots, px, value, fee, reason_of(kind), market.interval_ms, books, logs)
    after_close(i, books, logs)


@part
def log_protection(
    i: int, t: int, ts: int, kind: int, side: int, lots: int, level: float, books: Books, logs: Logs
) -> int:
    """Log an order of protection of slot `i`, at the bar that touched it; its row."""
    slot = books.slots[i]
    row = logs.used[ORDERS]
    logs.used[ORDERS] += 1
    order = logs.orders[row]
    order.bar, order.ts, order.bot, order.symbol = logs.first_row + t, ts, slot.bot, slot.symbol
    order.kind, order.side, order.reason, order.tif = kind, side, reason_of(kind), 0
    order.state, order.capped, order.lots, order.filled = FILLED, 0, lots, 0
    order.px, order.leverage = level, slot.leverage
    return int(row)
