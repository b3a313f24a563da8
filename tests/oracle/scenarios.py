"""docs/engine.md, paragraph by paragraph: tiny tapes with what must happen, worked out by hand.

Unless a scenario says otherwise: one symbol, ticks of 0.01, lots of 0.1, no costs, an account of 10,000 USD. A thousand
dollars ordered at a close of 100 are 100 lots (ten units), so a move of 1.00 is ten dollars.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from paddock.core.instrument import InstrumentKind
from paddock.core.orders import OrderKind, Reason, Refusal, Side, Tif
from paddock.core.time import HOUR_MS
from paddock.engine.costs import Costs
from paddock.market.features import Feature
from paddock.strategy.expr import All, Const, Not, Op, State, StateField, Test
from paddock.strategy.program import (
    Action,
    ActionKind,
    CancelScope,
    OnDrawdown,
    OrderType,
    Protection,
    RiskPolicy,
    Size,
    SizeMode,
)

from .scenario import FREE, PLAIN, POLICY, Scenario, at

USD = 1_000_000
MARKET, LIMIT, TWAP = OrderKind.MARKET, OrderKind.LIMIT, OrderKind.TWAP
STOP, TAKE, TRAIL, LIQUIDATION = OrderKind.STOP, OrderKind.TAKE, OrderKind.TRAIL, OrderKind.LIQUIDATION


def enter(
    side: Side = Side.BUY, value: float = 1000.0, mode: SizeMode = SizeMode.NOTIONAL_USD, symbol: str = "X", **rest: Any
) -> Action:
    levels = {name: rest.pop(name) for name in list(rest) if name in Protection.__dataclass_fields__}
    return Action(ActionKind.ENTER, symbol, side, Size(mode, value), protection=Protection(**levels), **rest)


def buy(value: float = 1000.0, **rest: Any) -> Action:
    return enter(Side.BUY, value, **rest)


def sell(value: float = 1000.0, **rest: Any) -> Action:
    return enter(Side.SELL, value, **rest)


def limit_buy(offset_pct: float = 1.0, **rest: Any) -> Action:
    """A thousand dollars at 99.00 where the close is 100: 101 lots."""
    return buy(order=OrderType.LIMIT, offset_pct=offset_pct, **rest)


def reduce(value: float, mode: SizeMode = SizeMode.POSITION_PCT, **rest: Any) -> Action:
    return Action(ActionKind.REDUCE, "X", size=Size(mode, value), **rest)


def protect(**levels: float) -> Action:
    return Action(ActionKind.PROTECT, "X", protection=Protection(**levels))


def leverage(value: float) -> Action:
    return Action(ActionKind.LEVERAGE, "X", leverage=value)


def cancel(scope: CancelScope) -> Action:
    return Action(ActionKind.CANCEL, "X", cancel=scope)


CLOSE = Action(ActionKind.CLOSE, "X")
SLIPPAGE_10 = replace(FREE, slippage_bps=10.0)
CAP_10 = replace(FREE, participation_pct=10.0)
LOOSE = replace(POLICY, max_entries=2)

TIME = [
    Scenario(
        "a market order fills at the next open",
        [100, (101, 102, 100, 101.5), 101.5],
        [(0, buy())],
        fills=[(1, 1, 100, 101.0, "taker")],
        equity={0: 10_000 * USD, 1: 10_005 * USD},
    ),
    Scenario(
        "a missing bar delays",
        {"X": [100, None, 102], "Y": [50, 50, 50]},
        [(0, buy())],
        fills=[(2, 1, 100, 102.0, "taker")],
    ),
    Scenario(
        "a symbol without a bar decides nothing",
        {"X": [100, None, 102, 103], "Y": [50, 50, 50, 50]},
        [(at(1, "Y"), buy())],
        orders=[],
    ),
    Scenario(
        "a position keeps its last mark",
        {"X": [100, 100, 110, None, 120], "Y": [50] * 5},
        [(0, buy())],
        equity={2: 10_100 * USD, 3: 10_100 * USD, 4: 10_200 * USD},
    ),
    Scenario(
        "a cross looks back to the symbol's own bar before",
        {"X": [100, None, 101, 102], "Y": [50] * 4},
        [(Test(Op.CROSS_ABOVE, Feature("X", "1h", "close"), Const(100.0)), buy())],
        fills=[(3, 1, 99, 102.0, "taker")],
    ),
    Scenario(
        "unknown fires neither as it is nor negated",
        [100, 100, 100, 100],
        [(Not(Test(Op.GT, Feature("X", "1h", "close"), Feature("X", "1h", "sma", (3.0,)))), buy())],
        fills=[(3, 1, 100, 100.0, "taker")],
    ),
    Scenario(
        "orders that never filled stay open",
        [100, 100, 100],
        [(0, limit_buy())],
        orders=[(LIMIT, "working", 101, 0)],
        equity={2: 10_000 * USD},
    ),
]

ROUNDING = [
    Scenario(
        "slippage is rounded against the one who pays",
        [100, (101.01, 102, 101, 101.01), 101.01],
        [(0, buy()), (1, CLOSE)],
        costs=replace(FREE, slippage_bps=25.0),
        fills=[(1, 1, 100, 101.27, "taker"), (2, -1, 100, 100.75, "taker")],
        trades=[(Reason.CLOSE_POSITION, 100, 101.27, 100.75, -5_200_000, 0, 0)],
    ),
    Scenario(
        "a fee is rounded up",
        [100, 101.01, 101.01],
        [(0, buy(10.2)), (1, CLOSE)],
        costs=Costs(slippage_bps=0.0),
        trades=[(Reason.CLOSE_POSITION, 1, 101.01, 101.01, 0, 4546 + 4546, 0)],
        equity={1: 10_000 * USD - 4546},
    ),
    Scenario(
        "a rebate is rounded down",
        [100, (100, 100, 98.5, 99), 99],
        [(0, limit_buy(0.99, value=10.2))],
        costs=replace(FREE, maker_bps=-1.5),
        fills=[(1, 1, 1, 99.01, "maker")],
        equity={1: 10_000 * USD + 1485 - 1000},
    ),
    Scenario(
        "significant figures widen the grid",
        [123.4, 123.4, (123.4, 123.4, 122.9, 123.4)],
        [(0, buy()), (1, replace(limit_buy(0.0), px=123.4))],
        instrument=replace(PLAIN, sig_figs=3),
        risk=LOOSE,
        fills=[(1, 1, 81, 124.0, "taker"), (2, 1, 81, 123.0, "maker")],
    ),
]

FUNDING = [
    Scenario(
        "a long pays funding before this bar's fills, rounded down",
        [100] * 4,
        [(0, buy()), (2, CLOSE)],
        funding_open={1: 0.001, 2: 0.0000123457, 3: 0.0001},
        trades=[(Reason.CLOSE_POSITION, 100, 100.0, 100.0, 0, 0, -12_346 - 100_000)],
        equity={1: 10_000 * USD, 2: 10_000 * USD - 12_346},
    ),
    Scenario(
        "a short receives it, rounded down",
        [100] * 4,
        [(0, sell()), (2, CLOSE)],
        funding_open={1: 0.001, 2: 0.0000123457, 3: 0.0001},
        trades=[(Reason.CLOSE_POSITION, 100, 100.0, 100.0, 0, 0, 12_345 + 100_000)],
    ),
    Scenario(
        "funding inside the bar is paid by the position after the open",
        [100] * 3,
        [(0, buy()), (1, CLOSE)],
        funding_inside={1: 0.0001, 2: 0.0001},
        trades=[(Reason.CLOSE_POSITION, 100, 100.0, 100.0, 0, 0, -100_000)],
    ),
    Scenario(
        "funding can be switched off",
        [100] * 3,
        [(0, buy())],
        funding_open={2: 0.01},
        costs=replace(FREE, funding=False),
        equity={2: 10_000 * USD},
    ),
]

GAPS = [
    Scenario(
        "an open beyond the stop is the exit",
        [100, 100, (95, 96, 94, 95)],
        [(0, buy(stop_loss_pct=2.0))],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 95.0, "taker")],
        trades=[(Reason.STOP_LOSS, 100, 100.0, 95.0, -50 * USD, 0, 0)],
        orders=[(MARKET, "filled", 100, 100), (STOP, "filled", 100, 100)],
    ),
    Scenario(
        "an open beyond the stop of a short",
        [100, 100, (105, 106, 104, 105)],
        [(0, sell(stop_loss_pct=2.0))],
        trades=[(Reason.STOP_LOSS, 100, 100.0, 105.0, -50 * USD, 0, 0)],
    ),
    Scenario(
        "an open beyond the target, without slippage",
        [100, 100, (106, 107, 105, 106)],
        [(0, buy(take_profit_pct=4.0))],
        costs=SLIPPAGE_10,
        fills=[(1, 1, 100, 100.1, "taker"), (2, -1, 100, 106.0, "maker")],
    ),
    Scenario(
        "ties go to the stop",
        [100, 100, 97],
        [(0, buy(stop_loss_pct=2.0, trailing_stop_pct=2.0))],
        trades=[(Reason.STOP_LOSS, 100, 100.0, 97.0, -30 * USD, 0, 0)],
    ),
    Scenario(
        "a stop that the entry's own open is beyond",
        [100, (98, 99.5, 97, 98)],
        [(0, buy(stop_loss_px=99.0))],
        trades=[(Reason.STOP_LOSS, 100, 98.0, 98.0, 0, 0, 0)],
    ),
    Scenario(
        "a target that the entry's own open is beyond",
        [100, (102, 103, 100, 100)],
        [(0, buy(take_profit_px=101.0))],
        trades=[(Reason.TAKE_PROFIT, 100, 102.0, 102.0, 0, 0, 0)],
    ),
]

WORKING_ORDERS = [
    Scenario("a bound holds", [100, 100.5], [(0, buy(bound_pct=0.5))], fills=[(1, 1, 100, 100.5, "taker")]),
    Scenario("beyond the bound", [100, 100.51], [(0, buy(bound_pct=0.5))], orders=[(MARKET, "canceled", 100, 0)]),
    Scenario(
        "beyond the bound of an exit",
        [100, 100, (99.4, 99.6, 99.4, 99.5), 99.5],
        [(0, buy()), (1, reduce(50.0, bound_pct=0.5))],
        orders=[(MARKET, "filled", 100, 100), (MARKET, "canceled", 50, 0)],
    ),
    Scenario(
        "a TWAP in three slices",
        [100] * 5,
        [(0, buy(order=OrderType.TWAP, duration_ms=5 * HOUR_MS // 2))],
        fills=[(1, 1, 33, 100.0, "taker"), (2, 1, 33, 100.0, "taker"), (3, 1, 34, 100.0, "taker")],
    ),
    Scenario(
        "a TWAP catches up after a missing bar",
        {"X": [100, 100, None, 100, 100], "Y": [50] * 5},
        [(0, buy(order=OrderType.TWAP, duration_ms=3 * HOUR_MS))],
        fills=[(1, 1, 33, 100.0, "taker"), (3, 1, 67, 100.0, "taker")],
    ),
    Scenario(
        "a limit order that is marketable on its first bar takes",
        [100, (98.5, 99, 98, 98.6)],
        [(0, limit_buy())],
        fills=[(1, 1, 101, 98.5, "taker")],
    ),
    Scenario(
        "later it makes, at the open when that is better",
        [100, (100, 100, 99.5, 99.8), (98.5, 99, 98, 98.6)],
        [(0, limit_buy())],
        fills=[(2, 1, 101, 98.5, "maker")],
    ),
    Scenario("a touch is not enough", [100, (100, 100, 99, 99.5)], [(0, limit_buy())], fills=[]),
    Scenario(
        "unless a touch is enough",
        [100, (100, 100, 99, 99.5)],
        [(0, limit_buy())],
        costs=replace(FREE, touch=True),
        fills=[(1, 1, 101, 99.0, "maker")],
    ),
    Scenario(
        "traded through",
        [100, (100, 100, 98.99, 99.5)],
        [(0, limit_buy())],
        costs=SLIPPAGE_10,
        fills=[(1, 1, 101, 99.0, "maker")],
    ),
    Scenario(
        "post-only does not take",
        [100, (98.5, 99, 98, 98.6)],
        [(0, limit_buy(tif=Tif.ALO))],
        orders=[(LIMIT, "canceled", 101, 0)],
    ),
    Scenario(
        "post-only makes",
        [100, (100, 100, 99.5, 99.8), (98.5, 99, 98, 98.6)],
        [(0, limit_buy(tif=Tif.ALO))],
        fills=[(2, 1, 101, 98.5, "maker")],
    ),
    Scenario(
        "immediate or cancel cancels",
        [100, (100, 100, 98, 99.5)],
        [(0, limit_buy(tif=Tif.IOC))],
        orders=[(LIMIT, "canceled", 101, 0)],
    ),
    Scenario(
        "immediate or cancel fills",
        [100, (100, 100, 98, 99.5)],
        [(0, replace(limit_buy(tif=Tif.IOC), px=101.0))],
        fills=[(1, 1, 99, 100.0, "taker")],
    ),
    Scenario(
        "an order expires before it fills",
        [100, 100, 100, 98],
        [(0, limit_buy(expire_ms=2 * HOUR_MS))],
        orders=[(LIMIT, "expired", 101, 0)],
    ),
    Scenario(
        "an order fills before it expires",
        [100, 100, 98, 98],
        [(0, limit_buy(expire_ms=2 * HOUR_MS))],
        orders=[(LIMIT, "filled", 101, 101)],
    ),
    Scenario(
        "an exit expires like any other order",
        {"X": [100, 100, None, 100, 100], "Y": [50] * 5},
        [(0, buy()), (1, reduce(50.0, expire_ms=HOUR_MS))],
        orders=[(MARKET, "filled", 100, 100), (MARKET, "expired", 50, 0)],
    ),
    Scenario(
        "a share of the volume at a time",
        [100] * 4,
        [(0, buy())],
        costs=CAP_10,
        volume=[1e6, 60.0, 30.0, 1e6],
        fills=[(1, 1, 60, 100.0, "taker"), (2, 1, 30, 100.0, "taker"), (3, 1, 10, 100.0, "taker")],
        orders=[(MARKET, "filled", 100, 100)],
    ),
    Scenario(
        "protection is never capped",
        [100, 100, 95],
        [(0, buy(stop_loss_pct=2.0))],
        costs=CAP_10,
        volume=[1e6, 1e6, 1.0],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 95.0, "taker")],
    ),
    Scenario(
        "the exit order goes with the position",
        [100, 100, (99, 99, 97, 98)],
        [(0, buy(stop_loss_pct=2.0)), (1, reduce(50.0, order=OrderType.LIMIT, offset_pct=5.0))],
        orders=[(MARKET, "filled", 100, 100), (LIMIT, "canceled", 50, 0), (STOP, "filled", 100, 100)],
    ),
    Scenario(
        "an entry waits for the other side to be gone",
        [100] * 5,
        [(2, cancel(CancelScope.EXITS)), (1, CLOSE), (3, CLOSE), (0, buy()), (1, sell())],
        costs=CAP_10,
        volume=[1e6, 1e6, 0.5, 1e6, 1e6],
        fills=[(1, 1, 100, 100.0, "taker"), (4, -1, 100, 100.0, "taker"), (4, -1, 100, 100.0, "taker")],
    ),
    Scenario(
        "stop and reverse at one open",
        [100, 100, 101],
        [(1, CLOSE), (0, buy()), (1, sell())],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 101.0, "taker"), (2, -1, 100, 101.0, "taker")],
        trades=[(Reason.CLOSE_POSITION, 100, 100.0, 101.0, 10 * USD, 0, 0)],
    ),
]

# A hundredth of an hour: a tenth of the way from the open to the bar's extreme.
LATE = replace(FREE, latency_ms=36_000.0)
LATENCY = [
    Scenario(
        "a late order meets a price that moved against it",
        [100, (101, 103, 99, 101.5), (101.5, 102, 100, 101)],
        [(0, buy()), (1, CLOSE)],
        costs=LATE,
        fills=[(1, 1, 100, 101.2, "taker"), (2, -1, 100, 101.35, "taker")],
    ),
    Scenario(
        "a late order beyond its bound",
        [100, (100.5, 103, 99, 101.5)],
        [(0, buy(bound_pct=0.5))],
        costs=LATE,
        orders=[(MARKET, "canceled", 100, 0)],
    ),
    Scenario(
        "a late limit order takes at what it meets",
        [100, (98.5, 99.5, 98, 98.6)],
        [(0, limit_buy())],
        costs=LATE,
        fills=[(1, 1, 101, 98.6, "taker")],
    ),
    Scenario(
        "a late limit order pays no more than its limit",
        [100, (98.5, 109, 98, 108)],
        [(0, limit_buy())],
        costs=LATE,
        fills=[(1, 1, 101, 99.0, "taker")],
    ),
    Scenario(
        "an order that rests is there",
        [100, (100, 100, 99.5, 99.8), (98.5, 99, 98, 98.6)],
        [(0, limit_buy())],
        costs=LATE,
        fills=[(2, 1, 101, 98.5, "maker")],
    ),
    Scenario(
        "the later slices of a TWAP are there",
        [100, *[(100, 101, 100, 100)] * 4],
        [(0, buy(order=OrderType.TWAP, duration_ms=3 * HOUR_MS))],
        costs=LATE,
        fills=[(1, 1, 33, 100.1, "taker"), (2, 1, 33, 100.0, "taker"), (3, 1, 34, 100.0, "taker")],
    ),
    Scenario(
        "the levels of a late entry are held against the price that it met",
        [100, (101, 103, 101, 102), 102],
        [(0, buy(stop_loss_pct=0.1))],
        costs=LATE,
        trades=[(Reason.STOP_LOSS, 100, 101.2, 101.09, -1_100_000, 0, 0)],
    ),
]

WITHIN_THE_BAR = [
    Scenario(
        "a stop fills at its level less slippage",
        [100, 100, (99, 99.5, 97, 98)],
        [(0, buy(stop_loss_pct=2.0))],
        costs=SLIPPAGE_10,
        trades=[(Reason.STOP_LOSS, 100, 100.1, 97.99, -21_100_000, 0, 0)],
    ),
    Scenario(
        "a target fills at its level",
        [100, 100, (101, 105, 100, 104)],
        [(0, buy(take_profit_pct=4.0))],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 104.0, "maker")],
    ),
    Scenario(
        "the bar of the fill counts",
        [100, (100, 100, 97, 99)],
        [(0, buy(stop_loss_pct=2.0))],
        fills=[(1, 1, 100, 100.0, "taker"), (1, -1, 100, 98.0, "taker")],
    ),
    Scenario(
        "both in one bar: the stop, and it is counted",
        [100, 100, (100, 105, 97, 101)],
        [(0, buy(stop_loss_pct=2.0, take_profit_pct=4.0))],
        trades=[(Reason.STOP_LOSS, 100, 100.0, 98.0, -20 * USD, 0, 0)],
        ambiguous=1,
    ),
    Scenario(
        "both in one bar: finer bars find the target first",
        [100, 100, (100, 105, 97, 101)],
        [(0, buy(stop_loss_pct=2.0, take_profit_pct=4.0))],
        fine={2: [(100, 103, 99), (103, 104.5, 102), (104, 105, 97)]},
        trades=[(Reason.TAKE_PROFIT, 100, 100.0, 104.0, 40 * USD, 0, 0)],
        ambiguous=0,
    ),
    Scenario(
        "both in one bar: a finer open beyond the stop",
        [100, 100, (100, 105, 97, 101)],
        [(0, buy(stop_loss_pct=2.0, take_profit_pct=4.0))],
        fine={2: [(100, 103, 99), (97.5, 105, 97)]},
        trades=[(Reason.STOP_LOSS, 100, 100.0, 97.5, -25 * USD, 0, 0)],
        ambiguous=0,
    ),
    Scenario(
        "both in one bar: finer bars that touch neither do not decide",
        [100, 100, (100, 105, 97, 101)],
        [(0, buy(stop_loss_pct=2.0, take_profit_pct=4.0))],
        fine={2: [(100, 103, 99)]},
        trades=[(Reason.STOP_LOSS, 100, 100.0, 98.0, -20 * USD, 0, 0)],
        ambiguous=1,
    ),
    Scenario(
        "a trailing stop acts from the next bar on",
        [100, (100, 110, 99, 109), (109, 109.5, 107, 108)],
        [(0, buy(trailing_stop_pct=2.0))],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 107.8, "taker")],
        orders=[(MARKET, "filled", 100, 100), (TRAIL, "filled", 100, 100)],
    ),
    Scenario(
        "a trailing stop that is set later starts at that close",
        [100, (100, 112, 100, 105), (104, 104, 102.5, 103)],
        [(1, protect(trailing_stop_pct=2.0)), (0, buy())],
        trades=[(Reason.TRAILING_STOP, 100, 100.0, 102.9, 29 * USD, 0, 0)],
    ),
    Scenario(
        "a limit exit sells what is left",
        [100, 100, (101, 102.5, 100, 101)],
        [(1, reduce(50.0, order=OrderType.LIMIT, offset_pct=2.0)), (0, buy())],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 50, 102.0, "maker")],
    ),
    Scenario(
        "a stop after an entry within the bar",
        [100, (100, 103, 97, 100)],
        [(0, limit_buy(stop_loss_pct=2.0, take_profit_pct=1.0))],
        fills=[(1, 1, 101, 99.0, "maker"), (1, -1, 101, 97.02, "taker")],
        ambiguous=0,
    ),
    Scenario(
        "a target after an entry within the bar needs the close",
        [100, (100, 103, 98.5, 99.5), (99.5, 100.5, 99, 100)],
        [(0, limit_buy(take_profit_pct=1.0))],
        fills=[(1, 1, 101, 99.0, "maker"), (2, -1, 101, 99.99, "maker")],
    ),
    Scenario(
        "a target after an entry within the bar that closed there",
        [100, (100, 103, 98.5, 100)],
        [(0, limit_buy(take_profit_pct=1.0))],
        fills=[(1, 1, 101, 99.0, "maker"), (1, -1, 101, 99.99, "maker")],
    ),
    Scenario(
        "a stop that the limit price is already beyond",
        [100, (100, 100, 98.5, 99)],
        [(0, limit_buy(stop_loss_px=99.5))],
        fills=[(1, 1, 101, 99.0, "maker"), (1, -1, 101, 99.0, "taker")],
    ),
    Scenario(
        "an extreme after an entry within the bar is the close",
        [100, (100, 103, 98.5, 101), (100, 100, 98.9, 99)],
        [(0, limit_buy(trailing_stop_pct=2.0))],
        fills=[(1, 1, 101, 99.0, "maker"), (2, -1, 101, 98.98, "taker")],
    ),
]

LEVERAGE = [
    Scenario(
        "liquidation at its level",
        [100, 100, (95, 95, 90.9, 92)],
        [(0, buy(leverage=10.0))],
        trades=[(Reason.LIQUIDATION, 100, 100.0, 90.9, -91 * USD, 0, 0)],
        orders=[(MARKET, "filled", 100, 100), (LIQUIDATION, "filled", 100, 100)],
    ),
    Scenario(
        "liquidation less slippage, no worse than the bankruptcy price",
        [100, 100, (95, 95, 92, 93)],
        [(0, buy(leverage=10.0))],
        costs=replace(FREE, slippage_bps=200.0),
        fills=[(1, 1, 100, 102.0, "taker"), (2, -1, 100, 91.8, "taker")],
    ),
    Scenario(
        "liquidation in a gap",
        [100, 100, 90.5],
        [(0, buy(leverage=10.0))],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 90.5, "taker")],
    ),
    Scenario(
        "liquidation in a gap beyond bankruptcy",
        [100, 100, 85],
        [(0, buy(leverage=10.0))],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 90.0, "taker")],
    ),
    Scenario(
        "a short at leverage 1 can be liquidated",
        [100, 100, (150, 198.02, 150, 160)],
        [(0, sell())],
        trades=[(Reason.LIQUIDATION, 100, 100.0, 198.02, -980_200_000, 0, 0)],
    ),
    Scenario("a long at leverage 1 can not", [100, 100, (1, 1, 0.5, 1)], [(0, buy())], trades=[]),
    Scenario(
        "nor can a spot position",
        [100, 100, 80],
        [(0, buy(leverage=10.0))],
        instrument=replace(PLAIN, kind=InstrumentKind.SPOT),
        trades=[],
    ),
    Scenario(
        "leverage can be changed",
        [100, 100, (95, 95, 90, 92)],
        [(1, leverage(10.0)), (0, buy())],
        trades=[(Reason.LIQUIDATION, 100, 100.0, 90.9, -91 * USD, 0, 0)],
        refusals=[],
    ),
    Scenario(
        "but not above the policy",
        [100, 100, (95, 95, 90, 92)],
        [(0, leverage(10.0)), (1, leverage(10.0)), (0, buy())],
        risk=replace(POLICY, max_leverage=5.0),
        trades=[],
        refusals=[(1, Refusal.LEVERAGE_LIMIT)],
    ),
    Scenario(
        "nor beyond the free margin",
        [100, 100, 100],
        [(1, leverage(1.0)), (0, buy(20_000.0, leverage=10.0))],
        refusals=[(1, Refusal.INSUFFICIENT_MARGIN)],
    ),
]

BOOKS = [
    Scenario(
        "a second entry moves the average and the levels",
        [100, (100, 110, 100, 110), 110, (105, 105, 102.64, 103)],
        [(0, buy()), (1, buy(stop_loss_pct=2.0))],
        risk=LOOSE,
        trades=[(Reason.STOP_LOSS, 190, 104.736842, 102.64, -39_840_000, 0, 0)],
    ),
    Scenario(
        "a part takes its share of cost, fees and funding",
        [100, 100, 110, 110],
        [(1, reduce(30.0)), (2, CLOSE), (0, buy())],
        costs=replace(FREE, taker_bps=5.0),
        funding_open={2: 0.0001},
        trades=[
            (Reason.REDUCE_POSITION, 30, 100.0, 110.0, 30 * USD, 315_000, -33_000),
            (Reason.CLOSE_POSITION, 70, 100.0, 110.0, 70 * USD, 735_000, -77_000),
        ],
    ),
    Scenario(
        "a later entry starts the trailing extreme again",
        [100, (100, 110, 100, 110), (106, 107, 105, 106), (106, 106, 104.9, 105), (105, 105, 104.8, 105)],
        [(0, buy(trailing_stop_pct=5.0)), (1, buy(trailing_stop_pct=2.0))],
        risk=LOOSE,
        fills=[(1, 1, 100, 100.0, "taker"), (2, 1, 90, 106.0, "taker"), (4, -1, 190, 104.86, "taker")],
    ),
    Scenario(
        "what a working entry still buys after a stop is a new position",
        [100, 100, (97, 99, 97, 99), (98.5, 98.5, 96.6, 97)],
        [(0, buy(stop_loss_pct=2.0))],
        costs=CAP_10,
        volume=[1e6, 60.0, 1e6, 1e6],
        fills=[
            (1, 1, 60, 100.0, "taker"),
            (2, -1, 60, 97.0, "taker"),
            (2, 1, 40, 97.0, "taker"),
        ],
    ),
    Scenario(
        "levels that a rule set survive the next slice",
        [100, 100, 100, (100, 103, 99, 102)],
        [(1, protect(take_profit_pct=3.0)), (0, buy(order=OrderType.TWAP, duration_ms=2 * HOUR_MS))],
        trades=[(Reason.TAKE_PROFIT, 100, 100.0, 103.0, 30 * USD, 0, 0)],
    ),
]

RISK = [
    Scenario(
        "a drawdown flattens and halts",
        [100, 100, (100, 100, 89, 89), 88, 88],
        [(0, buy(5000.0)), (3, buy())],
        risk=replace(POLICY, max_drawdown_pct=5.0),
        trades=[(Reason.DRAWDOWN, 500, 100.0, 88.0, -600 * USD, 0, 0)],
        refusals=[(3, Refusal.DRAWDOWN_HALT)],
    ),
    Scenario(
        "a drawdown only halts",
        [100, 100, 89, 88, 88],
        [(0, buy(5000.0)), (3, buy())],
        risk=replace(LOOSE, max_drawdown_pct=5.0, on_drawdown=OnDrawdown.HALT),
        trades=[],
        refusals=[(3, Refusal.DRAWDOWN_HALT)],
    ),
    Scenario(
        "a flattened position need not have a bar",
        {"X": [100, 100, None, 99, 99], "Y": [100, 100, 80, 80, 80]},
        [(0, buy()), (at(0, "Y"), buy(4000.0, symbol="Y"))],
        risk=replace(POLICY, max_drawdown_pct=5.0),
        trades=[
            (Reason.DRAWDOWN, 100, 100.0, 99.0, -10 * USD, 0, 0),
            (Reason.DRAWDOWN, 400, 100.0, 80.0, -800 * USD, 0, 0),
        ],
    ),
    Scenario(
        "a position has its time",
        [100] * 5,
        [(0, buy())],
        risk=replace(POLICY, position_timeout_seconds=7200),
        fills=[(1, 1, 100, 100.0, "taker"), (3, -1, 100, 100.0, "taker")],
        trades=[(Reason.TIMEOUT, 100, 100.0, 100.0, 0, 0, 0)],
    ),
    Scenario(
        "after a day's loss, no entries until the next",
        [100, 100, 95] + [100] * 23,
        [(4, CLOSE), (0, buy(5000.0)), (3, buy())],
        risk=replace(LOOSE, daily_loss_pct=2.0),
        fills=[(1, 1, 500, 100.0, "taker"), (5, -1, 500, 100.0, "taker"), (25, 1, 500, 100.0, "taker")],
        refusals=[(3, Refusal.DAILY_LOSS)],
    ),
]

ACTIONS = [
    Scenario(
        "a new exit replaces a working one",
        [100] * 4,
        [
            (1, reduce(50.0, order=OrderType.LIMIT, offset_pct=5.0)),
            (2, reduce(50.0, order=OrderType.LIMIT, offset_pct=4.0)),
            (0, buy()),
        ],
        orders=[(MARKET, "filled", 100, 100), (LIMIT, "canceled", 50, 0), (LIMIT, "working", 50, 0)],
    ),
    Scenario(
        "a market exit of as many lots stays",
        [100] * 3,
        [(1, CLOSE), (1, reduce(100.0, order=OrderType.TWAP, duration_ms=HOUR_MS)), (1, CLOSE), (0, buy())],
        orders=[(MARKET, "filled", 100, 100), (MARKET, "filled", 100, 100)],
    ),
    Scenario(
        "a reduction by notional and by quantity",
        [100, 100, 105, 105],
        [
            (1, reduce(333.0, SizeMode.NOTIONAL_USD)),
            (2, reduce(2.59, SizeMode.QTY)),
            (0, buy()),
        ],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 33, 105.0, "taker"), (3, -1, 25, 105.0, "taker")],
    ),
    Scenario(
        "a reduction is no larger than the position",
        [100] * 3,
        [(1, reduce(50.0, SizeMode.QTY)), (0, buy())],
        orders=[(MARKET, "filled", 100, 100), (MARKET, "filled", 100, 100)],
    ),
    Scenario(
        "nothing to close", [100] * 3, [(0, CLOSE), (1, reduce(50.0)), (1, protect(stop_loss_pct=1.0))], orders=[]
    ),
    Scenario(
        "an entry can be cancelled",
        [100, 100, 98],
        [(1, cancel(CancelScope.ENTRIES)), (0, limit_buy())],
        orders=[(LIMIT, "canceled", 101, 0)],
    ),
    Scenario(
        "protection can be cancelled",
        [100, 100, 95],
        [(1, cancel(CancelScope.PROTECTION)), (0, buy(stop_loss_pct=2.0))],
        trades=[],
    ),
    Scenario(
        "protecting names a level and leaves the others: the target",
        [100, 100, (100, 103, 99, 102)],
        [(1, protect(take_profit_px=103.0)), (0, buy(stop_loss_pct=2.0))],
        trades=[(Reason.TAKE_PROFIT, 100, 100.0, 103.0, 30 * USD, 0, 0)],
    ),
    Scenario(
        "protecting names a level and leaves the others: the stop",
        [100, 100, (100, 101, 98, 99)],
        [(1, protect(take_profit_px=103.0)), (0, buy(stop_loss_pct=2.0))],
        trades=[(Reason.STOP_LOSS, 100, 100.0, 98.0, -20 * USD, 0, 0)],
    ),
    Scenario(
        "guards see the position before any action",
        [100, 100, 100],
        [
            (1, CLOSE),
            (0, buy()),
            (All((at(1), Test(Op.GT, State("X", StateField.QTY), Const(0.0)))), sell()),
        ],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 100.0, "taker"), (2, -1, 100, 100.0, "taker")],
    ),
]

SIZES = [
    Scenario(f"size: {name}", [100, 100], [(0, buy(value, mode=mode, **rest))], orders=[(MARKET, "filled", lots, lots)])
    for name, value, mode, lots, rest in (
        ("margin", 100.0, SizeMode.MARGIN_USD, 50, {"leverage": 5.0}),
        ("share of the equity", 10.0, SizeMode.EQUITY_PCT, 100, {}),
        ("risk by a percentage", 1.0, SizeMode.RISK_PCT, 500, {"stop_loss_pct": 2.0}),
        ("risk by a price", 1.0, SizeMode.RISK_PCT, 200, {"stop_loss_px": 95.0}),
        ("risk by a trailing stop", 1.0, SizeMode.RISK_PCT, 250, {"trailing_stop_pct": 4.0}),
        ("quantity", 3.17, SizeMode.QTY, 31, {}),
    )
]

CAPS = [
    Scenario(
        "an order is cut to the policy's size",
        [100, 100],
        [(0, buy())],
        risk=replace(POLICY, max_order_usd=500.0),
        orders=[(MARKET, "filled", 50, 50)],
        refusals=[(0, Refusal.CAPPED)],
    ),
    Scenario(
        "an order is cut to what is left of the capital",
        [100, 100, 100],
        [(0, buy(300.0, leverage=2.0)), (1, buy(leverage=2.0))],
        risk=replace(LOOSE, allocated_capital_usd=200.0),
        orders=[(MARKET, "filled", 30, 30), (MARKET, "filled", 10, 10)],
        refusals=[(1, Refusal.CAPPED)],
    ),
]


def refused(name: str, why: Refusal, *does: Any, **rest: Any) -> Scenario:
    """Refused at row 0, and nothing else."""
    return Scenario(name, [100, 100], [(0, action) for action in does], refusals=[(0, why)], **rest)


REFUSALS = [
    refused("less than a lot", Refusal.BELOW_LOT, buy(9.99), orders=[]),
    refused(
        "less than the venue takes",
        Refusal.BELOW_MIN_NOTIONAL,
        buy(29.0),
        instrument=replace(PLAIN, min_notional_usd=Decimal("20.01")),
        orders=[],
    ),
    refused("more than the margin", Refusal.INSUFFICIENT_MARGIN, buy(10_010.0), orders=[]),
    refused("risk without a stop", Refusal.NO_STOP_DISTANCE, buy(1.0, mode=SizeMode.RISK_PCT), orders=[]),
    refused(
        "risk with a stop on the wrong side",
        Refusal.NO_STOP_DISTANCE,
        buy(1.0, mode=SizeMode.RISK_PCT, stop_loss_px=105.0),
        orders=[],
    ),
    refused(
        "a symbol that is not allowed",
        Refusal.SYMBOL_NOT_ALLOWED,
        buy(),
        risk=replace(POLICY, allowed_symbols=("Y",)),
        orders=[],
    ),
    refused("leverage above the instrument's", Refusal.LEVERAGE_LIMIT, buy(leverage=51.0), orders=[]),
    refused(
        "leverage above the policy's",
        Refusal.LEVERAGE_LIMIT,
        buy(leverage=4.0),
        risk=RiskPolicy(max_leverage=3.0),
        orders=[],
    ),
    refused("an entry is working", Refusal.ENTRY_WORKING, buy(), sell(), orders=[(MARKET, "filled", 100, 100)]),
    Scenario(
        "the other side is open",
        [100, 100, 100],
        [(0, buy()), (1, sell())],
        refusals=[(1, Refusal.OPPOSITE_POSITION)],
    ),
    Scenario(
        "already in a position",
        [100, 100, 100],
        [(0, buy()), (1, buy())],
        refusals=[(1, Refusal.ALREADY_IN_POSITION)],
    ),
    Scenario(
        "a cooldown between entries",
        [100, (100, 101, 100, 100), 100, 100],
        [(0, buy(take_profit_pct=0.5)), (1, buy()), (2, buy())],
        risk=replace(POLICY, cooldown_seconds=7200),
        fills=[(1, 1, 100, 100.0, "taker"), (1, -1, 100, 100.5, "maker"), (3, 1, 100, 100.0, "taker")],
        refusals=[(1, Refusal.COOLDOWN)],
    ),
    Scenario(
        "a cooldown after a losing stop",
        [100, (100, 100, 97, 100), 100, 100, 100],
        [(0, buy(stop_loss_pct=2.0)), (1, buy()), (2, buy()), (3, buy())],
        risk=replace(POLICY, cooldown_after_stop_seconds=7200),
        refusals=[(1, Refusal.COOLDOWN_AFTER_STOP), (2, Refusal.COOLDOWN_AFTER_STOP)],
        fills=[(1, 1, 100, 100.0, "taker"), (1, -1, 100, 98.0, "taker"), (4, 1, 100, 100.0, "taker")],
    ),
    Scenario(
        "no cooldown after a trailing stop that won",
        [100, (100, 110, 100, 110), (109, 109, 107, 108), 108],
        [(0, buy(trailing_stop_pct=2.0)), (2, buy())],
        risk=replace(POLICY, cooldown_after_stop_seconds=7200),
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 107.8, "taker"), (3, 1, 92, 108.0, "taker")],
        refusals=[],
    ),
    Scenario(
        "another entry is not another position",
        [100, 100, 100],
        [(0, buy()), (1, buy())],
        risk=replace(LOOSE, max_open_positions=1),
        fills=[(1, 1, 100, 100.0, "taker"), (2, 1, 100, 100.0, "taker")],
        refusals=[],
    ),
    Scenario(
        "all of the margin, twice over when the first is about to be freed",
        [100, 100, 100],
        [(1, CLOSE), (0, buy(10_000.0)), (1, sell(10_000.0))],
        fills=[(1, 1, 1000, 100.0, "taker"), (2, -1, 1000, 100.0, "taker"), (2, -1, 1000, 100.0, "taker")],
        refusals=[],
    ),
    Scenario(
        "enough positions",
        {"X": [100, 100, 100], "Y": [100, 100, 100]},
        [(1, CLOSE), (0, buy()), (at(0, "Y"), buy(symbol="Y")), (at(1, "Y"), buy(symbol="Y"))],
        risk=replace(POLICY, max_open_positions=1),
        refusals=[(0, Refusal.MAX_OPEN_POSITIONS)],
        fills=[(1, 1, 100, 100.0, "taker"), (2, -1, 100, 100.0, "taker"), (2, 1, 100, 100.0, "taker")],
    ),
]

SCENARIOS = (
    *(*TIME, *ROUNDING, *FUNDING, *GAPS, *WORKING_ORDERS, *WITHIN_THE_BAR, *LEVERAGE, *BOOKS, *RISK, *ACTIONS),
    *(*LATENCY, *SIZES, *CAPS, *REFUSALS),
)
