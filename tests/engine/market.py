"""A small rough market, and what was known of it after any of its bars."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from paddock.core.instrument import Instrument
from paddock.core.time import HOUR_MS, MINUTE_MS
from paddock.market.load import tape_from
from paddock.market.material import Material
from paddock.market.tape import Tape
from tests.market.tapes import START

SYMBOLS = ("A", "B", "C")
HOURS = 720
PARTS = 4  # finer bars of an hour
SHUT = range(300, 306)  # hours at which nothing trades anywhere
LATE = 70  # the hour at which C is listed


def _walk(rng: np.random.Generator, symbol: int) -> pl.DataFrame:
    """Quarter-hours around 100 with jumps; some are missing, and so are whole hours."""
    bars = HOURS * PARTS
    steps = rng.normal(0, 0.004, bars) + (rng.random(bars) < 0.01) * rng.choice((-0.03, 0.03), bars)
    steps -= 0.002 * np.sin(np.arange(bars) / 90 + symbol)
    close = np.round(100 * np.exp(np.cumsum(steps)), 3)
    open_ = np.round(np.concatenate(([100.0], close[:-1])) * (1 + rng.normal(0, 0.001, bars)), 3)
    frame = pl.DataFrame(
        {
            "symbol": SYMBOLS[symbol],
            "ts": START + 15 * MINUTE_MS * np.arange(bars),
            "open": open_,
            "high": np.round(np.maximum(open_, close) * (1 + rng.uniform(0, 0.004, bars)), 3),
            "low": np.round(np.minimum(open_, close) * (1 - rng.uniform(0, 0.004, bars)), 3),
            "close": close,
            "volume": np.round(rng.lognormal(7.5, 1, bars), 2),
            "open_interest": np.round(1e4 * np.exp(np.cumsum(rng.normal(0, 0.02, bars))), 1),
        }
    )
    hour = np.arange(bars) // PARTS
    gone = np.isin(hour, SHUT) | np.isin(hour, np.flatnonzero(rng.random(HOURS) < 0.03)) | (rng.random(bars) < 0.05)
    return frame.filter(~gone & (hour >= (LATE if symbol == 2 else 0)))


def _hours(quarters: pl.DataFrame) -> pl.DataFrame:
    return (
        quarters.group_by("symbol", pl.col("ts") // HOUR_MS * HOUR_MS, maintain_order=True)
        .agg(
            pl.col("open").first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close", "open_interest").last(),
            pl.col("volume").sum(),
        )
        .select(quarters.columns)
    )


def _rates(rng: np.random.Generator, symbol: int) -> pl.DataFrame:
    """A rate every hour, some missing, some stamped minutes late, from two hours before the market opens."""
    stamps = START + HOUR_MS * np.arange(-2, HOURS) + (rng.random(HOURS + 2) < 0.3) * 7 * MINUTE_MS
    frame = pl.DataFrame({"symbol": SYMBOLS[symbol], "ts": stamps, "rate": rng.normal(0, 2e-4, HOURS + 2)})
    return frame.filter(rng.random(HOURS + 2) < 0.9)


@cache
def _everything() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Hours, quarter-hours of the second half, funding."""
    rng = np.random.default_rng(16)  # every template trades on it
    quarters = pl.concat([_walk(rng, symbol) for symbol in range(len(SYMBOLS))])
    rates = pl.concat([_rates(rng, symbol) for symbol in range(len(SYMBOLS))])
    return _hours(quarters), quarters.filter(pl.col("ts") >= START + HOURS // 2 * HOUR_MS), rates


def market(until: int | None = None) -> Tape:
    """The tape of all that was recorded before `until` (ms; None: of everything)."""
    hours, quarters, rates = (frame if until is None else frame.filter(pl.col("ts") < until) for frame in _everything())
    instruments = {
        symbol: Instrument("test", symbol, px_decimals=3, qty_decimals=2, sig_figs=5, maintenance_margin=0.02)
        for symbol in SYMBOLS
    }
    candles = {"1h": hours, "15m": quarters} if quarters.height else {"1h": hours}
    material = Material(candles, rates, instruments, frozenset(), "a rough market")
    return tape_from(material, venue="test", interval="1h", funding=True, allow_gaps=True)
