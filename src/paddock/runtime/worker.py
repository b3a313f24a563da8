"""The worker: one step of everything that keeps bots alive, on the part of them that its leases give it.

Any number of workers share a database. What a worker writes carries its fence, so one that slept past its lease can
neither write nor send. It never waits: who drives it calls `step` again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, func, select

from paddock.core.errors import Code, Refused, Unavailable, Unknown
from paddock.journal import leases
from paddock.journal.database import Database
from paddock.journal.fences import Fence
from paddock.journal.fences import leases as lease_table
from paddock.runtime.commands import Commands
from paddock.runtime.desk_policy import DeskPolicy
from paddock.runtime.kept import Boxes
from paddock.runtime.kill import PLATFORM, DeadMan, Kill, Kills
from paddock.runtime.lifecycle import KillAction
from paddock.runtime.runner import Market, Runner
from paddock.runtime.tables import runs
from paddock.runtime.watching import Watch

LEASE_MS = 15_000
_DATABASE = frozenset({Code.DATABASE_BUSY, Code.DATABASE_DISK, Code.DATABASE_LOST, Code.DATABASE_DAMAGED})
_log = structlog.get_logger()


@dataclass(slots=True)
class Held:
    """A cohort that this worker keeps."""

    fence: Fence
    runner: Runner
    commands: Commands


class Worker:
    """Keeps the runs of `markets`, sharing them with other workers by cohort: a feed and a shard of its accounts.

    `holder` names this worker among all; a restarted one that has the same name takes its leases back at once.
    """

    def __init__(
        self,
        database: Database,
        markets: Sequence[Market],
        kills: Kills,
        holder: str,
        *,
        lease_ms: int = LEASE_MS,
        policy: DeskPolicy | None = None,
        boxes: Boxes | None = None,
    ) -> None:
        """`boxes` makes the process of a Python strategy; without it such runs fail."""
        self._database, self._kills, self._holder = database, kills, holder
        self._lease_ms, self._policy, self._boxes = lease_ms, policy, boxes
        self._markets: dict[str, Market] = {}
        self._watches: dict[str, Watch] = {}
        for market in markets:
            self.add(market)
        self._held: dict[str, Held] = {}
        self._me: Fence | None = None
        self._renewed_ts = 0

    def add(self, market: Market) -> None:
        """Keep the runs of another feed, too. Raises Invalid (feed.changed): it is not kept then."""
        name = market.feed.name
        watch = Watch(self._database, market.feed)
        if market.paper is not None:
            market.paper.attach(name, watch.tape(), market.costs)
        self._markets[name], self._watches[name] = market, watch

    def step(self) -> int:
        """One round: kill switches, leases, feeds, commands, bars, orders. Gives how many bars were decided.

        A database that does not answer ends the round; the next one goes on where it stopped. What else is away holds
        up its own cohort alone.
        """
        try:
            self._honour()
            self._renew()
            for watch in self._watches.values():
                watch.take()
            return sum([self._keep(name) for name in sorted(self._held)])
        except (Unavailable, Unknown) as error:
            _log.warning("round ended", code=error.code, message=error.message, seen=error.seen)
            return 0

    def stop(self) -> None:
        """Give the leases back, so that others need not wait. Raises Unavailable."""
        held = [self._let_go(name) for name in sorted(self._held)] + ([self._me] if self._me else [])
        self._me = None
        leases.release(self._database, held)

    @property
    def cohorts(self) -> tuple[str, ...]:
        """Names of the leases that it holds."""
        return tuple(sorted(self._held))

    @property
    def loads(self) -> int:
        """Another number than before when runs were loaded, or let go: what lives long in memory has changed."""
        return sum(held.runner.loads for held in self._held.values())

    def _honour(self) -> None:
        """Know every kill switch before anything else; those of this process hold even when no database answers."""
        try:
            self._kills.write()
            self._kills.refresh()
        except (Unavailable, Unknown):
            self._cut_off()
            raise
        with self._database.read() as conn:
            late = DeadMan(self._database).overdue(conn)
        if late and not any(kill.scope == PLATFORM for kill in self._kills.engaged()):
            reason = f"nobody was there: {', '.join(late)}"
            self._kills.engage(PLATFORM, reason, by="dead-man's switch", action=KillAction.PAUSE)

    def _cut_off(self) -> None:
        """Without a database nothing can be recorded, so nothing is sent; but entries can still be taken back."""
        kills = self._kills.engaged()
        if kills:
            unsure = [name for held in self._held.values() for name in held.runner.cut_off(kills)]
            _log.warning("kill switch without a database", unconfirmed=unsure)

    def _keep(self, name: str) -> int:
        """A round of one cohort. One that another worker has taken over is let go, one that is held up waits."""
        held = self._held[name]
        try:
            kills: tuple[Kill, ...] = self._kills.engaged()
            held.commands.carry_out(held.fence, kills)
            decided = held.runner.advance(held.fence, kills)
            held.runner.desk.step(held.fence)
            held.runner.tidy()
            return decided
        except Refused as error:
            if error.code is not Code.FENCED:
                raise
            _log.warning("cohort was taken over", cohort=name)
            self._let_go(name)
            return 0
        except Unavailable as error:
            if error.code in _DATABASE:
                raise
            _log.warning("cohort is held up", cohort=name, code=error.code, message=error.message, seen=error.seen)
            return 0

    def _let_go(self, name: str) -> Fence:
        """Keep a cohort no longer; gives the fence that it was kept with."""
        held = self._held.pop(name)
        held.runner.close()
        return held.fence

    # Leases

    def _renew(self) -> None:
        """Hold on to what is held, and share what there is with the workers that live."""
        with self._database.read() as conn:
            now = self._database.now_ts(conn)
            wanted = self._cohorts(conn)
        due = now - self._renewed_ts >= self._lease_ms // 3
        if due:
            self._renewed_ts = now
            self._me = leases.acquire(self._database, f"worker:{self._holder}", self._holder, self._lease_ms)
            kept = {
                fence.name
                for fence in leases.renew(self._database, [h.fence for h in self._held.values()], self._lease_ms)
            }
            for name in sorted(self._held.keys() - kept):
                self._let_go(name)
        if due or not wanted.keys() <= self._held.keys():
            self._share(wanted, now)

    def _share(self, wanted: dict[str, tuple[str, int]], now: int) -> None:
        """Keep a fair part of what is wanted: give back what is too much, take what nobody has.

        A cohort whose runs are all over does not count; it stays, for a fill that may still come late.
        """
        lease = lease_table.c
        with self._database.read() as conn:
            workers = select(func.count()).where(lease.name.like("worker:%"), lease.expires_ts > now)
            alive = max(int(conn.execute(workers).scalar_one()), 1)
            others = select(lease.name).where(lease.holder != self._holder, lease.expires_ts > now)
            taken = set(conn.execute(others).scalars())
        most = -(-len(wanted) // alive)
        for name in sorted(self._held.keys() & wanted.keys())[most:]:
            leases.release(self._database, [self._let_go(name)])
        for name, (feed, shard) in sorted(wanted.items()):
            if len(self._held.keys() & wanted.keys()) < most and name not in self._held and name not in taken:
                fence = leases.acquire(self._database, name, self._holder, self._lease_ms)
                if fence is not None:
                    self._begin(fence, feed, shard)

    def _begin(self, fence: Fence, feed: str, shard: int) -> None:
        """Keep a cohort from now on; not when this worker slept meanwhile, and another has taken it over."""
        runner = Runner(self._database, self._markets[feed], self._watches[feed], shard, self._policy, self._boxes)
        try:
            runner.begin(fence)
        except Refused as error:
            if error.code is not Code.FENCED:
                raise
            _log.warning("cohort was taken over", cohort=fence.name)
        else:
            self._held[fence.name] = Held(fence, runner, Commands(runner))

    def _cohorts(self, conn: Connection) -> dict[str, tuple[str, int]]:
        """The feeds and shards with runs that are not over, by the name of their lease."""
        wanted = select(runs.c.feed, runs.c.shard).where(runs.c.settled == 0, runs.c.feed.in_(sorted(self._markets)))
        return {f"cohort:{feed}:{shard}": (feed, shard) for feed, shard in conn.execute(wanted.distinct())}
