"""Who may ask the venue next? The allowances of one venue, shared by all bots of the installation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from paddock.venues.transport.bucket import Allowance, Bucket, Priority, Reserves
from paddock.venues.transport.lost import Throttled

__all__ = ["Allowance", "Budget", "Charges", "Priority", "Reserves"]

Charges = Mapping[str, int]
"""The weight of one request in each bucket that it is counted in."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    charges: Charges
    priority: Priority
    granted: asyncio.Future[None]


class Budget:
    """Weighted token buckets with priorities; all methods but the two that read belong to the event loop's thread.

    `seconds` is a monotonic clock: the one by which the event loop goes.
    """

    def __init__(self, allowances: Iterable[Allowance], seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._buckets: dict[str, Bucket] = {}
        self._waiting: dict[Priority, list[_Waiter]] = {priority: [] for priority in sorted(Priority)}
        self._wake: asyncio.TimerHandle | None = None
        for allowance in allowances:
            self.add(allowance)

    def add(self, allowance: Allowance) -> None:
        """One more bucket; nothing happens when it is there already. ValueError for another one of the same name."""
        known = self._buckets.get(allowance.bucket)
        if known is None:
            self._buckets[allowance.bucket] = Bucket(allowance, self._now_ms())
        elif known.allowance != allowance:
            raise ValueError(f"there is another bucket {allowance.bucket}: {known.allowance}")

    def left(self, bucket: str) -> int:
        """The weight that a CANCEL might take now."""
        return self._buckets[bucket].left(self._now_ms())

    def closed_ms(self, bucket: str) -> int:
        """How long the venue's refusal still keeps the bucket closed; 0 when it is open."""
        return self._buckets[bucket].closed_ms(self._now_ms())

    async def take(self, charges: Charges, priority: Priority, wait_ms: int) -> None:
        """Take from all buckets at once, behind those of a higher priority, and those of the same who came before.

        Throttled when that cannot be within `wait_ms`: at once where it is already known. ValueError for a weight that
        no wait makes possible.
        """
        self._check(charges, priority)
        waiter = _Waiter(charges, priority, asyncio.get_running_loop().create_future())
        self._waiting[priority].append(waiter)
        self._serve()
        if waiter.granted.done():
            return
        try:
            if self._alone_ms(waiter) <= wait_ms:
                await asyncio.wait([waiter.granted], timeout=wait_ms / 1000)
            if not waiter.granted.done():
                raise self._throttled(waiter, wait_ms)
        finally:
            self._leave(waiter)

    def observe(self, bucket: str, left: int) -> None:
        """What the venue itself says is left; it lowers our count, and never raises it."""
        self._buckets[bucket].observe(left, self._now_ms())
        self._serve()

    def reset(self, bucket: str, left: int) -> None:
        """Exactly this much is left: for a count that was asked for, and that grows by other things than time."""
        self._buckets[bucket].reset(left, self._now_ms())
        self._serve()

    def throttle(self, buckets: Iterable[str], retry_after_ms: int | None) -> None:
        """The venue refused a request for rate, or banned us: these buckets close, for that time at least."""
        for bucket in buckets:
            self._buckets[bucket].throttle(retry_after_ms, self._now_ms())
        self._serve()

    def answered(self, buckets: Iterable[str]) -> None:
        """The venue took a request that was charged to these buckets."""
        for bucket in buckets:
            self._buckets[bucket].answered(self._now_ms())

    def _now_ms(self) -> int:
        return int(self._seconds() * 1000)

    def _check(self, charges: Charges, priority: Priority) -> None:
        now_ms = self._now_ms()
        for name, weight in charges.items():
            bucket = self._buckets[name]
            if weight < 0 or not bucket.holds(weight, priority, now_ms):
                raise ValueError(f"a weight of {weight} never fits into {bucket.allowance} for {priority.name}")

    def _serve(self) -> None:
        """Let go all who may, in their order, and come back when the next one may.

        Who waits for a bucket keeps it from those behind, so that light requests do not overtake a heavy one for ever.
        """
        now_ms = self._now_ms()
        kept: set[str] = set()
        soonest_ms: int | None = None
        for waiter in self._in_order():
            if kept & waiter.charges.keys():
                continue
            waits = self._waits(waiter, now_ms)
            if not any(waits.values()):
                self._grant(waiter, now_ms)
                continue
            kept |= {name for name, wait_ms in waits.items() if wait_ms > 0}
            longest_ms = max(waits.values())
            soonest_ms = longest_ms if soonest_ms is None else min(soonest_ms, longest_ms)
        self._wake_in(soonest_ms)

    def _in_order(self) -> Iterator[_Waiter]:
        for queue in self._waiting.values():
            yield from tuple(queue)

    def _waits(self, waiter: _Waiter, now_ms: int) -> dict[str, int]:
        """How long each bucket lets it wait, if it were alone."""
        return {
            name: self._buckets[name].wait_ms(weight, waiter.priority, now_ms)
            for name, weight in waiter.charges.items()
        }

    def _grant(self, waiter: _Waiter, now_ms: int) -> None:
        for name, weight in waiter.charges.items():
            self._buckets[name].take(weight, now_ms)
        self._waiting[waiter.priority].remove(waiter)
        waiter.granted.set_result(None)

    def _wake_in(self, wait_ms: int | None) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._wake = None
        if wait_ms is not None:
            self._wake = asyncio.get_running_loop().call_later(wait_ms / 1000, self._serve)

    def _alone_ms(self, waiter: _Waiter) -> int:
        return max(self._waits(waiter, self._now_ms()).values(), default=0)

    def _throttled(self, waiter: _Waiter, wait_ms: int) -> Throttled:
        asked = ", ".join(f"{weight} of {name}" for name, weight in waiter.charges.items())
        return Throttled(
            f"the budget gives no {asked} to {waiter.priority.name} within {wait_ms} ms",
            max(1, self._alone_ms(waiter)),
        )

    def _leave(self, waiter: _Waiter) -> None:
        if waiter in self._waiting[waiter.priority]:
            self._waiting[waiter.priority].remove(waiter)
            self._serve()
