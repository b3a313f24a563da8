"""Plays seeds for as long as it is told: `python -m tests.simulation.soak MINUTES [FIRST_SEED]`.

One seed in eight is played over sockets, at each simulated venue in turn.
"""

from __future__ import annotations

import logging
import sys
import time
from itertools import count

from tests.simulation.grounds import GROUNDS
from tests.simulation.simulate import be_quiet, command, fast_folder, simulate

EVERY = 8


def place(seed: int) -> str:
    """Where a seed is played: at the fake venue (""), or at a simulated one."""
    return "" if seed % EVERY else [*GROUNDS][seed // EVERY % len(GROUNDS)]


def play(seed: int) -> tuple[str, ...]:
    """What does not hold in a seed; an error that nothing in the program expects is one such thing and ends no soak."""
    with fast_folder() as folder:
        try:
            return simulate(seed, folder, place(seed)).broken
        except Exception as error:  # noqa: BLE001  # whatever it is, its seed is to be named
            return (f"{type(error).__name__}: {error}",)


def main() -> int:
    minutes = float(sys.argv[1])
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    be_quiet()
    logging.disable(logging.CRITICAL)  # of servers that are kept from answering
    end, played, broken = time.monotonic() + 60 * minutes, 0, 0
    for seed in count(first):
        if time.monotonic() >= end:
            break
        found = play(seed)
        played += 1
        if found:
            broken += 1
            print(command(seed, place(seed)), *found, sep="\n  ", flush=True)
    print(f"{played} seeds from {first}, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
