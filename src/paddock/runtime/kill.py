"""The kill switch, for a run, an account or everything, and the dead-man's switch that pulls it.

It is honoured before anything else. Pulled in this process it holds at once, whether or not it could be written down.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from paddock.core.errors import Code, NotFound, PaddockError
from paddock.core.seams import Clock
from paddock.journal.database import Database
from paddock.journal.events import Draft
from paddock.journal.kinds import EventKind
from paddock.journal.projections import record
from paddock.journal.schema import upsert
from paddock.runtime.lifecycle import KillAction
from paddock.runtime.tables import kills, watches
from paddock.venues.broker import Accepted, Broker, Cancellation, Outcome, RejectCode, Rejected

PLATFORM = "platform"
CUT_OFF_MS = 30_000  # how long a cancellation that skips the journal may take to arrive


@dataclass(frozen=True, slots=True)
class Kill:
    """An engaged switch; `foreign`: orders of the account that are not ours are cancelled too."""

    scope: str
    action: KillAction
    reason: str
    foreign: bool
    by: str
    engaged_ts: int

    def covers(self, account_id: str, run_id: str | None = None) -> bool:
        return self.scope in scopes_over(account_id, run_id)


def scopes_over(account_id: str, run_id: str | None = None) -> tuple[str, ...]:
    """The switches that cover a run of an account (or the account alone)."""
    own = () if run_id is None else (run_scope(run_id),)
    return (PLATFORM, account_scope(account_id), *own)


def run_scope(run_id: str) -> str:
    return f"run:{run_id}"


def account_scope(account_id: str) -> str:
    return f"account:{account_id}"


class Kills:
    """Pulls and releases kill switches. The worker of the same process asks `engaged`, which also knows of those that
    could not be written yet."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._turn = threading.Lock()  # of what changes the two below together with the database
        self._pulled: dict[str, Kill] = {}
        self._known: tuple[Kill, ...] = ()

    def engage(
        self, scope: str, reason: str, *, by: str, action: KillAction = KillAction.STOP, foreign: bool = False
    ) -> Kill:
        """Pull the switch of `scope`. When Unavailable is raised it still holds in this process; `write` writes it."""
        kill = Kill(scope, action, reason, foreign, by, self._clock.now_ts())
        self._pulled[scope] = kill
        self.write()
        return kill

    def release(self, scope: str, *, by: str) -> None:
        """Let things be started again; what was stopped stays stopped. Raises NotFound (kill.not_engaged)."""
        with self._turn:
            pulled = self._pulled.get(scope)
            with self._database.write() as conn:
                if conn.execute(delete(kills).where(kills.c.scope == scope)).rowcount == 0:
                    raise NotFound(
                        Code.KILL_NOT_ENGAGED,
                        f"the kill switch of {scope} is not engaged",
                        where="scope",
                        seen=scope,
                        rule="a switch that was pulled can be released",
                    )
                payload = {"scope": scope, "by": by}
                record(conn, [Draft(_stream(scope), EventKind.KILL_RELEASED, self._clock.now_ts(), payload)])
            self._known = tuple(kill for kill in self._known if kill.scope != scope)
            self._drop(scope, pulled)

    def write(self) -> None:
        """Write down what was pulled here and could not be written before."""
        with self._turn:
            for scope, kill in list(self._pulled.items()):
                with self._database.write() as conn:
                    pull(conn, kill)
                self._known = (*(known for known in self._known if known.scope != scope), kill)
                self._drop(scope, kill)

    def _drop(self, scope: str, pulled: Kill | None) -> None:
        """It need not be written any more, unless it was pulled again meanwhile."""
        if pulled is not None and self._pulled.get(scope) is pulled:
            del self._pulled[scope]

    def engaged(self) -> tuple[Kill, ...]:
        """All switches that are engaged: those that were written as of the last `refresh`, and those only here."""
        here = dict(self._pulled)  # first: what is written meanwhile leaves it only once it is known
        known = {kill.scope: kill for kill in self._known}
        return tuple((known | here).values())

    def refresh(self) -> None:
        """Read the written switches again. Raises Unavailable; `engaged` then gives what was known before."""
        with self._turn, self._database.read() as conn:
            self._known = engaged(conn)


def pull(conn: Connection, kill: Kill) -> None:
    """Write an engaged switch and its event."""
    values = {name: getattr(kill, name) for name in Kill.__slots__}
    upsert(conn, kills, [values | {"foreign": int(kill.foreign)}])
    record(conn, [Draft(_stream(kill.scope), EventKind.KILL_ENGAGED, kill.engaged_ts, values)])


def engaged(conn: Connection) -> tuple[Kill, ...]:
    """All written switches, by scope."""
    rows = conn.execute(select(*(kills.c[name] for name in Kill.__slots__)).order_by(kills.c.scope))
    return tuple(
        Kill(scope, KillAction(action), reason, bool(all_), by, ts) for scope, action, reason, all_, by, ts in rows
    )


def engaged_over(conn: Connection, account_id: str, run_id: str | None = None) -> Kill | None:
    """The first switch that covers a run of an account (or the account alone); None without one."""
    return next((kill for kill in engaged(conn) if kill.covers(account_id, run_id)), None)


def _stream(scope: str) -> str:
    return scope  # "platform", "account:<id>" and "run:<id>" are names of streams as well


def cut_off(broker: Broker, account_id: str, now: int, everything: bool, valid_ms: int = CUT_OFF_MS) -> list[str]:
    """Cancel what would add to positions of an account; gives the orders that may still be there, or the account.

    Named orders only, unless `everything`. `valid_ms`: how long a cancellation may take to arrive. The desk reads later
    what became of them.
    """
    try:
        resting = broker.open_orders(account_id)
        doomed = [order for order in resting if not order.reduce_only and (order.client_id or everything)]
        requests = [
            Cancellation(order.client_id or order.venue_order_id, account_id, order.symbol, now, now + valid_ms)
            for order in doomed
        ]
        outcomes = broker.cancel(requests) if requests else []
    except PaddockError:
        return [account_id]
    pairs = zip(requests, outcomes, strict=True)
    return [request.client_id for request, outcome in pairs if not _is_gone(outcome)]


def _is_gone(outcome: Outcome) -> bool:
    """A cancellation that a limit or a missing key held back has cancelled nothing."""
    if isinstance(outcome, Rejected):
        return outcome.code is RejectCode.NO_SUCH_ORDER
    return isinstance(outcome, Accepted)


class DeadMan:
    """Whoever arms it must touch it within its limit, or every run is paused. It goes by the database's time."""

    def __init__(self, database: Database, name: str = "operator") -> None:
        self._database, self._name = database, name

    def arm(self, limit_ms: int) -> None:
        """Begin to watch; arming again sets another limit."""
        with self._database.write() as conn:
            upsert(
                conn, watches, [{"name": self._name, "limit_ms": limit_ms, "touched_ts": self._database.now_ts(conn)}]
            )

    def touch(self) -> None:
        """Somebody is there."""
        with self._database.write() as conn:
            now = self._database.now_ts(conn)
            conn.execute(watches.update().where(watches.c.name == self._name).values(touched_ts=now))

    def disarm(self) -> None:
        with self._database.write() as conn:
            conn.execute(delete(watches).where(watches.c.name == self._name))

    def overdue(self, conn: Connection) -> Collection[str]:
        """Names of watches that nobody touched in time."""
        now = self._database.now_ts(conn)
        late = select(watches.c.name).where(watches.c.touched_ts + watches.c.limit_ms < now)
        return list(conn.execute(late).scalars())
