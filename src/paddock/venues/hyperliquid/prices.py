"""What is the middle of every book now? From the socket while that is fresh, else asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paddock.venues.heard import Mids
from paddock.venues.hyperliquid import public
from paddock.venues.hyperliquid.client import Client
from paddock.venues.hyperliquid.codec import said, subscriptions
from paddock.venues.hyperliquid.codec.said import Frame
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.frames import Delivery

FRESH_MS: Final = 10_000  # the venue sends them about once a second


class Prices:
    """On the client's loop."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._px: dict[str, dict[str, float]] = {}
        self._keys: dict[str, str] = {}

    async def listen(self) -> None:
        """Hear them from now on."""
        for dex in self._client.dexs:
            asked = subscriptions.all_mids(dex)
            if subscriptions.key(asked) not in self._keys:
                self._keys[await self._client.hear(asked, self.hear, self._client.endpoint.ms(FRESH_MS))] = dex

    def unlisten(self) -> None:
        """Hear nothing more."""
        while self._keys:
            self._client.unhear(self._keys.popitem()[0], self.hear)

    def hear(self, delivery: Delivery[Frame]) -> None:
        match delivery.message:
            case said.MarketHeard(messages=(Mids(px), *_)):
                self._px[delivery.key] = dict(px)
            case _:
                self._px.pop(delivery.key, None)

    async def mids(self, priority: Priority) -> Mapping[str, float]:
        """Of every market of the dexes that count; `priority` is that of the question, if one is put. Raises
        Unavailable.
        """
        if not self._keys or self._keys.keys() & self._client.stale() or self._px.keys() != self._keys.keys():
            return (await public.mids(self._client, priority)).px
        return {symbol: px for part in self._px.values() for symbol, px in part.items()}
