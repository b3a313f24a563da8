"""The crash matrix: a worker is killed at every point where it writes or sends: `python -m tests.crash.matrix [STEP]`.

With STEP only every STEPth point. Prints a line for each kind of point, and each death that did not end as it should.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.crash.stage import Stage, Zygote
from tests.crash.test_crash_at_venues import SCENARIOS, zygote_of
from tests.crash.test_crash_at_venues import Stage as AtVenue
from tests.databases import Server


def main() -> int:
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    zygote, wrong = Zygote(), 0
    with tempfile.TemporaryDirectory() as scratch:
        server = Server(Path(tempfile.mkdtemp(prefix="paddock-pg-")))
        for engine in ("sqlite", "postgresql"):
            wrong += _matrix(engine, every, zygote, server, Path(scratch))
        server.close()
        zygote.close()
        wrong += sum([_at_venue(scenario, every, Path(scratch)) for scenario in SCENARIOS])
    return 1 if wrong else 0


def _at_venue(scenario: str, every: int, scratch: Path) -> int:
    """The same over sockets, where an end is sound and need not be that of a life that nobody ended."""
    zygote = zygote_of(scenario)

    def stage(name: str) -> AtVenue:
        folder = scratch / scenario / name
        folder.mkdir(parents=True)
        return AtVenue(SCENARIOS[scenario], zygote, f"sqlite:///{folder}/paddock.db", folder)

    whole = stage("whole")
    points, wrong = whole.live(0)["passed"], 0
    whole.require_sound()
    for at in range(1, len(points) + 1, every):
        one = stage(str(at))
        try:
            assert one.live(at)["exit"] == -9
            assert one.live(0)["exit"] == 0
            one.require_sound()
        except AssertionError as error:
            wrong += 1
            print(f"{scenario}: killed at point {at} ({points[at - 1]}): {error}", flush=True)
    zygote.close()
    print(f"\n{scenario}: {len(points)} points, {-(-len(points) // every)} deaths, {wrong} did not end soundly")
    return wrong


def _matrix(engine: str, every: int, zygote: Zygote, server: Server, scratch: Path) -> int:
    def stage(name: str) -> Stage:
        folder = scratch / engine / name
        folder.mkdir(parents=True)
        url = f"sqlite:///{folder}/paddock.db" if engine == "sqlite" else server.create(f"crash_{name}")
        return Stage(zygote, url, folder)

    whole = stage("whole")
    points = whole.live(0)["passed"]
    end = whole.end()
    died, recovered = Counter[str](), Counter[str]()
    for at in range(1, len(points) + 1, every):
        one = stage(str(at))
        killed = one.live(at)["exit"] == -9
        went_on = one.live(0)["exit"] == 0
        name = points[at - 1]
        died[name] += killed
        if killed and went_on and one.end() == end:
            recovered[name] += 1
        else:
            print(f"{engine}: killed at point {at} ({name}): it did not end as it should", flush=True)
    print(f"\n{engine}: {len(points)} points, {died.total()} deaths, {recovered.total()} recovered")
    print(f"{'killed at':<12}{'deaths':>8}{'recovered':>11}")
    for name in sorted(died):
        print(f"{name:<12}{died[name]:>8}{recovered[name]:>11}")
    return died.total() - recovered.total()


if __name__ == "__main__":
    sys.exit(main())
