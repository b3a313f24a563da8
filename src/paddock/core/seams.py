"""Where time, ids and randomness come from: arguments, never globals.

The deterministic sources here serve tests and simulations; those of the real machine live in the surfaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

_MASK: Final = (1 << 64) - 1


class Clock(Protocol):
    def now_ts(self) -> int:
        """Now, in ms UTC."""
        ...


class IdSource(Protocol):
    def next_id(self) -> str:
        """An id that this source never gave before."""
        ...


class RandomSource(Protocol):
    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound` - 1, each as likely."""
        ...


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until it is moved, and never goes back."""

    ts: int

    def now_ts(self) -> int:
        return self.ts

    def advance(self, ms: int) -> None:
        if ms < 0:
            raise ValueError(f"time does not go back by {-ms} ms")
        self.ts += ms


@dataclass(slots=True)
class CountingIds:
    """`prefix-1`, `prefix-2`, …"""

    prefix: str
    count: int = 0

    def next_id(self) -> str:
        self.count += 1
        return f"{self.prefix}-{self.count}"


@dataclass(slots=True)
class SeededRandom:
    """SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed on every machine and version."""

    state: int

    def below(self, bound: int) -> int:
        if not 0 < bound <= _MASK:
            raise ValueError(f"no whole number lies from 0 to below {bound}")
        fair = (_MASK + 1) - (_MASK + 1) % bound  # draws beyond the last full round of `bound` would favour the low
        while (draw := self._next()) >= fair:
            pass
        return draw % bound

    def _next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)
