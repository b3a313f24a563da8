"""Watching a feed: each bar is kept as it was seen before anybody decides on it, and what is odd is told."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict

import structlog
from sqlalchemy import Connection, insert, select, update

from paddock.core.errors import Code, Invalid, Unavailable, Unknown
from paddock.core.time import interval_ms
from paddock.journal.database import Database
from paddock.journal.events import PLATFORM, Draft
from paddock.journal.kinds import EventKind
from paddock.journal.projections import record
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.feeds import Feed, FeedRecord, feed_record
from paddock.runtime.seen import lived, packed, read_bars, same, write_bar
from paddock.runtime.tables import feeds

STALE_INTERVALS = 2
MOST_ODD = 256  # late and corrected bars that are known again when they are told again
_log = structlog.get_logger()


class Watch:
    """One feed, kept by any number of workers. `history` is the tape before its first lived bar."""

    def __init__(self, database: Database, feed: Feed) -> None:
        """Raises Invalid (feed.changed) when the feed is not the one of that name that was watched before.

        One whose source has forgotten the bars that follow brings none any more: what is asked of its runs, and what
        they have at their venues, is seen to nonetheless.
        """
        self._database, self.feed = database, feed
        self.history = feed.history()
        self.step_ms = interval_ms(self.history.interval)
        with database.write() as conn:
            self.last_ts = registered(conn, feed.name, self.history).last_ts
        self._odd: deque[bytes] = deque(maxlen=MOST_ODD)
        self._goes_on = self._starts()

    def take(self) -> list[Bar]:
        """Poll, keep what is new, and give it as it is kept; what is old is told and left.

        A feed that does not answer has nothing new, and is stale before long.
        """
        try:
            bars = [bar for bar in self.feed.poll() if not self._known(bar)] if self._goes_on else []
        except (Unavailable, Unknown) as error:
            _log.warning("the feed does not answer", feed=self.feed.name, code=error.code, message=error.message)
            bars = []
        if bars:
            with self._database.write() as conn:
                for bar in sorted(bars, key=lambda bar: bar.ts):
                    self._take(conn, bar)
        self._tell_pace()
        with self._database.read() as conn:
            new = read_bars(conn, self.feed.name, self.last_ts)
        self.last_ts = new[-1].ts if new else self.last_ts
        return new

    def tape(self) -> Tape:
        """The history and all that was seen since."""
        with self._database.read(patient=True) as conn:
            return lived(conn, self.feed.name, self.history)

    def is_stale(self, bar_ts: int) -> bool:
        """Whether a bar that opened then is too old to decide on by the feed's clock."""
        return self.feed.clock.now_ts() - (bar_ts + self.step_ms) > STALE_INTERVALS * self.step_ms

    def _starts(self) -> bool:
        try:
            self.feed.start(self.last_ts)
        except Invalid as error:
            if error.code is not Code.DATA_COVERAGE:
                raise
            _log.error("the feed brings no more bars", feed=self.feed.name, code=error.code, message=error.message)
            return False
        return True

    def _known(self, bar: Bar) -> bool:
        """Whether an old bar was told before."""
        return bar.ts <= self.last_ts and packed(bar) in self._odd

    def _take(self, conn: Connection, bar: Bar) -> None:
        kept = read_bars(conn, self.feed.name, bar.ts - 1, bar.ts)
        newest = feed_record(conn, self.feed.name).last_ts
        if bar.ts > newest:
            write_bar(conn, self.feed.name, bar)
            conn.execute(update(feeds).where(feeds.c.feed == self.feed.name).values(last_ts=bar.ts))
        elif not kept or not same(kept[0], bar):
            self._odd.append(packed(bar))
            self._tell(conn, EventKind.BAR_CORRECTED if kept else EventKind.BAR_LATE, {"bar_ts": bar.ts})

    def _tell_pace(self) -> None:
        """Note when the feed falls silent, and when it moves again."""
        with self._database.read() as conn:
            known = feed_record(conn, self.feed.name)
        stale = self.is_stale(known.last_ts)
        if stale == (known.stale_ts is not None):
            return
        with self._database.write() as conn:
            now = self.feed.clock.now_ts() if stale else None
            changed = update(feeds).where(feeds.c.feed == self.feed.name, feeds.c.stale_ts.is_distinct_from(now))
            if conn.execute(changed.values(stale_ts=now)).rowcount:
                kind = EventKind.FEED_STALE if stale else EventKind.FEED_RECOVERED
                self._tell(conn, kind, {"last_ts": known.last_ts})

    def _tell(self, conn: Connection, kind: EventKind, payload: dict[str, object]) -> None:
        payload = {"feed": self.feed.name, **payload}
        record(conn, [Draft(PLATFORM, kind, self.feed.clock.now_ts(), payload)])


def registered(conn: Connection, name: str, history: Tape) -> FeedRecord:
    """The record of a feed, made when it is new. Raises Invalid (feed.changed) when it does not fit its history."""
    last = int(history.ts[-1])
    told = FeedRecord(
        feed=name,
        venue=history.venue,
        interval=history.interval,
        symbols=history.symbols,
        source=history.source,
        anchor_ts=int(history.ts[0]),
        begin_ts=last,
        last_ts=last,
        stale_ts=None,
    )
    if conn.execute(select(feeds.c.feed).where(feeds.c.feed == name)).first() is None:
        conn.execute(insert(feeds).values(asdict(told) | {"symbols": list(told.symbols)}))
    known = feed_record(conn, name)
    for field in ("venue", "interval", "symbols", "anchor_ts", "begin_ts"):
        was, seen = getattr(known, field), getattr(told, field)
        if was != seen:
            raise Invalid(
                Code.FEED_CHANGED,
                f"the feed {name} is not the one that its runs began on",
                where=field,
                seen=seen,
                rule=f"its {field} is {was} for ever: what its runs decided depends on it",
                suggestion="give the new one another name",
            )
    return known
