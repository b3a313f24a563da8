"""What a venue says of its markets, whoever the venue is: the words that every codec translates into.

Prices are floats on the instrument's grid, quantities int lots unless said otherwise, times int ms UTC. Each thing
carries `venue_ts`, the venue's own time (0 where it gives none); when it was heard is the stream's to say (`Heard`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from paddock.core.errors import Unavailable, Unknown
from paddock.core.orders import Side

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mids:
    """The middle of every book, by symbol."""

    px: Mapping[str, float]
    venue_ts: int = 0


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade; `side` is the aggressor's."""

    symbol: str
    trade_id: str
    side: Side
    px: float
    lots: int
    venue_ts: int


@dataclass(frozen=True, slots=True)
class Level:
    px: float
    lots: int
    orders: int = 0


@dataclass(frozen=True, slots=True)
class Book:
    """A whole book as of one moment, best levels first; `sequence` grows with each change where the venue counts."""

    symbol: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    venue_ts: int
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Best:
    """The best bid and ask; None where a side is empty."""

    symbol: str
    bid: Level | None
    ask: Level | None
    venue_ts: int
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Candle:
    """A bar that opened at `open_ts`; it may still be forming. `volume` is in units of the base asset."""

    symbol: str
    interval: str
    open_ts: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """Funding of one symbol: the fraction of notional that longs pay (negative: receive) for one interval."""

    symbol: str
    rate: float
    venue_ts: int
    mark_px: float = 0.0
    oracle_px: float = 0.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Something may have been missed on a subscription: what depends on it must be read anew."""

    subscription: str
    reason: str


Answer = Sequence[T] | Unavailable | Unknown
"""What a venue told of one of several symbols that it was asked about, or why it told nothing."""

Message = Mids | Trade | Book | Best | Candle | Rate | Gap


@dataclass(frozen=True, slots=True)
class Heard:
    """A message and when we heard it, by our clock."""

    message: Message
    seen_ts: int
