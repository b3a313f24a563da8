"""Decide and admit: risk reactions, actions and what the policy makes of them (docs/engine.md, Decision). Compiled."""

from __future__ import annotations

import math

from paddock.core.orders import OrderKind, Reason, Refusal
from paddock.core.time import DAY_MS
from paddock.engine.book import ORDERS, REFUSALS, end_order, set_levels
from paddock.engine.grid import down_int, px_down, px_up, value_of
from paddock.engine.jit import part
from paddock.engine.log import CANCELED, WORKING
from paddock.engine.state import (
    BUSY,
    NEVER,
    NO_LIMIT,
    RESTING,
    Account,
    Books,
    Bot,
    Logs,
    Market,
    Slot,
    Spec,
    Step,
    Working,
)
from paddock.strategy.program import ActionKind, CancelScope, OrderType, SizeMode

FOREVER = 2**62
MARGIN_SLACK = 1e-3  # of the free margin: more than rounding can make of an order


@part
def refuse(logs: Logs, t: int, ts: int, slot: Slot, reason: int) -> None:
    row = logs.refusals[logs.used[REFUSALS]]
    logs.used[REFUSALS] += 1
    row.bar, row.ts, row.bot, row.symbol, row.reason = logs.first_row + t, ts, slot.bot, slot.symbol, reason


