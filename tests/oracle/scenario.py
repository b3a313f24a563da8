"""A tiny tape, what is ordered when, and what must come of it; for the oracle and for the engine alike."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from paddock.core.instrument import Instrument
from paddock.core.orders import OrderKind, Reason, Refusal
from paddock.core.time import HOUR_MS
from paddock.engine.costs import Costs
from paddock.engine.log import CANCELED, EXPIRED, FILLED, WORKING, Run
from paddock.market.features import Feature
from paddock.market.tape import FineBars, Floats, Tape
from paddock.strategy.expr import All, Const, Expr, Op, Test
from paddock.strategy.program import Action, Program, RiskPolicy, Rule

from .model import OracleRun

START = 1_704_067_200_000  # midnight UTC: the bar of row r closes at minute 60 * (r + 1) of the day
FREE = Costs(taker_bps=0.0, maker_bps=0.0, slippage_bps=0.0)
PLAIN = Instrument(
    "test", "X", px_decimals=2, qty_decimals=1, max_leverage=50, maintenance_margin=0.01, maker_bps=1.5, taker_bps=4.5
)
POLICY = RiskPolicy(max_leverage=50.0)
STATES = {WORKING: "working", FILLED: "filled", CANCELED: "canceled", EXPIRED: "expired"}
Ohlc = tuple[float, float, float, float]
Flat = float  # o = h = l = c
Column = list[Ohlc | Flat | None]  # None: the bar is missing


@dataclass(frozen=True)
class Scenario:
    """`does` are (row of the decision, action). Expectations that are None are not looked at.

    fills: (row, side, lots, price, "maker" | "taker"); trades: (reason, lots, entry, exit, realised, fees, funding);
    refusals: (row, Refusal); orders: (kind, state, lots, filled); equity by row. Money is in micro-dollars;
    an average entry is rounded to six decimals.
    """

    name: str
    bars: Column | dict[str, Column]
    does: list[tuple[int, Action] | tuple[Expr, Action]]
    fills: list[tuple[int, int, int, float, str]] | None = None
    trades: list[tuple[Reason, int, float, float, int, int, int]] | None = None
    refusals: list[tuple[int, Refusal]] | None = None
    orders: list[tuple[OrderKind, str, int, int]] | None = None
    equity: dict[int, int] | None = None
    ambiguous: int | None = None
    costs: Costs = FREE
    risk: RiskPolicy = POLICY
    instrument: Instrument = PLAIN
    volume: list[float] | None = None  # base units by row
    funding_open: dict[int, float] | None = None
    funding_inside: dict[int, float] | None = None
    fine: dict[int, list[tuple[float, float, float]]] | None = None  # open, high, low under the bar of that row
    start_usd: Decimal = Decimal(10_000)

    @property
    def columns(self) -> dict[str, Column]:
        return self.bars if isinstance(self.bars, dict) else {"X": self.bars}

    def tape(self) -> Tape:
        names = sorted(self.columns)
        rows = max(map(len, self.columns.values()))
        bars = np.full((5, len(names), rows), math.nan)
        for s, name in enumerate(names):
            for t, bar in enumerate(self.columns[name]):
                if bar is not None:
                    bars[:4, s, t] = bar
                    bars[4, s, t] = self.volume[t] if self.volume else 1e6
        ts = START + HOUR_MS * np.arange(rows, dtype=np.int64)
        return Tape(
            venue="test",
            interval="1h",
            symbols=tuple(names),
            instruments=tuple(replace(self.instrument, symbol=name) for name in names),
            ts=ts,
            open=bars[0],
            high=bars[1],
            low=bars[2],
            close=bars[3],
            volume=bars[4],
            funding_open=self._rates(self.funding_open, names, rows),
            funding_inside=self._rates(self.funding_inside, names, rows),
            funding_last=np.full((len(names), rows), math.nan),
            open_interest=np.zeros((len(names), 0)),
            fine=self._fine(len(names), rows),
            funding_coverage=None,
            fidelity="1h bars",
            source="by hand",
        )

    def program(self) -> Program:
        rules = tuple(
            Rule(action, at(when) if isinstance(when, int) else when, f"n{i}")
            for i, (when, action) in enumerate(self.does)
        )
        return Program("by hand", "by hand", "test", tuple(sorted(self.columns)), "1h", self.risk, rules)

    def _rates(self, rates: dict[int, float] | None, names: list[str], rows: int) -> Floats:
        if self.funding_open is None and self.funding_inside is None:
            return np.zeros((len(names), 0))
        column = np.zeros((len(names), rows))
        for row, rate in (rates or {}).items():
            column[:, row] = rate
        return column

    def _fine(self, symbols: int, rows: int) -> FineBars | None:
        if self.fine is None:
            return None
        start, end = np.zeros((symbols, rows), np.int64), np.zeros((symbols, rows), np.int64)
        flat: list[tuple[float, float, float]] = []
        for row in range(rows):
            start[:, row] = len(flat)
            flat += self.fine.get(row, [])
            end[:, row] = len(flat)
        open_, high, low = np.array(flat, dtype=np.float64).T.copy()
        return FineBars("15m", open_, high, low, start, end)


def at(row: int, symbol: str = "X") -> Expr:
    """True at the close of that row alone, for a symbol that has a bar there."""
    minute = Feature(symbol, "1h", "minute_of_day")
    value = Const(float(60 * (row + 1)))
    return All((Test(Op.GE, minute, value), Test(Op.LE, minute, value)))


def outcome(run: OracleRun | Run) -> dict[str, Any]:
    """A run of either kind in the words of a scenario."""
    get = lambda row, name: getattr(row, name) if isinstance(run, OracleRun) else row[name].item()  # noqa: E731
    rows = lambda table, *names: [tuple(get(row, name) for name in names) for row in table]  # noqa: E731
    return {
        "fills": [
            (bar, side, lots, float(px), "maker" if maker else "taker")
            for bar, side, lots, px, maker in rows(run.fills, "bar", "side", "lots", "px", "maker")
        ],
        "trades": [
            (Reason(reason), lots, round(float(entry), 6), float(exit_), *money)
            for reason, lots, entry, exit_, *money in rows(
                run.trades, "reason", "lots", "entry_px", "exit_px", "realised", "fees", "funding"
            )
        ],
        "refusals": [(bar, Refusal(reason)) for bar, reason in rows(run.refusals, "bar", "reason")],
        "orders": [
            (OrderKind(kind), STATES[state], lots, filled)
            for kind, state, lots, filled in rows(run.orders, "kind", "state", "lots", "filled")
        ],
        "equity": dict(enumerate(list(map(int, run.equity)))),
        "ambiguous": run.bars_ambiguous,
    }


def unmet(scenario: Scenario, run: OracleRun | Run) -> list[str]:
    """What came out otherwise than written."""
    got = outcome(run)
    wrong = []
    for name in ("fills", "trades", "refusals", "orders", "ambiguous"):
        wanted = getattr(scenario, name)
        if wanted is not None and wanted != got[name]:
            wrong.append(f"{name}: wanted {wanted}\n      got {got[name]}")
    for row, amount in (scenario.equity or {}).items():
        if got["equity"][row] != amount:
            wrong.append(f"equity at {row}: wanted {amount}, got {got['equity'][row]}")
    return wrong
