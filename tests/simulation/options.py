"""What a seed means: which faults are switched on in this run, and how often each strikes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from paddock.core.seams import SeededRandom
from paddock.venues.broker import Capabilities
from paddock.venues.hyperliquid.broker import CAPABILITIES
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

# Over sockets requests and frames go wrong by a script of the simulators; these strike beside it.
SOCKET_RATES = {
    "cut": 60,  # V17: every socket breaks
    "deaf": 60,  # V17: sockets stay open, and nothing comes
    "halt": 30,  # V13
    "funding": 200,  # V18: the last payment is told again
    "thin": 200,  # V10
    "by_hand": 60,  # V23: an order of a person's own
} | {
    name: RATES[name]
    for name in ("stall", "bar_again", "bar_late", "crash", "unheard", "database_busy", "disk_full", "usurp", "skew")
}
PLACES = {"hyperliquid": ("exchange:*", "info:*"), "pacifica": ("post:*", "get:*")}  # what is signed, what is asked
_LOST = ("lost", "reset", "late", "error", "throttled")  # V2, V3, V4, V12
_DONE = ("mute", "reset_done", "error_done", "truncated", "garbage")  # V1, V4, V5
_READS = ("reset", "error", "truncated", "garbage", "throttled")
_FRAMES = ("skip", "twice", "swap")  # V6, V8, V17


@dataclass(frozen=True, slots=True)
class Options:
    """One run of the simulation. `rates` holds the faults that are on, in a thousand chances.

    `venue` names the simulator that is traded at over sockets, where `script` goes wrong; without a name it is the fake
    venue. `listens`: its sockets are heard. `minute`: of the hour in which it begins.
    """

    seed: int
    bars: int
    symbols: int
    kinds: tuple[str, ...]
    capabilities: Capabilities
    one_account: bool
    skew_ms: int
    rates: dict[str, int]
    venue: str = ""
    listens: bool = False
    minute: int = 14
    script: tuple[dict[str, Any], ...] = ()

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


def options_at(venue: str, seed: int, bars: int = 10) -> Options:
    """Those of a seed at a simulated venue."""
    random = SeededRandom(seed)
    rates = {}
    for name, most in SOCKET_RATES.items():
        on = random.below(3) == 0
        strikes = 1 + random.below(most)
        if on:
            rates[name] = strikes
    kinds = tuple(KINDS[random.below(len(KINDS))] for _ in range(1 + random.below(2)))
    skew = (random.below(4_001) - 2_000) if "skew" in rates else 0
    symbols, one_account = 1 + random.below(2), random.below(2) == 0
    listens, minute = random.below(2) == 0, random.below(60)
    script = tuple(_script(random, *PLACES[venue]))
    return Options(seed, bars, symbols, kinds, CAPABILITIES, one_account, skew, rates, venue, listens, minute, script)


def _script(random: SeededRandom, acts: str, reads: str) -> list[dict[str, Any]]:
    """As `paddock simulate … --faults` takes it; each fault is in one script of three."""
    rules = []
    for where, faults, many in ((acts, _LOST + _DONE, 12), (reads, _READS, 200), ("frame:*", _FRAMES, 100)):
        for fault in faults:
            on = random.below(3) == 0
            skip, times, ms = random.below(many), 1 + random.below(3), 1_000 * (1 + random.below(25))
            if on:
                rule = {"fault": fault, "where": where, "skip": skip, "times": times}
                rules.append(rule | ({"ms": ms} if fault == "late" else {}))
    return rules


class Luck:
    """Whether a fault strikes. One random source for each fault: what one draws changes nothing for the others."""

    def __init__(self, options: Options) -> None:
        self._rates, self.healed = options.rates, False
        self._sources = {name: SeededRandom(options.seed * 1_000 + n) for n, name in enumerate(sorted(options.rates))}

    def strikes(self, fault: str) -> bool:
        if fault not in self._rates:
            return False
        struck = self._sources[fault].below(1_000) < self._rates[fault]
        return struck and not self.healed

    def below(self, fault: str, bound: int) -> int:
        return self._sources[fault].below(bound)
