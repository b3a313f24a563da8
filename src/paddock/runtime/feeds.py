"""Feeds: closed bars as they come, and the clock that belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, select

from paddock.core.errors import Code, NotFound, nearest
from paddock.core.seams import Clock
from paddock.core.time import interval_ms
from paddock.market.align import truncate
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.seen import bar_at
from paddock.runtime.tables import feeds


class Feed(Protocol):
    """One market on one interval. Times of whatever happens on it are its clock's."""

    @property
    def name(self) -> str: ...

    @property
    def clock(self) -> Clock: ...

    def history(self) -> Tape:
        """The bars before the first that is lived. It begins at the same bar for ever: features count from there."""
        ...

    def start(self, after_ts: int) -> None:
        """Bring the bars that open after `after_ts` (ms UTC), which was the last that was decided on.

        Raises Invalid (data.coverage) when they are not known any more.
        """
        ...

    def poll(self) -> Sequence[Bar]:
        """Bars that closed since the last poll, over the history's symbols. One may come again, late or corrected.

        Raises Unavailable, or Unknown, when the source does not answer.
        """
        ...


class TapeReplay:
    """The rest of a recorded tape, played as if it happened now.

    Bars before row `begin` are history. With a `wall` clock time passes on the tape `speed` times as fast as there,
    else only when it is told to by `advance`. It never passes a bar that was not polled: who is slow misses nothing.
    """

    def __init__(self, name: str, tape: Tape, begin: int, *, wall: Clock | None = None, speed: float = 1.0) -> None:
        if not 0 < begin < tape.bars:
            raise ValueError(f"a replay begins within its tape of {tape.bars} bars, not at {begin}")
        self.name, self._tape, self._history = name, tape, truncate(tape, begin)
        self._step = interval_ms(tape.interval)
        self._wall, self._speed = wall, speed
        self.start(int(tape.ts[begin - 1]))

    @property
    def clock(self) -> Clock:
        return self

    @property
    def finished(self) -> bool:
        """Whether no bar is left."""
        return self._next == self._tape.bars

    def history(self) -> Tape:
        return self._history

    def start(self, after_ts: int) -> None:
        self._next = int(self._tape.ts.searchsorted(after_ts, side="right"))
        self._began_ts = self._told_ts = after_ts + self._step
        self._since = self._wall.now_ts() if self._wall else 0

    def now_ts(self) -> int:
        due = self._due()
        return due if self.finished else min(due, int(self._tape.ts[self._next]) + self._step)

    def advance(self, bars: int = 1) -> None:
        """Let time pass until `bars` more bars have closed."""
        row = min(self._next + bars, self._tape.bars) - 1
        self._told_ts = max(self._told_ts, int(self._tape.ts[row]) + self._step)

    def poll(self) -> list[Bar]:
        """The next bar, if it has closed."""
        if self.finished or self._due() < self._tape.ts[self._next] + self._step:
            return []
        self._next += 1
        return [bar_at(self._tape, self._next - 1)]

    def _due(self) -> int:
        if self._wall is None:
            return self._told_ts
        return self._began_ts + int((self._wall.now_ts() - self._since) * self._speed)


VENUE_ITSELF = "venue"  # the source of a feed whose bars a venue tells as they close


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A feed as the database knows it. Times are ms UTC; `symbols` sorted; see the table for the rest."""

    feed: str
    venue: str
    interval: str
    symbols: tuple[str, ...]
    source: str
    anchor_ts: int
    begin_ts: int
    last_ts: int
    stale_ts: int | None


_COLUMNS = tuple(feeds.c[name] for name in FeedRecord.__slots__)


def feed_records(conn: Connection) -> list[FeedRecord]:
    """All feeds that a worker ever kept, by name."""
    rows = conn.execute(select(*_COLUMNS).order_by(feeds.c.feed)).mappings()
    return [FeedRecord(**{**row, "symbols": tuple(row["symbols"])}) for row in rows]


def feed_record(conn: Connection, name: str) -> FeedRecord:
    """Raises NotFound (feed.not_found) for a feed that no worker ever kept."""
    known = {record.feed: record for record in feed_records(conn)}
    if name not in known:
        raise feed_missing(name, known.values(), nearest(name, known))
    return known[name]


def feed_missing(name: str, known: Iterable[FeedRecord], suggestion: str) -> NotFound:
    """No worker ever kept a feed of this name; `known` are those that one did."""
    names = ", ".join(record.feed for record in known)
    return NotFound(
        Code.FEED_NOT_FOUND,
        f"there is no feed {name}",
        where="feed",
        seen=name,
        rule=f"a feed is one of {names or 'none yet: no worker was started, or it still gets ready'}",
        suggestion=suggestion,
    )
