"""A thread that waits gets what the loop's coroutine gives, or learns what it may conclude."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from paddock.core.errors import Code, Unavailable, Unknown
from paddock.venues.transport.loop import Background
from paddock.venues.transport.lost import Does
from tests.patience import PATIENCE_S

from .harness import LONG_MS

WAIT_MS = LONG_MS


async def double(number: int) -> int:
    await asyncio.wait([asyncio.create_task(asyncio.wait_for(asyncio.Event().wait(), 0.001))])
    return 2 * number


async def for_ever(started: threading.Event, cancelled: threading.Event) -> None:
    started.set()
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        cancelled.set()


async def raising(error: BaseException) -> None:
    raise error


def test_threads_get_their_results():
    with Background("venue") as loop, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda n: loop.call(double(n), WAIT_MS, Does.READ), range(8))) == [*range(0, 16, 2)]


@pytest.mark.parametrize("error", [ValueError("mine"), TimeoutError("mine"), Unknown(Code.VENUE_UNCLEAR, "mine")])
def test_what_a_coroutine_raises_is_raised(error: Exception):
    with Background("venue") as loop, pytest.raises(type(error), match="mine"):
        loop.call(raising(error), WAIT_MS, Does.WRITE)


@pytest.mark.parametrize(("does", "kind"), [(Does.WRITE, Unknown), (Does.READ, Unavailable)])
def test_after_its_time_a_call_is_cancelled_and_says_what_that_means(does: Does, kind: type[Exception]):
    started, cancelled = threading.Event(), threading.Event()
    with Background("venue") as loop:
        with pytest.raises(kind, match="within 300 ms"):
            loop.call(for_ever(started, cancelled), 300, does)
        assert cancelled.wait(PATIENCE_S)


@pytest.mark.parametrize(("does", "kind"), [(Does.WRITE, Unknown), (Does.READ, Unavailable)])
def test_a_call_that_the_end_cuts_off_says_what_that_means(does: Does, kind: type[Exception]):
    started, cancelled, loop = threading.Event(), threading.Event(), Background("venue")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(loop.call, for_ever(started, cancelled), WAIT_MS, does)
        assert started.wait(PATIENCE_S)
        loop.close()
        with pytest.raises(kind, match="closed before"):
            call.result()
    assert cancelled.is_set()


def test_after_the_end_nothing_is_sent():
    loop = Background("venue")
    loop.close()
    loop.close()
    with pytest.raises(Unavailable, match="closed"):
        loop.call(double(1), WAIT_MS, Does.WRITE)
    assert not any(thread.name == "venue loop" for thread in threading.enumerate())


def test_the_loop_cannot_wait_for_itself():
    async def inside() -> None:
        loop.call(double(1), WAIT_MS, Does.READ)

    with Background("venue") as loop, pytest.raises(RuntimeError, match="await"):
        loop.call(inside(), WAIT_MS, Does.READ)


def test_a_fork_is_told_that_the_loop_is_not_its_own():
    with Background("venue") as loop:
        heard, said = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                loop.call(double(1), WAIT_MS, Does.WRITE)
            except RuntimeError as error:
                os.write(said, str(error).encode())
            loop.close()
            os._exit(0)
        os.close(said)
        with os.fdopen(heard) as told:
            assert f"process {os.getpid()}" in told.read()
        os.waitpid(child, 0)
        assert loop.call(double(2), WAIT_MS, Does.READ) == 4
