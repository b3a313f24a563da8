"""Runs: one version of a bot on one account, with capital of its own. What people ask of it is written here.

A worker carries it out: it alone changes a run's state, at the next bar. A stopped run is never started again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from paddock.core.errors import Code, Refused
from paddock.core.seams import Clock, IdSource
from paddock.journal.database import Database
from paddock.journal.facts import Allocated, draft
from paddock.journal.projections import record
from paddock.runtime.accounts import PAPER, Account, account_of
from paddock.runtime.bots import bot_of, missing, version_of
from paddock.runtime.feeds import FeedRecord, feed_missing, feed_record, feed_records
from paddock.runtime.kill import engaged_over
from paddock.runtime.lifecycle import KEPT, RunState, StopMode, Wanted
from paddock.runtime.live.gate import require_live
from paddock.runtime.live.rows import newest
from paddock.runtime.page import Page, at_most, page_of
from paddock.runtime.readiness import require_ready
from paddock.runtime.tables import runs
from paddock.runtime.venue_history import place_of

SHARDS = 8  # parts that the runs of a feed are dealt into by account, for workers to share


@dataclass(frozen=True, slots=True)
class Run:
    """A deployment. `capital` is micro-dollars; `stop_mode` None while nobody asked to stop; times ms UTC.

    `asked`: its worker has not yet done what was asked. `begin_ts` opens its first bar, `end_ts` is when it stopped or
    failed; None before. `settled`: its capital is back.
    """

    run_id: str
    owner: str
    bot_id: str
    version: int
    strategy_hash: str
    account_id: str
    feed: str
    shard: int
    capital: int
    state: RunState
    wanted: Wanted
    stop_mode: StopMode | None
    asked: bool
    reason: str
    decision: int
    deployed_ts: int
    begin_ts: int | None
    end_ts: int | None
    settled: bool


class Runs:
    """Deploys, shows and steers runs. Whatever belongs to another owner does not exist (NotFound run.not_found)."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database, self._clock, self._ids = database, clock, ids

    def deploy(
        self,
        owner: str,
        bot_id: str,
        account_id: str,
        capital: int,
        *,
        feed: str | None = None,
        version: int | None = None,
    ) -> Run:
        """A run of a version (the newest by default) with `capital` micro-dollars of the account.

        Without `feed`, the one that brings the strategy's venue and interval. Raises Invalid (run.not_ready) with all
        that stands in the way: structure and parameters, market scope, risk, account. Raises Refused (kill.engaged).
        """
        with self._database.write() as conn:
            bot = bot_of(conn, owner, bot_id)
            pinned = version_of(conn, bot, bot.version if version is None else version)
            account = account_of(conn, owner, account_id)
            require_not_killed(conn, account_id)
            record_of = _feed_for(conn, feed, pinned.document, account)
            require_ready(conn, pinned.document, record_of, account, capital)
            now = self._clock.now_ts()
            run = Run(
                run_id=self._ids.next_id(),
                owner=owner,
                bot_id=bot_id,
                version=pinned.version,
                strategy_hash=pinned.strategy_hash,
                account_id=account_id,
                feed=record_of.feed,
                shard=shard_of(account_id),
                capital=capital,
                state=RunState.DRAFT,
                wanted=Wanted.ACTIVE,
                stop_mode=None,
                asked=True,
                reason="",
                decision=0,
                deployed_ts=now,
                begin_ts=None,
                end_ts=None,
                settled=False,
            )
            values = {name: getattr(run, name) for name in Run.__slots__}
            conn.execute(insert(runs).values(values | {"asked": 1, "settled": 0}))
            record(conn, [draft(Allocated(account_id, run.run_id, capital), now)])
        return run

    def list(
        self, owner: str, *, bot_id: str | None = None, state: RunState | None = None, after: str = "", limit: int = 100
    ) -> Page[Run]:
        """The owner's runs by id, of one bot or in one state where that is given."""
        limit = at_most(limit)
        wanted = select(*COLUMNS).where(runs.c.owner == owner, runs.c.run_id > after)
        if bot_id is not None:
            wanted = wanted.where(runs.c.bot_id == bot_id)
        if state is not None:
            wanted = wanted.where(runs.c.state == state)
        with self._database.read() as conn:
            found = [run_from(row) for row in conn.execute(wanted.order_by(runs.c.run_id).limit(limit + 1))]
        return page_of(found, [run.run_id for run in found], limit)

    def get(self, owner: str, run_id: str) -> Run:
        with self._database.read() as conn:
            return run_of(conn, owner, run_id)

    def pause(self, owner: str, run_id: str) -> Run:
        """Ask for no more entries; exits, stops and timeouts go on. Raises Refused (run.lifecycle)."""
        return self._ask(owner, run_id, Wanted.PAUSED)

    def resume(self, owner: str, run_id: str) -> Run:
        """Ask for entries again. Raises Refused (run.lifecycle; kill.engaged, live.off while that holds for it)."""
        return self._ask(owner, run_id, Wanted.ACTIVE)

    def stop(self, owner: str, run_id: str, mode: StopMode) -> Run:
        """Ask for the end, for good. Asking again may change the mode while it is not reached. Raises Refused."""
        with self._database.write() as conn:
            run = run_of(conn, owner, run_id)
            if run.state is RunState.STOPPED:
                raise _cannot(run, "it was stopped")
            conn.execute(
                update(runs).where(runs.c.run_id == run_id).values(wanted=Wanted.STOPPED, stop_mode=mode, asked=1)
            )
            return run_of(conn, owner, run_id)

    def _ask(self, owner: str, run_id: str, wanted: Wanted) -> Run:
        with self._database.write() as conn:
            run = run_of(conn, owner, run_id)
            if run.wanted is Wanted.STOPPED or run.state not in (*KEPT, RunState.DRAFT):
                raise _cannot(run, f"it is to be {run.wanted}" if run.state in KEPT else "only a kept run changes pace")
            if wanted is Wanted.ACTIVE:
                require_not_killed(conn, run.account_id, run_id)
                require_switched_on(conn, account_of(conn, owner, run.account_id))
            conn.execute(update(runs).where(runs.c.run_id == run_id).values(wanted=wanted, asked=1, reason=""))
            return run_of(conn, owner, run_id)


