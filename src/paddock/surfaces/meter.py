"""The parity meter as a part of the process: every run beside its backtest, a few at a time, again and again."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event
from typing import Final

import structlog
from sqlalchemy import select

from paddock.core.errors import Invalid, Unavailable, Unknown
from paddock.core.seams import Clock
from paddock.journal.database import Database
from paddock.runtime.lifecycle import KEPT
from paddock.runtime.parity import measure, store
from paddock.runtime.runs import COLUMNS, Run, run_from
from paddock.runtime.tables import runs
from paddock.runtime.tell import Tell
from paddock.surfaces.parts import Part

BATCH: Final = 10  # runs of one round
EVERY_S: Final = 30.0

log = structlog.get_logger(__name__)


class Meter:
    """Measures the runs of the feeds whose `clocks` it has, in the order of their ids, round and round."""

    def __init__(self, database: Database, tell: Tell, clocks: Mapping[str, Clock]) -> None:
        self._database, self._tell, self._clocks = database, tell, clocks
        self._last = ""

    def step(self) -> int:
        """Measure the next runs; gives how many could be. Raises Unavailable and Unknown."""
        found = self._next()
        self._last = found[-1].run_id if len(found) == BATCH else ""
        return sum(map(self._measured, found))

    def _next(self) -> list[Run]:
        mine = (runs.c.feed.in_(sorted(self._clocks)), runs.c.state.in_(KEPT), runs.c.run_id > self._last)
        with self._database.read() as conn:
            rows = conn.execute(select(*COLUMNS).where(*mine).order_by(runs.c.run_id).limit(BATCH)).all()
        return [run_from(row) for row in rows]

    def _measured(self, run: Run) -> bool:
        try:
            with self._database.read() as conn:
                parity = measure(conn, run, self._tell)
        except Invalid:  # it has not seen a bar yet, or decides in Python
            return False
        with self._database.write() as conn:
            store(conn, run, parity, self._clocks[run.feed].now_ts())
        return True


def meter_part(meter: Meter) -> Part:
    """Measures now and then until it is told to stop."""

    def run(stop: Event) -> None:
        while not stop.wait(EVERY_S):
            try:
                meter.step()
            except (Unavailable, Unknown) as error:
                log.warning("runs were not measured", code=error.code, message=error.message)

    return Part("meter", run)
