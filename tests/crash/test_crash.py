"""Kill tests: whatever instant a worker is killed at, it goes on to the end that it would have reached undisturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.stage import Stage, Zygote
from tests.databases import ENGINES, fresh_url, postgres

__all__ = ["fresh_url", "postgres"]

SAMPLE = 30  # deaths on each engine in `make test`; `make crash-matrix` dies at every point


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    one = Zygote()
    yield one
    one.close()


@pytest.fixture(scope="module", params=ENGINES)
def undisturbed(
    request: pytest.FixtureRequest,
    zygote: Zygote,
    fresh_url: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
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
    assert len(end["fills"]) > 12


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


@pytest.mark.parametrize("part", range(1, 5))
def test_p12_told_to_end_anywhere_ends_in_order_and_the_same(
    part: int,
    undisturbed: tuple[str, list[str], dict[str, Any]],
    zygote: Zygote,
    fresh_url: Callable[[str], str],
    tmp_path: Path,
) -> None:
    engine, points, end = undisturbed
    stage = Stage(zygote, fresh_url(engine), tmp_path)
    ended = stage.live(part * len(points) // 5, "SIGTERM")
    assert ended["exit"] == 0
    assert len(ended["passed"]) < len(points)
    assert stage.live(0)["exit"] == 0
    assert stage.end() == end
