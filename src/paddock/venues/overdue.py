"""Which orders should rest no more? The venue knows no last moment of an order, so each is cancelled when it comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import structlog

from paddock.core.errors import PaddockError
from paddock.core.seams import Clock
from paddock.venues.broker import Accepted, Cancellation, Outcome, RejectCode, Rejected, Unclear
from paddock.venues.notes import Note, Notes
from paddock.venues.sending import VALID_MS

FIRST_MS: Final = 1_000  # before a cancellation is tried again; each time twice as long
MOST_MS: Final = 60_000

_log = structlog.get_logger()


class Overdue:
    """Of one account; `cancel` is the broker's."""

    def __init__(
        self,
        account_id: str,
        notes: Notes,
        clock: Clock,
        cancel: Callable[[Sequence[Cancellation]], Sequence[Outcome]],
        valid_ms: int = VALID_MS,
    ) -> None:
        """`valid_ms`: how long a cancellation may take to arrive."""
        self._account_id, self._notes, self._clock, self._cancel = account_id, notes, clock, cancel
        self._valid_ms = valid_ms
        self._pauses: dict[str, tuple[int, int]] = {}  # by client id: until when, and how long it was

    def end(self) -> None:
        """Cancel those whose time is over. What that does not reach is tried again, each time later; none is raised."""
        now_ts = self._clock.now_ts()
        due = [note for note in self._notes.overdue(now_ts) if self._pauses.get(note.client_id, (0, 0))[0] <= now_ts]
        expires_ts = now_ts + self._valid_ms
        asked = [Cancellation(note.client_id, self._account_id, note.symbol, now_ts, expires_ts) for note in due]
        try:
            outcomes = self._cancel(asked)
        except PaddockError as error:
            outcomes = [Unclear(error.message)] * len(asked)
        for note, outcome in zip(due, outcomes, strict=True):
            self._settle(note, outcome, now_ts)

    def _settle(self, note: Note, outcome: Outcome, now_ts: int) -> None:
        gone = isinstance(outcome, Rejected) and outcome.code is RejectCode.NO_SUCH_ORDER
        if isinstance(outcome, Accepted) or (gone and now_ts > note.expires_ts):
            self._notes.end(note.client_id)
            self._pauses.pop(note.client_id, None)
            return
        pause_ms = min(2 * self._pauses.get(note.client_id, (0, FIRST_MS // 2))[1], MOST_MS)
        self._pauses[note.client_id] = now_ts + pause_ms, pause_ms
        why = outcome.message if isinstance(outcome, Rejected) else outcome.reason
        _log.warning(
            "an order rests beyond its time", account=self._account_id, order=note.client_id, why=why, again_ms=pause_ms
        )
