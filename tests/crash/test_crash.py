"""Kill tests: whatever instant a worker is killed at, it goes on to the end that it would have reached undisturbed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from paddock.core.seams import ManualClock
from paddock.journal import ledger
from paddock.journal.database import Database
from paddock.journal.rebuild import compare
from paddock.journal.tables import closures, fills, orders, positions
from paddock.journal.verify import verify
from tests.crash.venue import VenueServer
from tests.databases import ENGINES, fresh_url, postgres

__all__ = ["fresh_url", "postgres"]

SAMPLE = 32  # deaths on each engine in `make test`; `make crash-matrix` dies at every point


class Zygote:
    """Forks children that live and die on the scenario."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def child(self, url: str, venue: Path, die_at: int | str) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"url": url, "venue": str(venue), "die_at": die_at}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    one = Zygote()
    yield one
    one.close()


class Stage:
    """A database and a venue, and the way to the end of the scenario over one death."""

    def __init__(self, zygote: Zygote, url: str, folder: Path) -> None:
        self._zygote, self._url, self._address = zygote, url, folder / "venue.sock"
        self.server = VenueServer(self._address)
        assert zygote.child(url, self._address, "people")["exit"] == 0

    def live(self, die_at: int) -> dict[str, Any]:
        return self._zygote.child(self._url, self._address, die_at)

    def end(self) -> dict[str, Any]:
        """All that must not depend on how often the worker died; checks what must hold in any case."""
        self.server.close()
        database = Database.open(self._url, clock=ManualClock(0))
        with database.write() as conn:
            broken = [*verify(conn), *compare(conn), *ledger.check(conn)]
            books = {
                table.name: sorted(
                    tuple(row)
                    for row in conn.execute(select(*(table.c[name] for name in names))).all()
                )
                for table, names in _BOOKS.items()
            }
        database.close()
        assert broken == []
        assert self.server.unprotected == []
        return {**self.server.truth(), **books}


_BOOKS = {
    orders: ("intent_id", "run_id", "symbol", "kind", "side", "lots", "traded", "state"),
    fills: ("account_id", "run_id", "intent_id", "symbol", "side", "lots", "px", "fee"),
    positions: ("account_id", "run_id", "symbol", "qty"),
    closures: ("run_id", "symbol"),
}


@pytest.fixture(scope="module", params=ENGINES)
def undisturbed(
    request: pytest.FixtureRequest, zygote: Zygote, fresh_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, list[str], dict[str, Any]]:
    """The engine, the points at which a worker may die, and the end of a run that nobody killed."""
    stage = Stage(zygote, fresh_url(request.param), tmp_path_factory.mktemp("undisturbed"))
    lived = stage.live(0)
    assert lived["exit"] == 0
    return request.param, lived["passed"], stage.end()


def test_the_scenario_has_what_it_must(undisturbed: tuple[str, list[str], dict[str, Any]]) -> None:
    _, points, end = undisturbed
    assert len(points) >= 30
    assert {"begin", "commit", "committed", "place", "placed", "cancel", "cancelled"} <= set(points)
    assert len(end["fills"]) > 20


@pytest.mark.parametrize("part", range(SAMPLE))
def test_p01_killed_anywhere_ends_the_same(
    part: int,
    undisturbed: tuple[str, list[str], dict[str, Any]],
    zygote: Zygote,
    fresh_url: Callable[[str], str],
    tmp_path: Path,
) -> None:
    engine, points, end = undisturbed
    die_at = 1 + part * (len(points) - 1) // (SAMPLE - 1)
    stage = Stage(zygote, fresh_url(engine), tmp_path)
    assert stage.live(die_at)["exit"] == -9, f"nobody died at {die_at} ({points[die_at - 1]})"
    assert stage.live(0)["exit"] == 0
    reached = stage.end()
    differing = {name: sorted({*reached[name]} ^ {*end[name]}) for name in end if reached[name] != end[name]}
    for name, rows in differing.items():
        print(name, *rows, sep="\n  ")
    assert not differing, f"died at {die_at} ({points[die_at - 1]})"
