"""What waits for a consumer that is slower than the venue? A bounded queue that loses no account frame."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from paddock.venues.heard import Gap
from paddock.venues.transport.frames import Data, Delivery, Keep

T = TypeVar("T")


@dataclass(slots=True)
class _Waiting(Generic[T]):
    delivery: Delivery[T]
    slot: tuple[str, str] | None = None
    market: bool = False


class Inbox(Generic[T]):
    """Deliveries in the order in which they came, at most about `most` of them; of one event loop.

    When it is full, the oldest of the market becomes a Gap; when all that waits is of the account, there is no `room`.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._queue: OrderedDict[int, _Waiting[T]] = OrderedDict()  # by serial, oldest first
        self._serial = 0
        self._frames = 0  # of those that are no Gap
        self._market: deque[int] = deque()
        self._slots: dict[tuple[str, str], int] = {}
        self._newest: dict[str, int] = {}  # by subscription, the one that came last
        self._shed: dict[str, int] = {}  # by subscription, the Gap that stands for what was dropped
        self._news = asyncio.Event()
        self._space = asyncio.Event()
        self._space.set()
        self._closed = False
        self._failure: BaseException | None = None

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, data: Data[T], seen_ts: int) -> None:
        """Queue a message, or let it take the place of a waiting one of the same slot."""
        delivery = Delivery(data.key, data.message, seen_ts)
        slot = (data.key, data.slot) if data.keep is Keep.LATEST else None
        if slot in self._slots:
            self._queue[self._slots[slot]].delivery = delivery
            return
        serial = self._append(_Waiting(delivery, slot, data.keep is not Keep.ALL))
        self._frames += 1
        if slot is not None:
            self._slots[slot] = serial
        if data.keep is not Keep.ALL:
            self._market.append(serial)
        if self._frames > self._most:
            self._drop_oldest()
        self._tell_space()

    def gap(self, key: str, reason: str, seen_ts: int) -> None:
        """Queue a Gap behind all that was heard before it, unless a Gap is what was queued last for `key`."""
        newest = self._queue.get(self._newest.get(key, 0))
        if newest is not None and isinstance(newest.delivery.message, Gap):
            return
        for slot in [slot for slot in self._slots if slot[0] == key]:
            del self._slots[slot]  # what is heard from now on stays behind the Gap
        self._append(_Waiting(Delivery(key, Gap(key, reason), seen_ts)))

    async def room(self) -> None:
        """Wait until another frame fits."""
        await self._space.wait()

    async def get(self) -> Delivery[T] | None:
        """The oldest delivery, waiting for one; None once closed and empty. Raises what the inbox was closed with."""
        while not self._queue:
            if self._failure is not None:
                raise self._failure
            if self._closed:
                return None
            self._news.clear()
            await self._news.wait()
        return self._pop()

    def close(self, failure: BaseException | None = None) -> None:
        """No more will come; who waits is told, after what is queued."""
        self._closed, self._failure = True, failure
        self._news.set()
        self._space.set()

    def _append(self, waiting: _Waiting[T]) -> int:
        self._serial += 1
        self._queue[self._serial] = waiting
        self._newest[waiting.delivery.key] = self._serial
        self._news.set()
        return self._serial

    def _pop(self) -> Delivery[T]:
        serial, waiting = self._queue.popitem(last=False)
        key = waiting.delivery.key
        if waiting.market:
            self._market.popleft()  # both are in the order of arrival
        if waiting.slot is not None and self._slots.get(waiting.slot) == serial:
            del self._slots[waiting.slot]
        if self._newest.get(key) == serial:
            del self._newest[key]
        if self._shed.get(key) == serial:
            del self._shed[key]
        if not isinstance(waiting.delivery.message, Gap):
            self._frames -= 1
        self._tell_space()
        return waiting.delivery

    def _drop_oldest(self) -> None:
        """The oldest of the market becomes a Gap where it stood, or joins the Gap that stands before it already."""
        if not self._market:
            return
        serial = self._market.popleft()
        waiting = self._queue[serial]
        key, seen_ts = waiting.delivery.key, waiting.delivery.seen_ts
        if waiting.slot is not None and self._slots.get(waiting.slot) == serial:
            del self._slots[waiting.slot]
        self._frames -= 1
        if key in self._shed:
            del self._queue[serial]
            return
        self._queue[serial] = _Waiting(Delivery(key, Gap(key, "the consumer was too slow"), seen_ts))
        self._shed[key] = serial

    def _tell_space(self) -> None:
        if self._closed or self._frames < self._most or self._market:
            self._space.set()
        else:
            self._space.clear()
