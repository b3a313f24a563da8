"""vectorbt 1.2, with its Rust or its Numba engine, in two ways.

`portfolio_*` is what its documentation shows: `Portfolio.from_signals`, then the metrics by name. `bare_*` calls the
same engine-neutral functions underneath, without pandas, broadcasting and caching around them; nobody is expected to
write that, but it shows what the engine itself takes. Either way the metrics are those of `Portfolio.stats()` that the
product has too; the slow ones that it has not (Omega, the list of drawdowns) are left out, in vectorbt's favour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import talib
import vectorbt as vbt
from vectorbt.portfolio import dispatch as portfolio
from vectorbt.portfolio.enums import OppositeEntryMode, SizeType, StopEntryPrice, StopExitPrice
from vectorbt.records import dispatch as records
from vectorbt.returns import dispatch as returns

from bench.documents import CASH_USD, FEE_BPS, QTY
from bench.market import Arrays
from bench.pairs import Pairs
from bench.signals import Flags, crosses, next_bar, rsi_extremes, sma_crosses
from paddock.market.tape import Floats

MINUTES_A_YEAR = 365.0 * 1_440


@dataclass(frozen=True, slots=True)
class Bare:
    """Orders and exit trades as record arrays, equity [T, groups], metrics by name."""

    orders: np.ndarray
    trades: np.ndarray
    equity: np.ndarray
    metrics: dict[str, Any]


def by_bar(values: Floats) -> Floats:
    """[S, T] as vectorbt wants it: [T, S], without a copy where there is one symbol."""
    return np.ascontiguousarray(values.T)


def late(*flags: Flags) -> Flags:
    """Flags [T] of some columns, as [T, columns], to act at the next bar."""
    return next_bar(np.column_stack(flags))


def w1_signals(arrays: Arrays) -> dict[str, Any]:
    up, down = sma_crosses(arrays.close[0])
    return {"entries": late(up), "exits": late(down)}


def w2_signals(arrays: Arrays, stop: float = 0.02, take: float = 0.04) -> dict[str, Any]:
    """While flat, in at an extreme; out at levels in fractions of the fill price, or at an open beyond them."""
    low, high = rsi_extremes(arrays.close[0])
    return {"entries": late(low), "short_entries": late(high)} | brackets(arrays, stop, take)


def brackets(arrays: Arrays, stop: float, take: float) -> dict[str, Any]:
    return {
        "open": by_bar(arrays.open),
        "high": by_bar(arrays.high),
        "low": by_bar(arrays.low),
        "sl_stop": stop,
        "tp_stop": take,
        "stop_entry_price": StopEntryPrice.FillPrice,
        "stop_exit_price": StopExitPrice.StopLimit,
        "upon_opposite_entry": OppositeEntryMode.Ignore,
    }


def w4_signals(arrays: Arrays) -> dict[str, Any]:
    marks = [rsi_extremes(close) for close in arrays.close]
    return {"entries": late(*(low for low, _ in marks)), "exits": late(*(high for _, high in marks)), "shared": True}


def portfolio_run(arrays: Arrays, engine: str, *, shared: bool = False, qty: float = QTY, **signals: Any) -> Any:
    """`Portfolio.from_signals` with orders at the open of the bar after the signal; columns only where it must be."""
    close, price = by_bar(arrays.close), by_bar(arrays.open)
    if close.shape[1] == 1:
        close, price = close[:, 0], price[:, 0]
        signals = {name: value[:, 0] if np.ndim(value) == 2 else value for name, value in signals.items()}
    return vbt.Portfolio.from_signals(
        close, price=price, size=qty, size_type="amount", fees=FEE_BPS / 1e4,
        init_cash=float(CASH_USD), freq="1min", group_by=True if shared else None, cash_sharing=shared, engine=engine,
        **signals,
    )  # fmt: skip


def portfolio_result(arrays: Arrays, engine: str, **signals: Any) -> tuple[Any, dict[str, Any]]:
    """The portfolio, its trades and equity, and its metrics."""
    made = portfolio_run(arrays, engine, **signals)
    trades, equity = made.trades, made.value()
    return made, {
        "equity": equity,
        "end_value": made.final_value(),
        "total_return": made.total_return(),
        "max_drawdown": made.max_drawdown(),
        "sharpe": made.sharpe_ratio(),
        "sortino": made.sortino_ratio(),
        "calmar": made.calmar_ratio(),
        "fees": made.orders.fees.sum(),
        "trades": trades.count(),
        "win_rate": trades.win_rate(),
        "profit_factor": trades.profit_factor(),
        "expectancy": trades.expectancy(),
        "sqn": trades.sqn(),
        "best": trades.returns.max(),
        "worst": trades.returns.min(),
        "average_win": trades.winning.pnl.mean(),
        "average_loss": trades.losing.pnl.mean(),
        "win_bars": trades.winning.duration.mean(),
        "loss_bars": trades.losing.duration.mean(),
    }


def bare_result(arrays: Arrays, engine: str, *, shared: bool = False, qty: float = QTY, **signals: Any) -> Bare:
    """The same simulation by the functions that the portfolio calls."""
    close = by_bar(arrays.close)
    shape = close.shape
    groups = np.array([shape[1]] if shared else [1] * shape[1], np.int64)
    cash = np.full(len(groups), float(CASH_USD))
    renamed = {"entries": "long_entries", "exits": "long_exits"}
    given = {renamed.get(name, name): np.asarray(value) for name, value in signals.items()}
    orders, _ = portfolio.simulate_from_signals(
        shape, groups, cash, portfolio.build_call_seq(shape, groups, 0, engine=engine),
        size=np.asarray(qty), size_type=np.asarray(SizeType.Amount), price=by_bar(arrays.open), close=close,
        fees=np.asarray(FEE_BPS / 1e4), use_stops="sl_stop" in signals, engine=engine, **given,
    )  # fmt: skip
    return measured(orders, close, groups, cash, shared, engine)


def measured(orders: np.ndarray, close: Floats, groups: np.ndarray, cash: Floats, shared: bool, engine: str) -> Bare:
    """Trades, equity and metrics from order records."""
    shape = close.shape
    columns = records.col_map(orders["col"], shape[1], engine=engine)
    trades = portfolio.get_exit_trades(orders, close, columns, engine=engine)
    assets = portfolio.assets(portfolio.asset_flow(shape, orders, columns, 2, engine=engine), engine=engine)
    flow = portfolio.cash_flow(shape, orders, columns, False, engine=engine)
    held = portfolio.asset_value(close, assets, engine=engine)
    if shared:
        flow = portfolio.cash_flow_grouped(flow, groups, engine=engine)
        held = portfolio.asset_value_grouped(held, groups, engine=engine)
    equity = portfolio.value(portfolio.cash(flow, cash, engine=engine), held, engine=engine)
    change = returns.returns(equity, cash, engine=engine)
    figures = {
        "end_value": equity[-1],
        "max_drawdown": returns.max_drawdown(change, engine=engine),
        "sharpe": returns.sharpe_ratio(change, MINUTES_A_YEAR, 0.0, 1, engine=engine),
        "sortino": returns.sortino_ratio(change, MINUTES_A_YEAR, 0.0, engine=engine),
        "calmar": returns.calmar_ratio(change, MINUTES_A_YEAR, engine=engine),
    }
    by_column = np.split(trades, np.searchsorted(trades["col"], np.arange(1, shape[1]))) if not shared else [trades]
    return Bare(orders, trades, equity, figures | {"trading": [trading(rows) for rows in by_column]})


def trading(trades: np.ndarray) -> dict[str, float]:
    """What the trades of one account say, open ones left out."""
    closed = trades[trades["status"] == 1]
    pnl, change = closed["pnl"], closed["return"]
    lasted = closed["exit_idx"] - closed["entry_idx"]
    won, lost = pnl > 0, pnl < 0
    n, wins, losses = len(pnl), int(won.sum()), int(lost.sum())
    gain, loss = pnl[won].sum(), -pnl[lost].sum()
    return {
        "trades": n,
        "fees": trades["entry_fees"].sum() + trades["exit_fees"].sum(),
        "win_rate": wins / n if n else np.nan,
        "profit_factor": gain / loss if losses else np.nan,
        "expectancy": pnl.mean() if n else np.nan,
        "sqn": np.sqrt(n) * pnl.mean() / pnl.std(ddof=1) if n > 1 else np.nan,
        "best": change.max(initial=0),
        "worst": change.min(initial=0),
        "average_win": gain / wins if wins else np.nan,
        "average_loss": loss / losses if losses else np.nan,
        "win_bars": lasted[won].mean() if wins else np.nan,
        "loss_bars": lasted[lost].mean() if losses else np.nan,
    }


def pair_signals(arrays: Arrays, pairs: Pairs) -> list[tuple[Flags, Flags]]:
    """Entries and exits of every pair, each average computed once."""
    averages = {n: talib.SMA(arrays.close[0], n) for n in (*pairs.fast, *pairs.slow)}
    return [crosses(averages[fast], averages[slow]) for fast, slow in pairs]


def bare_sweep(arrays: Arrays, pairs: Pairs, engine: str) -> list[Bare]:
    """One pair after the other; what is kept of each are its metrics."""
    done = []
    for up, down in pair_signals(arrays, pairs):
        one = bare_result(arrays, engine, entries=late(up), exits=late(down))
        done.append(Bare(one.orders[:0], one.trades[:0], one.equity[-1:], one.metrics))
    return done


def portfolio_sweep(arrays: Arrays, pairs: Pairs, engine: str) -> list[dict[str, Any]]:
    """One pair after the other too; as 4 or 20 columns side by side each pair took longer."""
    done = []
    for up, down in pair_signals(arrays, pairs):
        _, figures = portfolio_result(arrays, engine, entries=late(up), exits=late(down))
        done.append({name: value for name, value in figures.items() if name != "equity"})
    return done
