"""One run of the simulation from its seed: `python -m tests.simulation.simulate SEED` says what it was and its hash."""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from paddock.journal.database import Database
from paddock.journal.verify import journal_hash
from tests.simulation.invariants import after_each_bar, in_the_end
from tests.simulation.options import Options, options_of
from tests.simulation.world import World, sqlite_url

BARS = 24
SETTLING = 12  # bars without faults before all must be settled


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a seed: `broken` names invariants that did not hold; `digest` is the journal's."""

    options: Options
    digest: str
    orders: int
    fills: int
    deaths: int
    broken: tuple[str, ...]


def simulate(seed: int, folder: Path, bars: int = BARS) -> Outcome:
    """Play a seed on a new database in `folder`."""
    return play(options_of(seed, bars), folder)


def play(options: Options, folder: Path) -> Outcome:
    """Play a run with these options on a new database in `folder`."""
    folder.mkdir(exist_ok=True)
    url = sqlite_url(folder, f"seed-{options.seed}")
    world = World(options, url)
    broken: list[str] = []
    for _ in range(options.bars):
        world.play(1)
        broken += after_each_bar(world)
        if broken:
            break
    world.heal()
    world.play(SETTLING)
    world.rest()
    database = Database.open(url, clock=world.clock)
    with database.write() as conn:  # comparing rebuilds what was folded, and puts it back
        broken += in_the_end(world, conn)
        digest = journal_hash(conn)
    database.close()
    for one in world.living:
        one.database.close()
    filled = sum(one.filled > 0 for one in world.venue.orders)
    return Outcome(options, digest, len(world.venue.orders), filled, world.deaths, tuple(dict.fromkeys(broken)))


@contextmanager
def fast_folder() -> Iterator[Path]:
    """A folder in memory where there is one: what is tested here is not the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def be_quiet() -> None:
    """Faults are what the simulation is made of: it does not log them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def main() -> None:
    be_quiet()
    for seed in map(int, sys.argv[1:]):
        with fast_folder() as folder:
            outcome = simulate(seed, folder)
        told = {
            "seed": seed,
            "journal": outcome.digest,
            "orders": outcome.orders,
            "filled": outcome.fills,
            "deaths": outcome.deaths,
            "options": outcome.options.told(),
            "broken": outcome.broken,
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
