"""Connects accounts to venues, takes their owners' approvals, and switches trading live on and off.

The database says what may be; the signer holds to it. Whatever takes leave away is done at the signer first, and holds
also where it could not be written.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock

import structlog
from sqlalchemy import Connection as Conn
from sqlalchemy import update

from paddock.core.errors import Code, Invalid, PaddockError, Refused, Unavailable, Unknown
from paddock.core.seams import Clock, IdSource
from paddock.journal.database import Database
from paddock.journal.kinds import EventKind
from paddock.runtime.accounts import Account, enrol
from paddock.runtime.bots import checked_name
from paddock.runtime.kill import engaged_over
from paddock.runtime.lifecycle import Wanted
from paddock.runtime.live.checklist import Checked, active, not_ready
from paddock.runtime.live.claims import free
from paddock.runtime.live.gateway import Finding, Links, Transfer
from paddock.runtime.live.handover import hand_over
from paddock.runtime.live.rows import (
    Approval,
    Connection,
    approvals_of,
    change,
    change_approval,
    connection_of,
    living,
    newest,
    owned,
    tell,
    told_policy,
    write_drafts,
    write_new,
)
from paddock.runtime.live.states import LIVING, Status, require, too_late, wrong_state
from paddock.runtime.live.tables import START
from paddock.runtime.live.transfers import book_transfers, counted_ts
from paddock.runtime.live.wish import Keys, Wish
from paddock.runtime.page import Page, at_most, page_of
from paddock.runtime.tables import runs
from paddock.venues.approvals.base import Kind
from paddock.venues.signing.grant import Grant, Network, Sealed
from paddock.venues.signing.policy import Policy

FRESH_MS = 30_000  # how long a venue that had nothing against a connection is not asked again
_log = structlog.get_logger()


class LiveAccounts:
    """Whatever belongs to another owner does not exist: NotFound (run.not_found), as what is not there at all."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource, keys: Keys, links: Links) -> None:
        self._database, self._clock, self._ids, self._keys, self._links = database, clock, ids, keys, links
        self._telling = Lock()  # so that the signer is told nothing older than the last
        self._passed: dict[str, tuple[int, tuple[Finding, ...]]] = {}  # when a venue had nothing against a connection

    def connect(self, owner: str, wish: Wish) -> Connection:
        """A draft: an agent with a key of its own, and what the owner has to sign for it.

        Raises Invalid (value, live.policy, bot.name, data.venue), Refused (live.state) for an account that has one.
        """
        now = self._clock.now_ts()
        approvals = self._links.approvals(wish.venue)
        account = self._account(owner, wish, now)
        wanted = Grant(
            owner,
            account.account_id,
            wish.venue,
            wish.network,
            wish.main,
            agent="",
            policy=wish.policy,
            builder=wish.builder,
            builder_fee=wish.builder_fee,
        )
        if wish.network is Network.SIMULATOR and not wish.main:
            sealed, signed = self._keys.play(wanted, wish.terms)
        else:
            sealed, signed = self._keys.make(wanted), []
        drafts = [each.draft for each in signed] or approvals.drafts(sealed.grant, wish.terms, now)
        connection = _new(self._ids.next_id(), sealed, wish, now)
        with self._database.write() as conn:
            self._enrol(conn, account, wish)
            write_new(conn, connection, drafts)
            policy = told_policy(sealed.grant.policy)
            tell(conn, EventKind.CONNECTION_DRAFTED, connection, now, policy=policy)
        for each in signed:
            with suppress(Refused):  # the connection says why
                connection = self.approve(owner, account.account_id, each.draft.kind, each.signature)
        return connection

    def get(self, owner: str, account_id: str) -> Connection:
        """The newest of the account; raises NotFound (live.not_found) where it never had one."""
        with self._database.read() as conn:
            return connection_of(conn, owner, account_id)

    def list(self, owner: str, *, after: str = "", limit: int = 100) -> Page[Connection]:
        limit = at_most(limit)
        with self._database.read() as conn:
            found = owned(conn, owner, after, limit + 1)
        return page_of(found, [each.connection_id for each in found], limit)

    def approvals(self, owner: str, account_id: str) -> Sequence[Approval]:
        """What the owner was asked to sign last, and what came of it."""
        with self._database.read() as conn:
            return approvals_of(conn, connection_of(conn, owner, account_id).connection_id)

    def redraft(self, owner: str, account_id: str) -> Connection:
        """New drafts in the place of those that nobody signed in time. Raises Refused (live.state)."""
        connection = self._in(owner, account_id, Status.DRAFT)
        now = self._clock.now_ts()
        drafts = self._links.approvals(connection.grant.venue).drafts(connection.grant, connection.terms, now)
        with self._database.write() as conn:
            kept = {each.draft.kind for each in approvals_of(conn, connection.connection_id) if each.sent_ts}
            write_drafts(conn, connection.connection_id, [each for each in drafts if each.kind not in kept])
        return connection

    def approve(self, owner: str, account_id: str, kind: Kind, signature: str) -> Connection:
        """Take the owner's signature of a draft, and hand it in.

        Raises Refused (live.state; live.signature unless it is the main address's over exactly these bytes). A venue
        that is not there leaves the connection as it is: `check` tries again.
        """
        connection = self._in(owner, account_id, Status.DRAFT)
        now = self._clock.now_ts()
        with self._database.write() as conn:
            approval = _of_kind(approvals_of(conn, connection.connection_id), kind)
            if now > approval.draft.until_ts:
                raise too_late(approval.draft.until_ts, now)
            self._links.approvals(connection.grant.venue).request(connection.grant.main, approval.draft, signature)
            change_approval(conn, connection.connection_id, approval.number, signature=signature, signed_ts=now)
            tell(conn, EventKind.CONNECTION_SIGNED, connection, now, approval=kind, exact=approval.draft.exact)
        return self.check(owner, account_id)

    def check(self, owner: str, account_id: str) -> Connection:
        """Hand in what is signed, and see whether the venue knows the agent: the connection is then active.

        Raises Refused with the venue's words when it will not have an approval.
        """
        with self._database.read() as conn:
            connection = connection_of(conn, owner, account_id)
            approvals = approvals_of(conn, connection.connection_id)
        if connection.status is not Status.DRAFT:
            return connection
        waiting = [each.draft.kind for each in approvals if not each.signature]
        try:
            failed = self._hand_in(connection, approvals)
            approved = self._links.gateway(connection).approved()
        except (Unavailable, Unknown) as error:
            return self._because(connection, error.message)
        if approved and not waiting:
            return self._become(connection, Status.ACTIVE, EventKind.CONNECTION_ACTIVATED)
        not_yet = f"not signed yet: {', '.join(waiting)}" if waiting else "the venue does not name the agent yet"
        connection = self._because(connection, failed.message if failed else not_yet)
        if isinstance(failed, Refused):
            raise failed
        return connection

    def limit(self, owner: str, account_id: str, policy: Policy) -> Connection:
        """Another policy for the same key. Raises Invalid (live.policy), Refused (live.state)."""
        with self._telling:
            connection = self._living(owner, account_id)
            sealed = self._keys.reseal(_sealed(connection), policy)
            now = self._clock.now_ts()
            changed = replace(connection, grant=sealed.grant, blob=sealed.blob, changed_ts=now)
            with self._database.write() as conn:
                change(conn, connection.connection_id, now, policy=told_policy(sealed.grant.policy), blob=sealed.blob)
                tell(conn, EventKind.CONNECTION_LIMITED, changed, now, policy=told_policy(sealed.grant.policy))
            self._sync(changed)
        return changed

    def inspect(self, owner: str, account_id: str) -> Checked:
        """What stands for and against trading live, item by item."""
        connection = self._living(owner, account_id)
        passed_ts, found = self._passed.get(connection.connection_id, (0, ()))
        return self._checked(connection, found if self._clock.now_ts() - passed_ts < FRESH_MS else None)

    def _checked(self, connection: Connection, known: tuple[Finding, ...] | None = None) -> Checked:
        own = (active(connection), self._key(connection), self._switch(connection))
        return Checked(connection, own + (self._look(connection) if known is None else known))

    def _look(self, connection: Connection) -> tuple[Finding, ...]:
        """What the venue says now."""
        try:
            found = tuple(self._links.gateway(connection).inspect())
        except (Unavailable, Unknown) as error:
            rule = "the venue answers what is asked before trading there"
            return (Finding("venue", passed=False, seen=error.message, rule=rule, mend="try again later"),)
        if all(finding.passed for finding in found):
            self._passed[connection.connection_id] = self._clock.now_ts(), found
        return found

    def enable(self, owner: str, account_id: str) -> Checked:
        """Switch it on, by what the venue says now. Raises Refused (live.checklist) with all that stands against it."""
        checked = self._checked(self._living(owner, account_id))
        failing = [finding for finding in checked.findings if not finding.passed]
        if failing:
            raise not_ready(failing)
        now = self._clock.now_ts()
        with self._telling:
            with self._database.write() as conn:
                connection = connection_of(conn, owner, account_id)
                if connection.status is not Status.ACTIVE:
                    raise wrong_state(connection.status, "only an active one is switched on")
                change(conn, connection.connection_id, now, live=True, reason="")
                told = [{"name": each.name, "seen": each.seen} for each in checked.findings]
                tell(conn, EventKind.LIVE_ENABLED, connection, now, checklist=told)
            connection = replace(connection, live=True, reason="", changed_ts=now)
            self._sync(connection)
        self._count(connection)
        return Checked(connection, checked.findings)

    def disable(self, owner: str, account_id: str, reason: str = "") -> Connection:
        """Switch it off: only what takes risk away is signed from now on, and the account's runs are paused."""
        with self._telling:
            connection = self._living(owner, account_id)
            try:
                self._sync(replace(connection, live=False))
            except PaddockError as error:  # then nothing is signed, and what signs next is told
                _log.warning("the signer was not there to be told", account_id=account_id, why=error.message)
            now = self._clock.now_ts()
            with self._database.write() as conn:
                change(conn, connection.connection_id, now, live=False, reason=reason)
                pausing = update(runs).where(runs.c.account_id == account_id, runs.c.wanted == Wanted.ACTIVE)
                conn.execute(pausing.values(wanted=Wanted.PAUSED, asked=1, reason="trading live was switched off"))
                if connection.live:
                    tell(conn, EventKind.LIVE_DISABLED, connection, now, reason=reason)
        return replace(connection, live=False, reason=reason, changed_ts=now)

    def revoke(self, owner: str, account_id: str, reason: str = "") -> Connection:
        """Nothing is signed for the account from now on, and its runs stop; what is at the venue stays there.

        The key is destroyed, also where this cannot be written now. Asking twice is asking once.
        """
        connection = self.get(owner, account_id)
        if connection.status not in LIVING:
            return connection
        return self._end(connection, Status.REVOKED, reason or "revoked by its owner")

    def tend(self) -> None:
        """What has run out expires, and the signer signs for those that are active and no other.

        Raises Unavailable where the database or the signer is not there.
        """
        with self._database.read() as conn:
            found = living(conn)
        now = self._clock.now_ts()
        due = [each for each in found if each.expires_ts is not None and each.expires_ts <= now]
        for connection in due:
            self._end(connection, Status.EXPIRED, "the approval has run out")
        active = {each.account_id: each for each in found if each.status is Status.ACTIVE and each not in due}
        for account_id in self._keys.opened() - active.keys():
            self._keys.close(account_id)
        for connection in active.values():
            try:
                self._open(connection)
            except Refused as error:
                _log.warning("a key does not open", account_id=connection.account_id, why=error.message)

    def count(self) -> None:
        """Book what came to the accounts that trade live, and went from them, at their venues.

        Raises Unavailable and Unknown where a venue, or the database, does not answer: the others were counted.
        """
        with self._database.read() as conn:
            active = [each for each in living(conn) if each.status is Status.ACTIVE]
            found = [each for each in active if counted_ts(conn, each.account_id)]
        failed: PaddockError | None = None
        for connection in found:
            try:
                self._count(connection)
            except (Unavailable, Unknown) as error:
                failed = error
        if failed is not None:
            raise failed

    def _count(self, connection: Connection) -> None:
        """Of an account that was never counted, all that it has there is money that came from outside."""
        with self._database.read() as conn:
            since_ts = counted_ts(conn, connection.account_id)
        told = self._links.gateway(connection).money(since_ts)
        found = told.transfers if since_ts else (Transfer(START, START, told.cash, told.venue_ts),)
        with self._database.write() as conn:
            book_transfers(conn, connection.account_id, found, self._clock.now_ts())

    def rewrap(self) -> int:
        """Seal every key anew under the current master key; gives how many there are."""
        with self._database.read() as conn:
            found = living(conn)
        for connection in found:
            sealed = self._keys.rewrap(_sealed(connection))
            with self._database.write() as conn:
                change(conn, connection.connection_id, self._clock.now_ts(), blob=sealed.blob)
        return len(found)

    def _account(self, owner: str, wish: Wish, now: int) -> Account:
        """The account of the wish, opened when it is a new one. Raises Refused (live.state), Invalid (data.venue)."""
        if not wish.account_id:
            return Account(self._ids.next_id(), owner, checked_name(wish.name), wish.venue, "", now)
        with self._database.read() as conn:
            return free(conn, owner, wish)

    def _enrol(self, conn: Conn, account: Account, wish: Wish) -> None:
        if wish.account_id:
            free(conn, account.owner, wish)
        else:
            enrol(conn, account)

    def _in(self, owner: str, account_id: str, status: Status) -> Connection:
        connection = self.get(owner, account_id)
        if connection.status is not status:
            raise wrong_state(connection.status, f"this is for one that is {status}")
        return connection

    def _living(self, owner: str, account_id: str) -> Connection:
        connection = self.get(owner, account_id)
        if connection.status not in LIVING:
            raise wrong_state(connection.status, "its key is destroyed")
        return connection

    def _open(self, connection: Connection) -> None:
        """Let the key sign as the database says by now: what was read before may be old."""
        with self._telling:
            with self._database.read() as conn:
                current = newest(conn, connection.account_id)
            if current is not None and current.status is connection.status:
                self._keys.open(_sealed(current), closing=not current.live)

    def _sync(self, connection: Connection) -> None:
        """Let the signer do what the connection says."""
        if connection.status is Status.ACTIVE:
            self._keys.open(_sealed(connection), closing=not connection.live)

    def _hand_in(self, connection: Connection, approvals: Sequence[Approval]) -> Refused | Unknown | None:
        """Give the venue what is signed and it has not had; gives why it would not have one, or did not answer to it.

        One whose answer was lost is handed in again, and refused as known: whether it took effect `approved` tells.
        """
        gateway, pure = self._links.gateway(connection), self._links.approvals(connection.grant.venue)
        for approval in approvals:
            if not approval.signature or approval.sent_ts is not None:
                continue
            try:
                gateway.submit(pure.request(connection.grant.main, approval.draft, approval.signature))
            except (Refused, Unknown) as error:
                return error
            with self._database.write() as conn:
                change_approval(conn, connection.connection_id, approval.number, sent_ts=self._clock.now_ts())
        return None

    def _because(self, connection: Connection, reason: str) -> Connection:
        now = self._clock.now_ts()
        with self._database.write() as conn:
            change(conn, connection.connection_id, now, reason=reason)
        return replace(connection, reason=reason, changed_ts=now)

    def _become(self, connection: Connection, status: Status, kind: EventKind) -> Connection:
        now = self._clock.now_ts()
        with self._database.write() as conn:
            current = newest(conn, connection.account_id)
            assert current is not None
            require(current.status, status)
            change(conn, connection.connection_id, now, status=status, reason="")
            tell(conn, kind, connection, now)
        return replace(connection, status=status, reason="", changed_ts=now)

    def _end(self, connection: Connection, status: Status, reason: str) -> Connection:
        """The signer forgets first: that it holds does not depend on anything being written."""
        try:
            self._keys.revoke(connection.grant)
        except PaddockError as error:  # then nothing is signed, and soon there is no key
            _log.warning("the signer was not there to be told", account_id=connection.account_id, why=error.message)
        now = self._clock.now_ts()
        kind = EventKind.CONNECTION_REVOKED if status is Status.REVOKED else EventKind.CONNECTION_EXPIRED
        with self._database.write() as conn:
            current = newest(conn, connection.account_id)
            if current is None or current.connection_id != connection.connection_id or current.status not in LIVING:
                return current or connection
            change(conn, connection.connection_id, now, status=status, live=False, blob=None, reason=reason)
            hand_over(conn, connection.account_id, f"the agent is {status}")
            tell(conn, kind, connection, now, reason=reason)
        return replace(connection, status=status, live=False, blob=None, reason=reason, changed_ts=now)

    def _key(self, connection: Connection) -> Finding:
        """Whether the signer would sign; it is tried without signing anything."""
        rule = "the signer opens the agent's key, and it is that agent's"
        try:
            self._open(connection)
            self._keys.self_test(connection.account_id)
        except PaddockError as error:
            return Finding("key", passed=False, seen=error.message, rule=rule, mend=error.suggestion)
        finally:
            if connection.status is not Status.ACTIVE:
                self._keys.close(connection.account_id)
        return Finding("key", passed=True, seen=connection.grant.agent, rule=rule)

    def _switch(self, connection: Connection) -> Finding:
        with self._database.read() as conn:
            kill = engaged_over(conn, connection.account_id)
        rule = "no kill switch covers the account"
        if kill is None:
            return Finding("kill switch", passed=True, seen="not engaged", rule=rule)
        mend = f"paddock kill release {kill.scope}"
        return Finding("kill switch", passed=False, seen=kill.scope, rule=rule, mend=mend)


def _new(connection_id: str, sealed: Sealed, wish: Wish, now: int) -> Connection:
    return Connection(
        connection_id,
        sealed.grant,
        wish.url,
        wish.terms.agent_name,
        wish.terms.chain_id,
        sealed.blob,
        Status.DRAFT,
        live=False,
        reason="",
        expires_ts=wish.terms.expires_ts or None,
        created_ts=now,
        changed_ts=now,
    )


def _sealed(connection: Connection) -> Sealed:
    assert connection.blob is not None  # the table's own rule, while it is living
    return Sealed(connection.grant, connection.blob)


def _of_kind(approvals: Sequence[Approval], kind: Kind) -> Approval:
    for approval in approvals:
        if approval.draft.kind is kind:
            return approval
    raise Invalid(
        Code.VALUE,
        f"nothing of the kind {kind} is to be signed",
        where="kind",
        seen=kind,
        rule=f"to be signed: {', '.join(each.draft.kind for each in approvals)}",
    )
