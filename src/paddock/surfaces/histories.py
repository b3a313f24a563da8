"""The bars before those that runs lived, by feed: what a tale of a run begins with."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from paddock.journal.database import Database
from paddock.market.align import truncate
from paddock.market.lake import Lake
from paddock.market.load import load_tape
from paddock.market.tape import Tape
from paddock.runtime.feeds import VENUE_ITSELF, feed_record
from paddock.runtime.venue_history import history_of

KEPT = 8  # tapes; they are mapped from disk, not held


class Histories:
    """From the lake, up to where each feed began; that of a venue's feed from the database.

    Raises NotFound (feed.*, data.*) and Invalid (data.*).
    """

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._lake = Lake(home)
        self._known = lru_cache(maxsize=KEPT)(self._read)
        self._kept = lru_cache(maxsize=KEPT)(self._of_venue)

    def __call__(self, feed: str) -> Tape:
        with self._database.read() as conn:
            record = feed_record(conn, feed)
        if record.source == VENUE_ITSELF:
            return self._kept(feed)
        return self._known(record.venue, record.interval, record.begin_ts)

    def _of_venue(self, feed: str) -> Tape:
        with self._database.read() as conn:
            return history_of(conn, feed_record(conn, feed))

    def _read(self, venue: str, interval: str, begin_ts: int) -> Tape:
        tape = load_tape(self._lake, venue=venue, interval=interval, symbols=None, specs=self._lake)
        return truncate(tape, int(np.searchsorted(tape.ts, begin_ts, side="right")))
