"""What has an account been told, in which order, and up to where did a reader get? Pure, without I/O.

What happened comes from several places, late and more than once; each thing is kept once, by its key. A reader's
cursor names the time it got to and the keys around that time, so that what arrives behind it, in the same millisecond
or a little late, is still given, and nothing is given twice.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Generic, Self, TypeVar

from paddock.core.errors import Code, Invalid

MOST_KEPT: Final = 20_000

N = TypeVar("N")


class Shelf(StrEnum):
    """Each is read from the venue in its own way; the values stand in cursors."""

    FILLS = "f"
    ORDERS = "o"
    FUNDING = "p"


MOST_REPAIR_MS: Final = 600_000  # between two readings of histories, however well a socket tells

# How late, by its own time, something may come to be told: what a socket left out without a word is found by the next
# reading. An hour's funding is booked a while after the hour.
_LATE_MS: Final = MOST_REPAIR_MS + 60_000
LATE_MS: Final[Mapping[Shelf, int]] = {Shelf.FILLS: _LATE_MS, Shelf.ORDERS: _LATE_MS, Shelf.FUNDING: 7_200_000}


@dataclass(frozen=True, slots=True, order=True)
class Entry(Generic[N]):
    """Ordered by time; at the same moment an order opens, trades, and ends."""

    venue_ts: int
    rank: int
    key: str
    shelf: Shelf = field(compare=False)
    news: N = field(compare=False)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far one shelf was read: the newest time, and when each thing was that is not older than what may be late."""

    ts: int = 0
    given: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cursor:
    marks: Mapping[Shelf, Mark] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises Invalid (value) for a text that no cursor gave."""
        try:
            said: dict[str, Any] = json.loads(text) if text else {}
            return cls({Shelf(name): _mark(ts, given) for name, (ts, given) in said.items()})
        except (ValueError, TypeError, AttributeError) as error:
            raise Invalid(Code.VALUE, "this is no cursor of a venue's events", seen=text[:60]) from error

    @classmethod
    def since(cls, ts: int) -> Self:
        """Behind all that happened up to then, but for what may still be told late."""
        return cls(dict.fromkeys(Shelf, Mark(ts)))

    def __str__(self) -> str:
        said = {
            shelf: [mark.ts, {key: mark.ts - ts for key, ts in sorted(mark.given.items())}]
            for shelf, mark in sorted(self.marks.items())
        }
        return json.dumps(said, separators=(",", ":")) if said else ""

    def from_ts(self, shelf: Shelf) -> int:
        """What is older was given."""
        return max(self.marks.get(shelf, Mark()).ts - LATE_MS[shelf], 0)

    def behind(self, entries: Iterable[Entry[Any]]) -> Cursor:
        """Behind these as well."""
        marks = dict(self.marks)
        given = {shelf: dict(mark.given) for shelf, mark in marks.items()}
        for entry in entries:
            given.setdefault(entry.shelf, {})[entry.key] = entry.venue_ts
        return Cursor({shelf: _newest(shelf, marks.get(shelf, Mark()).ts, times) for shelf, times in given.items()})

    def gave(self, entry: Entry[Any]) -> bool:
        mark = self.marks.get(entry.shelf, Mark())
        return entry.venue_ts < self.from_ts(entry.shelf) or entry.key in mark.given


class Told(Generic[N]):
    """Of one account. `complete_ts` of a shelf: nothing from there on is missing but what happened since `read_ts`."""

    def __init__(self) -> None:
        self.entries: list[Entry[N]] = []
        self._keys: set[tuple[Shelf, str]] = set()
        self.complete_ts: dict[Shelf, int] = {}
        self.read_ts: dict[Shelf, int] = dict.fromkeys(Shelf, 0)

    def put(self, entries: Iterable[Entry[N]]) -> None:
        for entry in entries:
            if (entry.shelf, entry.key) not in self._keys:
                self._keys.add((entry.shelf, entry.key))
                insort(self.entries, entry)

    def after(self, cursor: Cursor) -> list[Entry[N]]:
        """What a reader has not been given, in order."""
        first_ts = min(cursor.from_ts(shelf) for shelf in Shelf)
        start = bisect_left(self.entries, first_ts, key=lambda entry: entry.venue_ts)
        return [entry for entry in self.entries[start:] if not cursor.gave(entry)]

    def reaches(self, shelf: Shelf, from_ts: int) -> bool:
        """Whether all that happened from then on is here, but for what is new."""
        return self.complete_ts.get(shelf, from_ts + 1) <= from_ts

    def begin(self, shelf: Shelf, from_ts: int) -> None:
        """What happened from then on is about to be read."""
        self.complete_ts[shelf] = self.read_ts[shelf] = from_ts

    def next_ts(self, shelf: Shelf) -> int:
        """From when on what is new is to be read."""
        return max(self.read_ts[shelf] - LATE_MS[shelf], self.complete_ts[shelf])

    def prune(self, most: int = MOST_KEPT) -> None:
        """Forget the oldest; a reader who comes for them has them read again."""
        if len(self.entries) <= most:
            return
        kept_ts = self.entries[-most].venue_ts
        gone = [entry for entry in self.entries if entry.venue_ts < kept_ts]
        self.entries = self.entries[len(gone) :]
        self._keys = {(entry.shelf, entry.key) for entry in self.entries}
        for shelf in {entry.shelf for entry in gone}:
            self.complete_ts[shelf] = max(self.complete_ts.get(shelf, 0), kept_ts)


def _newest(shelf: Shelf, since_ts: int, given: Mapping[str, int]) -> Mark:
    ts = max([since_ts, *given.values()])
    return Mark(ts, {key: at for key, at in given.items() if at >= ts - LATE_MS[shelf]})


def _mark(ts: Any, given: Any) -> Mark:
    return Mark(int(ts), {str(key): int(ts) - int(before) for key, before in given.items()})
