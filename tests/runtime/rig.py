"""A small living platform: one stepped tape, the paper venue, services, and workers that come and go."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from paddock.core.money import MICROS
from paddock.core.seams import CountingIds
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.events import Event, read
from paddock.market.tape import Tape
from paddock.runtime.accounts import Accounts
from paddock.runtime.bots import Bots
from paddock.runtime.desk_policy import DeskPolicy
from paddock.runtime.feeds import TapeReplay
from paddock.runtime.kill import Kills
from paddock.runtime.paper import PaperVenue
from paddock.runtime.runner import Market
from paddock.runtime.runs import Run, Runs
from paddock.runtime.sandbox import Sandbox
from paddock.runtime.tables import runs
from paddock.runtime.worker import Worker
from paddock.strategy.document import Document
from paddock.strategy.templates import find_template
from tests.engine.market import SYMBOLS, market
from tests.runtime import boxes

BEGIN = 300  # bars of history
CAPITAL = 10_000 * MICROS
COSTS = Costs(slippage_bps=3)
OWNER = "ada"


@dataclass(slots=True)
class Rig:
    database: Database
    tape: Tape = field(default_factory=market)
    begin: int = BEGIN
    costs: Costs = COSTS
    feed: TapeReplay = field(init=False)
    paper: PaperVenue = field(init=False)
    worker: Worker = field(init=False)
    kills: Kills = field(init=False)
    ids: CountingIds = field(default_factory=lambda: CountingIds("id"))

    def __post_init__(self) -> None:
        self.start()

    def start(self, holder: str = "worker", policy: DeskPolicy | None = None) -> Worker:
        """A new process on the same database: nothing but that is left of the one before."""
        self.feed = TapeReplay("rough-1h", self.tape, self.begin)
        paper = self.paper = PaperVenue(self.database, self.feed)
        self.kills = Kills(self.database, self.feed)
        market = Market(self.feed, lambda _: paper, paper, self.costs)
        self.worker = Worker(self.database, [market], self.kills, holder, policy=policy, boxes=box_of)
        return self.worker

    @property
    def bots(self) -> Bots:
        return Bots(self.database, self.feed, self.ids)

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.database, self.feed, self.ids)

    @property
    def runs(self) -> Runs:
        return Runs(self.database, self.feed, self.ids)

    def deploy(self, document: dict, *, account_id: str | None = None, capital: int = CAPITAL) -> Run:
        account = account_id or self.accounts.open(OWNER, "paper", capital).account_id
        bot = self.bots.create(OWNER, "bot", document)
        return self.runs.deploy(OWNER, bot.bot_id, account, capital)

    def go(self, bars: int) -> None:
        """Let bars close, one step each."""
        for _ in range(bars):
            self.feed.advance()
            self.worker.step()

    def run(self, run_id: str) -> Run:
        return self.runs.get(OWNER, run_id)

    def events(self, stream: str | None = None, kinds: Sequence[str] = ()) -> list[Event]:
        with self.database.read() as conn:
            found = read(conn, streams=None if stream is None else [stream], limit=1_000_000)
        return [event for event in found if not kinds or event.kind in kinds]

    def states(self) -> dict[str, str]:
        with self.database.read() as conn:
            return dict(conn.execute(select(runs.c.run_id, runs.c.state)).all())


def box_of(strategy: Document, symbols: tuple[str, ...]) -> Sandbox:
    return Sandbox(strategy, symbols, seconds=time.monotonic, allowance=boxes.PATIENT)


def in_python(source: str, class_name: str) -> dict:
    """A document around a Python source on the rough market."""
    raw = document("sma-crossover")
    kept = {key: raw[key] for key in ("schema", "name", "scope", "risk")}
    return kept | {"kind": "python", "python": {"source": source, "class": class_name}}


def document(name: str, **scope: object) -> dict:
    """A template on the rough market."""
    raw = find_template(name).document()
    return raw | {"scope": {"venue": "test", "interval": "1h", "symbols": list(SYMBOLS)} | scope}
