"""Accounts that may be connected, with a venue that says what a test wants it to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select

from paddock.core.errors import Code, NotFound, PaddockError
from paddock.core.money import MICROS
from paddock.core.seams import CountingIds, ManualClock
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.journal.facts import Deposited, draft
from paddock.journal.kinds import EventKind
from paddock.journal.projections import record
from paddock.runtime.accounts import Accounts
from paddock.runtime.bots import Bots
from paddock.runtime.feeds import VENUE_ITSELF
from paddock.runtime.kill import Kills
from paddock.runtime.live.gateway import Finding, Links, Money, Transfer
from paddock.runtime.live.rows import Connection
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.live.tables import connections
from paddock.runtime.live.wish import Wish
from paddock.runtime.runs import Run, Runs
from paddock.runtime.tables import feeds
from paddock.strategy.templates import find_template
from paddock.venues.approvals.base import Approvals, Kind
from paddock.venues.approvals.hyperliquid import HyperliquidApprovals
from paddock.venues.approvals.pacifica import PacificaApprovals
from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import SignedRequest
from paddock.venues.signing.tally import FileTally
from tests.venues.approvals.test_approvals import OWNER, signature
from tests.venues.signing.given import NOW, POLICY, Entropy, Given

APPROVALS = {"hyperliquid": HyperliquidApprovals(), "pacifica": PacificaApprovals()}


@dataclass
class Venue:
    """The other end of the network. `errors` are raised, one after the other, by the next calls."""

    known: bool = True
    findings: list[Finding] = field(default_factory=list)
    errors: list[PaddockError | None] = field(default_factory=list)
    posted: list[SignedRequest] = field(default_factory=list)
    cash: int = 0
    transfers: list[Transfer] = field(default_factory=list)

    def submit(self, request: SignedRequest) -> None:
        self._fail()
        self.posted.append(request)

    def approved(self) -> bool:
        self._fail()
        return self.known and bool(self.posted)

    def inspect(self) -> Sequence[Finding]:
        self._fail()
        return self.findings

    def money(self, since_ts: int) -> Money:
        self._fail()
        return Money(self.cash, NOW, tuple(one for one in self.transfers if one.venue_ts >= since_ts))

    def _fail(self) -> None:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error


def approvals(venue: str) -> Approvals:
    if venue not in APPROVALS:
        raise NotFound(Code.DATA_VENUE, f"no venue {venue}")
    return APPROVALS[venue]


class Place:
    """The services on one database, with a vault in the place of the signer's process."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.clock, self.venue = database, ManualClock(NOW), Venue()
        self.tally = FileTally(folder / "tally")
        self.signer = Given(self.tally, clock=self.clock, entropy=Entropy(7))
        ids = CountingIds("id")
        self.accounts, self.bots = Accounts(database, self.clock, ids), Bots(database, self.clock, ids)
        self.runs, self.kills = Runs(database, self.clock, ids), Kills(database, self.clock)
        self.links = Links(approvals, lambda _connection: self.venue)
        self.live = LiveAccounts(database, self.clock, ids, self.signer.vault, self.links)

    def close(self) -> None:
        self.tally.close()

    def connect(self, **changes) -> Connection:
        values = {"venue": "hyperliquid", "network": Network.TESTNET, "main": OWNER, "policy": POLICY, "name": "real"}
        return self.live.connect("ann", Wish(**values | changes))

    def sign(self, connection: Connection, kind: Kind = Kind.AGENT) -> Connection:
        (asked,) = [each for each in self.live.approvals("ann", connection.account_id) if each.draft.kind is kind]
        return self.live.approve("ann", connection.account_id, kind, signature(asked.draft.message))

    def active(self, **changes) -> Connection:
        return self.sign(self.connect(**changes))

    def enabled(self, **changes) -> Connection:
        connection = self.active(**changes)
        return self.live.enable("ann", connection.account_id).connection

    def deploy(self, connection: Connection) -> Run:
        """A run on the account, with money that its books say it has."""
        scope = {"venue": "hyperliquid", "interval": "1h", "symbols": ["BTC"]}
        times = {"anchor_ts": NOW, "begin_ts": NOW, "last_ts": NOW}
        with self.database.write() as conn:
            if conn.execute(select(feeds)).first() is None:
                row = {
                    "feed": "real-1h",
                    "venue": "hyperliquid",
                    "interval": "1h",
                    "symbols": ["BTC"],
                    "source": VENUE_ITSELF,
                }
                conn.execute(insert(feeds).values(**row, **times))
            record(conn, [draft(Deposited(connection.account_id, 1_000 * MICROS), NOW)])
        bot = self.bots.create("ann", "bot", find_template("sma-crossover").document() | {"scope": scope})
        return self.runs.deploy("ann", bot.bot_id, connection.account_id, 500 * MICROS, feed="real-1h")

    def events(self, account_id: str) -> list[EventKind]:
        with self.database.read() as conn:
            return [event.kind for event in read(conn, streams=[f"account:{account_id}"], limit=100)]

    def blobs(self) -> list[bytes | None]:
        with self.database.read() as conn:
            return list(conn.execute(select(connections.c.blob)).scalars())
