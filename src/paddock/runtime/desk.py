"""The order desk: what was decided is recorded, then sent; what venues say is booked; what is unclear is resolved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from paddock.core.instrument import Instrument
from paddock.core.seams import Clock
from paddock.journal.database import Database
from paddock.journal.fences import Fence
from paddock.runtime import blocks, dispatch, fills, protection, reconcile, resolve
from paddock.runtime.blocks import Block, BlockReason
from paddock.runtime.desk_kit import Kit, Work
from paddock.runtime.desk_policy import DeskPolicy
from paddock.runtime.patience import Patience
from paddock.runtime.quotes import Quotes, no_quotes
from paddock.runtime.reconcile import Open
from paddock.runtime.record import Recorder
from paddock.runtime.wants import AnyWant, Books, Ended, Fact
from paddock.venues.broker import Broker


class OrderDesk:
    """Driven by steps: it never sleeps, and no failure of a venue leaves it, only those of the database.

    One desk works on an account at a time; a fence given to a step is checked in each of its transactions. A desk that
    is made anew on the same database goes on where the last one stopped. Times are ms UTC of `clock`.
    """

    def __init__(
        self,
        database: Database,
        brokers: Mapping[str, Broker],
        instruments: Mapping[str, Instrument],
        clock: Clock,
        books: Books,
        policy: DeskPolicy | None = None,
        quotes: Quotes = no_quotes,
    ) -> None:
        """`brokers` by account and `instruments` by symbol may grow while the desk works."""
        policy = policy or DeskPolicy()
        self._kit = Kit(database, brokers, instruments, clock, policy, books, Patience(policy), quotes)

    def record(self, conn: Connection, wants: Sequence[AnyWant]) -> list[Ended]:
        """Make wants durable with `conn`, the transaction of their decision; gives what ended by that: refused, or not
        even sent.

        The books are not told of these: whoever decides puts them into the kernel in the same transaction. Raises
        Invalid (intent.conflict) for a leg that was recorded with another content.
        """
        work = Work(conn, self._kit.clock.now_ts())
        recorder = Recorder(self._kit, work, wants)
        for want in wants:
            recorder.take(want)
        work.write()
        return [fact for fact in work.facts if isinstance(fact, Ended)]

    def send(self, fence: Fence | None = None) -> None:
        """Send what is in the outbox and may leave now, and make the answers durable."""
        dispatch.send(self._kit, fence)

    def collect(self, account_ids: Collection[str], fence: Fence | None = None) -> list[Fact]:
        """Book what happened at the venues since the last time; gives what was new, in the order it was booked."""
        return fills.collect(self._kit, account_ids, fence)

    def resolve(self, fence: Fence | None = None) -> None:
        """Look for orders of which nobody knows whether they exist."""
        resolve.resolve(self._kit, fence)

    def protect(self, fence: Fence | None = None) -> None:
        """Keep the levels of positions where they belong, at venues that do not do it themselves."""
        protection.protect(self._kit, fence)

    def reconcile(self, account_ids: Collection[str], fence: Fence | None = None) -> None:
        """Compare orders, positions and books of accounts with their venues."""
        reconcile.reconcile(self._kit, account_ids, fence)

    def step(self, fence: Fence | None = None) -> list[Fact]:
        """One round of everything but new decisions: for a desk without a runner, and between bars."""
        accounts = sorted(self._kit.brokers)
        self.send(fence)  # what waits to leave does not wait for what is read
        told = self.collect(accounts, fence)
        self.resolve(fence)
        self.protect(fence)
        self.send(fence)
        reconcile.reconcile(self._kit, reconcile.overdue(self._kit, accounts), fence)
        return told

    def still_open(self, account_ids: Collection[str]) -> dict[str, Open]:
        """What it may still ask of the venues, by account."""
        return reconcile.still_open(self._kit, account_ids)

    def blocks(self, account_ids: Collection[str]) -> list[Block]:
        """Where no entries may be made now, and why."""
        brokers = self._kit.brokers
        with self._kit.database.read() as conn:
            found = blocks.standing(conn, {account: brokers[account].capabilities for account in account_ids})
        silent = self._kit.patience.silent(account_ids, self._kit.clock.now_ts())
        detail = f"no answer for more than {self._kit.policy.silent_ms} ms"
        return [*found, *(Block(account, "", "", BlockReason.SILENT, detail, since) for account, since in silent)]

    def lift(self, conn: Connection, account_id: str, symbol: str | None = None) -> None:
        """A person has looked: entries go on, except where orders are unknown or books still disagree."""
        blocks.lift(conn, account_id, {BlockReason.UNEXPECTED, BlockReason.CONFLICT}, symbol)
