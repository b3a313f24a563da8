"""Small frames of candles for tests."""

from __future__ import annotations

import numpy as np
import polars as pl

from paddock.core.time import interval_ms

from .tapes import START, walk

COLUMNS = ("open", "high", "low", "close", "volume")


def candles(bars: int = 48, interval: str = "1h", symbols: tuple[str, ...] = ("BTC",), seed: int = 1) -> pl.DataFrame:
    """Whole, plausible candles of each symbol."""
    market = walk(seed, bars, len(symbols))
    ts = START + interval_ms(interval) * np.arange(bars, dtype=np.int64)
    frames = [
        pl.DataFrame({"symbol": [symbol] * bars, "ts": ts, **{name: market[name][row] for name in COLUMNS}})
        for row, symbol in enumerate(symbols)
    ]
    return pl.concat(frames)


def changed(frame: pl.DataFrame, row: int, **values: object) -> pl.DataFrame:
    """The frame with other values in one row."""
    here = pl.int_range(pl.len()) == row
    return frame.with_columns(
        pl.when(here).then(pl.lit(value)).otherwise(pl.col(name)).alias(name) for name, value in values.items()
    )


def without(frame: pl.DataFrame, *rows: int) -> pl.DataFrame:
    return frame.filter(~pl.int_range(pl.len()).is_in(list(rows)))
