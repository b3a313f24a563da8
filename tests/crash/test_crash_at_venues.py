"""Killed at a venue: whatever instant it is, no order is doubled, no position stands bare, and the money agrees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from paddock.core.money import MICROS
from paddock.core.seams import ManualClock
from paddock.journal import ledger
from paddock.journal.database import Database
from paddock.journal.rebuild import compare
from paddock.journal.tables import positions
from paddock.journal.verify import verify
from paddock.runtime.lifecycle import RunState
from paddock.runtime.tables import runs
from tests.crash.at_venue import ANYBODY, DEPOSIT, HYPERLIQUID, PACIFICA, Scenario
from tests.crash.stage import Zygote
from tests.databases import fresh_url

__all__ = ["fresh_url"]

SAMPLE = 2  # deaths at each venue in `make test`; `make crash-matrix` dies at every point


SCENARIOS = {"HYPERLIQUID": HYPERLIQUID, "PACIFICA": PACIFICA}


@pytest.fixture(scope="module", params=SCENARIOS)
def scenario(request: pytest.FixtureRequest) -> str:
    return request.param


def zygote_of(scenario: str) -> Zygote:
    return Zygote(f"tests.crash.at_venue:{scenario}", SCENARIOS[scenario].serve)


@pytest.fixture(scope="module")
def zygote(scenario: str) -> Iterator[Zygote]:
    one = zygote_of(scenario)
    yield one
    one.close()


class Stage:
    """A database and a venue, and the way to the end of the scenario over one death."""

    def __init__(self, scenario: Scenario, zygote: Zygote, url: str, folder: Path) -> None:
        self._zygote, self._url, self._address = zygote, url, folder / "venue.sock"
        self.server = scenario.serve(self._address)
        assert zygote.child(url, self._address, "people", "")["exit"] == 0

    def live(self, die_at: int) -> dict[str, Any]:
        return self._zygote.child(self._url, self._address, die_at, "SIGKILL")

    def require_sound(self) -> None:
        """At most one order of an intent at the venue; its truth and our books agree to the micro-dollar."""
        venue = self.server.venue
        booked = [one.asked.client_id for one in venue.orders]
        gain, held_there = venue.gain(ANYBODY), venue.positions(ANYBODY)
        self.server.close()
        database = Database.open(self._url, clock=ManualClock(0))
        with database.write() as conn:
            assert [*verify(conn), *compare(conn), *ledger.check(conn)] == []
            account_id, run_id, state = conn.execute(select(runs.c.account_id, runs.c.run_id, runs.c.state)).one()
            cash = sum(ledger.balance(conn, account_id, one, ledger.Book.CASH) for one in ("", run_id))
            held = conn.execute(select(positions.c.qty).where(positions.c.qty != 0)).all()
        database.close()
        assert len(booked) == len(set(booked)) > 0
        assert (held_there, held, state) == ([], [], RunState.STOPPED)
        assert cash - DEPOSIT * MICROS == gain != 0
        assert self.server.unprotected == []


@pytest.fixture(scope="module")
def points(
    scenario: str, zygote: Zygote, fresh_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """The points at which a worker may die, of a life that nobody ends."""
    stage = Stage(SCENARIOS[scenario], zygote, fresh_url("sqlite"), tmp_path_factory.mktemp("undisturbed"))
    lived = stage.live(0)
    assert lived["exit"] == 0
    stage.require_sound()
    assert {"begin", "commit", "committed", "place", "placed"} <= set(lived["passed"])
    return lived["passed"]


@pytest.mark.parametrize("part", range(SAMPLE))
def test_killed_at_a_venue_ends_sound(part, scenario, points, zygote, fresh_url, tmp_path):
    die_at = 1 + part * (len(points) - 1) // (SAMPLE - 1)
    stage = Stage(SCENARIOS[scenario], zygote, fresh_url("sqlite"), tmp_path)
    assert stage.live(die_at)["exit"] == -9, f"nobody died at {die_at} ({points[die_at - 1]})"
    assert stage.live(0)["exit"] == 0
    stage.require_sound()


def test_killed_around_each_request_ends_sound(scenario, points, zygote, fresh_url, tmp_path):
    """Where it hurts most: what was sent, and nobody heard the answer."""
    for number in [n for n, name in enumerate(points, 1) if name == "placed"][:2]:
        folder = tmp_path / str(number)
        folder.mkdir()
        stage = Stage(SCENARIOS[scenario], zygote, fresh_url("sqlite"), folder)
        assert stage.live(number)["exit"] == -9
        assert stage.live(0)["exit"] == 0
        stage.require_sound()
