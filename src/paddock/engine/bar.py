"""One bar of one slot: phases 1 to 7 of docs/engine.md. Compiled."""

from __future__ import annotations

import math

from paddock.core.orders import OrderKind, Tif
from paddock.engine.book import (
    adverse_kind,
    carry,
    end_order,
    fill_order,
    fill_protection,
    mark_slot,
    pay_funding,
    set_levels,
)
from paddock.engine.grid import down_int, px_down, px_up
from paddock.engine.jit import part
from paddock.engine.log import CANCELED, EXPIRED
from paddock.engine.state import BUSY, QUIET, Books, Friction, Logs, Market, Slot, Spec, Working


@part
def slipped(
    side: int, px: float, done: int, lots: int, s: int, t: int, market: Market, spec: Spec, friction: Friction
) -> float:
    """The price of a fill that takes an order from `done` to `done + lots`, slippage and impact against it."""
    cost = friction.slippage
    if market.impact.shape[1] > 0:
        end = done + lots
        cost += 2.0 / 3.0 * market.impact[s, t] * (end * math.sqrt(end) - done * math.sqrt(done)) / lots
    if side > 0:
        return px_up(px * (1.0 + cost), spec.px_scale[s], spec.sig_figs[s])
    return px_down(px * (1.0 - cost), spec.px_scale[s], spec.sig_figs[s])


@part
def exit_adverse(
    i: int, t: int, at: float, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs
) -> None:
    """Leave at `at` less slippage: the nearest adverse level, or where price jumped beyond it."""
    slot = books.slots[i]
    s = slot.symbol
    kind, level = adverse_kind(slot), slot.adverse
    side = -1 if slot.lots > 0 else 1
    px = slipped(side, at, 0, abs(slot.lots), s, t, market, spec, friction)
    if kind == OrderKind.LIQUIDATION:
        # Isolated margin: the venue's insurance takes what the margin does not cover.
        bankrupt = slot.entry_px * (1.0 + side / slot.leverage)
        if side < 0:
            px = max(px, px_down(bankrupt, spec.px_scale[s], spec.sig_figs[s]))
        else:
            px = min(px, px_up(bankrupt, spec.px_scale[s], spec.sig_figs[s]))
    fill_protection(i, t, kind, level, px, market, spec, books, logs)


@part
def exit_target(i: int, t: int, px: float, market: Market, spec: Spec, books: Books, logs: Logs) -> None:
    fill_protection(i, t, OrderKind.TAKE, books.slots[i].take_px, px, market, spec, books, logs)


@part
def check_gap(
    i: int, t: int, o: float, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs
) -> None:
    """Phase 2: levels that the bar opened beyond; again after an entry at the open, which sets new ones.

    `o` is the price that they are held against: the open, or what the entry met.
    """
    slot = books.slots[i]
    s = slot.symbol
    long = slot.lots > 0
    if (o <= slot.adverse) if long else (o >= slot.adverse):
        exit_adverse(i, t, o, market, spec, friction, books, logs)
    elif (o >= slot.target) if long else (o <= slot.target):
        scale, figs = spec.px_scale[s], spec.sig_figs[s]
        exit_target(i, t, px_down(o, scale, figs) if long else px_up(o, scale, figs), market, spec, books, logs)


