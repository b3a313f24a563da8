"""How does a question wait for its turn, where nobody else waits for the answer?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from paddock.venues.transport.gateway import Gateway
from paddock.venues.transport.lost import Throttled

T = TypeVar("T")
PATIENCE_MS: Final = 180_000  # of one question
_LEAST_MS: Final = 50


class Patient:
    """What is too early waits, by `wait` (of so many ms), and is asked again."""

    def __init__(self, gateway: Gateway[Any], wait: Callable[[int], None]) -> None:
        self._gateway, self._wait = gateway, wait

    def read(self, question: Callable[[], Coroutine[Any, Any, T]]) -> T:
        waited_ms = 0
        while True:
            try:
                return self._gateway.read(question())
            except Throttled as error:
                wait_ms = max(error.retry_after_ms, _LEAST_MS)
                waited_ms += wait_ms
                if waited_ms > PATIENCE_MS:
                    raise
                self._wait(wait_ms)
