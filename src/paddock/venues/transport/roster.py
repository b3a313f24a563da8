"""What is a stream asked to hear, and how fresh is it? The subscriptions of one connection after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paddock.venues.transport.frames import Step, Subscription


@dataclass(slots=True)
class Watch:
    """One subscription on the present connection.

    `gap` says what may have been missed until the venue serves it, and is empty from then on.
    """

    subscription: Subscription
    gap: str = "it begins"
    served: bool = False
    denied: str = ""
    seen_ts: int = 0
    number: int | None = None

    def begin(self) -> str:
        """The venue serves it: what may have been missed before, empty when that was told already."""
        gap, self.gap = self.gap, ""
        self.served, self.denied = True, ""
        return gap

    def lose(self, reason: str) -> None:
        self.gap, self.served, self.denied, self.seen_ts, self.number = self.gap or reason, False, "", 0, None

    def step(self, number: int | None) -> Step:
        """Where a frame stands that came now; frames without a number are always next."""
        last = self.number
        if number is None or last is None:
            self.number = number if number is not None else last
            return Step.NEXT
        step = self.subscription.sequence(last, number)
        if step is not Step.STALE:
            self.number = number
        return step

    def stale(self, now_ts: int) -> bool:
        fresh_ms = self.subscription.fresh_ms
        return not self.served or (fresh_ms > 0 and now_ts - self.seen_ts > fresh_ms)


class Roster:
    """All subscriptions of a stream, by key."""

    def __init__(self) -> None:
        self._watches: dict[str, Watch] = {}

    def __iter__(self) -> Iterator[Watch]:
        return iter(tuple(self._watches.values()))

    def add(self, subscription: Subscription) -> bool:
        """Whether it is new. ValueError for another subscription under the same key."""
        known = self._watches.get(subscription.key)
        if known is not None and known.subscription != subscription:
            raise ValueError(f"there is another subscription {subscription.key!r}")
        self._watches.setdefault(subscription.key, Watch(subscription))
        return known is None

    def drop(self, key: str) -> Subscription | None:
        """The subscription that ended; None when there was none."""
        watch = self._watches.pop(key, None)
        return watch.subscription if watch else None

    def get(self, key: str) -> Watch | None:
        return self._watches.get(key)

    def lose(self, reason: str) -> None:
        """The connection is gone, and with it what the venue sent meanwhile."""
        for watch in self:
            watch.lose(reason)

    def stale(self, now_ts: int) -> frozenset[str]:
        return frozenset(watch.subscription.key for watch in self if watch.stale(now_ts))

    def missing(self) -> str:
        """What is asked for and not served, in words; empty when all is served."""
        waiting = [watch for watch in self if not watch.served]
        for watch in waiting:
            if watch.denied:
                return f"the venue refuses {watch.subscription.key}: {watch.denied}"
        return f"{len(waiting)} of {len(self._watches)} subscriptions are not served yet" if waiting else ""
