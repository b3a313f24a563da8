"""A run on paper and one at each simulated venue, on the same tape: they differ by what the parity meter says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from paddock.core.seams import ManualClock
from paddock.core.time import MINUTE_MS
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.runtime.kill import Kills
from paddock.runtime.paper import PaperVenue
from paddock.runtime.parity import Parity, measure
from paddock.runtime.runner import Market
from paddock.runtime.runs import run_of
from paddock.runtime.tables import runs
from paddock.runtime.tell import Tell
from paddock.runtime.worker import Worker
from tests.crash.at_venue import FIRST_ROW, FIRST_TS, HYPERLIQUID, LAST_ROW, OWNER, PACIFICA, TICKS, Scenario
from tests.crash.child import settle
from tests.databases import fresh_url

__all__ = ["fresh_url"]


def live_on_paper(scenario: Scenario, url: str) -> None:
    """The same scenario, where play money fills on its bars."""
    clock = ManualClock(FIRST_TS)
    database = Database.open(url, clock=clock)
    paper = PaperVenue(database, clock)
    market = Market(scenario.feed(clock), lambda _: paper, paper, Costs())
    worker = Worker(database, [market], Kills(database, clock), "paper")
    settle(worker, database, Event())
    for row in range(FIRST_ROW, LAST_ROW):
        for part in range(1, TICKS + 1):
            clock.ts = int(scenario.market.ts[row]) + MINUTE_MS // TICKS * part
            settle(worker, database, Event())
    worker.stop()
    database.close()


def lived(scenario: Scenario, url: str) -> tuple[Parity, int]:
    """The run beside its backtest, and what it is worth at the last close (micro-dollars)."""
    database = Database.open(url, clock=ManualClock(0))
    tell = Tell(lambda _feed: scenario.feed(ManualClock(0)).history(), lambda _feed: Costs())
    with database.read() as conn:
        run = run_of(conn, OWNER, conn.execute(select(runs.c.run_id)).scalar_one())
        found, worth = measure(conn, run, tell), int(tell.record(conn, run).equity[-1])
    database.close()
    return found, worth


def parts(parity: Parity) -> int:
    return parity.signal + parity.timing + parity.fill + parity.fee + parity.funding


@pytest.mark.parametrize("at", [HYPERLIQUID, PACIFICA], ids=lambda at: at.ground.name)
def test_paper_and_the_venue_differ_by_what_the_meter_says(
    at: Scenario, fresh_url: Callable[[str], str], tmp_path: Path
) -> None:
    scenario = replace(at, stop_row=LAST_ROW)  # nobody steps in
    server = scenario.serve(tmp_path / "venue.sock")
    urls = [fresh_url("sqlite"), fresh_url("sqlite")]
    for url in urls:
        scenario.people(url, ManualClock(FIRST_TS))
    scenario.live(urls[0], tmp_path / "venue.sock", 0)
    server.close()
    live_on_paper(scenario, urls[1])
    (at_venue, venues_worth), (on_paper, papers_worth) = (lived(scenario, url) for url in urls)
    assert on_paper.exact, "on paper a run is its backtest, to the micro-dollar"
    assert at_venue.orders > 2, "most of it both decided"
    assert at_venue.only_live == at_venue.only_shadow <= 1, "what fills at a close counts to the next bar at the venue"
    assert venues_worth - papers_worth == at_venue.total == parts(at_venue) != 0
    assert at_venue.fill or at_venue.timing or at_venue.fee, "the venue filled at prices of its own"
