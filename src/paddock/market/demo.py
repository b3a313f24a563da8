"""A market that never was: seeded, so that a machine without network has something worth looking at.

One year of a few correlated symbols on the venue "demo", from a path of half-minute steps: regimes, storms, jumps,
intraday rhythm, one late listing, funding that follows the trend. It shows what the program does, never what pays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl
from numpy.random import PCG64, Generator

from paddock.core.instrument import Instrument
from paddock.core.time import DAY_MS, HOUR_MS, MINUTE_MS, parse_ts
from paddock.market.lake import FUNDING, Key, Lake
from paddock.market.load import DEMO_VENUE
from paddock.market.tape import Floats

START = parse_ts("2024-07-01")
DAYS = 365
FINE_DAYS = 90  # 5m bars are kept for the last part only
HOURS = DAYS * 24
PER_HOUR = 120  # half-minute steps
PER_FINE = 10  # of those in a 5m bar
GRAIN = 1e-9  # steps are whole multiples of it, so that their sums are exact on every machine
MEMORY_H = 72  # hours that a quiet market is pulled back over
SIG_FIGS = 5
BASE_RATE = 1.25e-5  # funding an hour when nothing moves


@dataclass(frozen=True, slots=True)
class Regime:
    """What the market does for a while: drift and pull towards its recent mean an hour, volatility as a multiple."""

    drift: float
    volatility: float
    pull: float
    mean_hours: float


QUIET = Regime(0.0, 0.7, 0.035, 150.0)
RISING = Regime(0.00065, 0.9, 0.0, 110.0)
FALLING = Regime(-0.0007, 1.2, 0.0, 80.0)
STORM = Regime(-0.0002, 2.4, 0.01, 18.0)
REGIMES = (QUIET, RISING, FALLING, STORM)
ODDS = (0.42, 0.26, 0.2, 0.12)


@dataclass(frozen=True, slots=True)
class Coin:
    """One symbol: first price, share of the market's moves, own volatility an hour, turnover in USD a 5m bar."""

    symbol: str
    px: float
    beta: float
    volatility: float
    turnover_usd: float
    qty_decimals: int
    max_leverage: int
    listed_day: int = 0


COINS = (
    Coin("BTC", 62_750.0, 1.0, 0.0015, 4_000_000.0, 5, 40),
    Coin("DOGE", 0.1243, 1.35, 0.0065, 300_000.0, 0, 10),
    Coin("ETH", 3_440.0, 1.15, 0.003, 2_200_000.0, 4, 25),
    Coin("LINK", 14.35, 1.2, 0.005, 160_000.0, 1, 10),
    Coin("SOL", 147.0, 1.3, 0.0045, 900_000.0, 2, 20),
    Coin("kPEPE", 0.0116, 1.5, 0.009, 220_000.0, 0, 10, listed_day=96),
)
MARKET_VOLATILITY = 0.0042  # an hour


def write_demo(lake: Lake, seed: int) -> list[Key]:
    """Writes the market of `seed` into the lake and returns its series; the same again changes nothing."""
    instruments, keys = [], []
    for coin, frames in generate(seed):
        instruments.append(instrument(coin))
        for interval, frame in frames.items():
            keys.append(Key(DEMO_VENUE, coin.symbol, interval))
            lake.upsert(keys[-1], frame)
    lake.save_instruments(DEMO_VENUE, instruments)
    return keys


def instrument(coin: Coin) -> Instrument:
    """As a venue with five significant figures would specify it."""
    return Instrument(
        DEMO_VENUE,
        coin.symbol,
        px_decimals=6 - coin.qty_decimals,
        qty_decimals=coin.qty_decimals,
        sig_figs=SIG_FIGS,
        min_notional_usd=Decimal(10),
        max_leverage=coin.max_leverage,
        maintenance_margin=0.5 / coin.max_leverage,
    )


def generate(seed: int) -> Iterator[tuple[Coin, dict[str, pl.DataFrame]]]:
    """Each coin with its frames: "1h", "5m" and "funding"."""
    root = Generator(PCG64(seed))
    regimes = _regimes(root)
    mood = np.repeat(np.array([regime.volatility for regime in regimes]), PER_HOUR) * _rhythm()
    market = _path(root, regimes, MARKET_VOLATILITY * mood, jumps=60)
    for number, coin in enumerate(COINS):
        own = Generator(PCG64([seed, number]))
        alone = _path(own, [QUIET] * HOURS, np.full(HOURS * PER_HOUR, coin.volatility), jumps=30)
        steps = np.rint(coin.beta * market) + alone
        yield coin, _frames(own, coin, steps, mood)


