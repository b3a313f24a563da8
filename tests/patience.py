"""The one place where tests wait for another thread: until something is so, and no longer than said."""

import threading
import time
from collections.abc import Callable

PATIENCE_S = 300.0  # ends only what failed: a busy machine takes long, and waiting costs nothing else


def pause(seconds: float) -> None:
    """Where time passing is what is tested."""
    threading.Event().wait(seconds)


def until(met: Callable[[], bool], wait_s: float = PATIENCE_S, every_s: float = 0.01) -> None:
    """Look again and again; fails when it has not become so in time."""
    ends = time.monotonic() + wait_s
    while not met():
        assert time.monotonic() < ends, f"not so within {wait_s} s"
        pause(every_s)