COLUMNS = tuple(runs.c[name] for name in Run.__slots__)


def run_from(row: object) -> Run:
    """A run from a row of `COLUMNS`."""
    values = dict(zip(Run.__slots__, row, strict=True))  # type: ignore[call-overload]  # a row is a tuple
    values |= {"state": RunState(values["state"]), "wanted": Wanted(values["wanted"])}
    values["stop_mode"] = StopMode(values["stop_mode"]) if values["stop_mode"] else None
    values |= {"asked": bool(values["asked"]), "settled": bool(values["settled"])}
    return Run(**values)


def run_of(conn: Connection, owner: str, run_id: str) -> Run:
    """Raises NotFound (run.not_found) when `owner` has no such run."""
    row = conn.execute(select(*COLUMNS).where(runs.c.run_id == run_id, runs.c.owner == owner)).one_or_none()
    if row is None:
        raise missing("run", run_id)
    return run_from(row)


def shard_of(account_id: str) -> int:
    """Which part of a feed's runs an account belongs to: the same on every machine."""
    return int.from_bytes(hashlib.sha256(account_id.encode()).digest()[:4], "big") % SHARDS


def require_not_killed(conn: Connection, account_id: str, run_id: str | None = None) -> None:
    """Raises Refused (kill.engaged) while a kill switch covers the account or the run."""
    kill = engaged_over(conn, account_id, run_id)
    if kill is not None:
        raise Refused(
            Code.KILL_ENGAGED,
            f"the kill switch is engaged: {kill.reason}",
            where=kill.scope,
            seen=kill.scope,
            rule="nothing is started while a kill switch covers it",
            suggestion="release it first",
        )


def require_switched_on(conn: Connection, account: Account) -> None:
    """Raises Refused (live.off) for real money at which trading is not switched on."""
    if account.venue != PAPER:
        require_live(conn, account.account_id)


def _feed_for(conn: Connection, name: str | None, document: object, account: Account) -> FeedRecord:
    """The feed by its name, or the one of the strategy's venue and interval, for an account of a venue that of its own
    network before others. Raises NotFound (feed.not_found)."""
    if name is not None:
        return feed_record(conn, name)
    scope = document.get("scope", {}) if isinstance(document, dict) else {}
    venue, interval = str(scope.get("venue")), str(scope.get("interval"))
    known = feed_records(conn)
    fitting = [feed for feed in known if (feed.venue, feed.interval) == (venue, interval)]
    if not fitting:
        raise feed_missing(f"{venue}-{interval}", known, _another_market(known, venue, interval))
    connection = newest(conn, account.account_id)
    own = [feed for feed in fitting if connection is not None and place_of(conn, feed) == connection.place]
    return (own or fitting)[0]


def _another_market(known: Sequence[FeedRecord], venue: str, interval: str) -> str:
    """How to make the bot for a feed that there is: of its venue if any, else of its interval."""
    if not known:
        return "start a worker: paddock serve --demo, or with --replay VENUE:INTERVAL"
    near = min(known, key=lambda feed: (feed.venue != venue, feed.interval != interval, feed.feed))
    wanted = {"--venue": (near.venue, venue), "--interval": (near.interval, interval)}
    words = [f"{option} {theirs}" for option, (theirs, own) in wanted.items() if theirs != own]
    return f"make the bot for {near.feed}: paddock bots create NAME STRATEGY {' '.join(words)}"


def _cannot(run: Run, why: str) -> Refused:
    return Refused(
        Code.RUN_LIFECYCLE,
        f"the run is {run.state}: {why}",
        where="state",
        seen=run.state,
        rule="pause and resume steer a run that is kept; stop ends any that is not stopped",
        suggestion="deploy the bot again: that makes a new run" if run.state is RunState.STOPPED else "",
    )
