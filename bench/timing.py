"""Taking times so that they can be compared: contenders take turns, so that a noisy minute hits all of them."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Times:
    """Milliseconds of each run: `wall` on the clock, `cpu` of the whole process (above wall: several threads)."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.wall)

    @property
    def best(self) -> float:
        return min(self.wall)


def timed(work: Callable[[], Any], times: Times) -> Any:
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    times.wall.append((time.perf_counter() - wall) * 1e3)
    times.cpu.append((time.process_time() - cpu) * 1e3)
    return result


def take_turns(contenders: Mapping[str, Callable[[], Any]], rounds: int, *, budget_s: float = 60) -> dict[str, Times]:
    """Times of every contender over up to `rounds` rounds, each warmed up by one run that does not count.

    A contender that has used `budget_s` sits out the rest, but runs at least once.
    """
    for work in contenders.values():
        work()
    gc.collect()
    gc.freeze()  # what lives now need not be looked at again before every run
    all_times = {name: Times() for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            times = all_times[name]
            if sum(times.wall) < budget_s * 1e3:
                timed(work, times)
    return all_times


def load() -> float:
    """Average number of processes that wanted a processor in the last minute."""
    return os.getloadavg()[0]
