"""What the tests of transport stand on: an event loop whose time jumps, and venues of raw bytes on loopback sockets."""

from __future__ import annotations

import asyncio
import functools
import selectors
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.patience import PATIENCE_S

LONG_MS = round(PATIENCE_S * 1000)


def on_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test on an event loop of its own, in real time."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), PATIENCE_S))

    return run


class _Jump(selectors.SelectSelector):
    """Where a loop would wait, its time jumps to what it waits for."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1_000.0
        self.turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.turns += 1
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing is to come")
        self.now_s += timeout
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop without sockets, in which an hour passes at once."""

    def __init__(self) -> None:
        self.jump = _Jump()
        super().__init__(self.jump)

    def time(self) -> float:
        return self.jump.now_s


def in_no_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test on a loop whose time jumps."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


def jumping() -> JumpingLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, JumpingLoop)
    return loop


async def later(ms: int) -> None:
    """Some ms after; on a loop whose time jumps, at once."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ms / 1000):
            await asyncio.get_running_loop().create_future()


async def until(true: Callable[[], object]) -> None:
    """Until it is so."""
    while not true():
        await later(2)


Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def venue(answering: Answering, **options: Any) -> AsyncIterator[int]:
    """The port of a server that does with each connection what it is told."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await answering(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, **options)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def request_of(reader: asyncio.StreamReader) -> bytes:
    """One request, whole."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
    return head + await reader.readexactly(int(lines.get(b"content-length", 0)))


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection without a goodbye: the other side gets ECONNRESET."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass
class Still:
    """A clock in seconds that stands still until it is moved."""

    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
