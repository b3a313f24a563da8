"""What a recorder asks of a venue: its trades and books as they are heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from paddock.market.recording import Kind
from paddock.venues.heard import Book, Gap, Message, Trade

MOST_WAITING: Final = 20_000
_SLOW: Final = "the recorder was too slow"


@dataclass(frozen=True, slots=True)
class Tick:
    """One thing that was heard of a symbol, and when, by our clock (ms UTC). A Gap: something may be missing before."""

    symbol: str
    kind: Kind
    message: Trade | Book | Gap
    seen_ts: int


class TickSource(Protocol):
    def listen(self, symbols: Sequence[str]) -> None:
        """Hear of these from now on. Raises Unavailable, or Unknown, when the venue does not answer."""
        ...

    def heard(self) -> Sequence[Tick]:
        """What was heard since the last call, in order; what nobody asked for in time became a Gap."""
        ...

    def close(self) -> None:
        """Hear nothing more."""
        ...


class TicksWaiting:
    """What was heard on a loop and waits for another thread to take it; at most about `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._series: dict[str, tuple[str, Kind]] = {}
        self._waiting: deque[Tick] = deque()
        self._shed: set[str] = set()  # what was left out since it was full

    def __len__(self) -> int:
        return len(self._waiting)

    def expect(self, key: str, symbol: str, kind: Kind) -> None:
        """Say what is heard on a subscription, before it is."""
        self._series[key] = symbol, kind

    def put(self, key: str, messages: Iterable[Message], seen_ts: int) -> None:
        if len(self._waiting) >= self._most:
            self._shed.add(key)
            return
        symbol, kind = self._series[key]
        if key in self._shed:
            self._shed.discard(key)
            self._waiting.append(Tick(symbol, kind, Gap(key, _SLOW), seen_ts))
        for message in messages:
            if isinstance(message, Trade | Book | Gap):
                self._waiting.append(Tick(symbol, kind, message, seen_ts))

    def take(self) -> list[Tick]:
        return [self._waiting.popleft() for _ in range(len(self._waiting))]
