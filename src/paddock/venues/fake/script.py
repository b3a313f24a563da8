"""What goes wrong on the way to a venue and back, said in advance, so that a run can be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

from paddock.venues.broker import RejectCode


class Fault(StrEnum):
    ACCEPT = "accept"
    ACCEPT_THEN_TIMEOUT = "accept_then_timeout"
    DROP = "drop"  # it never arrives, and nobody says so
    LATE = "late"  # it arrives `ms` later
    REFUSE = "refuse"
    GARBAGE = "garbage"  # it arrives, and the reply cannot be read
    ERROR_BOOKED = "error_booked"  # a 5xx from a venue that booked it all the same
    ERROR_LOST = "error_lost"  # a 5xx from one that did not
    UNREACHABLE = "unreachable"  # no connection: nothing left, the whole call fails
    BROKEN = "broken"  # it arrives, then the connection breaks: the whole call fails


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one request. `code` and `ms` (also the wait that a refusal asks for) where the fault has them."""

    fault: Fault = Fault.ACCEPT
    code: RejectCode = RejectCode.OTHER
    ms: int = 0


FINE = Step()


@dataclass(slots=True)
class Script:
    """Steps by the number of the request; requests repeated count again, and what is not named goes well.

    `place` and `cancel` count single requests, `read` counts calls of find, open_orders, positions and events together
    (only UNREACHABLE means something there).
    """

    place: Mapping[int, Step] = field(default_factory=dict)
    cancel: Mapping[int, Step] = field(default_factory=dict)
    read: Mapping[int, Step] = field(default_factory=dict)
    _placed: count[int] = field(default_factory=count)
    _cancelled: count[int] = field(default_factory=count)
    _read: count[int] = field(default_factory=count)

    def next_place(self) -> Step:
        return self.place.get(next(self._placed), FINE)

    def next_cancel(self) -> Step:
        return self.cancel.get(next(self._cancelled), FINE)

    def next_read(self) -> Step:
        return self.read.get(next(self._read), FINE)
