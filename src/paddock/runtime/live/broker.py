"""The broker of an account of a venue: that of whoever signs for it now.

Connections come and go while a worker keeps an account. What is placed goes by the connection as the database has it
now; what looks, or takes back, needs no database, and goes by the one that was known last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from paddock.core.errors import Code, Unavailable
from paddock.journal.database import Database
from paddock.runtime.live.rows import Connection, newest
from paddock.runtime.live.states import Status
from paddock.runtime.live.tables import START, transfers
from paddock.venues.broker import (
    Broker,
    Cancellation,
    Capabilities,
    Listening,
    OrderUpdate,
    Outcome,
    Placement,
    VenueEvent,
    VenueOrder,
    VenuePosition,
)
from paddock.venues.told import Cursor


class LiveBroker:
    """Implements Broker for one account. `make` may raise Unavailable: then nothing is sent, and it is asked again."""

    def __init__(
        self,
        database: Database,
        account_id: str,
        capabilities: Capabilities,
        make: Callable[[Connection], Listening],
        signed_for: Callable[[str], bool],
    ) -> None:
        """`signed_for`: whether the signer was told of an account. Until it is, a refusal of its means nothing."""
        self._database, self._account_id, self._make = database, account_id, make
        self._capabilities, self._signed_for = capabilities, signed_for
        self._known: tuple[str, Listening] | None = None  # by the agent that it signs with
        self._start_ts: int | None = None  # when its money was counted first

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def place(self, placements: Sequence[Placement]) -> list[Outcome]:
        return self._now(signing=True).place(placements)

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        return self._last().cancel(cancellations)

    def find(self, account_id: str, client_id: str) -> VenueOrder | None:
        return self._last().find(account_id, client_id)

    def open_orders(self, account_id: str) -> list[VenueOrder]:
        return self._last().open_orders(account_id)

    def positions(self, account_id: str) -> list[VenuePosition]:
        return self._last().positions(account_id)

    def events(self, account_id: str, cursor: str) -> tuple[list[VenueEvent], str]:
        """What happened since the account's money was first counted: all that was before is in what was counted."""
        start_ts = self._counted_ts()
        if start_ts is None:
            return [], cursor
        page, behind = self._last().events(account_id, cursor or str(Cursor.since(start_ts)))
        return [event for event in page if isinstance(event, OrderUpdate) or event.venue_ts > start_ts], behind

    def _counted_ts(self) -> int | None:
        if self._start_ts is None:
            first = (transfers.c.account_id == self._account_id, transfers.c.transfer_id == START)
            with self._database.read() as conn:
                self._start_ts = conn.execute(select(transfers.c.venue_ts).where(*first)).scalar_one_or_none()
        return self._start_ts

    def _last(self) -> Broker:
        return self._now() if self._known is None else self._known[1]

    def _now(self, *, signing: bool = False) -> Broker:
        with self._database.read() as conn:
            connection = newest(conn, self._account_id)
        if connection is None:
            raise Unavailable(
                Code.VENUE_UNAVAILABLE,
                "the account is not connected to a venue",
                where="account_id",
                seen=self._account_id,
                rule="an account trades at a venue that it was connected to",
                suggestion="paddock live connect",
            )
        if signing and connection.status is Status.ACTIVE and not self._signed_for(self._account_id):
            raise Unavailable(
                Code.SIGNER_UNAVAILABLE,
                "the signer was not told of the account yet",
                where="account_id",
                seen=self._account_id,
                rule="what is active is signed for within a second or two",
            )
        agent = connection.grant.agent
        if self._known is None or self._known[0] != agent:
            before, self._known = self._known, (agent, self._make(connection))
            if before is not None:
                before[1].close()
        return self._known[1]
