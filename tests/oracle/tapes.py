"""Small violent tapes: jumps, flat stretches, gaps, missing bars, funding, and finer bars under them."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np

from paddock.core.instrument import Instrument, InstrumentKind, fine_instrument
from paddock.core.time import interval_ms
from paddock.market.tape import FineBars, Floats, Tape

from .amounts import exact, px_down

START = 1_704_067_200_000  # 2024-01-01T00:00Z
FINER = {"15m": ("5m", 3), "1h": ("15m", 4), "4h": ("1h", 4)}
NAN = math.nan
COLUMNS = (
    *("open", "high", "low", "close", "volume"),
    *("funding_open", "funding_inside", "funding_last", "open_interest"),
)


def random_tape(rng: Random, bars: int, symbols: int) -> Tape:
    interval = rng.choice(tuple(FINER))
    step = interval_ms(interval)
    first = START + step * rng.randrange(30)
    names = [f"S{i}" for i in range(symbols)]
    starts = [rng.choice((0.5, 23.0, 100.0, 950.0, 4200.0)) * rng.uniform(0.8, 1.25) for _ in names]
    instruments = [_random_instrument(rng, name, px) for name, px in zip(names, starts, strict=True)]
    present = _random_presence(rng, bars, symbols)
    finer, parts = FINER[interval]
    walks = [
        _random_walk(rng, instrument, px, here, parts)
        for instrument, px, here in zip(instruments, starts, present, strict=True)
    ]
    keep = [t for t in range(bars) if any(here[t] for here in present)]
    ts = np.array([first + step * t for t in keep], dtype=np.int64)
    columns = {
        name: np.array([[bar[i] for bar in (walk[0][t] for t in keep)] for walk in walks], dtype=np.float64)
        for i, name in enumerate(("open", "high", "low", "close", "volume"))
    }
    funded = rng.random() < 0.7
    return Tape(
        venue="test",
        interval=interval,
        symbols=tuple(names),
        instruments=tuple(instruments),
        ts=ts,
        **columns,
        funding_open=_random_rates(rng, columns["close"], 0.3) if funded else np.zeros((symbols, 0)),
        funding_inside=_random_rates(rng, columns["close"], 0.2) if funded else np.zeros((symbols, 0)),
        funding_last=np.full((symbols, len(keep)), NAN),
        open_interest=np.zeros((symbols, 0)),
        fine=_fine_bars(rng, finer, walks, keep) if rng.random() < 0.5 else None,
        funding_coverage=1.0 if funded else None,
        fidelity=f"{interval} bars",
        source="random",
    )


def _random_instrument(rng: Random, name: str, px: float) -> Instrument:
    kind = rng.choice(("venue", "venue", "coarse", "fine"))
    if kind == "fine":
        return fine_instrument("test", name, px)
    magnitude = math.floor(math.log10(px))
    coarse = kind == "coarse"
    return Instrument(
        "test",
        name,
        kind=InstrumentKind.SPOT if coarse and rng.random() < 0.3 else InstrumentKind.PERP,
        px_decimals=max(0, rng.choice((2, 3) if coarse else (3, 4, 5)) - magnitude),
        qty_decimals=max(0, magnitude + (0 if coarse else 2)),
        sig_figs=0 if coarse else rng.choice((4, 5)),
        min_notional_usd=exact(10),
        max_leverage=rng.choice((20, 50, 50)),
        maintenance_margin=rng.choice((0.005, 0.0125, 0.025)),
        maker_bps=rng.choice((1.5, 1.0)),
        taker_bps=rng.choice((4.5, 3.5)),
    )


def _random_presence(rng: Random, bars: int, symbols: int) -> list[list[bool]]:
    """Which bars each symbol has: some symbols have holes, some start late; the clock may have holes itself."""
    present = []
    shut = _holes(rng, bars, 0.03) if rng.random() < 0.4 else set()
    for _ in range(symbols):
        holes = _holes(rng, bars, 0.08) if rng.random() < 0.5 else set()
        late = rng.choice((0, 0, 0, rng.randrange(bars)))
        present.append([t not in holes and t not in shut and t >= late for t in range(bars)])
        present[-1][-1] = True
    return present


def _holes(rng: Random, bars: int, chance: float) -> set[int]:
    return {t + k for t in range(bars) if rng.random() < chance for k in range(rng.choice((1, 1, 4)))}


def _random_walk(
    rng: Random, instrument: Instrument, px: float, present: list[bool], parts: int
) -> tuple[list[tuple[float, ...]], list[list[tuple[float, ...]]]]:
    """(bars, finer bars of each bar) on the instrument's grid; an absent bar is NaN but the price moves on."""
    bars, finer = [], []
    calm = rng.choice((0.002, 0.006, 0.015))
    flat = 0
    for here in present:
        flat = flat - 1 if flat else rng.randint(3, 8) * (rng.random() < 0.03)
        sigma = 0.0 if flat else calm
        jump = rng.choice((-0.12, -0.03, -0.02, 0.02, 0.03, 0.12)) if rng.random() < 0.06 else 0.0
        px *= 1 + jump
        inner = []
        for _ in range(parts):
            px *= math.exp(rng.gauss(0, 0.3 * sigma))
            path = [px]
            for _ in range(4):
                path.append(path[-1] * math.exp(rng.gauss(0, sigma / 2)))
            px = path[-1]
            path = [float(px_down(instrument, exact(p))) for p in path]
            inner.append((path[0], max(path), min(path), path[-1]))
        volume = float(f"{rng.lognormvariate(math.log(20_000 / px), 1.2):.4g}")
        bar = (inner[0][0], max(p[1] for p in inner), min(p[2] for p in inner), inner[-1][3], volume)
        bars.append(bar if here else (NAN,) * 5)
        finer.append(inner if here else [])
    return bars, finer


