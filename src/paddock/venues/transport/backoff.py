"""How long until the next attempt? Longer with each that failed, and not when everybody else tries."""

from __future__ import annotations

from dataclasses import dataclass

from paddock.core.seams import RandomSource


@dataclass(slots=True)
class Backoff:
    """Pauses that double from `first_ms` to `most_ms`; chance takes up to half of each away."""

    random: RandomSource
    first_ms: int
    most_ms: int
    failures: int = 0

    def next_ms(self) -> int:
        pause_ms = min(self.most_ms, self.first_ms << min(self.failures, 32))
        self.failures += 1
        return pause_ms - self.random.below(pause_ms // 2 + 1)

    def reset(self) -> None:
        self.failures = 0
