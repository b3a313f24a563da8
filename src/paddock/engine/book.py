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
    amount = -up_int(sign * value * rate)
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
    fill = logs.fills[logs.used[FILLS]]
    logs.used[FILLS] += 1
    fill.order, fill.bar, fill.ts = row, t, ts
    fill.bot, fill.symbol, fill.side, fill.maker = slot.bot, slot.symbol, side, maker
    fill.lots, fill.px, fill.value, fill.fee = lots, px, value, fee
    order = logs.orders[row]
    order.filled += lots
    if order.filled == order.lots:
        order.state = FILLED


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
    trade.exit_bar, trade.exit_ts, trade.exit_px = t, ts, px
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
    slot: Slot, t: int, ts: int, order: Working, lots: int, px: float, value: int, fee: int, spec: Spec
) -> None:
    """Add lots of an entry order; its first lots in a position bring the order's leverage and protection."""
    fresh = slot.lots == 0
    if fresh:
        slot.entry_ts, slot.entry_bar, slot.entries = ts, t, 0
    if fresh or order.filled == 0:  # an order may go on filling after its first lots were stopped out
        slot.entries += 1
        slot.extreme, slot.leverage = px, order.leverage
        slot.stop_pct, slot.stop_at = order.stop_pct, order.stop_at
        slot.take_pct, slot.take_at, slot.trail_pct = order.take_pct, order.take_at, order.trail_pct
    slot.lots += order.side * lots
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
    """Fill `lots` of working order `i` at `px`: an entry opens or adds, an exit closes."""
    order = books.working[i]
    slot = books.slots[i // 2]
    account = books.accounts[slot.account]
    s, ts = slot.symbol, market.ts[t]
    value = value_of(lots, px, spec.lot_value[s])
    fee = up_int(value * (spec.maker[s] if maker else spec.taker[s]))
    account.cash -= fee
    account.fees += fee
    books.bots[slot.bot].cash -= fee
    slot.taken += lots
    log_fill(logs, order.row, slot, t, ts, order.side, maker, lots, px, value, fee)
    if i % 2 == 1:
        if slot.lots == 0:
            account.open_positions += 1
        open_lots(slot, t, ts, order, lots, px, value, fee, spec)
        order.filled += lots
        if order.filled == order.lots:
            end_order(i, books, logs, FILLED)
        return
    order.filled += lots
    if order.filled == order.lots:
        end_order(i, books, logs, FILLED)
    close_lots(slot, t, ts, lots, px, value, fee, order.reason, market.interval_ms, books, logs)
    after_close(i // 2, books, logs)


@part
def fill_protection(
    i: int, t: int, kind: int, level: float, px: float, market: Market, spec: Spec, books: Books, logs: Logs
) -> None:
    """Close slot `i` at `px` by its stop, trailing stop, target or liquidation, which rested at the venue."""
    slot = books.slots[i]
    s, ts = slot.symbol, market.ts[t]
    lots = abs(slot.lots)
    side = -1 if slot.lots > 0 else 1
    maker = kind == OrderKind.TAKE
    reason = Reason.TAKE_PROFIT
    if kind == OrderKind.STOP:
        reason = Reason.STOP_LOSS
    elif kind == OrderKind.TRAIL:
        reason = Reason.TRAILING_STOP
    elif kind == OrderKind.LIQUIDATION:
        reason = Reason.LIQUIDATION

    row = logs.used[ORDERS]
    logs.used[ORDERS] += 1
    order = logs.orders[row]
    order.bar, order.ts, order.bot, order.symbol = t, ts, slot.bot, s
    order.kind, order.side, order.reason, order.tif = kind, side, reason, 0
    order.state, order.capped, order.lots, order.filled = FILLED, 0, lots, 0
    order.px, order.leverage = level, slot.leverage

    value = value_of(lots, px, spec.lot_value[s])
    fee = up_int(value * (spec.maker[s] if maker else spec.taker[s]))
    account = books.accounts[slot.account]
    account.cash -= fee
    account.fees += fee
    books.bots[slot.bot].cash -= fee
    log_fill(logs, row, slot, t, ts, side, maker, lots, px, value, fee)
    close_lots(slot, t, ts, lots, px, value, fee, reason, market.interval_ms, books, logs)
    after_close(i, books, logs)
