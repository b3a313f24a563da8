"""Who hears what is told on a socket? One stream, opened when somebody first listens, and those who do."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Generic, TypeVar

from paddock.core.seams import Clock
from paddock.venues.heard import Gap
from paddock.venues.transport.frames import Delivery, Subscription
from paddock.venues.transport.outage import Outage
from paddock.venues.transport.stream import Stream

T = TypeVar("T")
Hearer = Callable[[Delivery[T]], None]


class Hearing(Generic[T]):
    """Of one connection, on one event loop; a hearer is quick and raises nothing."""

    def __init__(self, stream: Stream[T], clock: Clock, name: str) -> None:
        self._stream, self._clock, self._name = stream, clock, name
        self._hearers: dict[str, list[Hearer[T]]] = defaultdict(list)
        self._listening: asyncio.Task[None] | None = None

    async def hear(self, wanted: Subscription, hearer: Hearer[T]) -> None:
        """From now on tell `hearer` what is heard. A Gap comes first."""
        hearers = self._hearers[wanted.key]
        hearers.append(hearer)
        if self._listening is None:
            await self._stream.__aenter__()
            self._listening = asyncio.create_task(self._listen(), name=self._name)
        if len(hearers) == 1:
            self._stream.add(wanted)
        else:
            hearer(Delivery(wanted.key, Gap(wanted.key, "it begins"), self._clock.now_ts()))

    def unhear(self, key: str, hearer: Hearer[T]) -> bool:
        """Whether nobody hears that any more."""
        self._hearers[key].remove(hearer)
        if self._hearers[key]:
            return False
        del self._hearers[key]
        self._stream.drop(key)
        return True

    @property
    def outage(self) -> Outage:
        return self._stream.outage

    def stale(self) -> frozenset[str]:
        """The subscriptions on which nothing may be decided now."""
        return self._stream.stale(self._clock.now_ts())

    async def close(self) -> None:
        if self._listening is not None:
            await self._stream.close()
            await asyncio.wait([self._listening])

    async def _listen(self) -> None:
        async for delivery in self._stream:
            for hearer in tuple(self._hearers.get(delivery.key, ())):
                hearer(delivery)
