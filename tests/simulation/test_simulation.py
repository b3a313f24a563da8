"""A fixed set of seeds of the simulation; `make soak` plays as many others as there is time for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from paddock.venues.faults import Fault, Faults
from paddock.venues.played import go_wrong
from tests.simulation import simulate as simulation
from tests.simulation.grounds import GROUNDS
from tests.simulation.options import RATES, SOCKET_RATES, options_at, options_of
from tests.simulation.simulate import command, fast_folder, play, simulate

SEEDS = range(1, 11)
SEEDS_AT_VENUES = (5, 6)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = structlog.get_config()
    simulation.be_quiet()
    yield
    structlog.configure(**before)


@pytest.fixture
def folder() -> Iterator[Path]:
    with fast_folder() as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_all_holds_whatever_strikes(seed: int, folder: Path) -> None:
    outcome = simulate(seed, folder)
    assert outcome.broken == (), f"repeat it with: {command(seed)}"


@pytest.mark.parametrize("venue", GROUNDS)
@pytest.mark.parametrize("seed", SEEDS_AT_VENUES)
def test_all_holds_over_sockets_whatever_strikes(seed: int, venue: str, folder: Path) -> None:
    outcome = simulate(seed, folder, venue)
    assert outcome.broken == (), f"repeat it with: {command(seed, venue)}"
    assert outcome.fills


def test_seeds_at_venues_draw_what_the_simulators_scripts_know() -> None:
    drawn = [options_at(venue, seed) for venue in GROUNDS for seed in range(1, 41)]
    assert {name for one in drawn for name in one.rates} == set(SOCKET_RATES)
    named = {rule["fault"] for one in drawn for rule in one.script}
    assert named == set(Fault) - {Fault.DELAY, Fault.REWRITE}  # time stands still while one waits; a program
    for one in drawn:
        go_wrong(Faults(), json.dumps(one.script))


def test_the_seeds_try_each_fault_and_trade() -> None:
    tried = {name for seed in SEEDS for name in options_of(seed).rates}
    assert tried >= set(RATES) - {"overfill", "liquidate"}


def test_the_same_seed_gives_the_same_journal_whatever_the_hash_seed() -> None:
    digests = set()
    for hash_seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-m", "tests.simulation.simulate", "3"],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(json.loads(told.stdout)["journal"])
    assert len(digests) == 1


def test_p08_clocks_that_differ_change_no_outcome(folder: Path) -> None:
    outcomes = []
    for skew_ms in (-2_000, 0, 2_000):
        options = replace(options_of(1), seed=3, rates={}, skew_ms=skew_ms)
        outcomes.append(play(options, folder / str(skew_ms)))
    assert {outcome.broken for outcome in outcomes} == {()}
    assert len({(outcome.orders, outcome.fills) for outcome in outcomes}) == 1
    assert outcomes[0].fills > 5
