"""What does a venue still know of the past, and how is it asked for it? No key is needed for any of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from paddock.core.instrument import Instrument
from paddock.venues.heard import Candle, Rate

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of a span, oldest first; what the venue has of it before `until_ts` is all there."""

    rows: tuple[T, ...]
    until_ts: int


class Archive(Protocol):
    """Times are ms UTC, spans include both ends. Every call may raise Unavailable, and Unknown for what is garbled."""

    @property
    def keeps(self) -> int:
        """How many candles of an interval the venue remembers: the newest so many."""
        ...

    def now_ts(self) -> int:
        """What time it is at the venue."""
        ...

    def instrument(self, symbol: str) -> Instrument:
        """Raises NotFound (data.symbol)."""
        ...

    def candles(self, symbol: str, interval: str, start_ts: int, end_ts: int) -> Page[Candle]:
        """Bars that open in the span, as far as one page goes; the last may still be forming."""
        ...

    def rates(self, symbol: str, start_ts: int, end_ts: int) -> Page[Rate]:
        """What each hour cost, stamped by the hour itself, as far as one page goes."""
        ...
