"""Cases in which much happens: small violent tapes, and programs that use every action, order and protection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from paddock.core.orders import Side, Tif
from paddock.core.time import interval_ms
from paddock.engine.costs import Costs
from paddock.market.features import Feature
from paddock.market.tape import Tape
from paddock.strategy.expr import All, Any, Const, Expr, Literal, Not, Op, State, StateField, Test, Value
from paddock.strategy.program import (
    Action,
    ActionKind,
    CancelScope,
    OnDrawdown,
    OrderType,
    Program,
    Protection,
    RiskPolicy,
    Rule,
    Size,
    SizeMode,
)

from .tapes import random_tape

HORIZONS = (2, 3, 5, 8)


@dataclass(frozen=True)
class Case:
    """Everything that a run needs; `seed` makes it again."""

    seed: int
    program: Program
    tape: Tape
    costs: Costs
    start_usd: Decimal
    window: tuple[int, int]


def random_case(seed: int, bars: int | None = None, symbols: int | None = None, rules: int | None = None) -> Case:
    rng = Random(seed)
    tape = random_tape(rng, bars or rng.randint(30, 90), symbols or rng.choice((1, 1, 2, 3, 4)))
    start = rng.choice((0, 0, 0, rng.randint(0, tape.bars // 2)))
    end = rng.choice((tape.bars, tape.bars, rng.randint(start + 1, tape.bars)))
    return Case(
        seed,
        random_program(rng, tape, rules or rng.randint(2, 9)),
        tape,
        random_costs(rng),
        Decimal(rng.choice((1_000, 5_000, 10_000, 10_000, 12345))),
        (start, end),
    )


def cases(max_bars: int = 60, max_symbols: int = 3) -> st.SearchStrategy[Case]:
    """Hypothesis: the seed is opaque, but a failing case shrinks in bars, symbols and rules."""
    return st.builds(
        random_case,
        st.integers(0, 2**32 - 1),
        bars=st.integers(4, max_bars),
        symbols=st.integers(1, max_symbols),
        rules=st.integers(1, 8),
    )


def random_costs(rng: Random) -> Costs:
    return Costs(
        taker_bps=rng.choice((None, None, 0.0, 5.0, 3.7)),
        maker_bps=rng.choice((None, None, 0.0, -1.5, 2.0)),
        slippage_bps=rng.choice((0.0, 2.0, 2.0, 7.3, 40.0)),
        impact=rng.choice((0.0, 0.0, 0.5, 1.0)),
        funding=rng.random() < 0.8,
        participation_pct=rng.choice((None, None, None, 2.0, 10.0, 0.5)),
        touch=rng.random() < 0.4,
        latency_ms=rng.choice((0.0, 0.0, 250.0, 60_000.0)),
    )


def random_program(rng: Random, tape: Tape, rules: int) -> Program:
    made = [_random_rule(rng, tape, f"n{i:02d}") for i in range(rules)]
    if rng.random() < 0.25:
        made += _stop_and_reverse(rng, tape)
    if rng.random() < 0.8:
        made.sort(key=lambda rule: rule.action.kind)
    return Program(
        name="random",
        strategy_hash="random",
        venue=tape.venue,
        symbols=tape.symbols,
        interval=tape.interval,
        risk=random_risk(rng, tape),
        rules=tuple(made),
    )


def random_risk(rng: Random, tape: Tape) -> RiskPolicy:
    maybe = lambda chance, value: value if rng.random() < chance else None  # noqa: E731
    step_s = interval_ms(tape.interval) // 1000
    allowed = tuple(rng.sample(tape.symbols, max(1, len(tape.symbols) - 1))) if rng.random() < 0.1 else ()
    return RiskPolicy(
        max_leverage=rng.choice((3.0, 20.0, 50.0, 50.0)),
        max_open_positions=rng.choice((1, 2, 5, 5)),
        max_entries=rng.choice((1, 1, 2, 4)),
        max_order_usd=maybe(0.2, rng.choice((500.0, 1500.0))),
        allocated_capital_usd=maybe(0.25, rng.choice((800.0, 2500.0))),
        cooldown_seconds=rng.choice((0, 0, 0, step_s, 3 * step_s, step_s + 1)),
        cooldown_after_stop_seconds=rng.choice((0, 0, step_s, 5 * step_s)),
        position_timeout_seconds=maybe(0.25, rng.choice((step_s, 4 * step_s, 7 * step_s + 1))),
        max_drawdown_pct=maybe(0.3, rng.choice((0.7, 2.0, 5.0, 15.0))),
        on_drawdown=rng.choice(tuple(OnDrawdown)),
        daily_loss_pct=maybe(0.3, rng.choice((0.5, 2.0, 5.0))),
        allowed_symbols=allowed,
    )


def _random_rule(rng: Random, tape: Tape, node: str) -> Rule:
    row = rng.randrange(len(tape.symbols))
    symbol = tape.symbols[row]
    kind = rng.choices(list(ActionKind), (1, 2, 2, 2, 1, 8))[0]
    return Rule(
        _random_action(rng, tape, row, kind), random_guard(rng, tape, symbol, often=kind == ActionKind.ENTER), node
    )


def _stop_and_reverse(rng: Random, tape: Tape) -> list[Rule]:
    """Closes and enters the other way at once; now and then the exit is taken back."""
    row = rng.randrange(len(tape.symbols))
    symbol = tape.symbols[row]
    left, right = _feature(tape, symbol, "ema", 2.0), _feature(tape, symbol, "ema", 4.0)
    quantity = State(symbol, StateField.QTY)
    rules = []
    for side, op, held in ((Side.BUY, Op.GT, Op.LT), (Side.SELL, Op.LT, Op.GT)):
        turned, wrong = Test(op, left, right), Test(held, quantity, Const(0.0))
        rules.append(Rule(Action(ActionKind.CLOSE, symbol), All((turned, wrong)), f"close{side}"))
        enter = Action(ActionKind.ENTER, symbol, side=side, size=random_entry_size(rng, tape, row), leverage=2.0)
        if rng.random() < 0.5:
            enter = _with_order(rng, tape, row, enter)
        rules.append(Rule(enter, turned, f"enter{side}"))
    if rng.random() < 0.5:
        cancel = Action(ActionKind.CANCEL, symbol, cancel=CancelScope.EXITS)
        rules.append(Rule(cancel, random_guard(rng, tape, symbol, often=False), "cancel"))
    return rules


def _random_action(rng: Random, tape: Tape, row: int, kind: ActionKind) -> Action:
    symbol = tape.symbols[row]
    if kind == ActionKind.CANCEL:
        return Action(kind, symbol, cancel=rng.choice(tuple(CancelScope)))
    if kind == ActionKind.CLOSE:
        return Action(kind, symbol)
    if kind == ActionKind.PROTECT:
        return Action(kind, symbol, protection=random_protection(rng, tape, row, chance=0.5))
    if kind == ActionKind.LEVERAGE:
        return Action(kind, symbol, leverage=random_leverage(rng))
    size = random_entry_size(rng, tape, row) if kind == ActionKind.ENTER else _random_reduction(rng, tape, row)
    action = Action(kind, symbol, side=rng.choice(tuple(Side)), size=size)
    if kind == ActionKind.ENTER:
        action = replace(
            action,
            leverage=random_leverage(rng),
            protection=random_protection(rng, tape, row, chance=0.7),
        )
    return _with_order(rng, tape, row, action)


def _with_order(rng: Random, tape: Tape, row: int, action: Action) -> Action:
    step = interval_ms(tape.interval)
    expire_ms = rng.choice((0, 0, 0, step, 3 * step, 2 * step + 1))
    order = rng.choices(tuple(OrderType), (4, 4, 2))[0]
    action = replace(action, order=order, expire_ms=expire_ms)
    if order != OrderType.LIMIT:
        action = replace(action, bound_pct=rng.choice((0.0, 0.0, 0.13, 0.71)))
    if order == OrderType.MARKET:
        return action
    if order == OrderType.TWAP:
        return replace(action, duration_ms=rng.choice((step, 2 * step, 5 * step, 3 * step + 1)))
    px = _somewhere(rng, tape, row) if rng.random() < 0.2 else 0.0
    offset = round(rng.uniform(-0.6, 1.5), 3)
    return replace(action, px=px, offset_pct=0.0 if px else offset, tif=rng.choices(tuple(Tif), (4, 1, 1))[0])


def _somewhere(rng: Random, tape: Tape, row: int) -> float:
    """A price that the symbol traded at once, more or less."""
    seen = [px for px in tape.close[row].tolist() if px == px]
    return float(f"{rng.choice(seen) * rng.uniform(0.985, 1.015):.5g}")


def random_leverage(rng: Random) -> float:
    return rng.choice((1.0, 1.0, 2.0, 3.0, 3.0, 7.5, 20.0, 50.0))


def random_entry_size(rng: Random, tape: Tape, row: int) -> Size:
    mode = rng.choice([mode for mode in SizeMode if mode != SizeMode.POSITION_PCT])
    value = {
        SizeMode.NOTIONAL_USD: rng.choice((8.0, 250.0, 1000.0, 4321.5, 30000.0)),
        SizeMode.MARGIN_USD: rng.choice((5.0, 100.0, 750.25, 3000.0)),
        SizeMode.EQUITY_PCT: rng.choice((0.001, 5.0, 33.3, 100.0, 250.0)),
        SizeMode.RISK_PCT: rng.choice((0.1, 0.75, 2.0)),
        SizeMode.QTY: float(f"{rng.uniform(50, 3000) / _somewhere(rng, tape, row):.3g}"),
    }[mode]
    return Size(mode, value)


def _random_reduction(rng: Random, tape: Tape, row: int) -> Size:
    mode = rng.choice((SizeMode.POSITION_PCT, SizeMode.NOTIONAL_USD, SizeMode.QTY))
    value = {
        SizeMode.POSITION_PCT: rng.choice((0.001, 25.0, 50.0, 33.3, 100.0)),
        SizeMode.NOTIONAL_USD: rng.choice((100.0, 400.0, 5000.0)),
        SizeMode.QTY: float(f"{rng.uniform(50, 1000) / _somewhere(rng, tape, row):.3g}"),
    }[mode]
    return Size(mode, value)


def random_protection(rng: Random, tape: Tape, row: int, chance: float) -> Protection:
    levels: dict[str, float] = {}
    for name in ("stop_loss", "take_profit"):
        if rng.random() < chance:
            if rng.random() < 0.1:
                levels[f"{name}_px"] = _somewhere(rng, tape, row)
            else:
                levels[f"{name}_pct"] = rng.choice((0.3, 0.8, 1.37, 2.0, 4.0, 9.0))
    if rng.random() < chance / 2:
        levels["trailing_stop_pct"] = rng.choice((0.5, 1.1, 2.5, 6.0))
    return Protection(**levels)


def random_guard(rng: Random, tape: Tape, symbol: str, *, often: bool) -> Expr:
    parts = tuple(_random_test(rng, tape, symbol) for _ in range(rng.choice((1, 1, 2))))
    kind = rng.choices(("one", "all", "any", "not", "always"), (4, 2, 3, 2, 2 if often else 0.4))[0]
    if kind == "all":
        return All((*parts, _random_test(rng, tape, symbol)))
    if kind == "any":
        return Any((*parts, Not(_random_test(rng, tape, symbol))))
    if kind == "not":
        return Not(All(parts))
    if kind == "always":
        return Literal(True)
    return parts[0]


def _random_test(rng: Random, tape: Tape, symbol: str) -> Test:
    other = rng.choice(tape.symbols) if rng.random() < 0.2 else symbol
    choice = rng.randrange(7)
    close, n = _feature(tape, other, "close"), float(rng.choice(HORIZONS))
    either = rng.choice((Op.GT, Op.LT, Op.GE, Op.LE))
    cross = rng.choice((Op.CROSS_ABOVE, Op.CROSS_BELOW))
    if choice == 0:
        return Test(cross, close, _feature(tape, symbol, "sma", n))
    if choice == 1:
        return Test(either, _feature(tape, other, "rsi", n), Const(float(rng.choice((20, 35, 50, 65, 80)))))
    if choice == 2:
        return Test(
            either, _feature(tape, symbol, "change_pct", rng.choice((1.0, 3.0))), Const(rng.choice((-0.7, 0.0, 0.4)))
        )
    if choice == 3:
        op, name = rng.choice(((Op.GT, "highest"), (Op.LT, "lowest")))
        return Test(op, close, _feature(tape, other, name, n))
    if choice == 4:
        return Test(either, _feature(tape, symbol, "ema", n), _feature(tape, other, "ema", n + 2))
    return _random_state_test(rng, tape, other)


def _random_state_test(rng: Random, tape: Tape, symbol: str) -> Test:
    step_s = interval_ms(tape.interval) // 1000
    field = rng.choice(tuple(StateField))
    level = {
        StateField.QTY: 0.0,
        StateField.NOTIONAL_USD: rng.choice((0.0, 500.0)),
        StateField.PNL_USD: rng.choice((-20.0, 0.0, 15.0)),
        StateField.PNL_PCT: rng.choice((-3.0, 0.5, 4.0)),
        StateField.DURATION_S: float(step_s * rng.choice((1, 3, 6))),
        StateField.SINCE_ENTRY_S: float(step_s * rng.choice((1, 4))),
    }[field]
    left: Value = State(symbol, field)
    return Test(rng.choice((Op.GT, Op.LT, Op.GE, Op.LE)), left, Const(level))


def _feature(tape: Tape, symbol: str, name: str, *params: float) -> Feature:
    return Feature(symbol, tape.interval, name, params)
