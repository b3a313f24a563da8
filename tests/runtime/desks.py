"""A desk, a fake venue behind a scripted wire, and books that can forget: what the tests of the desk share."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy import select

from paddock.core.instrument import Instrument
from paddock.core.orders import OrderKind, OrderState, Reason, Side
from paddock.core.seams import ManualClock
from paddock.journal import intents
from paddock.journal.database import Database
from paddock.journal.intents import Intent, intent_id
from paddock.journal.tables import fills, positions
from paddock.runtime.desk import OrderDesk
from paddock.runtime.desk_policy import DeskPolicy
from paddock.runtime.quotes import no_quotes
from paddock.runtime.wants import Booked, CancelWant, Ended, Want
from paddock.venues.broker import Bracket, Capabilities
from paddock.venues.fake import FakeVenue, Script, Skewed, Wire

COIN = Instrument("fake", "COIN", px_decimals=2, qty_decimals=3, min_notional_usd=Decimal(10), max_leverage=20)
DUST = Instrument("fake", "DUST", px_decimals=4, qty_decimals=0, max_leverage=20)
ACCOUNT = "account-1"
RUN = "run-1"
START = 1_700_000_000_000
S = 1_000
BRACKET = Bracket(stop_pct=5.0, take_pct=10.0)

PLAIN = Capabilities(relative_brackets=False, attached_brackets=False, dedups=True, netting=True)
ATTACHED = replace(PLAIN, attached_brackets=True)
BOOKS = replace(PLAIN, netting=False)
RELATIVE = replace(PLAIN, relative_brackets=True, netting=False)
UNSURE = replace(PLAIN, dedups=False)


class MemoryBooks:
    """Signed lots of each run, as a kernel would carry them, and what it was told."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.lots: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.facts: list = []
        self.forgotten: list[frozenset[str]] = []
        self.fail: Exception | None = None

    def apply(self, conn, facts) -> None:
        for fact in facts:
            if isinstance(fact, Booked):
                self.lots[fact.run_id, fact.symbol] += fact.lots * fact.side
        self.facts += facts
        if self.fail is not None:
            raise self.fail

    def forget(self, run_ids) -> None:
        self.forgotten.append(run_ids)
        with self._database.read() as conn:
            stored = {(row.run_id, row.symbol): row.qty for row in conn.execute(select(positions))}
        for key in [key for key in self.lots if key[0] in run_ids]:
            self.lots[key] = stored.get(key, 0)

    def ended(self) -> list[tuple[str, OrderState]]:
        return [(fact.intent_id, fact.state) for fact in self.facts if isinstance(fact, Ended)]


@dataclass
class Setup:
    """One account at one fake venue. `desk` can be dropped and made again on the same database."""

    database: Database
    capabilities: Capabilities = PLAIN
    script: Script = field(default_factory=Script)
    policy: DeskPolicy = field(default_factory=DeskPolicy)
    skew_ms: int = 0
    rate: object = None
    quotes: object = no_quotes
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))

    def __post_init__(self) -> None:
        self.instruments = {COIN.symbol: COIN, DUST.symbol: DUST}
        self.venue_clock = Skewed(self.clock, self.skew_ms)
        self.venue = FakeVenue(self.venue_clock, self.instruments, self.capabilities, self.rate)
        self.wire = Wire(self.venue, self.clock, self.script)
        self.decisions: defaultdict[str, int] = defaultdict(int)
        self.venue.trade(COIN.symbol, 100.0)
        self.restart()

    def restart(self) -> None:
        """Drop all that is in memory, as a crash does."""
        self.books = MemoryBooks(self.database)
        with self.database.read() as conn:
            for row in conn.execute(select(positions)):
                self.books.lots[row.run_id, row.symbol] = row.qty
        self.desk = OrderDesk(
            self.database, {ACCOUNT: self.wire}, self.instruments, self.clock, self.books, self.policy, self.quotes
        )

    def want(self, side=Side.BUY, lots=1000, kind=OrderKind.MARKET, run=RUN, **more) -> Want:
        self.decisions[run] += 1
        named = {"symbol": COIN.symbol, "reason": Reason.ENTRY, "ref_px": 100.0, "leg": 0}
        return Want(run, ACCOUNT, self.decisions[run], kind=kind, side=side, lots=lots, **named | more)

    def record(self, *wants) -> list[Ended]:
        with self.database.write() as conn:
            return self.desk.record(conn, wants)

    def order(self, *args, **more) -> str:
        """Record a want and send it; gives its intent."""
        want = self.want(*args, **more)
        refused = self.record(want)
        self.desk.send()
        return refused[0].intent_id if refused else intent_id(want.run_id, want.decision, want.leg)

    def leave(self, lots=1000, side=Side.SELL, run=RUN, **more) -> str:
        return self.order(side, lots, run=run, reduce_only=True, reason=Reason.CLOSE_POSITION, **more)

    def cancel(self, target: str, run=RUN) -> None:
        self.decisions[run] += 1
        self.record(CancelWant(run, ACCOUNT, self.decisions[run], 0, COIN.symbol, target))

    def rounds(self, seconds: int, every: int = 1) -> None:
        """Let time pass, with a step of the desk every so many seconds."""
        for _ in range(seconds // every):
            self.clock.advance(every * S)
            self.desk.step()

    def intent(self, name: str) -> Intent:
        with self.database.read() as conn:
            return intents.get(conn, [name])[name]

    def state(self, name: str) -> OrderState:
        return self.intent(name).state

    def intents(self) -> list[Intent]:
        with self.database.read() as conn:
            return intents.in_states(conn, [ACCOUNT], frozenset(OrderState))

    def lots(self, run=RUN, symbol=COIN.symbol) -> int:
        """By our fills; and what the kernel believes is the same."""
        with self.database.read() as conn:
            wanted = select(positions).where(positions.c.run_id == run, positions.c.symbol == symbol)
            row = conn.execute(wanted).first()
        lots = row.qty if row else 0
        if run:
            assert self.books.lots[run, symbol] == lots
        return lots

    def venue_lots(self, symbol=COIN.symbol) -> int:
        return sum(held.lots for held in self.venue.positions(ACCOUNT) if held.symbol == symbol)

    def fill_ids(self) -> list[str]:
        with self.database.read() as conn:
            return [row.fill_id for row in conn.execute(select(fills).order_by(fills.c.fill_id))]

    def reasons(self) -> set[str]:
        return {str(block.reason) for block in self.desk.blocks([ACCOUNT])}

    def at_venue(self, client_id: str) -> int:
        """How many orders the venue booked under an id."""
        return sum(order.asked.client_id == client_id for order in self.venue.orders)

    def levels(self, kind=OrderKind.STOP) -> list:
        """What rests at the venue of that kind."""
        return [order for order in self.venue.open_orders(ACCOUNT) if order.kind is kind]
