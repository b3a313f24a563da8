"""The runner: when a bar closes, all runs of a feed and shard are decided in one batch and recorded in one transaction.

The order of things is always the same: what the paper venue fills on the bar, what the venues report, the decision, its
record, and only then what leaves. Whatever is interrupted is loaded again from the database and goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from paddock.core.errors import Invalid
from paddock.core.orders import OrderState, Refusal
from paddock.engine.costs import Costs
from paddock.engine.told import NO_RULE, Leverage
from paddock.journal.database import Database
from paddock.journal.fences import Fence
from paddock.journal.intents import intents, outbox
from paddock.journal.schema import upsert
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.blocks import BlockReason
from paddock.runtime.desk import OrderDesk
from paddock.runtime.desk_policy import DeskPolicy
from paddock.runtime.ending import reopen
from paddock.runtime.feeds import Feed
from paddock.runtime.kept import Boxes, Kept, Loader, begun
from paddock.runtime.kill import Kill, cut_off, scopes_over
from paddock.runtime.lifecycle import RunState
from paddock.runtime.recorded import Record
from paddock.runtime.seen import read_bars
from paddock.runtime.tables import cohorts, runs
from paddock.runtime.wants import Booked, Fact
from paddock.runtime.watching import Watch
from paddock.venues.broker import Broker


class Paper(Protocol):
    """A venue that fills on the bars of feeds and has to be shown them. `book` is a run's id."""

    def attach(self, feed: str, tape: Tape, costs: Costs) -> None:
        """Take up a feed, of which `tape` is all that was seen so far."""
        ...

    def enlist(self, books: Mapping[str, str], feed: str) -> None:
        """Let books, with the accounts they belong to, trade on a feed; again does nothing."""
        ...

    def advance(self, feed: str, bar: Bar) -> int:
        """Fill on the next bar of a feed; a bar that was filled on does nothing."""
        ...

    def set_leverage(self, account_id: str, book: str, symbol: str, leverage: float) -> None:
        """Change the leverage of an open position."""
        ...

    def forget(self, account_id: str, cursor: str, before_ts: int, asked: Collection[str]) -> bool:
        """Let go of events before `cursor` and of orders that ended before `before_ts` and are not `asked` for.

        False when there is more of it for another call.
        """
        ...


