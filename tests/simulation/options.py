"""What a seed means: which faults are switched on in this run, and how often each strikes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from paddock.core.seams import SeededRandom
from paddock.venues.broker import Capabilities
from tests.simulation.bots import KINDS

# Faults that may be switched on together, each with the most it strikes: in a thousand chances.
RATES = {
    "accept_then_timeout": 120,  # V1
    "late": 80,  # V2
    "drop": 80,  # V3
    "error_booked": 60,  # V4
    "error_lost": 60,  # V4
    "garbage": 60,  # V5
    "unreachable": 60,
    "broken": 60,
    "repeat": 200,  # V6
    "swap": 150,  # V8
    "halt": 30,  # V13
    "overfill": 15,  # V11
    "funding": 60,  # V18
    "liquidate": 10,  # V19
    "thin": 200,  # V10: partial fills
    "stall": 300,  # V17
    "bar_again": 100,  # V17
    "bar_late": 60,  # V17
    "crash": 25,  # P1, P12
    "unheard": 100,  # P1: after it sent, before it hears
    "database_busy": 25,  # P3
    "disk_full": 15,  # P4
    "usurp": 20,  # P7
    "nap": 4,  # P7: in the middle of its work
    "skew": 500,  # P8
}
RARE = frozenset({"overfill", "liquidate"})  # they stop entries on a symbol until a person looked


@dataclass(frozen=True, slots=True)
class Options:
    """One run of the simulation. `rates` holds the faults that are on, in a thousand chances."""

    seed: int
    bars: int
    symbols: int
    kinds: tuple[str, ...]
    capabilities: Capabilities
    one_account: bool
    skew_ms: int
    rates: dict[str, int]

    def told(self) -> dict[str, Any]:
        return asdict(self)


def options_of(seed: int, bars: int = 40) -> Options:
    """The options of a seed: each fault is on in one run of three, two rare ones in one of twelve."""
    random = SeededRandom(seed)
    rates = {}
    for name, most in RATES.items():
        on = random.below(12 if name in RARE else 3) == 0
        strikes = 1 + random.below(most)
        if on:
            rates[name] = strikes
    relative = random.below(3) == 0
    netting = not relative and random.below(2) == 0
    kinds = tuple(KINDS[random.below(len(KINDS))] for _ in range(1 + random.below(3)))
    capabilities = Capabilities(
        relative_brackets=relative,
        attached_brackets=relative or random.below(2) == 0,
        dedups=random.below(3) > 0,
        netting=netting,
    )
    skew = (random.below(4_001) - 2_000) if "skew" in rates else 0
    return Options(seed, bars, 1 + random.below(2), kinds, capabilities, random.below(2) == 0, skew, rates)
