"""Which requests over a socket still wait for their answers?"""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

from paddock.venues.transport.lost import Does, lost

T = TypeVar("T")


class Asking(Generic[T]):
    """Open requests of one socket after another, by the ids that their answers repeat; of one event loop."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[asyncio.Future[T], Does]] = {}

    def begin(self, request_id: str, does: Does) -> asyncio.Future[T]:
        """ValueError for an id that is still open."""
        if request_id in self._open:
            raise ValueError(f"the request {request_id!r} is still open")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._open[request_id] = future, does
        return future

    def answer(self, request_id: str, message: T) -> None:
        """An answer that comes too late, or again, answers nobody."""
        future, _ = self._open.pop(request_id, (None, None))
        if future is not None and not future.done():
            future.set_result(message)

    def end(self, request_id: str) -> None:
        self._open.pop(request_id, None)

    def lose(self, reason: str) -> None:
        """The socket is gone: no answer comes any more."""
        for request_id, (future, does) in tuple(self._open.items()):
            if not future.done():
                future.set_exception(lost(does, f"request {request_id}: {reason}"))
                future.exception()  # it may be that nobody waits any more: then this is no news to the loop either
        self._open.clear()
