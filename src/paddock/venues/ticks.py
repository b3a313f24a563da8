"""What a recorder asks of a venue: its trades and books as they are heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from paddock.market.recording import Kind
from paddock.venues.heard import Book, Gap, Trade


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
