"""The grid of W3: a thousand pairs of averages, and the part of it that slow peers are sampled on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every fast period with every slow one."""

    fast: tuple[int, ...]
    slow: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.fast) * len(self.slow)

    def __iter__(self):
        return ((fast, slow) for fast in self.fast for slow in self.slow)

    @property
    def grid(self) -> dict[str, list[object]]:
        """As `paddock.research.sweep` takes it, for the document of W1."""
        return {"up,down.fast_period": list(self.fast), "up,down.slow_period": list(self.slow)}

    def sample(self, slow: int) -> Pairs:
        """All fast periods with `slow` of the slow ones, from the middles of as many equal parts."""
        share = len(self.slow) / slow
        return Pairs(self.fast, tuple(self.slow[int((n + 0.5) * share)] for n in range(slow)))


THOUSAND = Pairs(tuple(range(4, 54, 2)), tuple(range(60, 260, 5)))
