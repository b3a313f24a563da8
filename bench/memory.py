"""W8: does a process that trades for long grow? Living bots over many bars, as fast as they go.

`python -m bench.memory [--bots 100] [--bars 20000]`. The journal on disk grows, as it must; the process must not.
"""

from __future__ import annotations

import argparse
import gc
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.live import HISTORY, SYMBOLS, WARM, deploy, living
from bench.market import synthetic
from paddock.journal.database import Database

REPORTS = 8  # over the whole time


def rss_mb() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def measure_memory(bots: int, bars: int, folder: Path) -> Iterator[str]:
    arrays = synthetic(HISTORY + WARM + bars + 1, SYMBOLS)
    database = Database.open(f"sqlite:///{folder / 'paddock.db'}")
    feed, worker = living(database, arrays)
    deploy(database, feed, bots)
    worker.step()
    start = time.perf_counter()
    for bar in range(1, bars + 1):
        feed.advance()
        worker.step()
        if bar % (bars // REPORTS) == 0:
            gc.collect()
            disk = (folder / "paddock.db").stat().st_size / 1e6
            rate = bar / (time.perf_counter() - start)
            yield f"{bar:>6} bars: {rss_mb():6.1f} MB, journal {disk:.0f} MB, {rate:.0f} bars a second"
    database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bots", type=int, default=100)
    parser.add_argument("--bars", type=int, default=20_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for line in measure_memory(asked.bots, asked.bars, Path(folder)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
