"""A broker behind a line that loses, delays, repeats and garbles what it carries, as a script says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from paddock.core.errors import Code, Unavailable, Unknown
from paddock.core.seams import Clock
from paddock.venues.broker import (
    Broker,
    Cancellation,
    Capabilities,
    Outcome,
    Placement,
    Rejected,
    Unclear,
    VenueEvent,
    VenueOrder,
    VenuePosition,
)
from paddock.venues.fake.script import Fault, Script, Step

Request = TypeVar("Request", Placement, Cancellation)
Send = Callable[[Sequence[Request]], list[Outcome]]

_UNCLEAR = {
    Fault.ACCEPT_THEN_TIMEOUT: "no reply within 10 s",
    Fault.DROP: "no reply within 10 s",
    Fault.LATE: "no reply within 10 s",
    Fault.GARBAGE: 'a reply that cannot be read: <html>{"status":"o',
    Fault.ERROR_BOOKED: "503 from the venue",
    Fault.ERROR_LOST: "503 from the venue",
}
_ARRIVES = frozenset({Fault.ACCEPT, Fault.ACCEPT_THEN_TIMEOUT, Fault.GARBAGE, Fault.ERROR_BOOKED, Fault.BROKEN})


class Wire:
    """Implements Broker over another. Late requests arrive at the first call after their time, or by `deliver`.

    `calls` is every request that reached the line, repeats included. `repeat` and `swap` change the next page of
    events: so many events before the cursor come again, and the page comes back to front.
    """

    def __init__(self, venue: Broker, clock: Clock, script: Script | None = None) -> None:
        self._venue, self._clock = venue, clock
        self.script = script or Script()
        self.calls: list[Placement | Cancellation] = []
        self.reads = 0
        self.repeat = 0
        self.swap = False
        self._late: list[tuple[int, Callable[[], object]]] = []
        self._pages: dict[str, list[VenueEvent]] = {}

    @property
    def capabilities(self) -> Capabilities:
        return self._venue.capabilities

    def deliver(self) -> None:
        """Let arrive whose time has come."""
        now = self._clock.now_ts()
        due = [send for at, send in self._late if at <= now]
        self._late = [(at, send) for at, send in self._late if at > now]
        for send in due:
            send()

    def place(self, placements: Sequence[Placement]) -> list[Outcome]:
        return self._carry(placements, self.script.next_place, self._venue.place)

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        return self._carry(cancellations, self.script.next_cancel, self._venue.cancel)

    def find(self, account_id: str, client_id: str) -> VenueOrder | None:
        self._reach()
        return self._venue.find(account_id, client_id)

    def open_orders(self, account_id: str) -> list[VenueOrder]:
        self._reach()
        return self._venue.open_orders(account_id)

    def positions(self, account_id: str) -> list[VenuePosition]:
        self._reach()
        return self._venue.positions(account_id)

    def events(self, account_id: str, cursor: str) -> tuple[list[VenueEvent], str]:
        self._reach()
        page, after = self._venue.events(account_id, cursor)
        seen = self._pages.setdefault(account_id, [])
        again = seen[len(seen) - self.repeat :] if self.repeat else []
        page = [*again, *page]
        seen += page[len(again) :]
        page = page[::-1] if self.swap else page
        self.repeat, self.swap = 0, False
        return page, after

    def _reach(self) -> None:
        self.deliver()
        self.reads += 1
        if self.script.next_read().fault is Fault.UNREACHABLE:
            raise _no_connection()

    def _carry(
        self,
        requests: Sequence[Request],
        step_of: Callable[[], Step],
        send: Callable[[Sequence[Request]], list[Outcome]],
    ) -> list[Outcome]:
        self.deliver()
        self.calls += requests
        steps = [step_of() for _ in requests]
        if any(step.fault is Fault.UNREACHABLE for step in steps):
            raise _no_connection()
        arriving = [request for request, step in zip(requests, steps, strict=True) if step.fault in _ARRIVES]
        replies = iter(send(arriving) if arriving else [])
        outcomes: list[Outcome] = []
        for request, step in zip(requests, steps, strict=True):
            if step.fault is Fault.LATE:
                self._late.append((self._clock.now_ts() + step.ms, partial(send, [request])))
            reply = next(replies) if step.fault in _ARRIVES else Unclear("")
            outcomes.append(_heard(step, reply))
        if any(step.fault is Fault.BROKEN for step in steps):
            raise Unknown(Code.VENUE_UNCLEAR, "the connection broke after the requests had left")
        return outcomes


def _heard(step: Step, reply: Outcome) -> Outcome:
    if step.fault is Fault.REFUSE:
        return Rejected(step.code, "refused by the script", step.ms)
    return reply if step.fault is Fault.ACCEPT else Unclear(_UNCLEAR.get(step.fault, "the connection broke"))


def _no_connection() -> Unavailable:
    return Unavailable(Code.VENUE_UNAVAILABLE, "no connection to the venue; nothing was sent")
