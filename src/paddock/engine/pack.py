"""From programs and a tape to the plain arrays that the kernel runs on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from paddock.core.errors import Code, Invalid
from paddock.core.instrument import InstrumentKind
from paddock.core.rounding import nearest_int
from paddock.core.time import DAY_MS, interval_ms
from paddock.engine.costs import Costs
from paddock.engine.guards import AND, NOT, OR, PUSH_CODE, PUSH_STATE, PUSH_TEST
from paddock.engine.jit import column_pass
from paddock.engine.rows import table_of
from paddock.engine.state import (
    NEVER,
    NO_LIMIT,
    NO_ORDER,
    Account,
    Books,
    Bot,
    Friction,
    Market,
    Slot,
    Spec,
    Step,
    Working,
)
from paddock.market.tape import Floats, Ints, Tape
from paddock.strategy.expr import FALSE, TRUE, All, Const, Expr, Literal, Not, Op, State, Test
from paddock.strategy.program import Action, OnDrawdown, Program, RiskPolicy, Rule

G = TypeVar("G", bound=np.generic)
MIN_CASH_USD, MAX_CASH_USD = 1, 1_000_000_000
MOST_STEPS = 2**53  # grid steps: beyond, a float no longer holds every one
MIRROR = {Op.GT: Op.LT, Op.LT: Op.GT, Op.GE: Op.LE, Op.LE: Op.GE}


def frozen(array: NDArray[G]) -> NDArray[G]:
    """A read-only view: the kernel cannot write the market, and compiles for one type of array."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def market_of(tape: Tape, costs: Costs) -> Market:
    """The tape as the kernel reads it, with the funding and impact that `costs` ask for.

    Raises Invalid (data.impossible) for a price that is too large for its instrument's grid.
    """
    for symbol, instrument, high in zip(tape.symbols, tape.instruments, tape.high, strict=True):
        most = float(np.nanmax(high, initial=0.0))
        if most * 10.0**instrument.px_decimals > MOST_STEPS:
            raise Invalid(
                Code.DATA_IMPOSSIBLE,
                f"a price of {symbol} is too large for its grid",
                where=symbol,
                seen=f"{most:g}",
                rule=f"a price with {instrument.px_decimals} decimals stays below "
                f"{MOST_STEPS / 10**instrument.px_decimals:g}",
            )
    none = np.empty((len(tape.symbols), 0))
    no_rows = np.empty((len(tape.symbols), 0), np.int64)
    fine = tape.fine
    flat = np.empty(0)
    columns = (
        tape.ts,
        tape.open,
        tape.high,
        tape.low,
        tape.close,
        tape.volume,
        tape.funding_open if costs.funding else none,
        tape.funding_inside if costs.funding else none,
        impact_of(tape, costs.impact) if costs.impact > 0 else none,
        fine.open if fine else flat,
        fine.high if fine else flat,
        fine.low if fine else flat,
        fine.start if fine else no_rows,
        fine.end if fine else no_rows,
    )
    return Market(interval_ms(tape.interval), *(frozen(column) for column in columns))  # type: ignore[arg-type]  # in the order of Market


def impact_of(tape: Tape, scale: float) -> Floats:
    """`Y * sigma / sqrt(V)` [S, T] known before each bar: daily volatility and volume (lots) of the 24 h before it.

    The square-root law of market impact (docs/engine.md, Slippage). 0 where fewer than two bars lie in those 24 h.
    Raises Invalid (run.costs) for bars too long to have two in 24 h.
    """
    window = bars_of_a_day(tape.interval)
    out = np.zeros(tape.close.shape)
    for s, instrument in enumerate(tape.instruments):
        present = np.flatnonzero(~np.isnan(tape.close[s]))
        returns = np.diff(np.log(tape.close[s, present]), prepend=np.nan)
        lots = tape.volume[s, present] * 10.0**instrument.qty_decimals
        out[s, present] = day_before(tape.ts[present], returns, lots, 0) * scale * np.sqrt(window)
    return out


def bars_of_a_day(interval: str) -> int:
    """How many bars open in 24 h; raises Invalid (run.costs) when they are too few to know a volatility."""
    window = DAY_MS // interval_ms(interval)
    if window < 2:
        raise Invalid(
            Code.RUN_COSTS,
            f"impact cannot be found on {interval} bars",
            where="impact",
            seen=interval,
            rule="impact needs the volatility of the 24 h before, which takes bars of 12h or less",
        )
    return window


@column_pass
def day_before(ts: Ints, returns: Floats, lots: Floats, begin: int) -> Floats:
    """Deviation of returns by the root of volume over the bars that opened in the 24 h before each bar from `begin` on.

    0 with fewer than two such bars (the first bar has no return and is none) or without volume.
    """
    out = np.zeros(len(ts))
    first = 1
    for k in range(begin, len(ts)):
        while first < k and ts[first] < ts[k] - DAY_MS:
            first += 1
        volume = lots[first:k].sum()
        if k - first >= 2 and volume > 0.0:
            out[k] = returns[first:k].std() / np.sqrt(volume)
    return out


