"""What does the venue not remember of an order of ours? Its TWAPs bear no client id, and it knows no last moment of an
order that rests: both are written down before the order leaves, and outlive the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

from pydantic import TypeAdapter, ValidationError

from paddock.core.errors import Code, Unavailable
from paddock.core.orders import Side
from paddock.core.time import DAY_MS
from paddock.market.files import replace_file, sync

KEPT_MS: Final = 7 * DAY_MS  # after an order can no longer be news
EARLY_MS: Final = 10_000  # by which a TWAP may have started before we sent it, by the two clocks
LATE_MS: Final = 60_000  # by which it may trade after its time


class Twap(Protocol):
    """What a venue tells of one, where that is not whose it is."""

    @property
    def twap_id(self) -> int: ...

    @property
    def symbol(self) -> str: ...

    @property
    def side(self) -> Side: ...

    @property
    def lots(self) -> int: ...

    @property
    def minutes(self) -> int: ...

    @property
    def reduce_only(self) -> bool: ...

    @property
    def started_ts(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Note:
    """Of one order. `minutes` are a TWAP's (0: it is none), and `twap_id` its number once that is known."""

    client_id: str
    symbol: str
    side: Side
    lots: int
    reduce_only: bool
    sent_ts: int
    expires_ts: int
    cancel_ts: int = 0
    minutes: int = 0
    twap_id: int = 0
    ended: bool = False

    def may_be(self, twap: Twap) -> bool:
        """Whether this could be that TWAP of the venue's: it has no other mark than what was asked for, and when."""
        asked = (self.symbol, self.side, self.lots, self.minutes, self.reduce_only)
        same = asked == (twap.symbol, twap.side, twap.lots, twap.minutes, twap.reduce_only)
        return same and self.sent_ts - EARLY_MS <= twap.started_ts <= self.expires_ts + EARLY_MS

    def may_have_traded(self, symbol: str, side: Side, venue_ts: int) -> bool:
        """Whether a slice of a TWAP that nobody knows could be of this one, whose number was never told."""
        if not self.minutes or self.twap_id or (self.symbol, self.side) != (symbol, side):
            return False
        return self.sent_ts - EARLY_MS <= venue_ts <= self.expires_ts + self.minutes * 60_000 + LATE_MS

    @property
    def last_ts(self) -> int:
        return max(self.expires_ts, self.cancel_ts, self.sent_ts + self.minutes * 60_000)


class NoteStore(Protocol):
    """Where notes are kept. Both raise Unavailable when they are not."""

    def load(self, account_id: str) -> Sequence[Note]: ...

    def save(self, account_id: str, notes: Sequence[Note]) -> None:
        """Durably, in the place of those before."""
        ...


class MemoryNoteStore:
    def __init__(self) -> None:
        self._notes: dict[str, Sequence[Note]] = {}

    def load(self, account_id: str) -> Sequence[Note]:
        return self._notes.get(account_id, ())

    def save(self, account_id: str, notes: Sequence[Note]) -> None:
        self._notes[account_id] = tuple(notes)


_notes: Final = TypeAdapter(list[Note])


class FileNoteStore:
    """One file for each account in a folder; one process at a time trades on an account."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, account_id: str) -> Sequence[Note]:
        path = self._path(account_id)
        try:
            return _notes.validate_json(path.read_bytes()) if path.exists() else ()
        except (OSError, ValidationError) as error:
            raise _not_kept(path, error) from error

    def save(self, account_id: str, notes: Sequence[Note]) -> None:
        path, text = self._path(account_id), _notes.dump_json(list(notes))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_file(path, lambda temporary: temporary.write_bytes(text))
            sync(self._folder)
        except OSError as error:
            raise _not_kept(path, error) from error

    def _path(self, account_id: str) -> Path:
        return self._folder / f"{account_id.encode().hex()}.json"


class Notes:
    """Of one account; for any thread."""

    def __init__(self, store: NoteStore, account_id: str) -> None:
        self._store, self._account_id = store, account_id
        self._notes = {note.client_id: note for note in store.load(account_id)}
        self._ended = {note.client_id for note in self._notes.values() if note.ended}
        self._lock = Lock()

    def get(self, client_id: str) -> Note | None:
        return self._notes.get(client_id)

    def twaps(self) -> list[Note]:
        return [note for note in self._all() if note.minutes]

    def overdue(self, now_ts: int) -> list[Note]:
        """Those that should rest no more."""
        return [note for note in self._all() if 0 < note.cancel_ts <= now_ts and note.client_id not in self._ended]

    def of_twap(self, twap_id: int) -> Note | None:
        return next((note for note in self.twaps() if note.twap_id == twap_id), None)

    def claim(self, twaps: Iterable[Twap]) -> None:
        """Find which of these, the oldest first, are ours, and remember their numbers; raises Unavailable."""
        with self._lock:
            found: dict[int, Note] = {}
            waiting = [note for note in self.twaps() if not note.twap_id]
            for twap in twaps:
                if twap.twap_id and twap.twap_id not in found and self.of_twap(twap.twap_id) is None:
                    note = next((note for note in waiting if note.may_be(twap)), None)
                    if note is not None:
                        waiting.remove(note)
                        found[twap.twap_id] = replace(note, twap_id=twap.twap_id)
            self._keep(found.values())

    def put(self, notes: Iterable[Note]) -> None:
        """Add or replace; raises Unavailable when they are not kept."""
        with self._lock:
            self._keep(notes)

    def end(self, client_id: str) -> None:
        """It rests no more. This is kept with what is written next: to forget it costs one cancellation too many."""
        self._ended.add(client_id)

    def _keep(self, notes: Iterable[Note]) -> None:
        added = {note.client_id: note for note in notes}
        if not added:
            return
        now_ts = max(note.sent_ts for note in added.values())
        kept = {name: note for name, note in self._notes.items() if note.last_ts >= now_ts - KEPT_MS}
        kept |= added
        kept |= {name: replace(kept[name], ended=True) for name in self._ended & kept.keys()}
        self._store.save(self._account_id, list(kept.values()))
        self._notes = kept

    def _all(self) -> list[Note]:
        return list(self._notes.values())


def _not_kept(path: Path, error: Exception) -> Unavailable:
    return Unavailable(
        Code.VENUE_UNAVAILABLE,
        f"notes of orders cannot be kept: {type(error).__name__}",
        where=str(path),
        rule="what the venue does not remember is written down before an order leaves",
        suggestion="make the folder writable",
    )