def everybody(account_id: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Market:
    """How a feed is traded: the broker of each account; the paper venue behind it, if it is one; what that charges.

    `plays` says which accounts trade at the paper venue, where there is one; `policy` how patient the desk is there, in
    the feed's time (None: as patient as the worker).
    """

    feed: Feed
    broker: Callable[[str], Broker]
    paper: Paper | None
    costs: Costs
    plays: Callable[[str], bool] = everybody
    policy: DeskPolicy | None = None


MOST_BARS = 64  # of a step: between steps leases are renewed and kill switches looked at
_REFUSALS = {BlockReason.UNKNOWN: Refusal.ORDER_UNKNOWN, BlockReason.SILENT: Refusal.FEED_STALE}


class Runner:
    """The runs of one feed and shard, with the order desk of their accounts. One worker at a time drives it."""

    def __init__(
        self,
        database: Database,
        market: Market,
        watch: Watch,
        shard: int,
        policy: DeskPolicy | None = None,
        boxes: Boxes | None = None,
    ) -> None:
        self.database, self.watch, self.shard = database, watch, shard
        self._policy, self._tidied_ts = market.policy or policy or DeskPolicy(), 0
        self._market, self._loader = market, Loader(market.feed.name, watch.history, boxes)
        self._kept: Kept | None = None
        self.loads = 0  # how often the runs were loaded
        self.failures: dict[str, Invalid] = {}  # runs that cannot go on, until that is recorded
        self._brokers: dict[str, Broker] = {}
        history = watch.history
        instruments = dict(zip(history.symbols, history.instruments, strict=True))
        self.desk = OrderDesk(database, self._brokers, instruments, market.feed.clock, self, self._policy)

    # The desk's books

    def apply(self, conn: Connection, facts: Sequence[Fact]) -> None:
        if self._kept is not None:
            self._kept.apply(conn, facts)
        reopen(conn, {fact.run_id for fact in facts if isinstance(fact, Booked)})

    def forget(self, run_ids: frozenset[str]) -> None:
        if self._kept is not None:
            self._kept.forget(run_ids)

    # A step

    @property
    def kept(self) -> Kept:
        """The runs that decide; loaded when they are not, or no longer as the database has them."""
        if self._kept is None or self._kept.broken:
            self.close()
            with self.database.read(patient=True) as conn:
                self._kept = self._loader.load(conn, self.shard, self.failures.__setitem__)
                self._know_accounts(conn)
            self.loads += 1
            self._take_up()
        return self._kept

    def _take_up(self) -> None:
        """Bring the paper venue to what the books say: a step may have ended before it was told."""
        if self._kept is None or self._market.paper is None:
            return
        books = {one.run.run_id: one.run.account_id for one in self._kept.members}
        playing = {run_id: account_id for run_id, account_id in books.items() if self._market.plays(account_id)}
        self._market.paper.enlist(playing, self._kept.feed)
        session = self._kept.session
        held = session.slots[session.slots["lots"] != 0]
        columns = (held[name].tolist() for name in ("bot", "symbol", "leverage"))
        self._relever(Leverage(bot, session.symbols[s], NO_RULE, to) for bot, s, to in zip(*columns, strict=True))

    def begin(self, fence: Fence | None) -> None:
        """Make sure that there is a bar after which the runs of this shard begin."""
        with self.database.write(fence) as conn:
            begun(conn, self.watch.feed.name, self.shard, self.watch.last_ts)

    def reload(self) -> None:
        """The runs that decide are others now."""
        self.close()
        self._kept = None

    def close(self) -> None:
        """End the processes of strategies."""
        if self._kept is not None:
            self._kept.close()

    def advance(self, fence: Fence | None, kills: Sequence[Kill] = ()) -> int:
        """Decide the bars that were seen and not decided, at most MOST_BARS; gives how many. `kills` hold at once."""
        with self.database.read() as conn:
            bars = read_bars(conn, self.watch.feed.name, self.kept.last_ts, self.watch.last_ts, most=MOST_BARS)
        for done, bar in enumerate(bars):
            if not self._bar(bar, fence, kills):
                return done
        return len(bars)

    def _bar(self, bar: Bar, fence: Fence | None, kills: Sequence[Kill]) -> bool:
        """Go through one bar; False when the paper venue cannot have it yet."""
        if self._market.paper is not None:
            with self.database.write(fence) as conn:
                if not all_sent(conn, self.watch.feed.name, self.kept.last_ts):
                    return False
            self._market.paper.advance(self.watch.feed.name, bar)
        self.desk.collect(sorted(self._brokers), fence)
        leverages = self._decide(bar, fence, kills)
        self._relever(leverages)
        self.desk.send(fence)
        return True

    def _decide(self, bar: Bar, fence: Fence | None, kills: Sequence[Kill]) -> list[Leverage]:
        """Decide and record a bar; gives the changes of leverage, which are no orders."""
        kept = self.kept
        blocked = self._blocked(bar, kills)
        kept.broken = True  # until it is recorded, the books are ahead of the database
        decided = [kept.session.close(bar, blocked)]
        actions, failures = kept.ask(bar)
        if actions:
            decided.append(kept.session.act(actions))
        self.failures |= failures
        kept.last_ts = bar.ts
        closes = dict(zip(kept.session.symbols, bar.close.tolist(), strict=True))
        with self.database.write(fence) as conn:
            Record(conn, kept, decided, actions, closes).write(self.desk)
            row = {"feed": kept.feed, "shard": kept.shard, "last_ts": bar.ts}
            upsert(conn, cohorts, [row])
        kept.broken = False
        return [one for part in decided for one in part.leverages]

    def _relever(self, leverages: Iterable[Leverage]) -> None:
        """Tell the paper venue the leverage of positions: what it is to be, whatever it was told before."""
        paper, members = self._market.paper, self.kept.members
        if paper is not None:
            for one in leverages:
                run = members[one.bot].run
                if self._market.plays(run.account_id):
                    paper.set_leverage(run.account_id, run.run_id, one.symbol, one.leverage)

    def _blocked(self, bar: Bar, kills: Sequence[Kill]) -> NDArray[np.int8]:
        """For each slot why no entry may be made there; 0 where one may."""
        kept = self.kept
        slots = kept.session.slots
        blocked = np.zeros(len(slots), np.int8)
        symbols = np.array(kept.session.symbols)[slots["symbol"]] if len(slots) else np.empty(0, str)
        for block in self.desk.blocks(sorted(self._brokers)):
            for member in kept.members:
                if member.run.account_id == block.account_id and block.book in ("", member.run.run_id):
                    mine = slots["bot"] == member.bot
                    where = mine if block.symbol == "" else mine & (symbols == block.symbol)
                    blocked[where] = _REFUSALS.get(block.reason, Refusal.FROZEN)
        for member in kept.members:
            run = member.run
            if run.state is RunState.PAUSED or any(kill.covers(run.account_id, run.run_id) for kill in kills):
                blocked[slots["bot"] == member.bot] = Refusal.PAUSED
        if self.watch.is_stale(bar.ts):
            blocked[:] = Refusal.FEED_STALE
        return blocked

    def tidy(self) -> None:
        """Now and then let the paper venue forget what the desk cannot ask for any more."""
        now, paper = self._market.feed.clock.now_ts(), self._market.paper
        if paper is None or now - self._tidied_ts < self._policy.audit_ms:
            return
        before_ts = now - self._policy.forget_ms
        known = self.desk.still_open([name for name in sorted(self._brokers) if self._market.plays(name)])
        if all(paper.forget(name, one.checkpoint, before_ts, one.orders) for name, one in known.items()):
            self._tidied_ts = now

    def cut_off(self, kills: Sequence[Kill]) -> list[str]:
        """Cancel entries at the venues without asking the database; gives what could not be confirmed.

        Protection and exits stay. A switch that is `foreign` also ends what was placed by somebody else.
        """
        unsure: list[str] = []
        for account_id, broker in sorted(self._brokers.items()):
            over = [kill for kill in kills if kill.scope in scopes_over(account_id)]
            if over:
                now, everything = self._market.feed.clock.now_ts(), any(kill.foreign for kill in over)
                unsure += cut_off(broker, account_id, now, everything, self._policy.valid_ms)
        return unsure

    def _know_accounts(self, conn: Connection) -> None:
        """The accounts of all runs that are not over, whether they decide or not."""
        wanted = select(runs.c.account_id).where(
            runs.c.feed == self.watch.feed.name, runs.c.shard == self.shard, runs.c.settled == 0
        )
        for account_id in conn.execute(wanted.distinct()).scalars():
            if account_id not in self._brokers:
                self._brokers[account_id] = self._market.broker(account_id)


def all_sent(conn: Connection, feed: str, bar_ts: int) -> bool:
    """Whether every shard of a feed has decided the bar that opened at `bar_ts`, and tried to send what it wanted.

    Until then the next bar would fill on a market in which some orders are missing.
    """
    behind = (
        select(cohorts.c.shard)
        .join(runs, (runs.c.feed == cohorts.c.feed) & (runs.c.shard == cohorts.c.shard))
        .where(cohorts.c.feed == feed, cohorts.c.last_ts < bar_ts, runs.c.settled == 0, runs.c.begin_ts.is_not(None))
    )
    untried = (
        select(outbox.c.intent_id)
        .join(intents, intents.c.intent_id == outbox.c.intent_id)
        .join(runs, runs.c.run_id == intents.c.run_id)
        .where(runs.c.feed == feed, intents.c.attempts == 0, intents.c.state == OrderState.PENDING)
    )
    return not conn.execute(select(behind.exists() | untried.exists())).scalar_one()