def spec_of(tape: Tape, costs: Costs) -> Spec:
    """Grids, limits and fee rates of the tape's instruments; fees given in `costs` replace the instruments' own."""
    instruments = tape.instruments

    def floats(values: Sequence[float]) -> Floats:
        return frozen(np.array(values, np.float64))

    maker = [(i.maker_bps if costs.maker_bps is None else costs.maker_bps) / 1e4 for i in instruments]
    taker = [(i.taker_bps if costs.taker_bps is None else costs.taker_bps) / 1e4 for i in instruments]
    return Spec(
        px_scale=floats([10.0**i.px_decimals for i in instruments]),
        sig_figs=frozen(np.array([i.sig_figs for i in instruments], np.int64)),
        lot_value=floats([10.0 ** (6 - i.qty_decimals) for i in instruments]),
        lot_scale=floats([10.0**i.qty_decimals for i in instruments]),
        min_notional=frozen(np.array([int(i.min_notional_usd * 1_000_000) for i in instruments], np.int64)),
        max_leverage=floats([float(i.max_leverage) for i in instruments]),
        maintenance=floats([i.maintenance_margin for i in instruments]),
        liquidates=frozen(np.array([i.kind is InstrumentKind.PERP for i in instruments], np.uint8)),
        maker=floats(maker),
        taker=floats(taker),
    )


def friction_of(costs: Costs, interval: str) -> Friction:
    """How fills on bars of `interval` are modelled.

    The move of a random walk grows with the root of time, and so does what latency costs (C. C. Moallemi and M. Saglam,
    "The Cost of Latency in High-Frequency Trading", Operations Research 61, 2013): of the bar's, the part that falls
    into the latency is sqrt(latency / interval).
    """
    late = math.sqrt(costs.latency_ms / interval_ms(interval))
    return Friction(costs.slippage_bps / 1e4, (costs.participation_pct or 0.0) / 100.0, costs.touch, late)


def micro(usd: Decimal | float) -> int:
    """Dollars as integer micro-dollars."""
    return nearest_int(float(usd) * 1e6)


def start_cash(usd: Decimal) -> int:
    """Starting cash in micro-dollars; raises Invalid (run.account) when it is not a sensible amount."""
    if not usd.is_finite() or not MIN_CASH_USD <= usd <= MAX_CASH_USD:
        raise Invalid(
            Code.ACCOUNT,
            f"an account cannot start with {usd} USD",
            where="cash",
            seen=usd,
            rule=f"starting cash is at least {MIN_CASH_USD} and at most {MAX_CASH_USD} USD",
        )
    return int(usd * 1_000_000)


def books_of(programs: Sequence[Program], tape: Tape, starts: Sequence[int], accounts: Sequence[int]) -> Books:
    """Fresh state: bot `b` runs `programs[b]` on account `accounts[b]` (ascending); `starts` is cash by account."""
    counts = [len(program.symbols) for program in programs]
    slots = table_of(Slot, sum(counts))
    bots = table_of(Bot, len(programs))
    holders = table_of(Account, len(starts))
    holders["cash"] = starts
    first = 0
    for b, (program, account) in enumerate(zip(programs, accounts, strict=True)):
        set_bot(bots[b], program.risk, account, first, counts[b], starts[account])
        rows = slots[first : first + counts[b]]
        rows["bot"], rows["account"] = b, account
        rows["symbol"] = [tape.row(symbol) for symbol in program.symbols]
        allowed = program.risk.allowed_symbols
        rows["allowed"] = [not allowed or symbol in allowed for symbol in program.symbols]
        first += counts[b]
    slots["last_entry_ts"] = slots["last_stop_ts"] = NEVER
    slots["leverage"] = 1.0
    for account in range(len(starts)):
        mine = np.flatnonzero(slots["account"] == account)
        holders[account].first_slot, holders[account].slots = (int(mine[0]) if len(mine) else 0), len(mine)
    working = table_of(Working, 2 * len(slots))
    working["number"] = NO_ORDER
    return Books(slots, working, bots, holders, np.zeros(len(slots), np.uint8))


