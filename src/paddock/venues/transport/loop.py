"""How does a thread that waits call what is asynchronous? By an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future, wait
from threading import Lock, Thread, current_thread
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from paddock.venues.transport.lost import Does, lost, unavailable

T = TypeVar("T")
_END_S: Final = 10.0


class Background:
    """An event loop in a daemon thread, from its making to `close`."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._process = os.getpid()
        self._closed = False
        self._lock = Lock()  # nothing is handed to a loop that is told to end
        self._thread = Thread(target=self._run, name=f"{name} loop", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(self, coroutine: Coroutine[Any, Any, T], wait_ms: int, does: Does) -> T:
        """What `coroutine` returns or raises when the loop runs it; it is cancelled after `wait_ms`.

        Then, and when the loop is closed meanwhile: Unknown for a WRITE, Unavailable for a READ. This is the backstop:
        a coroutine with a deadline of its own knows better what was sent. Unavailable when the loop is closed already.
        RuntimeError on the loop's own thread, and in a process that was forked off: both would wait for ever.
        """
        future = self._started(coroutine)
        try:
            wait([future], wait_ms / 1000)
            if not future.done():
                raise lost(does, f"{self._thread.name}: nothing came back within {wait_ms} ms")
            return future.result()
        except CancelledError:
            raise lost(does, f"{self._thread.name} was closed before anything came back") from None
        finally:
            future.cancel()

    def close(self) -> None:
        """Cancel what still runs, and end the thread; nothing happens a second time, or in a fork."""
        if os.getpid() != self._process:
            return
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_END_S)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._end.wait())

    def _started(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        misuse = self._misuse()
        if misuse:
            coroutine.close()
            raise RuntimeError(f"{self._thread.name} {misuse}")
        with self._lock:
            if not self._closed:
                return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        coroutine.close()
        raise unavailable(f"{self._thread.name} is closed")

    def _misuse(self) -> str:
        if os.getpid() != self._process:
            return f"is a thread of process {self._process}; a process that was forked off makes its own"
        return "cannot wait for itself; await the coroutine" if current_thread() is self._thread else ""
