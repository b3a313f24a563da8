"""A feed that is left alone for a while when it does not answer: asking costs time that others wait for.

One whose venue takes no more questions now is asked again as soon as the next one is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from paddock.core.errors import Unavailable, Unknown
from paddock.core.seams import Clock
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.feeds import Feed
from paddock.venues.transport.lost import Throttled

FIRST_S: Final = 1.0
MOST_S: Final = 30.0


class Patient:
    """Implements Feed. `seconds` is a monotonic clock."""

    def __init__(self, feed: Feed, seconds: Callable[[], float]) -> None:
        self._feed, self._seconds = feed, seconds
        self._wait_s, self._again_s = 0.0, 0.0

    @property
    def name(self) -> str:
        return self._feed.name

    @property
    def clock(self) -> Clock:
        return self._feed.clock

    def history(self) -> Tape:
        return self._feed.history()

    def start(self, after_ts: int) -> None:
        self._feed.start(after_ts)

    def poll(self) -> Sequence[Bar]:
        if self._seconds() < self._again_s:
            return []
        try:
            bars = self._feed.poll()
        except Throttled as error:
            wait_s = min(max(error.retry_after_ms / 1000, FIRST_S), MOST_S)
            self._wait_s, self._again_s = 0.0, self._seconds() + wait_s
            raise
        except (Unavailable, Unknown):
            self._wait_s = min(2 * self._wait_s, MOST_S) or FIRST_S
            self._again_s = self._seconds() + self._wait_s
            raise
        self._wait_s = 0.0
        return bars
