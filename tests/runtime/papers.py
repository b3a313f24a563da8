"""A paper venue on a market of one coin, bar by bar."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from paddock.core.instrument import Instrument
from paddock.core.seams import ManualClock
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.paper import PaperVenue

COIN = Instrument("test", "COIN", px_decimals=2, qty_decimals=3, min_notional_usd=Decimal(10), max_leverage=20)
FEED, ACCOUNT = "coins:1m", "account-1"
STEP_MS = 60_000
START = 1_700_000_040_000


def nothing_yet() -> Tape:
    """A market before its first bar."""
    bars = ("open", "high", "low", "close", "volume")
    others = ("funding_open", "funding_inside", "funding_last", "open_interest")
    columns = dict.fromkeys(bars + others, np.empty((1, 0)))
    return Tape(
        venue="test", interval="1m", symbols=("COIN",), instruments=(COIN,), ts=np.empty(0, np.int64), **columns,
        fine=None, funding_coverage=None, fidelity="1m bars", source="a test",
    )  # fmt: skip


def flat_bar(ts: int, px: float) -> Bar:
    column = np.array([px])
    return Bar(ts, column, column, column, column, np.array([1e9]))


@dataclass
class PaperStage:
    """A stage of tests.venues.contract; `reopen` is what a restart does."""

    database: Database
    broker: PaperVenue
    clock: ManualClock
    instrument: Instrument = COIN
    costs: Costs = field(default_factory=Costs)

    def trade(self, px: float) -> None:
        bar = flat_bar(self.clock.now_ts(), px)
        self.clock.advance(STEP_MS)
        self.broker.advance(FEED, bar)

    def reopen(self) -> None:
        self.broker = PaperVenue(self.database, self.clock)
        self.broker.attach(FEED, nothing_yet(), self.costs)


def stage_on(database: Database, books: tuple[str, ...] = ("run-1", "run-2")) -> PaperStage:
    clock = ManualClock(START)
    stage = PaperStage(database, PaperVenue(database, clock), clock)
    stage.reopen()
    for book in books:
        stage.broker.enlist({book: ACCOUNT}, FEED)
    return stage