@part
def place(
    i: int, t: int, ts: int, kind: int, side: int, reason: int, tif: int, lots: int, px: float, leverage: float,
    expire_ms: int, capped: bool, books: Books, logs: Logs,
) -> Working:  # fmt: skip
    """Put a new working order in place `i`, decided at close time `ts`; protection and schedule are left to fill in."""
    slot = books.slots[i // 2]
    row = logs.used[ORDERS]
    logs.used[ORDERS] += 1
    log = logs.orders[row]
    log.bar, log.ts, log.bot, log.symbol = logs.first_row + t, ts, slot.bot, slot.symbol
    log.kind, log.side, log.reason, log.tif = kind, side, reason, tif
    log.state, log.capped, log.lots, log.filled, log.px, log.leverage = WORKING, capped, lots, 0, px, leverage

    order = books.working[i]
    order.live, order.fresh, order.marketable = 1, 1, 0
    order.kind, order.side, order.reason, order.tif = kind, side, reason, tif
    order.row, order.lots, order.filled, order.px, order.reference_px = row, lots, 0, px, px
    order.bound_px, order.decided_ts, order.slices, order.leverage = 0.0, ts, 1, leverage
    order.expire_ts = ts + expire_ms if expire_ms > 0 else FOREVER
    order.stop_pct, order.stop_at, order.take_pct, order.take_at, order.trail_pct = 0.0, 0.0, 0.0, 0.0, 0.0
    books.active[i // 2] = BUSY
    return order


@part
def slices_of(duration_ms: int, interval_ms: int) -> int:
    return max(1, -(-duration_ms // interval_ms))


@part
def make_way(i: int, lots: int, books: Books, logs: Logs) -> bool:
    """Cancel a working exit for a new one of `lots`; False when a market exit that covers them is to stay."""
    working = books.working[2 * i]
    if working.live == 1:
        if working.kind == OrderKind.MARKET and working.lots - working.filled >= lots:
            return False
        end_order(2 * i, books, logs, CANCELED)
    return True


@part
def leave(i: int, t: int, ts: int, lots: int, reason: int, books: Books, logs: Logs) -> None:
    """Market exit of `lots` of slot `i` for a reason of the policy, if there is anything to leave."""
    slot = books.slots[i]
    if slot.lots != 0 and make_way(i, lots, books, logs):
        side = -1 if slot.lots > 0 else 1
        place(2 * i, t, ts, OrderKind.MARKET, side, reason, 0, lots, 0.0, slot.leverage, 0, False, books, logs)


@part
def bound_px(action: Step, side: int, close: float, s: int, spec: Spec) -> float:
    """The worst price on the grid that a market order or slice may pay; 0 without a bound."""
    if action.bound_pct == 0.0:
        return 0.0
    px = close * (1.0 + side * action.bound_pct / 100.0)
    if side > 0:
        return px_down(px, spec.px_scale[s], spec.sig_figs[s])
    return px_up(px, spec.px_scale[s], spec.sig_figs[s])


@part
def limit_px(action: Step, side: int, close: float, s: int, spec: Spec) -> float:
    """A limit price on the grid: given, or `offset_pct` better than the close; a buyer's down, a seller's up."""
    px = action.px if action.px > 0.0 else close * (1.0 - side * action.offset_pct / 100.0)
    if side > 0:
        return px_down(px, spec.px_scale[s], spec.sig_figs[s])
    return px_up(px, spec.px_scale[s], spec.sig_figs[s])


@part
def lots_to_exit(action: Step, slot: Slot, close: float, spec: Spec) -> int:
    """Lots that an exit asks for, at most all of them."""
    s, held = slot.symbol, abs(slot.lots)
    if action.kind == ActionKind.CLOSE:
        return held
    if action.size_mode == SizeMode.POSITION_PCT:
        lots = down_int(held * action.size / 100.0)
    elif action.size_mode == SizeMode.QTY:
        lots = down_int(action.size * spec.lot_scale[s])
    else:
        lots = down_int(action.size * 1e6 / (close * spec.lot_value[s]))
    return min(lots, held)


@part
def exit_position(action: Step, t: int, ts: int, market: Market, spec: Spec, books: Books, logs: Logs) -> None:
    """Leave a position or part of it, at market, at a limit, or in slices."""
    i = action.slot
    slot = books.slots[i]
    close = market.close[slot.symbol, t]
    lots = lots_to_exit(action, slot, close, spec)
    if lots < 1 or not make_way(i, lots, books, logs):
        return
    side = -1 if slot.lots > 0 else 1
    reason = Reason.CLOSE_POSITION if action.kind == ActionKind.CLOSE else Reason.REDUCE_POSITION
    kind, px = OrderKind.MARKET, 0.0
    if action.order == OrderType.LIMIT:
        kind, px = OrderKind.LIMIT, limit_px(action, side, close, slot.symbol, spec)
    elif action.order == OrderType.TWAP:
        kind = OrderKind.TWAP
    order = place(
        2 * i, t, ts, kind, side, reason, action.tif, lots, px, slot.leverage, action.expire_ms, False, books, logs
    )
    order.bound_px = bound_px(action, side, close, slot.symbol, spec)
    order.slices = slices_of(action.duration_ms, market.interval_ms)


@part
def protect(action: Step, t: int, market: Market, spec: Spec, books: Books) -> None:
    """Set the named levels on an open position; a percentage and a price of the same level replace each other."""
    slot = books.slots[action.slot]
    if slot.lots == 0:
        return
    if action.stop_pct > 0.0 or action.stop_at > 0.0:
        slot.stop_pct, slot.stop_at = action.stop_pct, action.stop_at
    if action.take_pct > 0.0 or action.take_at > 0.0:
        slot.take_pct, slot.take_at = action.take_pct, action.take_at
    if action.trail_pct > 0.0:
        slot.trail_pct = action.trail_pct
        slot.extreme = market.close[slot.symbol, t]
        books.active[action.slot] = BUSY
    set_levels(slot, spec)


@part
def cancel(i: int, scope: int, spec: Spec, books: Books, logs: Logs) -> None:
    if scope in (CancelScope.ALL, CancelScope.EXITS) and books.working[2 * i].live == 1:
        end_order(2 * i, books, logs, CANCELED)
    if scope in (CancelScope.ALL, CancelScope.ENTRIES) and books.working[2 * i + 1].live == 1:
        end_order(2 * i + 1, books, logs, CANCELED)
    slot = books.slots[i]
    if scope in (CancelScope.ALL, CancelScope.PROTECTION) and slot.lots != 0:
        slot.stop_pct, slot.stop_at, slot.take_pct, slot.take_at, slot.trail_pct = 0.0, 0.0, 0.0, 0.0, 0.0
        set_levels(slot, spec)


@part
def staying(i: int, books: Books) -> int:
    """Signed lots that remain once a working market exit is done."""
    lots = books.slots[i].lots
    working = books.working[2 * i]
    if working.live == 0 or working.kind != OrderKind.MARKET:
        return int(lots)
    rest = max(abs(lots) - (working.lots - working.filled), 0)
    return rest if lots > 0 else -rest


@part
def entry_margin(order: Working, lot_value: float) -> float:
    """Margin that a working entry order still claims, in micro-dollars."""
    return value_of(order.lots - order.filled, order.reference_px, lot_value) / order.leverage


@part
def used_margin(first: int, count: int, spec: Spec, books: Books) -> float:
    """Margin of the open positions (what stays of them) and working entries of slots `first` to `first + count`."""
    used = 0.0
    for i in range(first, first + count):
        if books.active[i] == RESTING:
            continue
        slot, entry = books.slots[i], books.working[2 * i + 1]
        if slot.lots != 0:
            used += slot.cost * (staying(i, books) / slot.lots) / slot.leverage
        if entry.live == 1:
            used += entry_margin(entry, spec.lot_value[slot.symbol])
    return used


@part
def free_margin(account: Account, spec: Spec, books: Books) -> float:
    return account.cash + account.unrealised - used_margin(account.first_slot, account.slots, spec, books)


@part
def depends_on_marks(action: Step, t: int, market: Market, spec: Spec, books: Books) -> bool:
    """Whether what positions are worth decides anything about an action: not when it is an exit, nor an entry that is
    affordable even if every position, all of them long, became worthless."""
    if action.kind == ActionKind.LEVERAGE:
        return True
    if action.kind != ActionKind.ENTER:
        return False
    if action.size_mode in (SizeMode.EQUITY_PCT, SizeMode.RISK_PCT):
        return True
    slot = books.slots[action.slot]
    bot, account = books.bots[slot.bot], books.accounts[slot.account]
    worst = float(account.cash)
    for i in range(account.first_slot, account.first_slot + account.slots):
        if books.active[i] != RESTING:
            other, entry = books.slots[i], books.working[2 * i + 1]
            if other.lots < 0:
                return True
            worst -= other.cost + other.cost / other.leverage
            if entry.live == 1:
                worst -= entry_margin(entry, spec.lot_value[other.symbol])
    close = market.close[slot.symbol, t]
    limit = action.order == OrderType.LIMIT
    px = limit_px(action, action.side, close, slot.symbol, spec) if limit else close
    return not wanted_notional(action, px, bot, slot.symbol, spec) / action.leverage < worst * (1.0 - MARGIN_SLACK)


@part
def relever(action: Step, t: int, ts: int, spec: Spec, books: Books, logs: Logs) -> None:
    """Change the leverage of an open position, if the limits and the free margin allow."""
    i = action.slot
    slot = books.slots[i]
    if slot.lots == 0:
        return
    if action.leverage > min(books.bots[slot.bot].max_leverage, spec.max_leverage[slot.symbol]):
        refuse(logs, t, ts, slot, Refusal.LEVERAGE_LIMIT)
        return
    more = slot.cost / action.leverage - slot.cost / slot.leverage
    if more > 0.0 and more > free_margin(books.accounts[slot.account], spec, books):
        refuse(logs, t, ts, slot, Refusal.INSUFFICIENT_MARGIN)
        return
    slot.leverage = action.leverage
    set_levels(slot, spec)


@part
def open_count(bot: Bot, besides: int, books: Books) -> int:
    """Slots of the bot, but one, with a position that stays or a working entry."""
    count = 0
    for i in range(bot.first_slot, bot.first_slot + bot.slots):
        if (
            i != besides
            and books.active[i] != RESTING
            and (staying(i, books) != 0 or books.working[2 * i + 1].live == 1)
        ):
            count += 1
    return count


@part
def gate(action: Step, ts: int, spec: Spec, books: Books) -> int:
    """The first rule that forbids this entry whatever its size, or -1."""
    i = action.slot
    slot = books.slots[i]
    bot = books.bots[slot.bot]
    if bot.halted == 1:
        return Refusal.DRAWDOWN_HALT
    if bot.lost_day == 1:
        return Refusal.DAILY_LOSS
    if slot.allowed == 0:
        return Refusal.SYMBOL_NOT_ALLOWED
    if action.leverage > min(bot.max_leverage, spec.max_leverage[slot.symbol]):
        return Refusal.LEVERAGE_LIMIT
    if books.working[2 * i + 1].live == 1:
        return Refusal.ENTRY_WORKING
    stays = staying(i, books)
    if stays * action.side < 0:
        return Refusal.OPPOSITE_POSITION
    if stays != 0 and slot.entries >= bot.max_entries:
        return Refusal.ALREADY_IN_POSITION
    if slot.last_entry_ts != NEVER and ts - slot.last_entry_ts < bot.cooldown_ms:
        return Refusal.COOLDOWN
    if slot.last_stop_ts != NEVER and ts - slot.last_stop_ts < bot.cooldown_after_stop_ms:
        return Refusal.COOLDOWN_AFTER_STOP
    if stays == 0 and bot.slots > bot.max_open_positions and open_count(bot, i, books) >= bot.max_open_positions:
        return Refusal.MAX_OPEN_POSITIONS
    return -1


@part
def stop_fraction(action: Step, px: float) -> float:
    """Distance from a reference price to the entry's stop, as a fraction; NaN without one on its losing side."""
    if action.stop_pct > 0.0:
        return float(action.stop_pct / 100.0)
    if action.stop_at > 0.0:
        fraction = float(action.side * (px - action.stop_at) / px)
        return fraction if fraction > 0.0 else math.nan
    if action.trail_pct > 0.0:
        return float(action.trail_pct / 100.0)
    return math.nan


@part
def wanted_notional(action: Step, px: float, bot: Bot, s: int, spec: Spec) -> float:
    """Notional that the action asks for, in micro-dollars; NaN when its stop distance is not known."""
    mode, size = action.size_mode, action.size
    if mode == SizeMode.NOTIONAL_USD:
        return float(size * 1e6)
    if mode == SizeMode.MARGIN_USD:
        return float(size * 1e6 * action.leverage)
    if mode == SizeMode.EQUITY_PCT:
        return float(bot.equity * size / 100.0)
    if mode == SizeMode.RISK_PCT:
        fraction = stop_fraction(action, px)
        return float(bot.equity * size / 100.0 / fraction) if fraction > 0.0 else math.nan
    return float(size * spec.lot_scale[s] * spec.lot_value[s] * px)


@part
def enter(
    action: Step, t: int, ts: int, affordable: bool, market: Market, spec: Spec, books: Books, logs: Logs
) -> None:
    """Admit an entry, make it as small as the policy says, and put it to work; or record why not.

    When it is known to be `affordable`, its margin need not be looked at again.
    """
    i = action.slot
    slot = books.slots[i]
    s = slot.symbol
    bot, account = books.bots[slot.bot], books.accounts[slot.account]
    reason = slot.blocked if slot.blocked != 0 else gate(action, ts, spec, books)
    if reason >= 0:
        refuse(logs, t, ts, slot, reason)
        return
    close = market.close[s, t]
    limit = action.order == OrderType.LIMIT
    px = limit_px(action, action.side, close, s, spec) if limit else close
    notional = wanted_notional(action, px, bot, s, spec)
    if math.isnan(notional) or px <= 0.0:
        refuse(logs, t, ts, slot, Refusal.NO_STOP_DISTANCE)
        return
    cap = math.inf
    if bot.max_order != NO_LIMIT:
        cap = float(bot.max_order)
    if bot.capital != NO_LIMIT:
        left = bot.capital - used_margin(bot.first_slot, bot.slots, spec, books)
        cap = min(cap, max(left, 0.0) * action.leverage)
    capped = notional > cap
    if capped:
        notional = cap
        refuse(logs, t, ts, slot, Refusal.CAPPED)
    lots = down_int(notional / (px * spec.lot_value[s]))
    value = value_of(lots, px, spec.lot_value[s])
    if lots < 1:
        refuse(logs, t, ts, slot, Refusal.BELOW_LOT)
    elif value < spec.min_notional[s]:
        refuse(logs, t, ts, slot, Refusal.BELOW_MIN_NOTIONAL)
    elif not affordable and value / action.leverage > free_margin(account, spec, books):
        refuse(logs, t, ts, slot, Refusal.INSUFFICIENT_MARGIN)
    else:
        slot.last_entry_ts = ts
        kind = OrderKind.MARKET
        if limit:
            kind = OrderKind.LIMIT
        elif action.order == OrderType.TWAP:
            kind = OrderKind.TWAP
        order = place(
            2 * i + 1, t, ts, kind, action.side, Reason.ENTRY, action.tif, lots, px if limit else 0.0, action.leverage,
            action.expire_ms, capped, books, logs,
        )  # fmt: skip
        order.reference_px = px
        order.bound_px = bound_px(action, action.side, close, s, spec)
        order.slices = slices_of(action.duration_ms, market.interval_ms)
        order.stop_pct, order.stop_at = action.stop_pct, action.stop_at
        order.take_pct, order.take_at, order.trail_pct = action.take_pct, action.take_at, action.trail_pct


@part
def act(action: Step, t: int, ts: int, affordable: bool, market: Market, spec: Spec, books: Books, logs: Logs) -> None:
    """Do one action that fired; `affordable` is an entry whose margin is there for certain."""
    kind = action.kind
    if kind == ActionKind.CANCEL:
        cancel(action.slot, action.cancel, spec, books, logs)
    elif kind in (ActionKind.CLOSE, ActionKind.REDUCE):
        exit_position(action, t, ts, market, spec, books, logs)
    elif kind == ActionKind.PROTECT:
        protect(action, t, market, spec, books)
    elif kind == ActionKind.LEVERAGE:
        relever(action, t, ts, spec, books, logs)
    else:
        enter(action, t, ts, affordable, market, spec, books, logs)


@part
def value_bot(bot: Bot) -> None:
    bot.equity = bot.base + bot.cash + bot.unrealised


@part
def react(b: int, t: int, ts: int, market: Market, books: Books, logs: Logs) -> None:
    """Risk reactions of a watched bot at close time `ts`: the day, drawdown, timeouts."""
    bot = books.bots[b]
    day = market.ts[t] // DAY_MS
    if day != bot.day:
        bot.day, bot.day_start_equity, bot.lost_day = day, bot.equity, 0
    value_bot(bot)
    bot.peak = max(bot.peak, bot.equity)
    if bot.daily_loss_pct > 0.0:
        lost = bot.day_start_equity - bot.equity
        if lost * 100.0 >= bot.daily_loss_pct * bot.day_start_equity:
            bot.lost_day = 1
    last = bot.first_slot + bot.slots
    if bot.max_drawdown_pct > 0.0 and bot.halted == 0:
        fallen = bot.peak - bot.equity
        if fallen * 100.0 >= bot.max_drawdown_pct * bot.peak:
            bot.halted = 1
            if bot.flatten == 1:
                for i in range(bot.first_slot, last):
                    if books.working[2 * i + 1].live == 1:
                        end_order(2 * i + 1, books, logs, CANCELED)
                    leave(i, t, ts, abs(books.slots[i].lots), Reason.DRAWDOWN, books, logs)
    if bot.timeout_ms != NO_LIMIT:
        for i in range(bot.first_slot, last):
            slot = books.slots[i]
            present = not math.isnan(market.close[slot.symbol, t])
            if slot.lots != 0 and present and ts - slot.entry_ts >= bot.timeout_ms:
                leave(i, t, ts, abs(slot.lots), Reason.TIMEOUT, books, logs)
