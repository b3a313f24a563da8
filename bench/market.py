"""Markets to measure on: arrays in memory, seeded, of a realistic shape; and the tape that wraps them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from paddock.core.instrument import fine_instrument
from paddock.core.time import MINUTE_MS
from paddock.market.tape import Floats, Ints, Tape

YEAR_OF_MINUTES = 525_600
START_TS = 1_704_067_200_000  # 2024-01-01T00:00Z
DAY = 1_440  # minutes
REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "bitfinex" / "bitfinex_btcusd_1m_2019.parquet"
TICK = 0.01


@dataclass(frozen=True, slots=True)
class Arrays:
    """One-minute bars of `len(close)` symbols: `ts` [T] ms of the open, the rest float64 [S, T], C-contiguous."""

    ts: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    @property
    def nbytes(self) -> int:
        return self.ts.nbytes + sum(c.nbytes for c in (self.open, self.high, self.low, self.close, self.volume))

    def head(self, bars: int) -> Arrays:
        return Arrays(self.ts[:bars], *(np.ascontiguousarray(c[:, :bars]) for c in self.columns))

    @property
    def columns(self) -> tuple[Floats, ...]:
        return self.open, self.high, self.low, self.close, self.volume


def synthetic(bars: int, symbols: int = 1, seed: int = 7) -> Arrays:
    """A seeded market: fat-tailed minutes whose volatility clusters over hours and follows the hour of the day.

    A year of it moves about 60 % (annualised volatility), as bitcoin does.
    """
    rng = np.random.default_rng(seed)
    minute = np.arange(bars)
    daily = 1 + 0.4 * np.sin(2 * np.pi * (minute % DAY) / DAY)
    ts = START_TS + MINUTE_MS * minute.astype(np.int64)
    columns: tuple[Floats, ...] = tuple(np.empty((symbols, bars)) for _ in range(5))
    for s in range(symbols):
        slow = np.repeat(rng.normal(0, 0.35, -(-bars // 240)).cumsum() * 0.35, 240)[:bars]
        sigma = 0.00075 * daily * np.exp(np.clip(slow - slow.mean(), -1.2, 1.2))
        first = 40_000.0 / (s + 1)
        close = first * np.exp(np.cumsum(sigma * rng.standard_t(4, bars) / np.sqrt(2)))
        open_ = np.concatenate(([first], close[:-1]))
        spread = np.abs(rng.normal(0, 0.6, (2, bars))) * sigma * close
        high, low = np.maximum(open_, close) + spread[0], np.minimum(open_, close) - spread[1]
        volume = np.round(rng.lognormal(1.5, 1.0, bars) * daily, 4) + 0.0001
        for column, values in zip(columns, (open_, high, low, close, volume), strict=True):
            column[s] = np.round(values / TICK) * TICK if column is not columns[4] else values
    return Arrays(ts, *columns)


def real() -> Arrays | None:
    """A year of one-minute BTCUSD bars of 2019 that traded, or None where the data is not there."""
    if not REAL.is_file():
        return None
    import polars as pl

    frame = pl.read_parquet(REAL).sort("ts").unique("ts", keep="last", maintain_order=True)
    frame = frame.filter((pl.col("volume") > 0) & (pl.col("low") > 0))
    columns = (
        np.ascontiguousarray(frame[name].to_numpy()[None, :]) for name in ("open", "high", "low", "close", "volume")
    )
    return Arrays(frame["ts"].to_numpy().astype(np.int64), *columns)


def tape_of(arrays: Arrays) -> Tape:
    """The tape over these arrays; nothing is copied."""
    count = len(arrays.close)
    names = symbols_of(count)
    none = np.empty((count, 0))
    return Tape(
        venue="bench",
        interval="1m",
        symbols=names,
        instruments=tuple(fine_instrument("bench", name, float(arrays.open[s, 0])) for s, name in enumerate(names)),
        ts=arrays.ts,
        open=arrays.open,
        high=arrays.high,
        low=arrays.low,
        close=arrays.close,
        volume=arrays.volume,
        funding_open=none,
        funding_inside=none,
        funding_last=none,
        open_interest=none,
        fine=None,
        funding_coverage=None,
        fidelity="1m bars",
        source="made in memory",
    )


def symbols_of(count: int) -> tuple[str, ...]:
    return tuple(f"S{s:02d}" for s in range(count))
