"""What the log comes to: `record` appends events and folds them into the books and the ledger, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select, tuple_

from paddock.core.errors import Code, Invalid
from paddock.core.orders import TRANSITIONS, OrderState
from paddock.core.position import Closure
from paddock.journal import ledger
from paddock.journal.events import Draft, Event, append
from paddock.journal.facts import (
    FIELDS,
    Allocated,
    DecisionMade,
    Deposited,
    Fact,
    FillBooked,
    FundingBooked,
    OrderChanged,
    OrderIntended,
    Released,
    fact_of,
)
from paddock.journal.holdings import Holdings
from paddock.journal.kinds import EventKind
from paddock.journal.ledger import Book, Line, Transaction
from paddock.journal.schema import insert_all, slices, upsert, write_plain
from paddock.journal.tables import decisions, equity_points, fills, fundings, orders

Post = Callable[[Connection, Sequence[Transaction]], None]

_COUNTED_ONCE: Final = {EventKind.FILL_BOOKED: (fills, "fill_id"), EventKind.FUNDING_BOOKED: (fundings, "payment_id")}


def record(conn: Connection, drafts: Sequence[Draft]) -> list[Event]:
    """Append drafts and fold them, and tell of the closures that fills brought about; gives the events written.

    Fills and funding payments that were booked before are left out, whenever and however often they come. Raises
    Invalid (fill.conflict) when one comes with another content.
    """
    made = append(conn, _fresh(conn, drafts))
    return made + append(conn, project(conn, made))


def project(conn: Connection, told: Sequence[Event], post: Post = ledger.post) -> list[Draft]:
    """Fold events, in the order of the log, into the books; what they mean for the ledger goes to `post`.

    Gives the closures that their fills brought about.
    """
    facts = [(event, fact) for event in told if (fact := fact_of(event)) is not None]
    _decide(conn, facts)
    _order(conn, facts)
    holdings = Holdings(conn, [fact for _, fact in facts if isinstance(fact, FillBooked | FundingBooked)])
    post(conn, _book(conn, facts, holdings))
    return [_closed(fact, closure) for fact, closure in holdings.told]


def booked(conn: Connection, kind: EventKind, account_id: str, names: Collection[str]) -> set[str]:
    """Which of these fill ids (`fill.booked`) or payment ids (`funding.booked`) of an account were counted before."""
    return {name for _, name in _known(conn, kind, {(account_id, name) for name in names})}


def _fresh(conn: Connection, drafts: Sequence[Draft]) -> list[Draft]:
    keys: dict[EventKind, set[tuple[str, str]]] = {kind: set() for kind in _COUNTED_ONCE}
    for draft in drafts:
        if draft.kind in keys:
            keys[draft.kind].add(_key(draft))
    seen = {kind: _known(conn, kind, wanted) for kind, wanted in keys.items()}
    kept: list[Draft] = []
    for draft in drafts:
        if draft.kind in seen:
            before = seen[draft.kind].setdefault(_key(draft), draft.payload)
            if before is not draft.payload:
                _require_same(before, draft)
                continue
        kept.append(draft)
    return kept


def _key(draft: Draft) -> tuple[str, str]:
    return draft.payload["account_id"], draft.payload[_COUNTED_ONCE[draft.kind][1]]


def _known(
    conn: Connection, kind: EventKind, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Mapping[str, Any]]:
    source, name = _COUNTED_ONCE[kind]
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for part in slices(sorted(keys), 2):
        wanted = select(source).where(tuple_(source.c.account_id, source.c[name]).in_(part))
        found.update({(row["account_id"], row[name]): dict(row) for row in conn.execute(wanted).mappings()})
    return found


def _require_same(before: Mapping[str, Any], draft: Draft) -> None:
    for name, was in before.items():
        if draft.payload[name] != was:
            raise Invalid(
                Code.FILL_CONFLICT,
                f"{' '.join(_key(draft))} was booked before, and differs",
                where=name,
                seen=draft.payload[name],
                rule=f"it was booked with {was}",
            )


def _decide(conn: Connection, facts: Sequence[tuple[Event, Fact]]) -> None:
    made = [(event, fact) for event, fact in facts if isinstance(fact, DecisionMade)]
    points = [(fact.run_id, event.ts, fact.equity, fact.cash) for event, fact in made]
    write_plain(conn, equity_points, points, overwrite=True)
    wanted = [
        {
            "run_id": fact.run_id,
            "decision": fact.decision,
            "ts": event.ts,
            "bar_ts": fact.bar_ts,
            "detail": fact.detail,
        }
        for event, fact in made
        if fact.decision is not None
    ]
    upsert(conn, decisions, wanted)


def _order(conn: Connection, facts: Sequence[tuple[Event, Fact]]) -> None:
    changing = {fact.intent_id for _, fact in facts if isinstance(fact, OrderChanged | FillBooked)}
    known: dict[str, dict[str, Any]] = {}
    for part in slices(sorted(changing)):
        rows = conn.execute(select(orders).where(orders.c.intent_id.in_(part))).mappings()
        known.update({row["intent_id"]: dict(row) for row in rows})
    for event, fact in facts:
        if isinstance(fact, OrderIntended):
            known[fact.intent_id] = _intended(fact, event.ts)
        elif isinstance(fact, OrderChanged | FillBooked) and fact.intent_id in known:
            _change(known[fact.intent_id], fact, event.ts)
    upsert(conn, orders, list(known.values()))


def _intended(fact: OrderIntended, ts: int) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in FIELDS[OrderIntended]} | {
        "traded": 0,
        "state": OrderState.PENDING,
        "venue_order_id": "",
        "note": "",
        "intended_ts": ts,
        "changed_ts": ts,
    }


def _change(row: dict[str, Any], fact: OrderChanged | FillBooked, ts: int) -> None:
    """What is reported too late to change the state still counts for what traded."""
    if isinstance(fact, FillBooked):
        row["traded"] += fact.lots
        to = OrderState.PARTIAL if row["traded"] < row["lots"] else OrderState.FILLED
    else:
        to = fact.state
        row["venue_order_id"] = fact.venue_order_id or row["venue_order_id"]
        row["note"] = fact.note or row["note"]
    if to in TRANSITIONS[OrderState(row["state"])]:
        row["state"] = to
    row["changed_ts"] = ts


def _book(conn: Connection, facts: Sequence[tuple[Event, Fact]], holdings: Holdings) -> list[Transaction]:
    """Positions and closures are written; what all this means for the ledger is given back."""
    booking = [fact for _, fact in facts if isinstance(fact, FillBooked | FundingBooked)]
    made = []
    for event, fact in facts:
        if isinstance(fact, FillBooked):
            key = f"fill:{fact.account_id}:{fact.fill_id}"
            lines = [*_moved(fact, Book.FEES, fact.fee), *_moved(fact, Book.REALISED, -holdings.book(fact))]
        elif isinstance(fact, FundingBooked):
            holdings.book(fact)
            key, lines = f"funding:{fact.account_id}:{fact.payment_id}", _moved(fact, Book.FUNDING, -fact.amount)
        elif isinstance(fact, Deposited):
            key, lines = _key_of(event), _moved(fact, Book.EXTERNAL, -fact.amount)
        elif isinstance(fact, Allocated | Released):
            given = fact.amount if isinstance(fact, Allocated) else -fact.amount
            own = Deposited(fact.account_id, -given)
            key, lines = _key_of(event), [*_moved(own, Book.EXTERNAL, given), *_moved(fact, Book.EXTERNAL, -given)]
        else:
            continue
        made.append(Transaction(key, event.ts, tuple(lines)))
    holdings.store()  # it looks for late facts among the rows, so these come last
    insert_all(conn, fills, [_row(fact) for fact in booking if isinstance(fact, FillBooked)])
    insert_all(conn, fundings, [_row(fact) for fact in booking if isinstance(fact, FundingBooked)])
    return made


def _closed(fact: FillBooked, closure: Closure) -> Draft:
    stream = f"run:{fact.run_id}" if fact.run_id else f"account:{fact.account_id}"
    payload = {
        "account_id": fact.account_id,
        "fill_id": closure.fill_id,
        "symbol": fact.symbol,
        "side": int(closure.side),
        "lots": closure.qty.lots,
        "entry_ts": closure.entry_ts,
        "exit_ts": closure.exit_ts,
        "realised": closure.realised.micros,
        "fees": closure.fees.micros,
        "funding": closure.funding.micros,
        "pnl": closure.pnl.micros,
    }
    return Draft(stream, EventKind.POSITION_CLOSED, fact.venue_ts, payload)


def _moved(fact: Fact, book: Book, amount: int) -> list[Line]:
    """`amount` from the cash of a fact's run, or of its account, to a book of the same."""
    account_id, run_id = getattr(fact, "account_id", ""), getattr(fact, "run_id", "")
    return [Line(account_id, run_id, Book.CASH, -amount), Line(account_id, run_id, book, amount)] if amount else []


def _key_of(event: Event) -> str:
    return f"{event.kind}:{event.stream}:{event.seq}"


def _row(fact: FillBooked | FundingBooked) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in FIELDS[type(fact)]}
