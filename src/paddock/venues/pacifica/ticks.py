"""Trades and books of Pacifica for a recorder, which takes them when it has time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from paddock.market.recording import Kind
from paddock.venues.heard import Gap
from paddock.venues.pacifica.codec import frames
from paddock.venues.pacifica.codec.frames import Frame, Source
from paddock.venues.pacifica.dialect import key
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.ticks import MOST_WAITING, Tick, TicksWaiting
from paddock.venues.transport.frames import Delivery

_SOURCES: Final = {Kind.TRADES: Source.TRADES, Kind.BOOKS: Source.BOOK}
_FINEST: Final = 1  # levels as they are, not added up


class PacificaTicks:
    """Implements TickSource, for any one thread but the gateway's own; `most` may wait."""

    def __init__(self, gateway: Gateway, most: int = MOST_WAITING) -> None:
        self._gateway, self._client, self.waiting = gateway, gateway.client, TicksWaiting(most)
        self._listening: set[frames.Subscription] = set()

    def listen(self, symbols: Sequence[str]) -> None:
        for symbol in symbols:
            for kind, source in _SOURCES.items():
                asked = frames.Subscription(source, symbol, agg_level=_FINEST if source is Source.BOOK else 0)
                if asked not in self._listening:
                    self.waiting.expect(key(asked), symbol, kind)
                    self._gateway.read(self._client.hear(asked, self._hear))
                    self._listening.add(asked)

    def heard(self) -> list[Tick]:
        return self.waiting.take()

    def close(self) -> None:
        self._gateway.read(self._unhear())

    async def _unhear(self) -> None:
        while self._listening:
            self._client.unhear(self._listening.pop(), self._hear)

    def _hear(self, delivery: Delivery[Frame]) -> None:
        match delivery.message:
            case Gap() as gap:
                self.waiting.put(delivery.key, (gap,), delivery.seen_ts)
            case frames.News(messages=messages):
                self.waiting.put(delivery.key, messages, delivery.seen_ts)