def set_bot(bot: Bot, risk: RiskPolicy, account: int, first_slot: int, slots: int, start: int) -> None:
    """Fill one bot's row: its policy in the kernel's units."""
    capital = NO_LIMIT if risk.allocated_capital_usd is None else micro(risk.allocated_capital_usd)
    base = start if capital == NO_LIMIT else capital
    timeout = risk.position_timeout_seconds
    bot.account, bot.first_slot, bot.slots = account, first_slot, slots
    bot.watched = timeout is not None or risk.max_drawdown_pct is not None or risk.daily_loss_pct is not None
    bot.base = bot.peak = bot.equity = bot.day_start_equity = base
    bot.day = NEVER
    bot.max_leverage, bot.max_open_positions = risk.max_leverage, risk.max_open_positions
    bot.max_entries, bot.capital = risk.max_entries, capital
    bot.max_order = NO_LIMIT if risk.max_order_usd is None else micro(risk.max_order_usd)
    bot.cooldown_ms, bot.cooldown_after_stop_ms = (
        risk.cooldown_seconds * 1000,
        risk.cooldown_after_stop_seconds * 1000,
    )
    bot.timeout_ms = NO_LIMIT if timeout is None else timeout * 1000
    bot.max_drawdown_pct = 0.0 if risk.max_drawdown_pct is None else risk.max_drawdown_pct
    bot.flatten = risk.on_drawdown is OnDrawdown.FLATTEN
    bot.daily_loss_pct = 0.0 if risk.daily_loss_pct is None else risk.daily_loss_pct


def step_of(action: Action, slot: int, guard: tuple[int, int] = (0, 0)) -> Step:
    """An action in the kernel's units, for global slot `slot`."""
    bracket = action.protection
    return Step(
        kind=action.kind,
        slot=slot,
        side=action.side,
        order=action.order,
        tif=action.tif,
        size_mode=action.size.mode,
        cancel=action.cancel,
        size=action.size.value,
        leverage=action.leverage,
        px=action.px,
        offset_pct=action.offset_pct,
        expire_ms=action.expire_ms,
        duration_ms=action.duration_ms,
        bound_pct=action.bound_pct,
        stop_pct=bracket.stop_loss_pct,
        stop_at=bracket.stop_loss_px,
        take_pct=bracket.take_profit_pct,
        take_at=bracket.take_profit_px,
        trail_pct=bracket.trailing_stop_pct,
        guard_start=guard[0],
        guard_end=guard[1],
    )


@dataclass(slots=True)
class Guards:
    """Collects guards as postfix code over distinct market tests and state tests."""

    ops: list[int] = field(default_factory=list)
    args: list[int] = field(default_factory=list)
    tests: dict[tuple[str, Test], int] = field(default_factory=dict)
    states: dict[tuple[int, int, int, float], int] = field(default_factory=dict)

    def add(self, rule: Rule, first_slot: int, symbols: tuple[str, ...]) -> tuple[int, int]:
        """Append the guard of `rule`; its range in `ops`. Raises Invalid when a state is not compared to a constant."""
        start = len(self.ops)
        self._emit(rule.guard, rule.action.symbol, first_slot, symbols)
        return start, len(self.ops)

    def _push(self, op: int, arg: int) -> None:
        self.ops.append(op)
        self.args.append(arg)

    def _emit(self, expr: Expr, clock: str, first_slot: int, symbols: tuple[str, ...]) -> None:
        if isinstance(expr, Literal):
            self._push(PUSH_CODE, TRUE if expr.value else FALSE)
        elif isinstance(expr, Not):
            self._emit(expr.part, clock, first_slot, symbols)
            self._push(NOT, 0)
        elif isinstance(expr, Test):
            state = as_state(expr)
            if state is None:
                self._push(PUSH_TEST, self.tests.setdefault((clock, expr), len(self.tests)))
            else:
                op, where, const = state
                key = (int(where.field), int(op), first_slot + symbols.index(where.symbol), const)
                self._push(PUSH_STATE, self.states.setdefault(key, len(self.states)))
        else:
            self._emit_many(expr.parts, AND if isinstance(expr, All) else OR, clock, first_slot, symbols)

    def _emit_many(
        self, parts: tuple[Expr, ...], op: int, clock: str, first_slot: int, symbols: tuple[str, ...]
    ) -> None:
        if not parts:
            self._push(PUSH_CODE, TRUE if op == AND else FALSE)
        for n, part in enumerate(parts):
            self._emit(part, clock, first_slot, symbols)
            if n:
                self._push(op, 0)


def as_state(test: Test) -> tuple[Op, State, float] | None:
    """(op, state, constant) of a test on the position, the state on the left; None for a test on the market."""
    left, right = test.left, test.right
    if not isinstance(left, State) and not isinstance(right, State):
        return None
    if isinstance(left, State) and isinstance(right, Const) and test.op in MIRROR:
        return test.op, left, right.value
    if isinstance(right, State) and isinstance(left, Const) and test.op in MIRROR:
        return MIRROR[test.op], right, left.value
    raise Invalid(
        Code.STRATEGY_INVALID,
        "a condition on the position must compare it with a number",
        seen=str(test),
        rule="position state is compared with a constant by >, <, >= or <=",
    )
