"""The phases of one bar of one slot, in the order and the words of docs/engine.md."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from paddock.core.orders import OrderKind, Reason, Tif
from paddock.engine.log import CANCELED, EXPIRED, WORKING
from paddock.market.tape import Floats

from . import levels
from .amounts import down, exact, trade_px, value_of
from .model import Order, Slot

if TYPE_CHECKING:
    from .simulator import Simulation

HUNDRED = Decimal(100)
ADVERSE = {
    OrderKind.STOP: Reason.STOP_LOSS,
    OrderKind.TRAIL: Reason.TRAILING_STOP,
    OrderKind.LIQUIDATION: Reason.LIQUIDATION,
}


class Bar:
    """One bar of one slot: phases 1 to 7."""

    def __init__(self, simulation: Simulation, slot: Slot, row: int) -> None:
        self.sim, self.slot, self.row = simulation, slot, row
        tape = simulation.tape
        self.ts = int(tape.ts[row])
        self.open, self.high, self.low, self.close = (
            exact(float(column[slot.index, row])) for column in (tape.open, tape.high, tape.low, tape.close)
        )
        self.note = simulation.run.events
        self.entry_met: Decimal | None = None  # the price that an entry at the open met
        self.entry_px = Decimal(0)  # of a limit entry within the bar

    def happen(self) -> None:
        self.slot.taken = 0
        self.funding(self.sim.tape.funding_open)
        self.gap("gap", self.open)
        for order in self.working():
            self.working_order_at_the_open(order)
        if self.entry_met is not None:
            self.gap("entered", self.entry_met)
        self.funding(self.sim.tape.funding_inside)
        self.protection_within_the_bar()
        for order in self.working():
            self.limit_order_within_the_bar(order)
        self.protection_after_an_entry_within_the_bar()
        self.trail()

    def working(self) -> list[Order]:
        """Exit first, then entry."""
        return [order for order in (self.slot.exit, self.slot.entry) if order]

    # phases 1 and 4

    def funding(self, rates: Floats) -> None:
        held = self.slot.position
        if not held or not self.sim.costs.funding or rates.shape[1] == 0:
            return
        rate = float(rates[self.slot.index, self.row])
        if rate != rate or rate == 0:
            return
        value = value_of(self.slot.instrument, held.lots, self.open)
        cash = down(-held.side * value * exact(rate))
        held.funding += cash
        self.sim.run.funding += cash
        self.note["funding at the open" if rates is self.sim.tape.funding_open else "funding inside the bar"] += 1

    # phase 2

    def gap(self, came: str, px: Decimal) -> None:
        held = self.slot.position
        if not held:
            return
        kind, level = self.adverse_level()
        if level is not None and self.beyond(px, level, -1):
            self.note[f"{came} beyond {kind.name.lower()}"] += 1
            self.exit_adverse(kind, level, px)
        elif held.target is not None and self.beyond(px, held.target, +1):
            self.note[f"{came} beyond take"] += 1
            self.exit_at_target(px)

    def adverse_level(self) -> tuple[OrderKind, Decimal | None]:
        """The level that a move against the position reaches first; ties: stop, then trailing, then liquidation."""
        held = self.slot.position
        assert held
        levels = (
            (OrderKind.STOP, held.stop),
            (OrderKind.TRAIL, held.trail),
            (OrderKind.LIQUIDATION, held.liquidation),
        )
        first: tuple[OrderKind, Decimal | None] = (OrderKind.STOP, None)
        for kind, level in levels:
            if level is not None and (first[1] is None or held.side * level > held.side * first[1]):
                first = (kind, level)
        return first

    def beyond(self, px: Decimal, level: Decimal, good: int) -> bool:
        """Whether `px` is at `level` or further, in the direction of profit (`good` = 1) or of loss (-1)."""
        held = self.slot.position
        assert held
        return good * held.side * (px - level) >= 0

    # phase 3

    def working_order_at_the_open(self, order: Order) -> None:
        slot = self.slot
        first_bar = order.bars_seen == 0
        order.bars_seen += 1
        if order.expire_ms and self.ts >= order.ts + order.expire_ms:
            self.note["expired"] += 1
            self.end(order, EXPIRED)
            return
        if order.kind == OrderKind.LIMIT:
            self.limit_order_at_the_open(order, first_bar)
            return
        due = self.twap_due(order) if order.kind == OrderKind.TWAP else order.lots
        lots = self.fillable(order, due - order.filled)
        if lots <= 0:
            return
        met = self.price_met(order) if first_bar else self.open
        px = trade_px(slot.instrument, order.side, self.sim.slipped(slot, order, self.row, met, lots))
        bound = order.close * (1 + order.side * order.bound_pct / HUNDRED)
        if order.bound_pct and order.side * px > order.side * bound:
            self.note["beyond its bound"] += 1
            self.end(order, CANCELED)
            return
        self.fill(order, lots, px, maker=False, met=met)

    def price_met(self, order: Order) -> Decimal:
        """An order is on its way for a part of its first bar, in which price moves against it as a random walk does."""
        part = (exact(self.sim.costs.latency_ms) / self.sim.step).sqrt()
        worst = self.high if order.side > 0 else self.low
        self.note["late"] += part > 0
        return self.open + part * (worst - self.open)

    def twap_due(self, order: Order) -> int:
        slices = -(-order.duration_ms // self.sim.step)
        now = (self.ts - order.ts) // self.sim.step + 1
        return order.lots * min(slices, now) // slices

    def limit_order_at_the_open(self, order: Order, first_bar: bool) -> None:
        if order.side * (self.open - order.px) <= 0:
            order.marketable_bar = self.row
            if first_bar and order.tif == Tif.ALO:
                self.note["post-only would have taken"] += 1
                self.end(order, CANCELED)
                return
            lots = self.fillable(order, order.rest)
            if lots > 0:
                self.note["limit at the open"] += 1
                met = self.open
                if first_bar:
                    late = self.price_met(order)
                    self.note["late beyond its limit"] += order.side * (late - order.px) > 0
                    met = min(late, order.px) if order.side > 0 else max(late, order.px)
                px = trade_px(self.slot.instrument, order.side, met)
                self.fill(order, lots, px, maker=not first_bar, met=met)
        if first_bar and order.tif == Tif.IOC and order.state == WORKING:
            self.note["ioc cancelled"] += 1
            self.end(order, CANCELED)

    def fillable(self, order: Order, lots: int) -> int:
        """Of `lots`, those that may fill now: an exit up to the position, all fills up to the cap on volume."""
        held = self.slot.position
        if order is self.slot.exit:
            lots = min(lots, held.lots if held else 0)
        elif held and held.side != order.side:
            self.note["entry waits for the other side"] += 1
            return 0
        if self.sim.costs.participation_pct is not None:
            volume = exact(float(self.sim.tape.volume[self.slot.index, self.row]))
            lot = Decimal(1).scaleb(-self.slot.instrument.qty_decimals)
            most = down(volume * exact(self.sim.costs.participation_pct) / HUNDRED / lot)
            if lots > most - self.slot.taken:
                self.note["capped by volume"] += 1
            lots = min(lots, most - self.slot.taken)
        return lots

    def fill(self, order: Order, lots: int, px: Decimal, *, maker: bool, met: Decimal | None = None) -> None:
        self.slot.taken += lots
        if order is self.slot.entry:
            self.entry_met = met
        self.sim.book(self.slot, order, self.row, lots, px, maker=maker)

    def end(self, order: Order, state: int) -> None:
        self.sim.cancel(order, state)
        if order is self.slot.exit:
            self.slot.exit = None
        else:
            self.slot.entry = None

    # phase 5

    def protection_within_the_bar(self) -> None:
        held = self.slot.position
        if not held:
            return
        kind, level = self.adverse_level()
        worst, best = (self.low, self.high) if held.side > 0 else (self.high, self.low)
        adverse = level is not None and self.beyond(worst, level, -1)
        favourable = held.target is not None and self.beyond(best, held.target, +1)
        if adverse and favourable:
            self.note["both in one bar"] += 1
            self.decide_by_finer_bars(kind, level)
        elif adverse:
            self.exit_adverse(kind, level, level)
        elif favourable:
            self.exit_at_target(held.target)

    def decide_by_finer_bars(self, kind: OrderKind, level: Decimal) -> None:
        held, fine = self.slot.position, self.sim.tape.fine
        assert held and held.target is not None
        rows = range(0)
        if fine is not None:
            rows = range(int(fine.start[self.slot.index, self.row]), int(fine.end[self.slot.index, self.row]))
        for i in rows:
            if fine.open[i] != fine.open[i]:
                continue
            open_, high, low = (exact(float(column[i])) for column in (fine.open, fine.high, fine.low))
            worst, best = (low, high) if held.side > 0 else (high, low)
            if self.beyond(worst, level, -1):
                self.note["finer bars: adverse"] += 1
                self.exit_adverse(kind, level, open_ if self.beyond(open_, level, -1) else level)
                return
            if self.beyond(best, held.target, +1):
                self.note["finer bars: target"] += 1
                self.exit_at_target(open_ if self.beyond(open_, held.target, +1) else held.target)
                return
        self.sim.run.bars_ambiguous += 1
        self.exit_adverse(kind, level, level)

    def exit_adverse(self, kind: OrderKind, level: Decimal, px: Decimal) -> None:
        """Out at `px` less slippage; a liquidation no worse than the bankruptcy price."""
        held, slot = self.slot.position, self.slot
        assert held
        order = self.protective_order(kind, ADVERSE[kind], level)
        paid = self.sim.slipped(slot, order, self.row, px, held.lots)
        if kind == OrderKind.LIQUIDATION:
            bankrupt = held.average * (1 - held.side / held.leverage)
            if held.side * (paid - bankrupt) < 0:
                self.note["liquidated at the bankruptcy price"] += 1
                paid = bankrupt
        self.sim.book(slot, order, self.row, held.lots, trade_px(slot.instrument, order.side, paid), maker=False)

    def exit_at_target(self, px: Decimal) -> None:
        held, slot = self.slot.position, self.slot
        assert held and held.target is not None
        order = self.protective_order(OrderKind.TAKE, Reason.TAKE_PROFIT, held.target)
        self.sim.book(slot, order, self.row, held.lots, trade_px(slot.instrument, order.side, px), maker=True)

    def protective_order(self, kind: OrderKind, reason: Reason, level: Decimal) -> Order:
        held = self.slot.position
        assert held
        order = Order(
            self.row, self.ts, self.slot.index, kind, -held.side, reason, held.lots, px=level, leverage=held.leverage
        )
        self.sim.run.orders.append(order)
        return order

    # phases 6 and 7

    def limit_order_within_the_bar(self, order: Order) -> None:
        if order.kind != OrderKind.LIMIT or order.marketable_bar == self.row:
            return
        reached = self.low if order.side > 0 else self.high
        past = order.side * (order.px - reached)
        if past < 0 or (past == 0 and not self.sim.costs.touch):
            return
        lots = self.fillable(order, order.rest)
        if lots <= 0:
            return
        self.note["limit touched" if past == 0 else "limit traded through"] += 1
        self.fill(order, lots, order.px, maker=True)
        if order.reason == Reason.ENTRY:
            assert self.slot.position
            self.slot.position.grown_within_bar = self.row
            self.entry_px = order.px

    def protection_after_an_entry_within_the_bar(self) -> None:
        held = self.slot.position
        if not held or held.grown_within_bar != self.row:
            return
        kind, level = self.adverse_level()
        worst = self.low if held.side > 0 else self.high
        if level is not None and self.beyond(worst, level, -1):
            self.note["adverse after an entry within the bar"] += 1
            self.exit_adverse(kind, level, self.entry_px if self.beyond(self.entry_px, level, -1) else level)
        elif held.target is not None and self.beyond(self.close, held.target, +1):
            self.note["target after an entry within the bar"] += 1
            self.exit_at_target(self.entry_px if self.beyond(self.entry_px, held.target, +1) else held.target)

    def trail(self) -> None:
        held = self.slot.position
        if not held:
            return
        best = self.high if held.side > 0 else self.low
        if held.grown_within_bar == self.row:
            best = self.close
        held.extreme = max(held.extreme, best) if held.side > 0 else min(held.extreme, best)
        levels.set_trail(self.slot)
