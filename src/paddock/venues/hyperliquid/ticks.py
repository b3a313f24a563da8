"""Trades and books of Hyperliquid for a recorder, which reads them when it has time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from paddock.market.recording import Kind
from paddock.venues.heard import Book, Gap, Trade
from paddock.venues.hyperliquid.codec import said, subscriptions
from paddock.venues.hyperliquid.codec.said import Frame
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.ticks import Tick
from paddock.venues.transport.frames import Delivery

MOST_WAITING: Final = 20_000
_SLOW: Final = "the recorder was too slow"
_KINDS: Final = {Kind.TRADES: subscriptions.trades, Kind.BOOKS: subscriptions.book}


class HyperliquidTicks:
    """Implements TickSource, for any one thread but the gateway's own; `most` may wait."""

    def __init__(self, gateway: Gateway, most: int = MOST_WAITING) -> None:
        self._gateway, self._client, self._most = gateway, gateway.client, most
        self._series: dict[str, tuple[str, Kind]] = {}
        self._waiting: deque[Tick] = deque()  # appended on the loop, taken elsewhere
        self._shed: set[str] = set()  # what was left out since it was full

    def listen(self, symbols: Sequence[str]) -> None:
        for symbol in symbols:
            for kind, subscription in _KINDS.items():
                asked = subscription(symbol)
                key = subscriptions.key(asked)
                if key not in self._series:
                    self._series[key] = symbol, kind
                    self._gateway.read(self._client.hear(asked, self._hear))

    def heard(self) -> list[Tick]:
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def _hear(self, delivery: Delivery[Frame]) -> None:
        if len(self._waiting) >= self._most:
            self._shed.add(delivery.key)
            return
        symbol, kind = self._series[delivery.key]
        if delivery.key in self._shed:
            self._shed.discard(delivery.key)
            self._waiting.append(Tick(symbol, kind, Gap(delivery.key, _SLOW), delivery.seen_ts))
        for message in _messages(delivery.message):
            self._waiting.append(Tick(symbol, kind, message, delivery.seen_ts))


def _messages(heard: Frame | Gap) -> Iterator[Trade | Book | Gap]:
    if isinstance(heard, Gap):
        yield heard
    elif isinstance(heard, said.MarketHeard):
        yield from (one for one in heard.messages if isinstance(one, Trade | Book))
