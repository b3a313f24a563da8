"""What a process does at once: each part in a thread of its own, all of them ended together and in time.

A part that fails ends the whole process: whoever started it starts it again, and starting is recovering. One that
nothing depends on fails alone, and is started again in the process that goes on.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from types import FrameType

import structlog

from paddock.core.errors import Code, Unavailable

AGAIN_S = 60.0  # before a part that failed alone is started again

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """`run` returns soon after the event is set; `name` is for the log. What is not `vital` ends nothing but itself."""

    name: str
    run: Callable[[threading.Event], None]
    vital: bool = True


@dataclass(frozen=True, slots=True)
class Ending:
    """Names of the parts that failed, and of those that did not end in time."""

    failed: tuple[str, ...]
    late: tuple[str, ...]


def run_together(parts: Sequence[Part], stop: threading.Event, *, within_s: float) -> Ending:
    """Run all parts until `stop` is set or one of them ends, and wait at most `within_s` for the others."""
    failed: list[str] = []
    threads = [
        threading.Thread(target=_watched, args=(part, stop, failed), name=part.name, daemon=True) for part in parts
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    deadline = monotonic() + within_s
    for thread in threads:
        thread.join(max(0.0, deadline - monotonic()))
    return Ending(tuple(failed), tuple(thread.name for thread in threads if thread.is_alive()))


def _watched(part: Part, stop: threading.Event, failed: list[str]) -> None:
    told = ""
    while True:
        try:
            part.run(stop)
            break
        except Exception as error:  # whatever it was, it ends here, in the log, without secrets
            if part.vital:
                failed.append(part.name)
                log.critical("a part failed; the process ends", part=part.name, exc_info=True)
                break
            if told != (told := f"{type(error).__name__}: {error}"):  # once, however often it fails by it
                log.error("a part failed; it is started again", part=part.name, exc_info=True)
            if stop.wait(AGAIN_S):
                break
    stop.set()


@contextmanager
def until_signalled(stop: threading.Event) -> Iterator[None]:
    """Inside, SIGTERM and SIGINT set `stop`; a second one ends the process at once."""

    def told(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.set()

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def require_going_on(stop: threading.Event) -> None:
    """For what takes long: raises Unavailable (request.closed) once the process is told to end."""
    if stop.is_set():
        raise Unavailable(Code.REQUEST_CLOSED, "the server ends", rule="what is not done by then is done by the next")
