"""A run, bar by bar, and its books, as docs/engine.md tells them. Slow on purpose: exact decimals, nothing clever."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext

from paddock.core.orders import Reason
from paddock.core.time import interval_ms
from paddock.engine.costs import Costs
from paddock.engine.log import CANCELED, FILLED
from paddock.market.tape import Tape
from paddock.strategy.program import Program, RiskPolicy

from . import levels
from .amounts import (
    CONTEXT,
    MICRO,
    exact,
    lot_value,
    nearest_share,
    up,
    value_of,
)
from .bar import Bar
from .decisions import Decide, Decisions, program_rules
from .guards import FeatureValue
from .model import Fill, Open, OracleRun, Order, Position, Slot, Trade

BPS = Decimal(10_000)
Impact = Callable[[str, int], tuple[float, float]]  # symbol, row -> daily volatility, daily volume in lots
LOSING_STOPS = frozenset({Reason.STOP_LOSS, Reason.TRAILING_STOP, Reason.LIQUIDATION})


def simulate(
    program: Program,
    tape: Tape,
    costs: Costs,
    start_usd: Decimal,
    window: tuple[int, int] | None = None,
    *,
    value: FeatureValue,
    impact: Impact | None = None,
) -> OracleRun:
    """What `program` does on `tape.ts[start:end]`; `value(feature, row)` is the feature as known at that close."""
    return simulate_decisions(program.risk, program_rules(program, value), tape, costs, start_usd, window, impact)


def simulate_decisions(
    risk: RiskPolicy,
    decide: Decide,
    tape: Tape,
    costs: Costs,
    start_usd: Decimal,
    window: tuple[int, int] | None = None,
    impact: Impact | None = None,
) -> OracleRun:
    """As `simulate`, for anything that can say which actions fire at a close."""
    start, end = window or (0, tape.bars)
    with localcontext(CONTEXT):
        simulation = Simulation(risk, decide, tape, costs, start_usd, impact)
        for row in range(start, end):
            simulation.bar(row)
        simulation.finish()
    return simulation.run


class Simulation:
    """One bot on one account."""

    def __init__(
        self,
        risk: RiskPolicy,
        decide: Decide,
        tape: Tape,
        costs: Costs,
        start_usd: Decimal,
        impact: Impact | None,
    ) -> None:
        self.tape, self.costs, self.risk, self.impact = tape, costs, risk, impact
        self.step = interval_ms(tape.interval)
        self.run = OracleRun(start_equity=int(start_usd * MICRO))
        self.slots = [Slot(i, s, inst) for i, (s, inst) in enumerate(zip(tape.symbols, tape.instruments, strict=True))]
        self.decisions = Decisions(self, decide)

    # the clock

    def bar(self, row: int) -> None:
        present = [slot for slot in self.slots if self.has_bar(slot, row)]
        for slot in present:
            Bar(self, slot, row).happen()
        for slot in present:
            slot.mark = exact(float(self.tape.close[slot.index, row]))
        self.run.equity.append(self.equity())
        self.run.unrealised.append(sum(map(self.unrealised, self.slots)))
        self.decisions.close(row, present)
        self.run.bars_exposed += any(slot.position for slot in self.slots)

    def has_bar(self, slot: Slot, row: int) -> bool:
        close = self.tape.close[slot.index, row]
        return bool(close == close)

    def finish(self) -> None:
        for slot in self.slots:
            held = slot.position
            if held:
                self.run.positions.append(
                    Open(
                        slot.symbol,
                        held.side,
                        held.lots,
                        held.entry_ts,
                        held.average,
                        self.unrealised(slot),
                        held.stop or Decimal(0),
                        held.target or Decimal(0),
                    )
                )

    # money

    def unrealised(self, slot: Slot) -> int:
        held = slot.position
        if not held:
            return 0
        return held.side * (value_of(slot.instrument, held.lots, slot.mark) - held.cost)

    def equity(self) -> int:
        return self.run.cash + sum(map(self.unrealised, self.slots))

    # the books

    def book(self, slot: Slot, order: Order, row: int, lots: int, px: Decimal, *, maker: bool) -> None:
        """One fill, of an entry or of an exit."""
        instrument = slot.instrument
        own_bps = instrument.maker_bps if maker else instrument.taker_bps
        override = self.costs.maker_bps if maker else self.costs.taker_bps
        value = value_of(instrument, lots, px)
        fee = up(value * exact(own_bps if override is None else override) / BPS)
        ts = int(self.tape.ts[row])
        order.filled += lots
        if order.rest == 0:
            order.state = FILLED
        number = next(i for i, other in enumerate(self.run.orders) if other is order)
        self.run.fills.append(Fill(number, row, ts, slot.index, order.side, int(maker), lots, px, value, fee))
        self.run.fees += fee
        if order.reason == Reason.ENTRY:
            self.add(slot, order, number, row, lots, px, value, fee)
            if order.state == FILLED:
                slot.entry = None
        else:
            self.take(slot, order, row, lots, px, value, fee)

    def add(
        self, slot: Slot, order: Order, number: int, row: int, lots: int, px: Decimal, value: int, fee: int
    ) -> None:
        held = slot.position
        if held is None:
            self.run.events["opened by a later fill of an order"] += order.filled > lots
            held = slot.position = Position(order.side, row, int(self.tape.ts[row]), extreme=px)
        held.lots += lots
        held.cost += value
        held.average = held.cost / (held.lots * lot_value(slot.instrument))
        held.fees += fee
        if number not in held.entries:
            held.entries.append(number)
            held.extreme = px
            held.leverage = order.leverage
            held.protection = order.protection
        levels.set_all(slot)

    def take(self, slot: Slot, order: Order, row: int, lots: int, px: Decimal, value: int, fee: int) -> None:
        held = slot.position
        assert held and lots <= held.lots
        entry_px = held.average
        cost = nearest_share(held.cost, lots, held.lots)
        entry_fees = nearest_share(held.fees, lots, held.lots)
        funding = nearest_share(held.funding, lots, held.lots)
        realised = held.side * (value - cost)
        fees = entry_fees + fee
        trade = Trade(
            slot.index,
            held.side,
            order.reason,
            lots,
            held.entry_bar,
            held.entry_ts,
            entry_px,
            row,
            int(self.tape.ts[row]),
            px,
            realised,
            fees,
            funding,
            realised - fees + funding,
        )
        self.run.trades.append(trade)
        self.run.realised += realised
        held.lots -= lots
        held.cost -= cost
        held.fees -= entry_fees
        held.funding -= funding
        if order.reason in LOSING_STOPS and trade.pnl < 0:
            slot.last_losing_stop_ts = trade.exit_ts + self.step
        if held.lots == 0:
            slot.position = None
            self.drop_exit(slot)
        elif order.state == FILLED:
            slot.exit = None

    def drop_exit(self, slot: Slot) -> None:
        self.cancel(slot.exit)
        slot.exit = None

    def drop_entry(self, slot: Slot) -> None:
        self.cancel(slot.entry)
        slot.entry = None

    def cancel(self, order: Order | None, state: int = CANCELED) -> None:
        if order and order.state != FILLED:
            order.state = state

    def slipped(self, slot: Slot, order: Order, row: int, px: Decimal, lots: int) -> Decimal:
        """`px` made worse by slippage and impact, not yet on the grid."""
        share = exact(self.costs.slippage_bps) / BPS + self.impact_of(slot, order, row, lots)
        return px * (1 + order.side * share)

    def impact_of(self, slot: Slot, order: Order, row: int, lots: int) -> Decimal:
        if not self.costs.impact or self.impact is None:
            return Decimal(0)
        volatility, volume = (exact(float(x)) for x in self.impact(slot.symbol, row))
        if not (volume.is_finite() and volatility.is_finite() and volume > 0):
            return Decimal(0)
        q0, q1 = Decimal(order.filled), Decimal(order.filled + lots)
        growth = (q1 * q1.sqrt() - q0 * q0.sqrt()) / (q1 - q0)
        return Decimal(2) / 3 * exact(self.costs.impact) * volatility / volume.sqrt() * growth
