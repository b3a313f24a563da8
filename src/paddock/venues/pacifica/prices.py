"""What is every market worth now? From the socket while that is fresh, else asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paddock.venues.heard import Message, Mids, Rate
from paddock.venues.pacifica import public
from paddock.venues.pacifica.client import Client
from paddock.venues.pacifica.codec.frames import Frame, News, Source, Subscription
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.frames import Delivery

FRESH_MS: Final = 10_000  # the venue sends them every few seconds [?]
ALL: Final = Subscription(Source.PRICES)


class Prices:
    """On the client's loop: the middle of each book, and where a side of it is empty, the mark."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._px: dict[str, float] = {}
        self._key = ""

    async def listen(self) -> None:
        """Hear them from now on."""
        if not self._key:
            self._key = await self._client.hear(ALL, self.hear, self._client.endpoint.ms(FRESH_MS))

    def unlisten(self) -> None:
        """Hear nothing more."""
        if self._key:
            self._client.unhear(ALL, self.hear)
        self._key, self._px = "", {}

    def hear(self, delivery: Delivery[Frame]) -> None:
        match delivery.message:
            case News(messages=messages):
                self._px = _px(messages)
            case _:
                self._px = {}

    async def now(self, priority: Priority = Priority.OPEN) -> Mapping[str, float]:
        """Raises Unavailable."""
        if self._px and self._key not in self._client.stale():
            return self._px
        tickers = await public.tickers(self._client, priority)
        return {each.symbol: each.mid or each.mark_px for each in tickers}


def _px(messages: tuple[Message, ...]) -> dict[str, float]:
    marks = {each.symbol: each.mark_px for each in messages if isinstance(each, Rate)}
    mids = [each.px for each in messages if isinstance(each, Mids)]
    return marks | {symbol: px for part in mids for symbol, px in part.items()}
