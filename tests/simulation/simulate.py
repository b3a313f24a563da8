"""One run of the simulation from its seed: `python -m tests.simulation.simulate SEED…` says what it was and its hash.

`--venue hyperliquid` or `pacifica` plays it at that simulator, over sockets. There threads take turns as the machine
lets them: the same seed draws the same faults, and not always the same end of a race.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from paddock.core.seams import ManualClock
from paddock.journal.database import Database
from paddock.journal.verify import journal_hash
from tests.simulation.at_simulator import AtSimulator, market_at
from tests.simulation.faked import Faked
from tests.simulation.grounds import GROUNDS
from tests.simulation.invariants import after_each_bar, in_the_end, when_flat
from tests.simulation.markets import HISTORY, MINUTE, market
from tests.simulation.options import Luck, Options, options_at, options_of
from tests.simulation.world import World, sqlite_url

BARS, BARS_AT_VENUES = 24, 10
SETTLING, SETTLING_AT_VENUES = 12, 8  # bars without faults before all must be settled
LEAVING = 3  # bars until what people want flat is
_SPARE = 30  # bars of the tape behind those of the options


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a seed: `broken` names invariants that did not hold; `digest` is the journal's."""

    options: Options
    digest: str
    orders: int
    fills: int
    deaths: int
    broken: tuple[str, ...]


def simulate(seed: int, folder: Path, venue: str = "") -> Outcome:
    """Play a seed on a new database in `folder`, at the fake venue or a simulated one."""
    return play(options_at(venue, seed, BARS_AT_VENUES) if venue else options_of(seed, BARS), folder)


def play(options: Options, folder: Path) -> Outcome:
    """Play a run with these options on a new database in `folder`."""
    folder.mkdir(exist_ok=True)
    url = sqlite_url(folder, f"seed-{options.seed}")
    world = _world(options, url, folder)
    broken: list[str] = []
    for _ in range(options.bars):
        world.play(1)
        broken += after_each_bar(world)
        if broken:
            break
    world.heal()
    world.play(SETTLING_AT_VENUES if options.venue else SETTLING)
    world.rest()
    database = Database.open(url, clock=world.clock)
    with database.write() as conn:  # comparing rebuilds what was folded, and puts it back
        broken += in_the_end(world, conn)
        digest = journal_hash(conn)
    if options.venue:
        world.flatten()
        world.play(LEAVING)
        with database.read() as conn:
            broken += when_flat(world, conn)
    database.close()
    orders = world.venue.orders
    world.close()
    filled = sum(one.filled > 0 for one in orders)
    return Outcome(options, digest, len(orders), filled, world.deaths, tuple(dict.fromkeys(broken)))


def command(seed: int, venue: str = "") -> str:
    """What repeats a seed."""
    return f'make sim SEED="{seed} --venue {venue}"' if venue else f"make sim SEED={seed}"


def _world(options: Options, url: str, folder: Path) -> World:
    luck, bars = Luck(options), options.bars + _SPARE
    tape = market_at(options, bars) if options.venue else market(options.seed, bars, options.symbols)
    clock = ManualClock(int(tape.ts[HISTORY - 1]) + MINUTE)
    if options.venue:
        return World(options, url, luck, tape, clock, AtSimulator(options, luck, clock, tape, folder))
    return World(options, url, luck, tape, clock, Faked(options, luck, clock, tape))


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
    parser = argparse.ArgumentParser()
    parser.add_argument("seeds", nargs="+", type=int, metavar="SEED")
    parser.add_argument("--venue", choices=GROUNDS, default="")
    asked = parser.parse_args()
    be_quiet()
    logging.disable(logging.CRITICAL)  # of servers that are kept from answering
    for seed in asked.seeds:
        with fast_folder() as folder:
            outcome = simulate(seed, folder, asked.venue)
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
