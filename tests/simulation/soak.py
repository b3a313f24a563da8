"""Plays seeds for as long as it is told: `python -m tests.simulation.soak MINUTES [FIRST_SEED]`."""

from __future__ import annotations

import sys
import time
from itertools import count

from tests.simulation.simulate import be_quiet, fast_folder, simulate


def main() -> int:
    minutes = float(sys.argv[1])
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    be_quiet()
    end, played, broken = time.monotonic() + 60 * minutes, 0, 0
    for seed in count(first):
        if time.monotonic() >= end:
            break
        with fast_folder() as folder:
            outcome = simulate(seed, folder)
        played += 1
        if outcome.broken:
            broken += 1
            print(f"make sim SEED={seed}", *outcome.broken, sep="\n  ", flush=True)
    print(f"{played} seeds from {first}, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
