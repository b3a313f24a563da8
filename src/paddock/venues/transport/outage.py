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
    """In what condition a stream is, and why; the reason is empty when it is up.

    `since_ts` is when it came up, or else when it last was: a connection that comes and goes is one outage.
    """

    condition: Condition
    since_ts: int
    reason: str = ""

    def now(self, condition: Condition, now_ts: int, reason: str = "") -> Outage:
        same = (condition is Condition.UP) is (self.condition is Condition.UP)
        return Outage(condition, self.since_ts if same else now_ts, reason)