def _random_rates(rng: Random, close: Floats, chance: float) -> Floats:
    rates = np.zeros_like(close)
    for s, t in np.ndindex(close.shape):
        if rng.random() < chance:
            rates[s, t] = rng.choice((1e-4, -1e-4, 2.3e-5, -0.002, 0.0013))
    return rates


def _fine_bars(rng: Random, interval: str, walks: list, keep: list[int]) -> FineBars:
    """Finer bars of every bar, now and then one of them missing or all of them."""
    open_, high, low = [], [], []
    start = np.zeros((len(walks), len(keep)), dtype=np.int64)
    end = np.zeros_like(start)
    for s, (_, finer) in enumerate(walks):
        for k, t in enumerate(keep):
            start[s, k] = len(open_)
            lost = rng.random() < 0.1
            for o, h, l, _c in finer[t]:
                if not lost and rng.random() < 0.95:
                    open_.append(o)
                    high.append(h)
                    low.append(l)
            end[s, k] = len(open_)
    as_array = lambda values: np.array(values, dtype=np.float64)  # noqa: E731
    return FineBars(interval, as_array(open_), as_array(high), as_array(low), start, end)


def cut(tape: Tape, rows: int) -> Tape:
    """The same tape as it was known after its first `rows` bars."""
    fine = tape.fine
    if fine is not None:
        fine = replace(fine, start=fine.start[:, :rows].copy(), end=fine.end[:, :rows].copy())
    return replace(
        tape, ts=tape.ts[:rows].copy(), fine=fine, **{name: getattr(tape, name)[:, :rows].copy() for name in COLUMNS}
    )


def renamed(tape: Tape, names: dict[str, str]) -> Tape:
    """The same market under other names, which puts its symbols in another order."""
    order = sorted(range(len(tape.symbols)), key=lambda s: names[tape.symbols[s]])
    fine = tape.fine
    if fine is not None:
        fine = replace(fine, start=fine.start[order].copy(), end=fine.end[order].copy())
    new_names = [names[tape.symbols[s]] for s in order]
    return replace(
        tape,
        symbols=tuple(new_names),
        instruments=tuple(replace(tape.instruments[s], symbol=name) for s, name in zip(order, new_names, strict=True)),
        fine=fine,
        **{name: getattr(tape, name)[order].copy() for name in COLUMNS},
    )
