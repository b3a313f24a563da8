"""Waits until something is so in the simulator: looked at after each of its steps, and let go at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from paddock.core.seams import Clock
from paddock.venues.pacifica.simulator.simulator import Simulator


async def passed(simulator: Simulator, clock: Clock, ms: int) -> None:
    """Until `clock` has gone on by `ms`."""
    due_ts = clock.now_ts() + ms
    if ms > 0:
        await until(simulator, lambda: clock.now_ts() >= due_ts)


async def until(simulator: Simulator, true: Callable[[], bool]) -> None:
    stepped, loop = asyncio.Event(), asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(stepped.set)

    with simulator.woken(wake):
        while not (true() or simulator.closed):
            await stepped.wait()
            stepped.clear()
