"""The process that is killed: a worker on the scenario, which goes on wherever the database and the venue stand."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from threading import Event
from typing import Final

from sqlalchemy import select

from paddock.core.seams import ManualClock
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.events import last_position
from paddock.journal.upgrade import upgrade
from paddock.runtime.accounts import Accounts
from paddock.runtime.bots import Bots
from paddock.runtime.kill import Kills
from paddock.runtime.runner import Market
from paddock.runtime.runs import Runs
from paddock.runtime.tables import runs
from paddock.runtime.worker import Worker
from paddock.surfaces.parts import until_signalled
from tests.crash.scenario import FIRST_ROW, KINDS, LAST_ROW, MARKET, TICKS
from tests.crash.venue import RemoteVenue
from tests.simulation.bots import document
from tests.simulation.options import Luck, options_of
from tests.simulation.perils import FragileDatabase, Peril, PerilousBroker
from tests.simulation.world import CAPITAL, OWNER, SortableIds, StepFeed

START_TS: Final = int(MARKET.ts[FIRST_ROW])


def people(url: str, clock: ManualClock) -> None:
    """Deploy the bots, once, before any worker lives. It is not what is tested: it is never killed."""
    database = Database.open(url, clock=clock)
    upgrade(database)
    Worker(database, [Market(_feed(clock), lambda _: None, None, Costs())], Kills(database, clock), "people")  # type: ignore[arg-type,return-value]
    ids = SortableIds()
    account = Accounts(database, clock, ids).open(OWNER, "money", CAPITAL * len(KINDS))
    for kind in KINDS:
        bot = Bots(database, clock, ids).create(OWNER, kind, document(kind, MARKET.symbols))
        Runs(database, clock, ids).deploy(OWNER, bot.bot_id, account.account_id, CAPITAL, feed=_feed(clock).name)
    database.close()


def live(url: str, address: Path, die_at: int, by: signal.Signals = signal.SIGKILL) -> list[str]:
    """Run the scenario to its end, or get a signal at the `die_at`th point (0: never); gives the points passed.

    SIGTERM ends it as it ends `paddock serve`: after the step it is in.
    """
    venue = RemoteVenue(address)
    peril = Peril()

    def fate(_name: str) -> None:
        if len(peril.passed) == die_at:
            os.kill(os.getpid(), by)

    peril.at_point = fate
    row, tick, now = venue.ask("now")
    clock = ManualClock(now)
    database = FragileDatabase.open(url, clock=clock)
    database.peril = peril
    broker = PerilousBroker(venue, peril, stalls=lambda: False)
    stop = Event()
    with until_signalled(stop):
        market = Market(_feed(clock), lambda _: broker, None, Costs())
        worker = Worker(database, [market], Kills(database, clock), "child")
        settle(worker, database, stop)  # what the last one left undone
        for at, part in [(at, part) for at in range(row, LAST_ROW) for part in range(1, TICKS + 1)]:
            if (at, part) > (row, tick) and not stop.is_set():
                clock.ts = venue.ask("play", at, part)
                if (at, part) == (FIRST_ROW + 11, 1):
                    _pause(database, clock)
                settle(worker, database, stop)
        worker.stop()
    database.close()
    return peril.passed


def settle(worker: Worker, database: Database, stop: Event) -> None:
    """Step until nothing more happens at this time: how often a worker looks must not matter."""
    before = -1
    while not stop.is_set() and (position := _position(database)) != before:
        before = position
        worker.step()


def _position(database: Database) -> int:
    with database.read() as conn:
        return last_position(conn)


def _pause(database: Database, clock: ManualClock) -> None:
    with database.read() as conn:
        first = conn.execute(select(runs.c.run_id).order_by(runs.c.run_id)).scalars().first()
    Runs(database, clock, SortableIds()).pause(OWNER, str(first))


def _feed(clock: ManualClock) -> StepFeed:
    return StepFeed(MARKET, clock, Luck(options_of(0)))
