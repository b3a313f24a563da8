"""The series behind the report's charts, small enough to embed and honest about what was merged.

Bars are merged on a calendar grid into true candles (first open, highest high, lowest low, last close); equity keeps
the least and the greatest value of each merged stretch, drawdown the deepest. No extreme is ever lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paddock.core.time import DAY_MS, INTERVALS, interval_ms
from paddock.engine.log import Run
from paddock.engine.result import Document
from paddock.market.feature import Feature
from paddock.market.features import FeatureStore
from paddock.market.tape import Floats, Ints
from paddock.surfaces.figures import feature_label
from paddock.surfaces.report.indicators import Drawn, drawn

CANDLES = 16_000  # over all charts of a page
CANDLES_PER_SYMBOL = 8_000
CHARTED_SYMBOLS = 12
POINTS = 4_000
TRADES = 5_000
Bools = NDArray[np.bool_]
_STEPS = (*INTERVALS.values(), 2 * DAY_MS, 7 * DAY_MS, 14 * DAY_MS, 28 * DAY_MS)


@dataclass(frozen=True, slots=True)
class Merge:
    """Which rows go together: `starts` [B] are row numbers, `ts` [B] the opens of the stretches, `step` is in ms."""

    starts: Ints
    ts: Ints
    step: int


def merge(ts: Ints, interval: int, limit: int) -> Merge:
    """The finest calendar step of at least one bar that leaves at most `limit` stretches."""
    span = int(ts[-1] - ts[0]) + interval
    fitting = (step for step in _STEPS if step >= interval and span // step < limit)
    step = next(fitting, -(-span // (limit * DAY_MS)) * DAY_MS)
    bucket = ts // step
    starts = np.flatnonzero(np.append(True, bucket[1:] != bucket[:-1]))
    return Merge(starts, bucket[starts] * step if step > interval else ts[starts], step)


def payload(run: Run, doc: Document, features: Sequence[Feature]) -> dict[str, Any]:
    """Everything the page's script draws, as plain JSON values. Times are ms UTC, money dollars."""
    store = FeatureStore(run.tape)
    ts = run.tape.ts[run.start : run.end]
    symbols, left_out = _charted(doc)
    limit = min(CANDLES_PER_SYMBOL, CANDLES // max(len(symbols), 1))
    trades = doc["trades"]
    return {
        "interval": run.tape.interval,
        "interval_ms": interval_ms(run.tape.interval),
        "steps_ms": list(_STEPS),
        "range": [int(ts[0]), int(ts[-1]) + interval_ms(run.tape.interval)],
        "charts": [_chart(run, store, drawn(run.program, features, symbol), symbol, limit) for symbol in symbols],
        "left_out": left_out,
        "equity": _equity(run, ts),
        "trades": [_trade(trade) for trade in trades[-TRADES:]],
        "all_trades": len(trades),
    }


def one_chart(run: Run, features: Sequence[Feature], symbol: str) -> dict[str, Any]:
    """The chart of one symbol with the equity of the run, as `payload` has them."""
    store, ts = FeatureStore(run.tape), run.tape.ts[run.start : run.end]
    chart = _chart(run, store, drawn(run.program, features, symbol), symbol, CANDLES_PER_SYMBOL)
    return chart | {"equity": _equity(run, ts)}


def _charted(doc: Document) -> tuple[list[str], int]:
    """The symbols worth a chart (the most traded ones, by name) and how many are left out."""
    counts = dict.fromkeys(doc["tape"]["symbols"], 0)
    for trade in doc["trades"]:
        counts[trade["symbol"]] += 1
    busiest = sorted(counts, key=lambda symbol: (-counts[symbol], symbol))[:CHARTED_SYMBOLS]
    return sorted(busiest, key=lambda symbol: (-counts[symbol], symbol)), len(counts) - len(busiest)


def _chart(run: Run, store: FeatureStore, indicators: Drawn, symbol: str, limit: int) -> dict[str, Any]:
    ts = run.tape.ts[run.start : run.end]
    tape, row, window = run.tape, run.tape.row(symbol), slice(run.start, run.end)
    there = ~np.isnan(tape.close[row, window])
    chart: dict[str, Any] = {"symbol": symbol, "decimals": tape.instruments[row].px_decimals}
    if not there.any():
        empty: dict[str, Any] = {"step_ms": 0, "t": [], "o": [], "h": [], "l": [], "c": []}
        return chart | empty | {"lines": [], "oscillators": [], "levels": [], "unit": ""}
    groups = merge(ts[there], interval_ms(tape.interval), limit)
    high, low = tape.high[row, window][there], tape.low[row, window][there]
    open_, close = tape.open[row, window][there], tape.close[row, window][there]
    ends = np.append(groups.starts[1:], len(close)) - 1
    return chart | {
        "step_ms": groups.step,
        "t": groups.ts.tolist(),
        "o": _short(open_[groups.starts]),
        "h": _short(np.maximum.reduceat(high, groups.starts)),
        "l": _short(np.minimum.reduceat(low, groups.starts)),
        "c": _short(close[ends]),
        "lines": [_line(store, feature, window, there, ends) for feature in indicators.on_price],
        "oscillators": [_line(store, feature, window, there, ends) for feature in indicators.oscillators],
        "levels": list(indicators.levels),
        "unit": indicators.unit,
    }


def _line(store: FeatureStore, feature: Feature, window: slice, there: Bools, ends: Ints) -> dict[str, Any]:
    """An indicator at the last bar of each merged stretch."""
    values = store.compute(feature)[window][there][ends]
    label = feature_label(feature, store.tape.interval)
    return {
        "label": label[0].upper() + label[1:],
        "v": [None if math.isnan(value) else value for value in _short(values)],
    }


def _equity(run: Run, ts: Ints) -> dict[str, Any]:
    groups = merge(ts, interval_ms(run.tape.interval), POINTS)
    usd = run.equity / 1e6
    peak = np.maximum.accumulate(np.append(run.start_equity / 1e6, usd))[1:]
    ends = np.append(groups.starts[1:], len(usd)) - 1
    return {
        "start_usd": run.start_equity / 1e6,
        "step_ms": groups.step,
        "t": (ts[ends] + interval_ms(run.tape.interval)).tolist(),
        "low": _short(np.minimum.reduceat(usd, groups.starts)),
        "high": _short(np.maximum.reduceat(usd, groups.starts)),
        "last": _short(usd[ends]),
        "drawdown": _short(100 * np.minimum.reduceat(usd / peak - 1, groups.starts)),
        "hold": _short(_hold(run)[ends] * run.start_equity / 1e6),
    }


def _hold(run: Run) -> Floats:
    """Value of one dollar spread over the symbols at their first opens and held, at each bar's close, before costs.

    A symbol that has not begun is still cash; one without a bar keeps its last close.
    """
    tape, window = run.tape, slice(run.start, run.end)
    total = np.zeros(run.end - run.start)
    for symbol in run.program.symbols:
        close = tape.close[tape.row(symbol), window]
        known = np.flatnonzero(~np.isnan(close))
        growth = np.ones(len(close))
        if len(known):
            last_known = np.searchsorted(known, np.arange(len(close)), side="right") - 1
            begun = last_known >= 0
            first_open = tape.open[tape.row(symbol), window][known[0]]
            growth[begun] = close[known[last_known[begun]]] / first_open
        total += growth
    return total / len(run.program.symbols)


def _short(values: Floats) -> list[float]:
    """Eight significant figures: more than a screen can show."""
    return [float(f"{value:.8g}") for value in values.tolist()]


def _trade(trade: Document) -> list[Any]:
    return [
        trade["symbol"],
        1 if trade["side"] == "long" else -1,
        trade["qty"],
        trade["entry_ts"],
        trade["entry_px"],
        trade["exit_ts"],
        trade["exit_px"],
        trade["fees_usd"],
        trade["funding_usd"],
        trade["pnl_usd"],
        trade["exit_reason"],
    ]
