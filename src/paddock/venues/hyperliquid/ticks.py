"""Trades and books of Hyperliquid for a recorder, which takes them when it has time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from paddock.market.recording import Kind
from paddock.venues.heard import Gap
from paddock.venues.hyperliquid.codec import said, subscriptions
from paddock.venues.hyperliquid.codec.said import Frame
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.ticks import MOST_WAITING, Tick, TicksWaiting
from paddock.venues.transport.frames import Delivery

_KINDS: Final = {Kind.TRADES: subscriptions.trades, Kind.BOOKS: subscriptions.book}


class HyperliquidTicks:
    """Implements TickSource, for any one thread but the gateway's own; `most` may wait."""

    def __init__(self, gateway: Gateway, most: int = MOST_WAITING) -> None:
        self._gateway, self._client, self.waiting = gateway, gateway.client, TicksWaiting(most)
        self._listening: set[str] = set()

    def listen(self, symbols: Sequence[str]) -> None:
        for symbol in symbols:
            for kind, subscription in _KINDS.items():
                asked = subscription(symbol)
                key = subscriptions.key(asked)
                if key not in self._listening:
                    self.waiting.expect(key, symbol, kind)
                    self._gateway.read(self._client.hear(asked, self._hear))
                    self._listening.add(key)

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
            case said.MarketHeard(messages=messages):
                self.waiting.put(delivery.key, messages, delivery.seen_ts)
