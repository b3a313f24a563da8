"""What every part of the order desk works with: its surroundings, and the one way to change anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from paddock.core.instrument import Instrument
from paddock.core.orders import TERMINAL, TRANSITIONS, OrderState
from paddock.core.seams import Clock
from paddock.journal import intents, projections
from paddock.journal.database import Database
from paddock.journal.events import Draft
from paddock.journal.facts import Fact as BookFact
from paddock.journal.facts import OrderChanged, OrderIntended, draft
from paddock.journal.fences import Fence
from paddock.journal.intents import Action, Intent, Settlement
from paddock.journal.kinds import EventKind
from paddock.journal.tables import orders
from paddock.runtime.desk_policy import DeskPolicy
from paddock.runtime.patience import Patience
from paddock.runtime.quotes import Quotes
from paddock.runtime.requests import placement
from paddock.runtime.wants import Books, Ended, Fact, Role, origin, role_of
from paddock.venues.broker import Broker, Placement

TOLD_BY_FILLS = frozenset({OrderState.PENDING, OrderState.PARTIAL, OrderState.FILLED})
DESK_ROLES = frozenset({Role.STOP, Role.TAKE, Role.TRAIL})  # whose ends are the desk's to mend, not the kernel's


@dataclass(frozen=True, slots=True)
class Kit:
    """The desk's surroundings. `brokers` by account, `instruments` by symbol."""

    database: Database
    brokers: Mapping[str, Broker]
    instruments: Mapping[str, Instrument]
    clock: Clock
    policy: DeskPolicy
    books: Books
    patience: Patience
    quotes: Quotes
    audited: dict[str, int] = field(default_factory=dict)  # when this desk last went through an account's books

    @contextmanager
    def work(self, fence: Fence | None) -> Iterator[Work]:
        """One transaction: what is noted in it becomes durable together with the books, or is forgotten with them."""
        work, committed = None, False
        try:
            with self.database.write(fence) as conn:
                work = Work(conn, self.clock.now_ts())
                yield work
                work.write()
                if work.facts:
                    self.books.apply(conn, work.facts)
            committed = True
        finally:
            if work is not None and work.facts and not committed:
                self.books.forget(frozenset(fact.run_id for fact in work.facts))


@dataclass(slots=True)
class Work:
    """Changes that belong to one transaction, gathered so that they are written in batches."""

    conn: Connection
    now: int
    drafts: list[Draft] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    _new: dict[str, Intent] = field(default_factory=dict)
    _known: dict[str, Intent] = field(default_factory=dict)
    _changed: dict[str, Settlement] = field(default_factory=dict)
    _queue: list[str] = field(default_factory=list)
    _orders: dict[str, Placement] = field(default_factory=dict)

    def note(self, stream: str, kind: EventKind, **payload: object) -> None:
        self.drafts.append(Draft(stream, kind, self.now, payload))

    def tell(self, fact: BookFact) -> None:
        self.drafts.append(draft(fact, self.now))

    def know(self, known: Mapping[str, Intent]) -> None:
        """Take intents as they were read in this transaction; those that it changed already stay as they are now."""
        self._known = {**known, **self._known}

    def intent(self, intent_id: str) -> Intent | None:
        return self._known.get(intent_id) or self._new.get(intent_id)

    def order(self, intent: Intent) -> Placement:
        """What an intent places."""
        order = self._orders.get(intent.intent_id)
        if order is None:
            order = self._orders[intent.intent_id] = placement(intent.request)
        return order

    def intend(self, intent: Intent, reason: int) -> None:
        """A new intent, durable with this transaction; a placement is an order from now on."""
        self._new[intent.intent_id] = intent
        if intent.action is Action.PLACE:
            order = self.order(intent)
            self.tell(
                OrderIntended(
                    intent.run_id,
                    intent.account_id,
                    intent.intent_id,
                    intent.decision,
                    intent.leg,
                    order.symbol,
                    int(order.kind),
                    int(order.side),
                    order.lots,
                    order.px,
                    order.reduce_only,
                    reason,
                )
            )

    def reason_of(self, intent: Intent) -> int:
        """Why the order of an intent exists (Reason)."""
        wanted = select(orders.c.reason).where(orders.c.intent_id == intent.intent_id)
        return int(self.conn.execute(wanted).scalar_one())

    def queue(self, intent_id: str) -> None:
        """Send it (again), byte for byte."""
        self._queue.append(intent_id)

    def keep(self, intent: Intent, *, next_ts: int = 0, not_found: int = 0, error: str = "") -> None:
        """The state stays; only what to remember changes."""
        self._settle(intent, intent.state, "", next_ts, not_found, error)

    def change(
        self,
        intent: Intent,
        state: OrderState,
        *,
        venue_order_id: str = "",
        next_ts: int = 0,
        not_found: int = 0,
        why: str = "",
        silent: bool = False,
    ) -> bool:
        """Move an intent along the table; False when it already is there or the table does not lead there.

        What ends a want is reported to the books, unless `silent` (something else takes its place).
        """
        intent = self.intent(intent.intent_id) or intent
        if state is intent.state or state not in TRANSITIONS[intent.state]:
            return False
        self._settle(intent, state, venue_order_id, next_ts, not_found, why)
        if intent.action is Action.PLACE:
            if state not in TOLD_BY_FILLS:
                self.tell(OrderChanged(intent.run_id, intent.intent_id, state, venue_order_id, why))
            order = self.order(intent)
            role = role_of(order.kind, reduce_only=order.reduce_only)
            if state in TERMINAL and state is not OrderState.FILLED and role not in DESK_ROLES and not silent:
                self.facts.append(ended(intent, order, state, why))
        return True

    def write(self) -> None:
        """Everything that was noted, in one go."""
        intents.record(self.conn, list(self._new.values()))
        intents.settle(self.conn, list(self._changed.values()))
        intents.queue(self.conn, self._queue)
        projections.record(self.conn, self.drafts)

    def _settle(
        self, intent: Intent, state: OrderState, venue_order_id: str, next_ts: int, not_found: int, error: str
    ) -> None:
        venue_order_id = venue_order_id or intent.venue_order_id
        self._known[intent.intent_id] = replace(
            intent, state=state, venue_order_id=venue_order_id, next_ts=next_ts, not_found=not_found, error=error
        )
        self._changed[intent.intent_id] = Settlement(intent.intent_id, state, venue_order_id, next_ts, not_found, error)


def ended(intent: Intent, order: Placement, state: OrderState, why: str) -> Ended:
    role = role_of(order.kind, reduce_only=order.reduce_only)
    return Ended(
        intent.run_id,
        intent.account_id,
        order.symbol,
        role,
        intent.intent_id,
        intent.decision,
        origin(intent.leg),
        state,
        why,
    )


def by_account(items: Sequence[Intent]) -> dict[str, list[Intent]]:
    """Intents by account, accounts in name order, each in the order given."""
    parts: dict[str, list[Intent]] = {}
    for item in items:
        parts.setdefault(item.account_id, []).append(item)
    return dict(sorted(parts.items()))
