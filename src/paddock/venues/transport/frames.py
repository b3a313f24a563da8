"""What does a stream need to know of a venue's frames? The words between a codec and `Stream`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from paddock.venues.heard import Gap

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Step(StrEnum):
    """Where a frame stands in the sequence of its subscription."""

    NEXT = "next"
    STALE = "stale"  # it, or a newer one, was heard already
    JUMP = "jump"  # something in between was not heard


def growing(last: int, number: int) -> Step:
    """A sequence that many subscriptions share: it grows, and says nothing of what was missed."""
    return Step.NEXT if number > last else Step.STALE


def repeating(last: int, number: int) -> Step:
    """A sequence that many subscriptions share, and in which unlike frames may have the same place."""
    return Step.STALE if number < last else Step.NEXT


def consecutive(last: int, number: int) -> Step:
    """A sequence of this subscription alone, which grows by one."""
    if number <= last:
        return Step.STALE
    return Step.NEXT if number == last + 1 else Step.JUMP


@dataclass(frozen=True, slots=True)
class Subscription:
    """What to hear, under the codec's own `key`, and the text frames that begin and end it.

    `fresh_ms`: older than that, what was heard is stale; 0 for what may rightly be silent.
    """

    key: str
    subscribe: str
    unsubscribe: str
    fresh_ms: int = 0
    sequence: Callable[[int, int], Step] = growing


class Keep(StrEnum):
    """What a consumer that is too slow may lose.

    LATEST: a waiting message of the same slot, for a newer one (books, mids; a candle's slot holds its time). EACH:
    the oldest, and hears of a Gap (trades). ALL: nothing; the socket waits (all that concerns the account).
    """

    LATEST = "latest"
    EACH = "each"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Data(Generic[T]):
    """News on a subscription; `number` is its place in the subscription's sequence, where there is one."""

    key: str
    message: T
    keep: Keep = Keep.ALL
    slot: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Acked:
    """The venue serves the subscription."""

    key: str


@dataclass(frozen=True, slots=True)
class Denied:
    """The venue refuses the subscription, or something else when `key` is empty.

    That it is subscribed already is no refusal: it is Acked.
    """

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """The answer to a request that was sent over the socket."""

    request_id: str
    message: T


class Dialect(Protocol[T]):
    """How a venue speaks over a socket."""

    @property
    def heartbeat(self) -> str:
        """The frame that keeps a quiet connection open."""
        ...

    def read(self, text: str) -> Data[T] | Acked | Denied | Answer[T] | None:
        """What a frame means; None for greetings and answers to heartbeats. Unknown for what cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery(Generic[T_co]):
    """What a consumer hears of a subscription: after a Gap, what depends on it has to be read anew."""

    key: str
    message: T_co | Gap
    seen_ts: int
