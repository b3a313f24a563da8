"""How far a process is with getting ready, for whoever asks: what takes minutes must not look like a hang."""

from __future__ import annotations

from collections.abc import Callable

STARTING = "starting"


class Start:
    """Getting ready until `ready` is called. Written by one thread, read by any.

    `on_wait` is told what takes long, in words that go behind "getting ready: "; `on_ready` that it is over.
    """

    def __init__(self, on_wait: Callable[[str], None], on_ready: Callable[[], None]) -> None:
        self._on_wait, self._on_ready = on_wait, on_ready
        self._doing = STARTING

    @property
    def doing(self) -> str:
        """What is being done; empty once all runs."""
        return self._doing

    def wait_for(self, what: str) -> None:
        self._doing = what
        self._on_wait(what)

    def ready(self) -> None:
        self._doing = ""
        self._on_ready()
