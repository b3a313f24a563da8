"""Where does a price go when nobody recorded it? A seeded random walk, the same from the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt
from typing import Final

from paddock.core.seams import RandomSource
from paddock.venues.exchange import prices
from paddock.venues.exchange.rules import Contract
from paddock.venues.exchange.tape import Point
from paddock.venues.exchange.units import USD

_DRAWS: Final = 4  # summed, they look like a bell
_WIDTH: Final = 2_001
_SPREAD: Final = 1_155  # of the sum, one standard deviation
_STEP: Final = 100  # of a second, in millionths of the price: about 3 % a day
_TRADED: Final = 2_000 * USD  # the most that trades on the way of a second


def walk(contract: Contract, px: int, start_ts: int, step_ms: int, random: RandomSource) -> Iterator[Point]:
    """Without an end: one point each `step_ms`, on the contract's grid, with something traded on the way."""
    ts, exact = start_ts, px
    step = _STEP * isqrt(step_ms * 1_000)  # in thousandths of a second's
    while True:
        ts += step_ms
        drawn = sum(random.below(_WIDTH) for _ in range(_DRAWS)) - _DRAWS * (_WIDTH // 2)
        exact = max(exact + exact * drawn * step // (_SPREAD * 10**9), contract.step(1) * 100)
        value = _TRADED * (1 + random.below(100)) // 100
        lots = int(contract.tick_lots(value) / exact) // contract.lot * contract.lot
        yield Point(ts, prices.rounded(contract, exact, up=False), max(lots, contract.lot))
