"""Hand-made runs: what the engine would leave behind, without the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from paddock.core.instrument import Instrument
from paddock.core.orders import OrderKind, Reason
from paddock.core.time import DAY_MS, interval_ms
from paddock.engine.costs import Costs
from paddock.engine.log import FILL, FILLED, ORDER, REFUSAL, TRADE, Run
from paddock.market.tape import Tape
from paddock.strategy.program import Program, RiskPolicy

START_TS = 1_735_689_600_000  # 2025-01-01
USD = 1_000_000


def tape(symbols: Sequence[str] = ("BTC",), bars: int = 48, interval: str = "1h", seed: int = 7) -> Tape:
    rng = np.random.default_rng(seed)
    step = interval_ms(interval)
    ts = START_TS + step * np.arange(bars, dtype=np.int64)
    shape = (len(symbols), bars)
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.01, shape), axis=1)), 2)
    open_ = np.concatenate([np.full((len(symbols), 1), 100.0), close[:, :-1]], axis=1)
    spread = np.round(rng.uniform(0, 0.5, shape), 2)
    none = np.empty((len(symbols), 0))
    return Tape(
        venue="hyperliquid",
        interval=interval,
        symbols=tuple(symbols),
        instruments=tuple(Instrument("hyperliquid", s, px_decimals=2, qty_decimals=4) for s in symbols),
        ts=ts,
        open=open_,
        high=np.maximum(open_, close) + spread,
        low=np.minimum(open_, close) - spread,
        close=close,
        volume=np.full(shape, 1000.0),
        funding_open=none,
        funding_inside=none,
        funding_last=none,
        open_interest=none,
        fine=None,
        funding_coverage=None,
        fidelity=f"{interval} bars",
        source="made by hand",
    )


def program(symbols: Sequence[str] = ("BTC",), interval: str = "1h", name: str = "By hand") -> Program:
    return Program(name, "ab" * 32, "hyperliquid", tuple(symbols), interval, RiskPolicy(), ())


def run(
    equity: Sequence[int],
    trades: np.ndarray | None = None,
    *,
    start_equity: int = 10_000 * USD,
    on: Tape | None = None,
    orders: np.ndarray | None = None,
    fills: np.ndarray | None = None,
    refusals: np.ndarray | None = None,
    costs: Costs | None = None,
    interval: str = "1h",
) -> Run:
    tape_ = on or tape(bars=len(equity), interval=interval)
    rows = np.zeros(0, TRADE) if trades is None else trades
    curve = np.array(equity, np.int64)
    return Run(
        program=program(tape_.symbols, tape_.interval),
        tape=tape_,
        costs=costs or Costs(),
        start=0,
        end=len(curve),
        start_equity=start_equity,
        cash=start_equity + int(rows["pnl"].sum()),
        equity=curve,
        orders=np.zeros(0, ORDER) if orders is None else orders,
        fills=np.zeros(0, FILL) if fills is None else fills,
        trades=rows,
        refusals=np.zeros(0, REFUSAL) if refusals is None else refusals,
        positions=(),
        fees=int(rows["fees"].sum()),
        funding=int(rows["funding"].sum()),
        realised=int(rows["realised"].sum()),
        bars_exposed=0,
        bars_ambiguous=0,
    )


def trades_of(pnls: Sequence[int], symbols: Sequence[int] | None = None, bars: int = 1) -> np.ndarray:
    """One trade a bar with these PnLs [micro-dollars]: 1 unit (10,000 lots) long from 100, without costs."""
    rows = np.zeros(len(pnls), TRADE)
    at = np.arange(len(pnls))
    rows["side"], rows["reason"], rows["lots"] = 1, Reason.CLOSE_POSITION, 10_000
    rows["symbol"] = 0 if symbols is None else symbols
    rows["entry_bar"], rows["exit_bar"] = at, at + bars
    rows["entry_ts"] = START_TS + 3_600_000 * rows["entry_bar"]
    rows["exit_ts"] = START_TS + 3_600_000 * rows["exit_bar"]
    rows["entry_px"] = 100.0
    rows["pnl"] = rows["realised"] = pnls
    rows["exit_px"] = np.round(100.0 + rows["pnl"] / USD, 2)
    return rows


def market_orders(count: int, symbols: Sequence[int] | None = None, px: float = 100.0) -> tuple[np.ndarray, np.ndarray]:
    """Filled market orders, alternating buy and sell of one unit, one a bar, and their fills."""
    orders, fills = np.zeros(count, ORDER), np.zeros(count, FILL)
    at = np.arange(count)
    side = np.where(at % 2 == 0, 1, -1)
    symbol = 0 if symbols is None else np.array(symbols)
    orders["bar"], orders["ts"] = at, START_TS + 3_600_000 * (at + 1)
    orders["kind"], orders["side"], orders["symbol"] = OrderKind.MARKET, side, symbol
    orders["reason"] = np.where(at % 2 == 0, Reason.ENTRY, Reason.CLOSE_POSITION)
    orders["state"], orders["lots"], orders["filled"], orders["leverage"] = FILLED, 10_000, 10_000, 1.0
    fills["order"], fills["bar"], fills["ts"] = at, at + 1, orders["ts"]
    fills["symbol"], fills["side"], fills["lots"], fills["px"] = symbol, side, 10_000, px
    fills["value"], fills["fee"] = round(px * USD), 45_000
    return orders, fills


def days(ts: int) -> int:
    return ts // DAY_MS


__all__ = ["START_TS", "USD", "Decimal", "days", "market_orders", "program", "replace", "run", "tape", "trades_of"]
