"""The result document `paddock/result@1`: what a run did, as plain JSON values.

Money, prices and quantities are decimal strings; times are integer ms UTC; docs/backtest.md describes every key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from paddock.core.instrument import Instrument
from paddock.core.orders import OrderKind, Reason, Refusal, Side, Tif
from paddock.core.time import DAY_MS, interval_ms
from paddock.engine.caveats import caveats, costs_off
from paddock.engine.log import CANCELED, EXPIRED, FILLED, WORKING, Rows, Run
from paddock.engine.metrics import Metric, Metrics, measure
from paddock.engine.orders_hash import orders_hash
from paddock.engine.trade_stats import in_exit_order
from paddock.market.coverage import coverage_of
from paddock.market.tape import Ints

SCHEMA = "paddock/result@1"
MICRO = 1_000_000
STATES = {WORKING: "working", FILLED: "filled", CANCELED: "canceled", EXPIRED: "expired"}
_KINDS = {int(kind): kind.name.lower() for kind in OrderKind}
_SIDES = {int(side): side.name.lower() for side in Side}
_REASONS = {int(reason): reason.label for reason in Reason}
_TIFS = {int(tif): tif.name.lower() for tif in Tif}
_POSITION_SIDES = {1: "long", -1: "short"}
_AVERAGE_DECIMALS = 4  # an average entry may lie between two ticks

Document = dict[str, Any]


def document(run: Run, metrics: Metrics | None = None) -> Document:
    """The whole result of a run. Pure and deterministic; `metrics` saves measuring again."""
    metrics = metrics or measure(run)
    return {
        "schema": SCHEMA,
        "strategy_hash": run.program.strategy_hash,
        "strategy_name": run.program.name,
        "orders_hash": orders_hash(run),
        "tape": _tape(run),
        "costs": _costs(run),
        "account": {"start_usd": usd(run.start_equity), "end_usd": usd(metrics.equity.end_equity)},
        "metrics": {name: _metric(metric) for name, metric in metrics.figures.items()},
        "worst_drawdown": _worst_drawdown(metrics),
        "warnings": [{"code": c.code, "message": c.message} for c in caveats(run, metrics)],
        "trades": _trades(run),
        "orders": orders(run),
        "refusals": _refusals(run),
        "equity": _equity(run),
        "open_positions": _open_positions(run),
    }


def usd(micro: int) -> str:
    """Micro-dollars as dollars, exact, with at least two decimals: 1234500000 is "1234.50"."""
    whole, part = divmod(abs(micro), MICRO)
    cents = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micro < 0 else ''}{whole}.{cents}"


def px_text(instrument: Instrument, px: float) -> str:
    """A price as a decimal on the instrument's grid; an average between two ticks keeps four more decimals."""
    text = f"{px:.{instrument.px_decimals}f}"
    if abs(float(text) - px) > 1e-12 * px:
        text = f"{px:.{instrument.px_decimals + _AVERAGE_DECIMALS}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def qty_text(instrument: Instrument, lots: int) -> str:
    """Lots (not negative) as an exact decimal quantity."""
    whole, part = divmod(lots, 10**instrument.qty_decimals)
    return f"{whole}.{part:0{instrument.qty_decimals}d}".rstrip("0") if part else str(whole)


def _metric(metric: Metric) -> Document:
    value = usd(int(metric.value)) if metric.unit == "usd" and metric.value is not None else metric.value
    shown: Document = {"value": value, "unit": metric.unit, "basis": metric.basis, "n": metric.n}
    return shown | {"reason": metric.reason} if metric.reason else shown


def _tape(run: Run) -> Document:
    tape, ts = run.tape, run.tape.ts
    symbols = run.program.symbols
    known = run.end > run.start
    return {
        "venue": tape.venue,
        "symbols": list(symbols),
        "interval": tape.interval,
        "start_ts": int(ts[run.start]) if known else None,
        "end_ts": int(ts[run.end - 1]) + interval_ms(tape.interval) if known else None,
        "bars": run.end - run.start,
        "coverage": {
            c.symbol: {
                "ratio": c.ratio,
                "bars": c.bars,
                "expected": c.expected,
                "first_ts": c.first_ts,
                "last_ts": c.last_ts,
                "longest_gap_bars": c.longest_gap_bars,
            }
            for c in coverage_of(tape, run.start, run.end)
            if c.symbol in symbols
        },
        "funding_coverage": tape.funding_coverage,
        "fidelity": tape.fidelity,
        "source": tape.source,
    }


def _costs(run: Run) -> Document:
    costs, tape = run.costs, run.tape
    fees = {}
    for symbol in run.program.symbols:
        instrument = tape.instruments[tape.row(symbol)]
        fees[symbol] = {
            "taker_bps": instrument.taker_bps if costs.taker_bps is None else costs.taker_bps,
            "maker_bps": instrument.maker_bps if costs.maker_bps is None else costs.maker_bps,
        }
    return {
        "fees": fees,
        "slippage_bps": costs.slippage_bps,
        "impact": costs.impact,
        "latency_ms": costs.latency_ms,
        "funding": costs.funding and tape.funding_coverage is not None,
        "participation_pct": costs.participation_pct,
        "touch": costs.touch,
        "off": list(costs_off(costs)),
    }


