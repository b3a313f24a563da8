"""Intents: what was decided to be sent, durable before a byte leaves, and the outbox of those that still have to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    Row,
    Text,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from paddock.core.errors import Code, Invalid
from paddock.core.orders import TERMINAL, OrderState, advance
from paddock.journal.schema import CanonicalJson, Count, Ms, canonical_json, insert_new, one_of, slices, table


class Action(StrEnum):
    PLACE = "place"
    CANCEL = "cancel"


intents = table(
    "intents",
    Column("intent_id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("decision", Count, nullable=False),
    Column("leg", Count, nullable=False),
    Column("action", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("request", CanonicalJson, nullable=False),
    Column("decided_ts", Ms, nullable=False),
    Column("expires_ts", Ms, nullable=False),
    Column("parent", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("venue_order_id", Text, nullable=False),
    Column("sent_ts", Ms, nullable=False),
    Column("attempts", Count, nullable=False),
    Column("next_ts", Ms, nullable=False),
    Column("not_found", Count, nullable=False),
    Column("error", Text, nullable=False),
    UniqueConstraint("run_id", "decision", "leg"),
    Index(None, "account_id", "state"),
    Index(None, "account_id", "client_id"),
    CheckConstraint(one_of("action", Action), name="action"),
    CheckConstraint(one_of("state", OrderState), name="state"),
    CheckConstraint("attempts >= 0 AND not_found >= 0", name="counted"),
)
outbox = table(
    "outbox",
    Column("position", Count, primary_key=True, autoincrement=False),
    Column("intent_id", Text, nullable=False, unique=True),
    Column("account_id", Text, nullable=False),
)

UNRESOLVED: Final = frozenset({OrderState.SENT, OrderState.UNKNOWN})
_AT_VENUE: Final = frozenset(
    {OrderState.OPEN, OrderState.PARTIAL, OrderState.FILLED, OrderState.CANCELED, OrderState.EXPIRED}
)


@dataclass(frozen=True, slots=True)
class Intent:
    """One leg of a decision, and how far it came.

    Up to `after` it is fixed when it is decided: `request` holds, as plain JSON values, what leaves (to send it again
    is to send the same). A leg with a `parent` travels with that intent, or waits for its fill: it is not in the
    outbox until it is queued. One with `after` leaves only once that intent was at the venue. Times are ms UTC,
    0 for never; `next_ts` is when to try or ask again, `not_found` how often the venue knew no such order.
    """

    intent_id: str
    run_id: str
    account_id: str
    decision: int
    leg: int
    action: Action
    client_id: str
    request: Mapping[str, Any]
    decided_ts: int
    expires_ts: int
    parent: str = ""
    after: str = ""
    state: OrderState = field(default=OrderState.PENDING)
    venue_order_id: str = ""
    sent_ts: int = 0
    attempts: int = 0
    next_ts: int = 0
    not_found: int = 0
    error: str = ""


_COLUMNS: Final = tuple(item.name for item in fields(Intent))
_CONTENT: Final = _COLUMNS[: _COLUMNS.index("state")]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of an intent: its state, and what to remember; an empty venue id leaves the one that is known."""

    intent_id: str
    state: OrderState
    venue_order_id: str = ""
    next_ts: int = 0
    not_found: int = 0
    error: str = ""


def intent_id(run_id: str, decision: int, leg: int) -> str:
    """The id of a leg, 32 hex digits: the same decision gives the same id, whatever failed in between."""
    return hashlib.sha256(f"{run_id}\n{decision}\n{leg}".encode()).hexdigest()[:32]


def record(conn: Connection, decided: Sequence[Intent]) -> None:
    """Make intents durable and queue those without a parent, in their order.

    One that is known with the same content is the same intent, and nothing happens. Raises Invalid (intent.conflict)
    when it is known with another content.
    """
    known = get(conn, [intent.intent_id for intent in decided])
    for intent in decided:
        if intent.intent_id in known:
            _require_same(known[intent.intent_id], intent)
    fresh = [intent for intent in decided if intent.intent_id not in known]
    insert_new(conn, intents, [_row(intent) for intent in fresh])
    _queue(conn, [intent for intent in fresh if not intent.parent])


def queue(conn: Connection, intent_ids: Sequence[str]) -> None:
    """Put intents at the end of the outbox: legs whose parent has filled, or identical requests to send again."""
    known = get(conn, intent_ids)
    _queue(conn, [known[name] for name in intent_ids])


def due(conn: Connection, account_ids: Collection[str], now_ts: int) -> list[Intent]:
    """What of the outbox may leave now, in its order: not sent yet, or queued again, and not waiting for another."""
    first = intents.alias("first")
    wanted = (
        select(intents)
        .join(outbox, outbox.c.intent_id == intents.c.intent_id)
        .outerjoin(first, first.c.intent_id == intents.c.after)
        .where(
            outbox.c.account_id.in_(sorted(account_ids)),
            intents.c.state.in_((OrderState.PENDING, OrderState.UNKNOWN)),
            intents.c.next_ts <= now_ts,
            or_(intents.c.after == "", first.c.state.in_(sorted(_AT_VENUE))),
        )
        .order_by(outbox.c.position)
    )
    return [_intent(row) for row in conn.execute(wanted)]


