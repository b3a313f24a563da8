"""Small tapes for tests, straight from arrays."""

from __future__ import annotations

import numpy as np

from paddock.core.instrument import fine_instrument
from paddock.core.time import interval_ms
from paddock.market.growing import COLUMNS, Bar
from paddock.market.tape import Tape

START = 1_704_067_200_000  # 2024-01-01T00:00Z, a Monday


def walk(seed: int, bars: int, symbols: int = 1) -> dict[str, np.ndarray]:
    """A plausible random market: open, high, low, close, volume [S, T]."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, (symbols, bars)), axis=1))
    open_ = np.concatenate((np.full((symbols, 1), 100.0), close[:, :-1]), axis=1)
    high = np.maximum(open_, close) * (1 + rng.uniform(0, 0.005, close.shape))
    low = np.minimum(open_, close) * (1 - rng.uniform(0, 0.005, close.shape))
    return {"open": open_, "high": high, "low": low, "close": close, "volume": rng.uniform(1, 100, close.shape)}


def tape_of(columns: dict[str, np.ndarray], interval: str = "1h", missing: np.ndarray | None = None) -> Tape:
    """A tape of symbols S0, S1, … on a clock without gaps; `missing` [S, T] punches holes."""
    step = interval_ms(interval)
    symbols, bars = columns["close"].shape
    names = tuple(f"S{i}" for i in range(symbols))
    filled = {name: np.ascontiguousarray(values, dtype=np.float64) for name, values in columns.items()}
    funding = np.linspace(-1e-4, 1e-4, symbols * bars).reshape(symbols, bars)
    interest = np.linspace(1e3, 2e3, symbols * bars).reshape(symbols, bars)
    if missing is not None:
        filled = {name: np.where(missing, np.nan, values) for name, values in filled.items()}
        funding, interest = np.where(missing, np.nan, funding), np.where(missing, np.nan, interest)
    ts = START + step * np.arange(bars, dtype=np.int64)
    return Tape(
        venue="test",
        interval=interval,
        symbols=names,
        instruments=tuple(fine_instrument("test", name, 100.0) for name in names),
        ts=ts,
        **filled,
        funding_open=np.zeros((symbols, bars)),
        funding_inside=np.zeros((symbols, bars)),
        funding_last=funding,
        open_interest=interest,
        fine=None,
        funding_coverage=1.0,
        fidelity=f"{interval} bars",
        source="test",
    )


def bar_of(tape: Tape, t: int) -> Bar:
    """Row `t` of a tape, as it comes live."""
    return Bar(int(tape.ts[t]), *(getattr(tape, name)[:, t] for name in COLUMNS))