def _worst_drawdown(metrics: Metrics) -> Document | None:
    equity = metrics.equity
    if not equity.drawdown:
        return None
    return {
        "pct": 100 * equity.drawdown,
        "peak_ts": equity.drawdown_peak_ts,
        "trough_ts": equity.drawdown_trough_ts,
        "recovered_ts": equity.drawdown_recovered_ts or None,
    }


def _rows(rows: Rows, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Rows as tuples of plain Python values: many times faster than one NumPy row after another."""
    return zip(*(rows[column].tolist() for column in columns), strict=True)


def _trades(run: Run) -> list[Document]:
    instruments = run.tape.instruments
    columns = (
        "symbol",
        "side",
        "lots",
        "entry_ts",
        "entry_px",
        "exit_ts",
        "exit_px",
        "fees",
        "funding",
        "pnl",
        "reason",
    )
    return [
        {
            "symbol": instruments[symbol].symbol,
            "side": _POSITION_SIDES[side],
            "qty": qty_text(instruments[symbol], lots),
            "entry_ts": entry_ts,
            "entry_px": px_text(instruments[symbol], entry_px),
            "exit_ts": exit_ts,
            "exit_px": px_text(instruments[symbol], exit_px),
            "fees_usd": usd(fees),
            "funding_usd": usd(funding),
            "pnl_usd": usd(pnl),
            "exit_reason": _REASONS[reason],
        }
        for symbol, side, lots, entry_ts, entry_px, exit_ts, exit_px, fees, funding, pnl, reason in _rows(
            in_exit_order(run.trades), *columns
        )
    ]


def _fills(run: Run) -> dict[int, list[Document]]:
    fills: dict[int, list[Document]] = defaultdict(list)
    columns = ("order", "symbol", "ts", "lots", "px", "fee", "maker")
    for order, symbol, ts, lots, px, fee, maker in _rows(run.fills, *columns):
        instrument = run.tape.instruments[symbol]
        fills[order].append(
            {
                "ts": ts,
                "qty": qty_text(instrument, lots),
                "px": px_text(instrument, px),
                "fee_usd": usd(fee),
                "maker": bool(maker),
            }
        )
    return fills


def orders(run: Run) -> list[Document]:
    """Every order with its fills, in the order in which they were placed."""
    fills, instruments = _fills(run), run.tape.instruments
    columns = ("ts", "symbol", "kind", "side", "reason", "tif", "state", "lots", "filled", "px", "leverage", "capped")
    return [
        {
            "ts": ts,
            "symbol": instruments[symbol].symbol,
            "kind": _KINDS[kind],
            "side": _SIDES[side],
            "reason": _REASONS[reason],
            "tif": _TIFS[tif],
            "state": STATES[state],
            "qty": qty_text(instruments[symbol], lots),
            "filled_qty": qty_text(instruments[symbol], filled),
            "px": px_text(instruments[symbol], px) if px else None,
            "leverage": leverage,
            "capped": bool(capped),
            "fills": fills.get(row, []),
        }
        for row, (ts, symbol, kind, side, reason, tif, state, lots, filled, px, leverage, capped) in enumerate(
            _rows(run.orders, *columns)
        )
    ]


def _refusals(run: Run) -> list[Document]:
    """Refusals by symbol and reason: a condition that stays true is refused again at every bar."""
    refusals = run.refusals
    keys = refusals["symbol"].astype(np.int64) * 256 + refusals["reason"]
    listed = []
    for key in np.unique(keys):
        times = refusals["ts"][keys == key]
        listed.append(
            {
                "symbol": run.tape.symbols[int(key) // 256],
                "reason": Refusal(int(key) % 256).label,
                "count": len(times),
                "first_ts": int(times.min()),
                "last_ts": int(times.max()),
            }
        )
    return listed


def day_ends(ts: Ints) -> Ints:
    """Row of the last bar of each UTC day (by the bars' opens) that has one."""
    days = ts // DAY_MS
    return np.flatnonzero(np.append(days[1:] != days[:-1], len(days) > 0))


def _equity(run: Run) -> list[Document]:
    ts = run.tape.ts[run.start : run.end]
    step = interval_ms(run.tape.interval)
    return [{"ts": int(ts[i]) + step, "usd": usd(int(run.equity[i]))} for i in day_ends(ts)]


def _open_positions(run: Run) -> list[Document]:
    listed = []
    for position in run.positions:
        instrument = run.tape.instruments[run.tape.row(position.symbol)]
        listed.append(
            {
                "symbol": position.symbol,
                "side": "long" if position.side > 0 else "short",
                "qty": qty_text(instrument, position.lots),
                "entry_ts": position.entry_ts,
                "entry_px": px_text(instrument, position.entry_px),
                "unrealised_usd": usd(position.unrealised),
                "stop_px": px_text(instrument, position.stop_px) if position.stop_px else None,
                "take_px": px_text(instrument, position.take_px) if position.take_px else None,
            }
        )
    return listed
