"""Where a process may die, and a database that is sometimes busy or full."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection

from paddock.core.errors import Code, Unavailable
from paddock.journal.database import Database
from paddock.journal.fences import Fence
from paddock.venues.broker import (
    Broker,
    Cancellation,
    Capabilities,
    Outcome,
    Placement,
    VenueEvent,
    VenueOrder,
    VenuePosition,
)

OUTSIDE = ("begin", "committed", "place", "placed", "cancel", "cancelled")  # points at which nobody holds the database


class Killed(BaseException):
    """The process is gone: no handler of the program may see this."""


@dataclass(slots=True)
class Peril:
    """Counts the points at which the process may die; `at_point` is called with the name of each."""

    at_point: Callable[[str], None] = lambda name: None
    passed: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        self.passed.append(name)
        self.at_point(name)


class FragileDatabase(Database):
    """Dies at the ends of its transactions when its peril says so; `fault` names what ails the next."""

    peril = Peril()

    @staticmethod
    def fault() -> str:
        return ""

    @contextmanager
    def write(self, fence: Fence | None = None) -> Iterator[Connection]:
        ailing = self.fault()
        if ailing == "database_busy":
            raise Unavailable(Code.DATABASE_BUSY, "another process holds the database")
        self.peril.point("begin")
        with super().write(fence) as conn:
            yield conn
            if ailing == "disk_full":
                raise Unavailable(Code.DATABASE_DISK, "the database cannot be written")
            self.peril.point("commit")
        self.peril.point("committed")


class PerilousBroker:
    """A broker whose caller may die before it sends and before it hears; `stalls`: events are not told for now."""

    def __init__(self, broker: Broker, peril: Peril, stalls: Callable[[], bool]) -> None:
        self._broker, self._peril, self._stalls = broker, peril, stalls

    @property
    def capabilities(self) -> Capabilities:
        return self._broker.capabilities

    def place(self, placements: Sequence[Placement]) -> list[Outcome]:
        self._peril.point("place")
        outcomes = self._broker.place(placements)
        self._peril.point("placed")
        return outcomes

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        self._peril.point("cancel")
        outcomes = self._broker.cancel(cancellations)
        self._peril.point("cancelled")
        return outcomes

    def find(self, account_id: str, client_id: str) -> VenueOrder | None:
        return self._broker.find(account_id, client_id)

    def open_orders(self, account_id: str) -> list[VenueOrder]:
        return self._broker.open_orders(account_id)

    def positions(self, account_id: str) -> list[VenuePosition]:
        return self._broker.positions(account_id)

    def events(self, account_id: str, cursor: str) -> tuple[list[VenueEvent], str]:
        return ([], cursor) if self._stalls() else self._broker.events(account_id, cursor)
