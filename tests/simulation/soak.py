"""Plays seeds for as long as it is told: `python -m tests.simulation.soak MINUTES [FIRST_SEED]`."""

from __future__ import annotations

import sys
import time
from itertools import count

from tests.simulation.simulate import be_quiet, fast_folder, simulate


def play(seed: int) -> tuple[str, ...]:
    """What does not hold in a seed; an error that nothing in the program expects is one such thing and ends no soak."""
    with fast_folder() as folder:
        try:
            return simulate(seed, folder).broken
        except Exception as error:  # noqa: BLE001  # whatever it is, its seed is to be named
            return (f"{type(error).__name__}: {error}",)


def main() -> int:
    minutes = float(sys.argv[1])
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    be_quiet()
    end, played, broken = time.monotonic() + 60 * minutes, 0, 0
    for seed in count(first):
        if time.monotonic() >= end:
            break
        found = play(seed)
        played += 1
        if found:
            broken += 1
            print(f"make sim SEED={seed}", *found, sep="\n  ", flush=True)
    print(f"{played} seeds from {first}, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
