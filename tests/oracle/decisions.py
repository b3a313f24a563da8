"""What is decided at a close: risk reactions, then rules; docs/engine.md, "Decision"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from paddock.core.orders import OrderKind, Reason, Refusal, Tif
from paddock.core.time import DAY_MS
from paddock.strategy.expr import StateField
from paddock.strategy.program import (
    Action,
    ActionKind,
    CancelScope,
    OnDrawdown,
    OrderType,
    Program,
    Protection,
    Size,
    SizeMode,
)

from . import levels
from .amounts import MICRO, down, exact, limit_px, lot_value, value_of
from .guards import FeatureValue, Guard
from .model import Order, RefusalRow, Slot

if TYPE_CHECKING:
    from .simulator import Simulation

HUNDRED = Decimal(100)
ORDER_KINDS = {
    OrderType.MARKET: OrderKind.MARKET,
    OrderType.LIMIT: OrderKind.LIMIT,
    OrderType.TWAP: OrderKind.TWAP,
}


class View:
    """What a strategy may know at the close of `row`."""

    def __init__(self, simulation: Simulation, row: int) -> None:
        self._simulation, self.row = simulation, row
        self.close_ts = int(simulation.tape.ts[row]) + simulation.step

    def has_bar(self, symbol: str) -> bool:
        return self._simulation.has_bar(self._slot(symbol), self.row)

    def row_before(self, symbol: str) -> int | None:
        """The previous bar of the symbol, wherever the window starts."""
        slot = self._slot(symbol)
        return next((row for row in range(self.row - 1, -1, -1) if self._simulation.has_bar(slot, row)), None)

    def state(self, symbol: str, field: StateField) -> Decimal | None:
        slot = self._slot(symbol)
        held = slot.position
        if field == StateField.SINCE_ENTRY_S:
            if slot.last_entry_ts is None:
                return Decimal("Infinity")
            return Decimal(self.close_ts - slot.last_entry_ts) / 1000
        if held is None:
            return Decimal(0) if field in (StateField.QTY, StateField.NOTIONAL_USD) else None
        if field == StateField.QTY:
            return held.side * Decimal(held.lots).scaleb(-slot.instrument.qty_decimals)
        if field == StateField.NOTIONAL_USD:
            return Decimal(value_of(slot.instrument, held.lots, slot.mark)) / MICRO
        if field == StateField.PNL_USD:
            return Decimal(self._simulation.unrealised(slot)) / MICRO
        if field == StateField.PNL_PCT:
            return self._simulation.unrealised(slot) / (held.cost / held.leverage) * HUNDRED
        return Decimal(self.close_ts - held.entry_ts) / 1000

    def _slot(self, symbol: str) -> Slot:
        return next(slot for slot in self._simulation.slots if slot.symbol == symbol)


Decide = Callable[[View], list[Action]]


def program_rules(program: Program, value: FeatureValue) -> Decide:
    """All guards are judged first; the actions of those that are true, in firing order."""

    def decide(view: View) -> list[Action]:
        fired = []
        for rule in program.rules:
            symbol = rule.action.symbol
            if view.has_bar(symbol):
                guard = Guard(value, view.state, view.row, view.row_before(symbol))
                if guard.holds(rule.guard) is True:
                    fired.append(rule.action)
        return fired

    return decide


class Decisions:
    """The bot's mind: what it remembers between closes, and what it does at each."""

    def __init__(self, simulation: Simulation, decide: Decide) -> None:
        self.sim, self.decide, self.risk = simulation, decide, simulation.risk
        allocated = self.risk.allocated_capital_usd
        self.base = Decimal(simulation.run.start_equity) if allocated is None else exact(float(allocated)) * MICRO
        self.peak = self.base
        self.halted = False
        self.day: int | None = None
        self.day_start = self.base
        self.last_equity = self.base
        self.no_entries_today = False

    def close(self, row: int, present: list[Slot]) -> None:
        self.row = row
        self.open_ts = int(self.sim.tape.ts[row])
        self.close_ts = self.open_ts + self.sim.step
        self.drawdown()
        self.timeouts(present)
        self.daily_loss()
        for action in self.decide(View(self.sim, row)):
            slot = next(slot for slot in self.sim.slots if slot.symbol == action.symbol)
            self.act(slot, action)

    def equity(self) -> Decimal:
        """Of the bot: its base capital and what it made of it."""
        return self.base + self.sim.equity() - self.sim.run.start_equity

    # risk reactions

    def drawdown(self) -> None:
        equity = self.equity()
        self.peak = max(self.peak, equity)
        limit = self.risk.max_drawdown_pct
        if self.halted or limit is None or (self.peak - equity) / self.peak * HUNDRED < exact(float(limit)):
            return
        self.halted = True
        self.sim.run.events["halted by drawdown"] += 1
        if self.risk.on_drawdown == OnDrawdown.FLATTEN:
            for slot in self.sim.slots:
                self.sim.drop_entry(slot)
                self.market_exit(slot, Reason.DRAWDOWN)

    def timeouts(self, present: list[Slot]) -> None:
        limit = self.risk.position_timeout_seconds
        for slot in present:
            held = slot.position
            if limit is not None and held and self.close_ts - held.entry_ts >= limit * 1000:
                self.market_exit(slot, Reason.TIMEOUT)

    def daily_loss(self) -> None:
        day = self.open_ts // DAY_MS
        if day != self.day:
            self.day, self.day_start, self.no_entries_today = day, self.last_equity, False
        self.last_equity = self.equity()
        limit = self.risk.daily_loss_pct
        lost = self.day_start - self.last_equity
        if limit is not None and (self.day_start <= 0 or lost / self.day_start * HUNDRED >= exact(float(limit))):
            self.sim.run.events["daily loss"] += not self.no_entries_today
            self.no_entries_today = True

    # rules

    def act(self, slot: Slot, action: Action) -> None:
        match action.kind:
            case ActionKind.CANCEL:
                self.cancel(slot, action.cancel)
            case ActionKind.CLOSE:
                self.market_exit(slot, Reason.CLOSE_POSITION)
            case ActionKind.REDUCE:
                self.reduce(slot, action)
            case ActionKind.PROTECT:
                self.protect(slot, action.protection)
            case ActionKind.LEVERAGE:
                self.set_leverage(slot, exact(float(action.leverage)))
            case ActionKind.ENTER:
                self.enter(slot, action)

    def cancel(self, slot: Slot, scope: CancelScope) -> None:
        if scope in (CancelScope.ALL, CancelScope.ENTRIES):
            self.sim.run.events["entry cancelled by a rule"] += slot.entry is not None
            self.sim.drop_entry(slot)
        if scope in (CancelScope.ALL, CancelScope.EXITS):
            self.sim.run.events["exit cancelled by a rule"] += slot.exit is not None
            self.sim.drop_exit(slot)
        if scope in (CancelScope.ALL, CancelScope.PROTECTION) and slot.position:
            self.sim.run.events["protection cancelled"] += slot.position.protection != Protection()
            slot.position.protection = Protection()
            levels.set_all(slot)

    def market_exit(self, slot: Slot, reason: Reason) -> None:
        if slot.position:
            self.place_exit(
                slot, self.new_order(slot, OrderKind.MARKET, -slot.position.side, reason, slot.position.lots)
            )

    def reduce(self, slot: Slot, action: Action) -> None:
        held = slot.position
        if not held:
            return
        lots = min(held.lots, self.lots_to_reduce(slot, action.size))
        if lots < 1:
            return
        order = self.new_order(slot, ORDER_KINDS[action.order], -held.side, Reason.REDUCE_POSITION, lots)
        self.shape(slot, order, action)
        self.place_exit(slot, order)

    def lots_to_reduce(self, slot: Slot, size: Size) -> int:
        value = exact(float(size.value))
        assert slot.position
        if size.mode == SizeMode.POSITION_PCT:
            return down(slot.position.lots * value / HUNDRED)
        if size.mode == SizeMode.QTY:
            return down(value.scaleb(slot.instrument.qty_decimals))
        if size.mode == SizeMode.NOTIONAL_USD:
            return down(value * MICRO / (slot.mark * lot_value(slot.instrument)))
        raise ValueError(size)

    def place_exit(self, slot: Slot, order: Order) -> None:
        """Replaces a working exit, unless that is a market order for at least as many lots."""
        working = slot.exit
        if working and working.kind == OrderKind.MARKET and working.rest >= order.lots:
            return
        if working:
            self.sim.run.events["exit replaced"] += 1
        self.sim.drop_exit(slot)
        slot.exit = order
        self.sim.run.orders.append(order)

    def protect(self, slot: Slot, named: Protection) -> None:
        held = slot.position
        if not held:
            return
        kept = held.protection
        if named.stop_loss_pct or named.stop_loss_px:
            kept = replace(kept, stop_loss_pct=named.stop_loss_pct, stop_loss_px=named.stop_loss_px)
        if named.take_profit_pct or named.take_profit_px:
            kept = replace(kept, take_profit_pct=named.take_profit_pct, take_profit_px=named.take_profit_px)
        if named.trailing_stop_pct:
            kept = replace(kept, trailing_stop_pct=named.trailing_stop_pct)
            held.extreme = slot.mark
        held.protection = kept
        levels.set_all(slot)

    def set_leverage(self, slot: Slot, leverage: Decimal) -> None:
        held = slot.position
        if not held:
            return
        if leverage > self.highest_leverage(slot):
            self.refuse(slot, Refusal.LEVERAGE_LIMIT)
            return
        needed = held.cost / leverage - held.cost / held.leverage
        if needed > 0 and needed > self.free_margin():
            self.refuse(slot, Refusal.INSUFFICIENT_MARGIN)
            return
        held.leverage = leverage
        levels.set_liquidation(slot)

    def highest_leverage(self, slot: Slot) -> Decimal:
        return min(exact(float(self.risk.max_leverage)), Decimal(slot.instrument.max_leverage))

    # entries

    def enter(self, slot: Slot, action: Action) -> None:
        leverage = exact(float(action.leverage))
        refusal = self.refused(slot, int(action.side), leverage)
        if refusal is not None:
            self.refuse(slot, refusal)
            return
        order = self.new_order(slot, ORDER_KINDS[action.order], int(action.side), Reason.ENTRY, 0)
        order.leverage = leverage
        order.protection = action.protection
        self.shape(slot, order, action)
        notional = self.notional(slot, order, action.size)
        if notional is None:
            self.refuse(slot, Refusal.NO_STOP_DISTANCE)
            return
        most = self.most_allowed(leverage)
        if most is not None and notional > most:
            self.refuse(slot, Refusal.CAPPED)
            notional, order.capped = most, 1
        order.lots = down(notional / (order.reference_px * lot_value(slot.instrument)))
        refusal = self.refused_for_size(slot, order)
        if refusal is not None:
            self.refuse(slot, refusal)
            return
        slot.entry = order
        slot.last_entry_ts = self.close_ts
        self.sim.run.orders.append(order)

    def refuse(self, slot: Slot, reason: Refusal) -> None:
        self.sim.run.refusals.append(RefusalRow(self.row, self.close_ts, slot.index, reason))

    def refused(self, slot: Slot, side: int, leverage: Decimal) -> Refusal | None:
        """The first reason, in the written order, not to take this entry, before its size is known."""
        risk, stays = self.risk, slot.position if self.lots_that_stay(slot) else None
        since_entry = None if slot.last_entry_ts is None else self.close_ts - slot.last_entry_ts
        since_stop = None if slot.last_losing_stop_ts is None else self.close_ts - slot.last_losing_stop_ts
        tests = (
            (Refusal.DRAWDOWN_HALT, self.halted),
            (Refusal.DAILY_LOSS, self.no_entries_today),
            (Refusal.SYMBOL_NOT_ALLOWED, bool(risk.allowed_symbols) and slot.symbol not in risk.allowed_symbols),
            (Refusal.LEVERAGE_LIMIT, leverage > self.highest_leverage(slot)),
            (Refusal.ENTRY_WORKING, slot.entry is not None),
            (Refusal.OPPOSITE_POSITION, stays is not None and stays.side != side),
            (Refusal.ALREADY_IN_POSITION, stays is not None and len(stays.entries) >= risk.max_entries),
            (Refusal.COOLDOWN, since_entry is not None and since_entry < risk.cooldown_seconds * 1000),
            (
                Refusal.COOLDOWN_AFTER_STOP,
                since_stop is not None and since_stop < risk.cooldown_after_stop_seconds * 1000,
            ),
            (Refusal.MAX_OPEN_POSITIONS, not self.counts(slot) and self.positions() >= risk.max_open_positions),
        )
        return next((reason for reason, failed in tests if failed), None)

    def lots_that_stay(self, slot: Slot) -> int:
        """Of the position, after its working market exit."""
        if not slot.position:
            return 0
        leaving = slot.exit.rest if slot.exit and slot.exit.kind == OrderKind.MARKET else 0
        return max(slot.position.lots - leaving, 0)

    def positions(self) -> int:
        return sum(map(self.counts, self.sim.slots))

    def counts(self, slot: Slot) -> bool:
        """Whether it has a position that stays or soon may have one."""
        return self.lots_that_stay(slot) > 0 or slot.entry is not None

    def notional(self, slot: Slot, order: Order, size: Size) -> Decimal | None:
        """Micro-dollars that the action asks for; None where a stop distance is needed and there is none."""
        value = exact(float(size.value))
        match size.mode:
            case SizeMode.NOTIONAL_USD:
                return value * MICRO
            case SizeMode.MARGIN_USD:
                return value * MICRO * order.leverage
            case SizeMode.EQUITY_PCT:
                return self.equity() * value / HUNDRED
            case SizeMode.QTY:
                return value.scaleb(slot.instrument.qty_decimals) * order.reference_px * lot_value(slot.instrument)
            case SizeMode.RISK_PCT:
                distance = self.stop_distance(order)
                return None if distance is None else self.equity() * value / HUNDRED / distance
        raise ValueError(size)

    def stop_distance(self, order: Order) -> Decimal | None:
        stop = order.protection
        if stop.stop_loss_px:
            distance = order.side * (order.reference_px - exact(float(stop.stop_loss_px))) / order.reference_px
        else:
            distance = exact(float(stop.stop_loss_pct or stop.trailing_stop_pct)) / HUNDRED
        return distance if distance > 0 else None

    def most_allowed(self, leverage: Decimal) -> Decimal | None:
        """The largest notional that the policy lets an entry have."""
        limits = []
        if self.risk.max_order_usd is not None:
            limits.append(exact(float(self.risk.max_order_usd)) * MICRO)
        if self.risk.allocated_capital_usd is not None:
            limits.append((self.base - self.used_margin()) * leverage)
        return min(limits, default=None)

    def refused_for_size(self, slot: Slot, order: Order) -> Refusal | None:
        if order.lots < 1:
            return Refusal.BELOW_LOT
        notional = value_of(slot.instrument, order.lots, order.reference_px)
        if notional < slot.instrument.min_notional_usd * MICRO:
            return Refusal.BELOW_MIN_NOTIONAL
        if notional / order.leverage > self.free_margin():
            return Refusal.INSUFFICIENT_MARGIN
        return None

    def free_margin(self) -> Decimal:
        return self.sim.equity() - self.used_margin()

    def used_margin(self) -> Decimal:
        used = Decimal(0)
        for slot in self.sim.slots:
            if slot.position:
                used += self.cost_that_stays(slot) / slot.position.leverage
            if slot.entry:
                used += value_of(slot.instrument, slot.entry.rest, slot.entry.reference_px) / slot.entry.leverage
        return used

    def cost_that_stays(self, slot: Slot) -> Decimal:
        assert slot.position
        return Decimal(slot.position.cost) * self.lots_that_stay(slot) / slot.position.lots

    # orders

    def new_order(self, slot: Slot, kind: OrderKind, side: int, reason: Reason, lots: int) -> Order:
        return Order(
            self.row,
            self.close_ts,
            slot.index,
            kind,
            side,
            reason,
            lots,
            leverage=slot.position.leverage if slot.position else Decimal(1),
            close=slot.mark,
            reference_px=slot.mark,
        )

    def shape(self, slot: Slot, order: Order, action: Action) -> None:
        """What the action says about how the order works."""
        order.expire_ms = action.expire_ms
        order.duration_ms = action.duration_ms
        if order.kind != OrderKind.LIMIT:
            order.bound_pct = exact(float(action.bound_pct))
        else:
            order.tif = Tif(action.tif)
            wanted = exact(float(action.px))
            if not wanted:
                wanted = order.close * (1 - order.side * exact(float(action.offset_pct)) / HUNDRED)
            order.px = order.reference_px = limit_px(slot.instrument, order.side, wanted)
