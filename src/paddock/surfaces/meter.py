"""The parity meter as a part of the process: every run beside its backtest, a few at a time, again and again.

A comparison goes over a run's whole life. It is made again when that is longer by a part, so that all comparisons of a
life cost so many times the last one, however long it is; and it is told that seldom.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Event
from typing import Final

import structlog
from sqlalchemy import Text, and_, not_, or_, select, type_coerce

from paddock.core.errors import Code, Invalid, Unavailable, Unknown
from paddock.core.seams import Clock
from paddock.journal.database import Database
from paddock.runtime.lifecycle import KEPT
from paddock.runtime.parity import compared, store
from paddock.runtime.runs import COLUMNS, Run, run_from
from paddock.runtime.tables import bot_versions, feeds, parities, runs
from paddock.runtime.tell import Tell
from paddock.surfaces.parts import Part, require_going_on

BATCH: Final = 10  # runs of one round
EVERY_S: Final = 30.0
LONGER: Final = 64  # a run is measured again when its life is longer by one part in so many
MOST_ROUNDS: Final = 64  # a run that cannot be measured waits for 1, 2, 4, … rounds, at most so many
_IN_PYTHON: Final = type_coerce(bot_versions.c.document, Text).contains('"kind":"python"', autoescape=True)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that could not be measured: the round of the next try, how many rounds it waits, and what went wrong."""

    until: int
    wait: int
    why: str


NOT_AT_ALL: Final = Waiting(0, 0, "")


class Meter:
    """Measures the runs of the feeds whose `clocks` it has, in the order of their ids, round and round.

    One `scripted` measures those in Python, which take long, and another one all others, which need not wait for them.
    """

    def __init__(self, database: Database, tell: Tell, clocks: Mapping[str, Clock], *, scripted: bool = False) -> None:
        self._database, self._tell, self._clocks, self.scripted = database, tell, clocks, scripted
        self._last, self._round = "", 0
        self._waiting: dict[str, Waiting] = {}

    def step(self, stop: Event | None = None) -> int:
        """Measure the next runs that are due; gives how many could be.

        Raises Unavailable and Unknown, the first also once `stop` is set.
        """
        self._round += 1
        found = self._next()
        self._last = found[-1].run_id if len(found) == BATCH else ""
        return sum(self._measured(run, stop or Event()) for run in found)

    def _next(self) -> list[Run]:
        lived, measured = feeds.c.last_ts - runs.c.begin_ts, parities.c.ts - runs.c.begin_ts
        due = (
            select(*COLUMNS)
            .join(feeds, feeds.c.feed == runs.c.feed)
            .join(bot_versions, and_(bot_versions.c.bot_id == runs.c.bot_id, bot_versions.c.version == runs.c.version))
            .outerjoin(parities, parities.c.run_id == runs.c.run_id)
            .where(runs.c.feed.in_(sorted(self._clocks)), runs.c.state.in_(KEPT), runs.c.run_id > self._last)
            .where(_IN_PYTHON if self.scripted else not_(_IN_PYTHON))
            .where(or_(parities.c.ts.is_(None), lived * LONGER >= measured * (LONGER + 1)))
        )
        some = due.order_by(runs.c.run_id).limit(BATCH + len(self._waiting))
        with self._database.read() as conn:
            found = map(run_from, conn.execute(some))
            return [run for run in found if self._waiting.get(run.run_id, NOT_AT_ALL).until <= self._round][:BATCH]

    def _measured(self, run: Run, stop: Event) -> bool:
        """Measure a run. Whatever goes wrong in that is told once, and concerns no other run."""
        try:
            with ExitStack() as held:
                with self._database.read(patient=True) as conn:
                    both = held.enter_context(self._tell.told(conn, run))
                parity = compared(both.lived, both.again(lambda *_: require_going_on(stop)))
            with self._database.write() as conn:
                store(conn, run, parity, self._clocks[run.feed].now_ts())
        except (Unavailable, Unknown):
            raise
        except Invalid as error:  # it has not seen a bar yet, or its strategy fails by itself
            if error.code is Code.STRATEGY_PYTHON and self._is_news(run, error.message):
                log.warning("a strategy could not be run once more", run_id=run.run_id, message=error.message)
            self._postpone(run, error.message)
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            if self._is_news(run, told):
                log.error("a run cannot be measured; it is tried again", run_id=run.run_id, exc_info=True)
            self._postpone(run, told)
        else:
            self._waiting.pop(run.run_id, None)
            return True
        return False

    def _is_news(self, run: Run, why: str) -> bool:
        return self._waiting.get(run.run_id, NOT_AT_ALL).why != why

    def _postpone(self, run: Run, why: str) -> None:
        wait = min(2 * self._waiting.get(run.run_id, NOT_AT_ALL).wait, MOST_ROUNDS) or 1
        self._waiting[run.run_id] = Waiting(self._round + wait, wait, why)


def meter_part(meter: Meter) -> Part:
    """Measures now and then until it is told to stop."""

    def run(stop: Event) -> None:
        while not stop.wait(EVERY_S):
            try:
                meter.step(stop)
            except (Unavailable, Unknown) as error:
                log.warning("runs were not measured", code=error.code, message=error.message)

    return Part("meter of Python" if meter.scripted else "meter", run, vital=False)
