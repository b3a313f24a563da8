"""Small rough markets on minute bars, the same from the same seed on every machine: drawn as integers."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from paddock.core.instrument import Instrument
from paddock.core.seams import SeededRandom
from paddock.market.tape import Tape

START = 1_700_000_040_000  # the open of a minute
MINUTE = 60_000
VENUE = "fake"
HISTORY = 60  # bars before the first that is lived


def market(seed: int, bars: int, symbols: int) -> Tape:
    """`bars` lived minutes of `symbols` markets that wander by cents, with jumps and now and then a missing bar."""
    names = tuple(f"COIN{n}" for n in range(symbols))
    random = SeededRandom(seed)
    length = HISTORY + bars
    columns = np.full((5, symbols, length), np.nan)
    for s in range(symbols):
        _walk(random, columns[:, s])
    return Tape(
        venue=VENUE,
        interval="1m",
        symbols=names,
        instruments=tuple(instrument(name) for name in names),
        ts=START + MINUTE * np.arange(length, dtype=np.int64),
        open=columns[0],
        high=columns[1],
        low=columns[2],
        close=columns[3],
        volume=columns[4],
        funding_open=np.zeros((symbols, 0)),
        funding_inside=np.zeros((symbols, 0)),
        funding_last=np.full((symbols, length), np.nan),
        open_interest=np.zeros((symbols, 0)),
        fine=None,
        funding_coverage=None,
        fidelity="1m bars",
        source="simulation",
    )


def instrument(name: str) -> Instrument:
    return Instrument(VENUE, name, px_decimals=2, qty_decimals=3, min_notional_usd=Decimal(10), max_leverage=20)


def _walk(random: SeededRandom, columns: np.ndarray) -> None:
    cents = 10_000
    for t in range(columns.shape[1]):
        open_ = cents
        jump = random.below(40) == 0
        cents = max(cents + random.below(61) - 30 + (random.below(401) - 200 if jump else 0), 1_000)
        high = max(open_, cents) + random.below(15)
        low = min(open_, cents) - random.below(15)
        volume = 1 + random.below(5_000)
        if t >= HISTORY and random.below(50) == 0:
            continue  # nobody traded
        columns[:, t] = (open_ / 100, high / 100, low / 100, cents / 100, volume)