@part
def fillable(i: int, t: int, market: Market, spec: Spec, friction: Friction, books: Books) -> int:
    """Lots that working order `i` may still take in this bar: its rest, the position, the participation cap."""
    order = books.working[i]
    slot = books.slots[i // 2]
    lots = order.lots - order.filled
    if i % 2 == 0:
        lots = min(lots, abs(slot.lots))
    elif slot.lots * order.side < 0:
        return 0
    if friction.participation > 0.0:
        s = slot.symbol
        lots = min(lots, down_int(market.volume[s, t] * friction.participation * spec.lot_scale[s]) - slot.taken)
    return max(lots, 0)


@part
def twap_due(order: Working, ts: int, interval_ms: int) -> int:
    """Lots that a TWAP should have filled by this open."""
    k = (ts - order.decided_ts) // interval_ms + 1
    return order.lots if k >= order.slices else order.lots * k // order.slices


@part
def price_met(order: Working, s: int, t: int, market: Market, friction: Friction) -> float:
    """The price that an order meets at the open: a new one comes late, when price has moved, but not beyond a limit."""
    px = market.open[s, t]
    if friction.late > 0.0 and order.fresh == 1:
        buys = order.side > 0
        px += friction.late * ((market.high[s, t] if buys else market.low[s, t]) - px)
        if order.kind == OrderKind.LIMIT:
            px = min(px, order.px) if buys else max(px, order.px)
    return float(px)


@part
def work_at_open(
    i: int, t: int, met: float, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs
) -> None:
    """Phase 3 for working order `i`, which meets the price `met`."""
    order = books.working[i]
    s, ts = books.slots[i // 2].symbol, market.ts[t]
    o = market.open[s, t]
    fresh = order.fresh == 1
    order.fresh, order.marketable = 0, 0
    if ts >= order.expire_ts:
        end_order(i, books, logs, EXPIRED)
        return
    lots = fillable(i, t, market, spec, friction, books)
    if order.kind == OrderKind.LIMIT:
        order.marketable = 1 if ((o <= order.px) if order.side > 0 else (o >= order.px)) else 0
        if order.marketable == 1 and fresh and order.tif == Tif.ALO:
            end_order(i, books, logs, CANCELED)
            return
        ioc = order.tif == Tif.IOC
        if order.marketable == 1 and lots > 0:
            scale, figs = spec.px_scale[s], spec.sig_figs[s]
            px = px_up(met, scale, figs) if order.side > 0 else px_down(met, scale, figs)
            fill_order(i, t, lots, px, not fresh, market, spec, books, logs)
        if ioc and order.live == 1:
            end_order(i, books, logs, CANCELED)
        return
    if order.kind == OrderKind.TWAP:
        lots = min(lots, twap_due(order, ts, market.interval_ms) - order.filled)
    if lots <= 0:
        return
    px = slipped(order.side, met, order.filled, lots, s, t, market, spec, friction)
    if order.bound_px > 0.0 and ((px > order.bound_px) if order.side > 0 else (px < order.bound_px)):
        end_order(i, books, logs, CANCELED)
        return
    fill_order(i, t, lots, px, False, market, spec, books, logs)


@part
def finer_first(slot: Slot, t: int, market: Market) -> tuple[int, float]:
    """Which level finer bars touch first: (-1, price) adverse, (1, price) target, (0, 0.0) when they cannot tell."""
    s = slot.symbol
    if market.fine_start.shape[1] == 0:
        return 0, 0.0
    long = slot.lots > 0
    for j in range(market.fine_start[s, t], market.fine_end[s, t]):
        o, h, l = market.fine_open[j], market.fine_high[j], market.fine_low[j]
        if long:
            if l <= slot.adverse:
                return -1, min(o, slot.adverse)
            if h >= slot.target:
                return 1, max(o, slot.target)
        else:
            if h >= slot.adverse:
                return -1, max(o, slot.adverse)
            if l <= slot.target:
                return 1, min(o, slot.target)
    return 0, 0.0


@part
def check_within(i: int, t: int, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs) -> None:
    """Phase 5: levels touched within the bar; when both are, finer bars decide, else the adverse one."""
    slot = books.slots[i]
    s = slot.symbol
    h, l = market.high[s, t], market.low[s, t]
    long = slot.lots > 0
    adverse = (l <= slot.adverse) if long else (h >= slot.adverse)
    target = (h >= slot.target) if long else (l <= slot.target)
    if adverse and target:
        first, px = finer_first(slot, t, market)
        if first == 1:
            scale, figs = spec.px_scale[s], spec.sig_figs[s]
            exit_target(i, t, px_down(px, scale, figs) if long else px_up(px, scale, figs), market, spec, books, logs)
            return
        if first == 0:
            books.accounts[slot.account].bars_ambiguous += 1
            px = slot.adverse
        exit_adverse(i, t, px, market, spec, friction, books, logs)
    elif adverse:
        exit_adverse(i, t, slot.adverse, market, spec, friction, books, logs)
    elif target:
        exit_target(i, t, slot.take_px, market, spec, books, logs)


@part
def limit_within(i: int, t: int, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs) -> None:
    """Phase 6 for working order `i`: a resting limit that price traded through."""
    order = books.working[i]
    if order.kind != OrderKind.LIMIT or order.marketable == 1:
        return
    s = books.slots[i // 2].symbol
    h, l = market.high[s, t], market.low[s, t]
    reached = (l < order.px) if order.side > 0 else (h > order.px)
    if friction.touch:
        reached = (l <= order.px) if order.side > 0 else (h >= order.px)
    if not reached:
        return
    lots = fillable(i, t, market, spec, friction, books)
    if lots > 0:
        fill_order(i, t, lots, order.px, True, market, spec, books, logs)


@part
def check_after_entry(
    i: int, t: int, paid: float, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs
) -> None:
    """Phase 7 after an entry at `paid`: price came to the entry first, so only the close can prove a target."""
    slot = books.slots[i]
    s = slot.symbol
    c = market.close[s, t]
    long = slot.lots > 0
    if (market.low[s, t] <= slot.adverse) if long else (market.high[s, t] >= slot.adverse):
        px = min(slot.adverse, paid) if long else max(slot.adverse, paid)
        exit_adverse(i, t, px, market, spec, friction, books, logs)
    elif (c >= slot.target) if long else (c <= slot.target):
        px = max(slot.take_px, paid) if long else min(slot.take_px, paid)
        exit_target(i, t, px, market, spec, books, logs)


@part
def trail(slot: Slot, high: float, low: float, spec: Spec) -> None:
    """Carry the trailing extreme; it acts from the next bar on."""
    before = slot.extreme
    slot.extreme = max(before, high) if slot.lots > 0 else min(before, low)
    if slot.trail_pct > 0.0 and slot.extreme != before:
        set_levels(slot, spec)


@part
def is_quiet(slot: Slot, t: int, market: Market) -> bool:
    """Whether no level, no funding and no missing bar touches a quiet slot at bar `t`: it only needs its mark."""
    s = slot.symbol
    h, l = market.high[s, t], market.low[s, t]
    if not ((l > slot.adverse and h < slot.target) if slot.lots > 0 else (h < slot.adverse and l > slot.target)):
        return False
    if market.funding_open.shape[1] == 0:
        return True
    return bool(market.funding_open[s, t] == 0.0 and market.funding_inside[s, t] == 0.0)


@part
def trade_bar(i: int, t: int, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs) -> None:
    """Phases 1 to 7 of slot `i` at bar `t`, and its mark. A missing bar does nothing."""
    if math.isnan(market.open[books.slots[i].symbol, t]):
        return
    trade_open(i, t, market, spec, friction, books, logs)
    entered = trade_within(i, t, market, spec, friction, books, logs)
    close_slot(i, t, entered, market, spec, books)


@part
def trade_open(i: int, t: int, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs) -> None:
    """Phases 1 to 3."""
    slot = books.slots[i]
    s = slot.symbol
    o = market.open[s, t]
    slot.taken = 0
    funded = market.funding_open.shape[1] > 0
    leave, enter = books.working[2 * i], books.working[2 * i + 1]
    if slot.lots != 0:
        if funded and market.funding_open[s, t] != 0.0:
            pay_funding(slot, books, o, market.funding_open[s, t], spec)
        check_gap(i, t, o, market, spec, friction, books, logs)
    if leave.live == 1:
        met = price_met(leave, s, t, market, friction)
        work_at_open(2 * i, t, met, market, spec, friction, books, logs)
    if enter.live == 1:
        held = slot.lots
        met = price_met(enter, s, t, market, friction)
        work_at_open(2 * i + 1, t, met, market, spec, friction, books, logs)
        if slot.lots != held:
            check_gap(i, t, met, market, spec, friction, books, logs)


@part
def trade_within(i: int, t: int, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs) -> bool:
    """Phases 4 to 7 but the trailing extreme; whether an entry filled after the open."""
    slot = books.slots[i]
    s = slot.symbol
    funded = market.funding_open.shape[1] > 0
    leave, enter = books.working[2 * i], books.working[2 * i + 1]
    if slot.lots != 0:
        if funded and market.funding_inside[s, t] != 0.0:
            pay_funding(slot, books, market.open[s, t], market.funding_inside[s, t], spec)
        check_within(i, t, market, spec, friction, books, logs)
    if leave.live == 1:
        limit_within(2 * i, t, market, spec, friction, books, logs)
    held = slot.lots
    if enter.live == 1:
        limit_within(2 * i + 1, t, market, spec, friction, books, logs)
    entered = slot.lots != held
    if slot.lots != 0 and entered:
        check_after_entry(i, t, enter.px, market, spec, friction, books, logs)
    return bool(entered)


@part
def close_slot(i: int, t: int, entered: bool, market: Market, spec: Spec, books: Books) -> None:
    """Carry the trailing extreme over the bar and mark the position at its close."""
    slot = books.slots[i]
    s = slot.symbol
    c = market.close[s, t]
    if slot.lots != 0:
        trail(slot, c if entered else market.high[s, t], c if entered else market.low[s, t], spec)
    carry(slot.bot, mark_slot(slot, c, spec), books)
    if slot.lots != 0:
        idle = books.working[2 * i].live == 0 and books.working[2 * i + 1].live == 0
        quiet = slot.trail_pct == 0.0 and idle
        books.active[i] = QUIET if quiet else BUSY