def _regimes(random: Generator) -> list[Regime]:
    out: list[Regime] = []
    while len(out) < HOURS:
        regime = REGIMES[int(random.choice(len(REGIMES), p=ODDS))]
        out += [regime] * (1 + int(random.exponential(regime.mean_hours)))
    return out[:HOURS]


def _rhythm() -> Floats:
    """Volatility through the day: least at 04:00, most at 15:00 UTC."""
    hour = np.arange(HOURS * PER_HOUR) / PER_HOUR % 24
    return np.asarray(1 + 0.35 * np.cos((hour - 15) / 24 * 2 * np.pi), dtype=np.float64)


def _path(random: Generator, regimes: list[Regime], volatility: Floats, jumps: int) -> Floats:
    """Log returns of each step in whole grains; `volatility` is an hour's, at each step."""
    steps = volatility * random.standard_normal(len(volatility)) / np.sqrt(PER_HOUR)
    where = random.integers(0, len(steps), jumps)
    size = (0.008 + random.exponential(0.012, jumps)) * random.choice([-1.0, 1.0], jumps, p=[0.55, 0.45])
    np.add.at(steps, where, size)
    moved = steps.reshape(HOURS, PER_HOUR).sum(axis=1)
    drift = np.empty(HOURS)
    level = mean = 0.0
    for hour, regime in enumerate(regimes):
        drift[hour] = regime.drift - regime.pull * (level - mean)
        level += drift[hour] + moved[hour]
        mean += (level - mean) / MEMORY_H
    grains: Floats = np.rint((steps + np.repeat(drift / PER_HOUR, PER_HOUR)) / GRAIN)
    return grains


def _frames(random: Generator, coin: Coin, steps: Floats, mood: Floats) -> dict[str, pl.DataFrame]:
    px = _on_grid(coin.px * np.exp(np.cumsum(steps) * GRAIN), 6 - coin.qty_decimals)
    before = np.concatenate((px[:1], px[:-1])).reshape(-1, PER_FINE)
    path = px.reshape(-1, PER_FINE)
    high, low = np.maximum(path.max(axis=1), before[:, 0]), np.minimum(path.min(axis=1), before[:, 0])
    open_, close = before[:, 0], path[:, -1]
    busy = mood.reshape(-1, PER_FINE)[:, 0] * (0.4 + np.abs(np.log(high / low)) / 0.003)
    traded = coin.turnover_usd * busy * random.lognormal(-0.18, 0.6, len(close)) / close
    fine = {"open": open_, "high": high, "low": low, "close": close}
    fine["volume"] = np.round(np.maximum(traded, 10.0**-coin.qty_decimals), coin.qty_decimals)
    hourly = {
        "open": open_[::12],
        "high": high.reshape(-1, 12).max(axis=1),
        "low": low.reshape(-1, 12).min(axis=1),
        "close": close[11::12],
        "volume": np.round(fine["volume"].reshape(-1, 12).sum(axis=1), coin.qty_decimals),
    }
    listed = START + coin.listed_day * DAY_MS
    fine_from = START + (DAYS - FINE_DAYS) * DAY_MS
    rates = {"rate": _funding(random, hourly["close"])}
    return {
        "1h": _frame(hourly, HOUR_MS, listed),
        "5m": _frame(fine, 5 * MINUTE_MS, max(listed, fine_from)),
        FUNDING: _frame(rates, HOUR_MS, listed),
    }


def _on_grid(px: Floats, decimals: int) -> Floats:
    step: Floats = np.maximum(np.power(10.0, np.floor(np.log10(px)) - (SIG_FIGS - 1)), 10.0**-decimals)
    return np.round(np.rint(px / step) * step, decimals)


def _funding(random: Generator, close: Floats) -> Floats:
    """Longs pay more after a rise: the mean hourly return of the day before, and noise that lasts."""
    day = np.concatenate((np.zeros(24), np.log(close[24:] / close[:-24])))
    trend = np.concatenate((np.zeros(1), day[:-1]))
    noise = np.convolve(random.standard_normal(HOURS + 23), np.ones(24) / np.sqrt(24), mode="valid")
    rate: Floats = np.clip(BASE_RATE + 3e-4 * trend + 6e-6 * noise, -4e-4, 4e-4)
    return np.round(rate, 8)


def _frame(columns: dict[str, Floats], step: int, since: int) -> pl.DataFrame:
    length = len(next(iter(columns.values())))
    frame = pl.DataFrame({"ts": START + step * np.arange(length, dtype=np.int64), **columns})
    return frame.filter(pl.col("ts") >= since)
