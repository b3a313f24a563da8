"""Connections as they are read and written: rows, the types of them, and the events that tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection as Conn
from sqlalchemy import RowMapping, func, insert, select, update

from paddock.core.errors import Code, NotFound
from paddock.journal.events import Draft as EventDraft
from paddock.journal.kinds import EventKind
from paddock.journal.projections import record
from paddock.runtime.accounts import account_of
from paddock.runtime.live.states import LIVING, Status
from paddock.runtime.live.tables import connection_approvals, connections
from paddock.runtime.place import Place
from paddock.venues.approvals.base import Draft, Kind, Scheme, Terms
from paddock.venues.signing.grant import Grant, Network, Sealed
from paddock.venues.signing.policy import Policy


@dataclass(frozen=True, slots=True)
class Connection:
    """An account's connection to a venue. `url` is a simulator's; `builder_fee` in tenths of a basis point.

    `live`: orders may open something. `key` is the sealed key, None once it is destroyed. Times ms UTC.
    """

    connection_id: str
    grant: Grant
    url: str
    agent_name: str
    chain_id: str
    blob: bytes | None
    status: Status
    live: bool
    reason: str
    expires_ts: int | None
    created_ts: int
    changed_ts: int

    @property
    def account_id(self) -> str:
        return self.grant.account_id

    @property
    def place(self) -> Place:
        return Place(self.grant.venue, self.grant.network, self.url)

    @property
    def sealed(self) -> Sealed | None:
        return None if self.blob is None else Sealed(self.grant, self.blob)

    @property
    def terms(self) -> Terms:
        return Terms(self.agent_name, self.expires_ts or 0, self.chain_id)


@dataclass(frozen=True, slots=True)
class Approval:
    """A draft as it was given out, and what came back: `signature` is empty before."""

    number: int
    draft: Draft
    signature: str
    signed_ts: int | None
    sent_ts: int | None


def write_new(conn: Conn, connection: Connection, drafts: Sequence[Draft]) -> None:
    grant = connection.grant
    names = [column.name for column in connections.columns]
    row = {name: getattr(connection, name) for name in names if name in Connection.__slots__}
    row |= {name: getattr(grant, name) for name in names if name in Grant.__slots__}
    conn.execute(insert(connections).values(row | {"policy": asdict(grant.policy), "live": int(connection.live)}))
    write_drafts(conn, connection.connection_id, drafts)


def write_drafts(conn: Conn, connection_id: str, drafts: Sequence[Draft]) -> None:
    """Drafts beside those that are there: the newest of a kind counts."""
    mine = connection_approvals.c.connection_id == connection_id
    last: int = conn.execute(select(func.coalesce(func.max(connection_approvals.c.number), 0)).where(mine)).scalar_one()
    rows = [
        {"connection_id": connection_id, "number": number, "signature": "", "signed_ts": None, "sent_ts": None}
        | asdict(draft)
        for number, draft in enumerate(drafts, last + 1)
    ]
    conn.execute(insert(connection_approvals), rows)


def change(conn: Conn, connection_id: str, now: int, **values: Any) -> None:
    wanted = update(connections).where(connections.c.connection_id == connection_id)
    conn.execute(wanted.values(changed_ts=now, **values))


def change_approval(conn: Conn, connection_id: str, number: int, **values: Any) -> None:
    c = connection_approvals.c
    wanted = update(connection_approvals).where(c.connection_id == connection_id, c.number == number)
    conn.execute(wanted.values(**values))


def connection_of(conn: Conn, owner: str, account_id: str) -> Connection:
    """The newest of an account. Raises NotFound (run.not_found, live.not_found)."""
    account_of(conn, owner, account_id)
    found = newest(conn, account_id)
    if found is None:
        raise NotFound(
            Code.LIVE_NOT_FOUND,
            "the account is not connected to a venue",
            where="account_id",
            seen=account_id,
            rule="an account trades live at a venue that it was connected to",
            suggestion="paddock live connect",
        )
    return found


def newest(conn: Conn, account_id: str) -> Connection | None:
    mine = select(connections).where(connections.c.account_id == account_id)
    last = mine.order_by(connections.c.created_ts.desc(), connections.c.connection_id.desc()).limit(1)
    row = conn.execute(last).mappings().one_or_none()
    return None if row is None else _from(row)


def living(conn: Conn) -> list[Connection]:
    """All that are drafts or active, whoever owns them."""
    wanted = select(connections).where(connections.c.status.in_(LIVING)).order_by(connections.c.connection_id)
    return [_from(row) for row in conn.execute(wanted).mappings()]


def owned(conn: Conn, owner: str, after: str, limit: int) -> list[Connection]:
    """The owner's, by id."""
    wanted = select(connections).where(connections.c.owner == owner, connections.c.connection_id > after)
    return [_from(row) for row in conn.execute(wanted.order_by(connections.c.connection_id).limit(limit)).mappings()]


def approvals_of(conn: Conn, connection_id: str) -> list[Approval]:
    """The newest approval of each kind, in the order in which they are to be handed in."""
    mine = select(connection_approvals).where(connection_approvals.c.connection_id == connection_id)
    rows = conn.execute(mine.order_by(connection_approvals.c.number)).mappings()
    found = {Kind(row["kind"]): _approval(row) for row in rows}
    return [found[kind] for kind in Kind if kind in found]


def tell(conn: Conn, kind: EventKind, connection: Connection, now: int, **more: object) -> None:
    """An event in the account's stream; a key has no part in it."""
    grant = connection.grant
    payload = {
        "connection_id": connection.connection_id,
        "account_id": grant.account_id,
        "venue": grant.venue,
        "network": grant.network,
        "main": grant.main,
        "agent": grant.agent,
    }
    record(conn, [EventDraft(f"account:{grant.account_id}", kind, now, payload | more)])


def told_policy(policy: Policy) -> dict[str, object]:
    return asdict(policy) | {"symbols": list(policy.symbols)}


def _from(row: RowMapping) -> Connection:
    names = [name for name in Grant.__slots__ if name not in ("policy", "network")]
    policy = Policy(**row["policy"] | {"symbols": tuple(row["policy"]["symbols"])})
    grant = Grant(**{name: row[name] for name in names}, policy=policy, network=Network(row["network"]))
    values = {name: row[name] for name in Connection.__slots__ if name != "grant"}
    values |= {"status": Status(row["status"]), "live": bool(row["live"])}
    return Connection(grant=grant, **values)


def _approval(row: RowMapping) -> Approval:
    values = {name: row[name] for name in Draft.__slots__} | {
        "kind": Kind(row["kind"]),
        "scheme": Scheme(row["scheme"]),
    }
    return Approval(row["number"], Draft(**values), row["signature"], row["signed_ts"], row["sent_ts"])
