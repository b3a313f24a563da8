"""How much may leave now? One allowance of a venue, counted exactly in whole numbers; it knows no clock."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

_FIRST_PAUSE_MS: Final = 1_000
_LONGEST_PAUSE_MS: Final = 300_000
_LONGEST_BAN_MS: Final = 86_400_000


class Priority(IntEnum):
    """Who goes first: what lowers risk before what adds to it, both before looking, and the past after all."""

    CANCEL = 0
    STOP = 0
    CLOSE = 1
    OPEN = 2
    READ = 3
    HISTORY = 4


@dataclass(frozen=True, slots=True)
class Reserves:
    """Weight kept for a priority, and those above it, from all below."""

    cancel: int = 0
    close: int = 0
    open: int = 0
    read: int = 0

    def untouched(self, priority: Priority) -> int:
        """What a request of this priority has to leave in the bucket."""
        return sum((self.cancel, self.close, self.open, self.read)[:priority])


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` may leave at once, `refill` comes back evenly in each `per_ms`: at most the sum of both in any `per_ms`.

    Weights are whole numbers in the smallest unit in which the venue counts.
    """

    bucket: str
    burst: int
    refill: int
    per_ms: int = 60_000
    reserves: Reserves = Reserves()

    def __post_init__(self) -> None:
        kept = self.reserves.untouched(Priority.HISTORY)
        if min(self.refill, self.per_ms) < 1 or not 0 <= kept < self.burst:
            raise ValueError(f"the bucket {self.bucket} keeps {kept} of {self.burst} and gets {self.refill} back")


class Bucket:
    """The state of one allowance. `now_ms` never goes back; its zero means nothing."""

    def __init__(self, allowance: Allowance, now_ms: int) -> None:
        self.allowance = allowance
        self._level = allowance.burst * allowance.per_ms  # in weight × ms, so that no refill is rounded away
        self._as_of_ms = now_ms
        self._open_ms = now_ms  # closed before
        self._closings = 0  # without a good answer since

    def left(self, now_ms: int) -> int:
        return self._level_at(now_ms) // self.allowance.per_ms

    def closed_ms(self, now_ms: int) -> int:
        return max(0, self._open_ms - now_ms)

    def holds(self, weight: int, priority: Priority, now_ms: int) -> bool:
        """Could that weight ever leave, if one waited?"""
        need = weight + self.allowance.reserves.untouched(priority)
        return need <= max(self.allowance.burst, self.left(now_ms))

    def wait_ms(self, weight: int, priority: Priority, now_ms: int) -> int:
        """How long until that weight may leave, if nobody else takes any; 0 now."""
        need = (weight + self.allowance.reserves.untouched(priority)) * self.allowance.per_ms
        missing = need - self._level_at(now_ms)
        return max(self.closed_ms(now_ms), -(-missing // self.allowance.refill))

    def take(self, weight: int, now_ms: int) -> None:
        self._set(self._level_at(now_ms) - weight * self.allowance.per_ms, now_ms)

    def observe(self, left: int, now_ms: int) -> None:
        """The venue says what is left. Requests on their way are not in its count, so it never raises ours."""
        self._set(min(self._level_at(now_ms), max(0, left) * self.allowance.per_ms), now_ms)

    def reset(self, left: int, now_ms: int) -> None:
        """Exactly this much is left; more than the burst does not refill."""
        self._set(max(0, left) * self.allowance.per_ms, now_ms)

    def throttle(self, retry_after_ms: int | None, now_ms: int) -> None:
        """Refused for rate: nothing leaves for that time, and at least a pause that doubles with each refusal.

        Refusals while it is closed answer requests that left before: they count as the same one.
        """
        if self.closed_ms(now_ms) == 0:
            self._closings += 1
        pause = min(_LONGEST_PAUSE_MS, _FIRST_PAUSE_MS << min(self._closings - 1, 16))
        self._open_ms = max(self._open_ms, now_ms + max(pause, min(retry_after_ms or 0, _LONGEST_BAN_MS)))
        self._set(0, now_ms)

    def answered(self, now_ms: int) -> None:
        """The venue took a request: the next refusal is a first one again."""
        if self.closed_ms(now_ms) == 0:
            self._closings = 0

    def _level_at(self, now_ms: int) -> int:
        full = self.allowance.burst * self.allowance.per_ms
        grown = self._level + (now_ms - self._as_of_ms) * self.allowance.refill
        return max(self._level, min(full, grown))

    def _set(self, level: int, now_ms: int) -> None:
        self._level, self._as_of_ms = level, now_ms