def mark_sent(conn: Connection, intent_ids: Sequence[str], sent_ts: int) -> None:
    """Before they leave: a pending intent becomes sent, an unknown one stays so; each counts one attempt more."""
    state = case((intents.c.state == OrderState.PENDING, OrderState.SENT), else_=intents.c.state)
    for part in slices(intent_ids):
        conn.execute(
            update(intents)
            .where(intents.c.intent_id.in_(part))
            .values(state=state, sent_ts=sent_ts, attempts=intents.c.attempts + 1)
        )


def settle(conn: Connection, settlements: Sequence[Settlement]) -> None:
    """Write what became of intents and take them out of the outbox, all but those that are pending again.

    Raises Invalid (order.transition) where the table of states does not allow it; the same state again is allowed.
    """
    known = get(conn, [settlement.intent_id for settlement in settlements])
    rows = []
    for settlement in settlements:
        was = known[settlement.intent_id]
        state = settlement.state if settlement.state is was.state else advance(was.state, settlement.state)
        now = replace(
            was,
            state=state,
            venue_order_id=settlement.venue_order_id or was.venue_order_id,
            next_ts=settlement.next_ts,
            not_found=settlement.not_found,
            error=settlement.error,
        )
        known[settlement.intent_id] = now
        rows.append({f"new_{name}": getattr(now, name) for name in _SETTLED} | {"settled": now.intent_id})
    if rows:
        changed: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _SETTLED}
        conn.execute(update(intents).where(intents.c.intent_id == bindparam("settled")).values(changed), rows)
    done = [name for name, intent in known.items() if intent.state is not OrderState.PENDING]
    for part in slices(done):
        conn.execute(delete(outbox).where(outbox.c.intent_id.in_(part)))


_SETTLED: Final = ("state", "venue_order_id", "next_ts", "not_found", "error")


def get(conn: Connection, intent_ids: Collection[str]) -> dict[str, Intent]:
    """Those of the named intents that are known, by id."""
    found = {}
    for part in slices(sorted(set(intent_ids))):
        for row in conn.execute(select(intents).where(intents.c.intent_id.in_(part))):
            found[row.intent_id] = _intent(row)
    return found


def by_client_id(conn: Connection, account_id: str, client_ids: Collection[str]) -> dict[str, Intent]:
    """Placements of an account by the client id under which its venue knows them."""
    found = {}
    for part in slices(sorted(set(client_ids))):
        wanted = select(intents).where(
            intents.c.account_id == account_id, intents.c.client_id.in_(part), intents.c.action == Action.PLACE
        )
        found.update({row.client_id: _intent(row) for row in conn.execute(wanted)})
    return found


def placed(conn: Connection, account_id: str, states: Collection[OrderState]) -> dict[str, OrderState]:
    """An account's placements in these states, by client id: to compare thousands without reading them."""
    wanted = select(intents.c.client_id, intents.c.state).where(
        intents.c.account_id == account_id, intents.c.state.in_(sorted(states)), intents.c.action == Action.PLACE
    )
    return {client_id: OrderState(state) for client_id, state in conn.execute(wanted)}


def given_up(conn: Connection, client_ids: Collection[str]) -> set[str]:
    """Those of the named orders that are asked to end: with a cancellation that is not done."""
    found: set[str] = set()
    for part in slices(sorted(set(client_ids))):
        asked = select(intents.c.client_id).where(
            intents.c.client_id.in_(part),
            intents.c.action == Action.CANCEL,
            intents.c.state.not_in(sorted(TERMINAL)),
        )
        found.update(conn.execute(asked).scalars())
    return found


def unresolved(conn: Connection, account_ids: Collection[str]) -> list[Intent]:
    """Intents that left without an answer that proves anything, oldest first."""
    return in_states(conn, account_ids, UNRESOLVED)


def live(conn: Connection, account_ids: Collection[str]) -> list[Intent]:
    """Intents that have not ended, oldest first."""
    return in_states(conn, account_ids, frozenset(OrderState) - TERMINAL)


def in_states(conn: Connection, account_ids: Collection[str], states: Collection[OrderState]) -> list[Intent]:
    """Intents of these accounts in these states, oldest first."""
    wanted = (
        select(intents)
        .where(intents.c.account_id.in_(sorted(account_ids)), intents.c.state.in_(sorted(states)))
        .order_by(intents.c.decided_ts, intents.c.run_id, intents.c.decision, intents.c.leg)
    )
    return [_intent(row) for row in conn.execute(wanted)]


def _queue(conn: Connection, wanted: Sequence[Intent]) -> None:
    last = conn.execute(select(func.coalesce(func.max(outbox.c.position), 0))).scalar_one()
    rows = [
        {"position": position, "intent_id": intent.intent_id, "account_id": intent.account_id}
        for position, intent in enumerate(wanted, last + 1)
    ]
    insert_new(conn, outbox, rows)


def _require_same(known: Intent, told: Intent) -> None:
    for name in _CONTENT:
        was, seen = getattr(known, name), getattr(told, name)
        if was != seen and (name != "request" or canonical_json(was) != canonical_json(seen)):
            raise Invalid(
                Code.INTENT_CONFLICT,
                f"intent {told.intent_id} was decided before, and differs",
                where=name,
                seen=seen,
                rule=f"it was recorded with {was}; the same decision gives the same order",
                suggestion="a new decision makes a new intent",
            )


def _row(intent: Intent) -> dict[str, object]:
    return {name: getattr(intent, name) for name in _COLUMNS}


def _intent(row: Row[Any]) -> Intent:
    values = row._asdict()
    return Intent(**values | {"action": Action(row.action), "state": OrderState(row.state)})
