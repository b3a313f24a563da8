"""Is a stream of a venue up? A value that health reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """UP: all that was asked for is heard. DEGRADED: connected, with something missing. DOWN: not connected."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Outage:
    """In what condition a stream is, since when, and why; the reason is empty when it is up."""

    condition: Condition
    since_ts: int
    reason: str = ""

    def now(self, condition: Condition, now_ts: int, reason: str = "") -> Outage:
        """The same condition keeps its time."""
        return Outage(condition, self.since_ts if condition is self.condition else now_ts, reason)
