"""W8: does a process that trades for long grow? Living bots over many bars, as fast as they go.

`python -m bench.memory [--bots 100] [--symbols 50] [--bars 20000] [--burst 1]`. The journal on disk grows, as it must;
the process must not. `--burst` brings so many bars in a step of the worker, each in its own time: a long life in less.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.live import HISTORY, SYMBOLS, deploy
from bench.market import synthetic, tape_of
from paddock.core.money import MICROS
from paddock.core.time import MINUTE_MS
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.growing import Bar
from paddock.market.tape import Floats, Tape
from paddock.runtime.feeds import TapeReplay
from paddock.runtime.kill import Kills
from paddock.runtime.paper import PaperVenue
from paddock.runtime.runner import Market
from paddock.runtime.worker import Worker

REPORTS = 20  # over the whole time
SAMPLES = 1_000
TENTHS = 10
MB = 1e6
CAPITAL = 100_000 * MICROS  # each can pay for its orders


class Bursts(TapeReplay):
    """Brings all bars that are due at once. Its time is that of the bar that the venue filled last."""

    filled_ts: int | None = None

    def poll(self) -> list[Bar]:
        bars: list[Bar] = []
        while found := super().poll():
            bars += found
        return bars

    def now_ts(self) -> int:
        return super().now_ts() if self.filled_ts is None else self.filled_ts


class OnTime(PaperVenue):
    """Fills each bar when it closes."""

    def __init__(self, database: Database, feed: Bursts) -> None:
        super().__init__(database, feed)
        self._feed = feed

    def advance(self, feed: str, bar: Bar) -> int:
        self._feed.filled_ts = bar.ts + MINUTE_MS
        return super().advance(feed, bar)


@dataclass(frozen=True, slots=True)
class Held:
    """What the process holds after `bars`: resident bytes, and objects of the interpreter's own allocator."""

    bars: int
    rss: int
    blocks: int


def growth(seen: Sequence[Held]) -> str:
    """Bytes and blocks a bar by least squares, each with its standard error: as far as the slope changes when a tenth
    of the time is left out (a jackknife, for what a process holds moves in steps)."""
    bars = np.array([each.bars for each in seen], float)
    told = [_slope(bars, np.array([getattr(each, name) for each in seen], float)) for name in ("rss", "blocks")]
    return "{:+.2f} ± {:.2f} bytes, {:+.4f} ± {:.4f} blocks a bar".format(*told[0], *told[1])


def _slope(bars: Floats, held: Floats) -> tuple[float, float]:
    parts = np.array_split(np.arange(len(bars)), TENTHS)
    without = np.array([np.polyfit(np.delete(bars, part), np.delete(held, part), 1)[0] for part in parts])
    error = np.sqrt((TENTHS - 1) / TENTHS * ((without - without.mean()) ** 2).sum())
    return float(np.polyfit(bars, held, 1)[0]), float(error)


def held(bars: int) -> Held:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return Held(bars, pages * resource.getpagesize(), sys.getallocatedblocks())


def measure_memory(bots: int, symbols: int, bars: int, burst: int, folder: Path) -> Iterator[str]:
    """Lines as it goes, and how it grew in the second half of the time so far."""
    tape = tape_of(synthetic(HISTORY + bars + burst, symbols))
    database = Database.open(f"sqlite:///{folder / 'paddock.db'}")
    upgrade(database)
    feed, worker = living(database, tape)
    deploy(database, feed, bots, symbols, CAPITAL)
    worker.step()
    start, seen = time.perf_counter(), [held(0)]
    for bar in range(burst, bars + 1, burst):
        feed.advance(burst)
        worker.step()
        if bar // max(bars // SAMPLES, 1) > len(seen) - 1:
            seen.append(held(bar))
            if len(seen) % (SAMPLES // REPORTS) == 1:
                yield _line(seen, folder, bar / (time.perf_counter() - start))
    database.close()


def _line(seen: Sequence[Held], folder: Path, rate: float) -> str:
    now, disk = seen[-1], sum(file.stat().st_size for file in folder.iterdir()) / MB
    memory = f"{now.rss / MB:6.1f} MB, {now.blocks:,} blocks"
    grew = growth(seen[len(seen) // 2 :])
    return f"{now.bars:>9,} bars: {memory}; {disk:.0f} MB on disk, {rate:.0f} a second; second half: {grew}"


def living(database: Database, tape: Tape) -> tuple[Bursts, Worker]:
    feed = Bursts("bench-1m", tape, HISTORY)
    paper = OnTime(database, feed)
    market = Market(feed, lambda _: paper, paper, Costs(funding=False))
    return feed, Worker(database, [market], Kills(database, feed), "bench")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bots", type=int, default=100)
    parser.add_argument("--symbols", type=int, default=SYMBOLS)
    parser.add_argument("--bars", type=int, default=20_000)
    parser.add_argument("--burst", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for line in measure_memory(asked.bots, asked.symbols, asked.bars, asked.burst, Path(folder)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
