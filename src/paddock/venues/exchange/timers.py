"""What is due when? Things due at the same time come in the order they were set."""

from __future__ import annotations

from enum import Enum
from heapq import heappop, heappush


class Due(Enum):
    """What a timer is for; its key names the order, TWAP or account (none for funding)."""

    EXPIRY = "expiry"
    TWAP = "twap"
    SCHEDULE = "schedule"
    FUNDING = "funding"


class Timers:
    __slots__ = ("_heap", "_set")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Due, int | str]] = []
        self._set = 0

    def add(self, ts: int, due: Due, key: int | str = 0) -> None:
        self._set += 1
        heappush(self._heap, (ts, self._set, due, key))

    def next(self, up_to_ts: int) -> tuple[int, Due, int | str] | None:
        """Take out the first that is due; None when none is."""
        if not self._heap or self._heap[0][0] > up_to_ts:
            return None
        ts, _, due, key = heappop(self._heap)
        return ts, due, key
