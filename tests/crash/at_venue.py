"""The kill tests over sockets: a simulated venue in the parent, and a worker that trades there and is killed.

The venue survives every child. It plays each part of a bar once, whoever asks for it, and remembers positions that it
found without a stop. HYPERLIQUID and PACIFICA are the scenario at either.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.connection import Client as Caller
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from threading import Event
from typing import Any, Final

import numpy as np
from sqlalchemy import select

from paddock.core.money import MICROS
from paddock.core.seams import ManualClock
from paddock.core.time import MINUTE_MS
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.align import truncate
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.accounts import Accounts
from paddock.runtime.bots import Bots
from paddock.runtime.kill import Kills
from paddock.runtime.lifecycle import RunState, StopMode
from paddock.runtime.live.notes import DatabaseNotes
from paddock.runtime.runner import Market
from paddock.runtime.runs import Runs
from paddock.runtime.seen import bar_at
from paddock.runtime.tables import runs
from paddock.runtime.worker import Worker
from paddock.strategy.templates.build import equity, graph, node, path
from paddock.surfaces.parts import until_signalled
from paddock.venues.wallet import Wallet
from tests.crash.child import settle
from tests.simulation.grounds import GROUNDS, Ground, Line
from tests.simulation.perils import FragileDatabase, Peril, PerilousBroker
from tests.simulation.simulated import Simulated
from tests.simulation.world import SortableIds

OWNER: Final = "owner"
ANYBODY: Final = "account"  # what the venue calls the one account that it has
DEPOSIT: Final = 10_000
HISTORY: Final = 40
# Entered at once, left at the target, entered again, stopped out, entered again, and flattened at the end.
CLOSES: Final = (100.2, 100.4, 101.9, 101.6, 101.0, 100.1, 99.6, 100.2, 100.4, 100.3)
FIRST_ROW: Final = HISTORY
LAST_ROW: Final = HISTORY + len(CLOSES)
FIRST_TS: Final = 1_780_000_020_000 // MINUTE_MS * MINUTE_MS + HISTORY * MINUTE_MS
TICKS: Final = 2


def tape(ground: Ground) -> Tape:
    closes = np.array([100.0 + 0.1 * (n % 3) for n in range(HISTORY)] + list(CLOSES))
    opens = np.concatenate([[100.0], closes[:-1]])
    ts = FIRST_TS + MINUTE_MS * np.arange(-HISTORY, len(CLOSES), dtype=np.int64)
    row = {"open": opens, "high": np.maximum(opens, closes), "low": np.minimum(opens, closes), "close": closes}
    none = np.empty((1, 0))
    return Tape(
        venue=ground.name,
        interval="1m",
        symbols=("COIN",),
        instruments=(ground.instrument("COIN"),),
        ts=ts,
        **{name: column[None, :].copy() for name, column in row.items()},
        volume=np.full((1, len(closes)), 10.0),
        funding_open=none,
        funding_inside=none,
        funding_last=none,
        open_interest=none,
        fine=None,
        funding_coverage=None,
        fidelity="1m bars",
        source="a scenario",
    )


class Stepped:
    """Bars of the scenario as its clock reaches their close."""

    def __init__(self, market: Tape, clock: ManualClock) -> None:
        self.name = f"{market.venue}-1m"
        self.clock, self._market, self._next = clock, market, HISTORY

    def history(self) -> Tape:
        return truncate(self._market, HISTORY)

    def start(self, after_ts: int) -> None:
        self._next = int(self._market.ts.searchsorted(after_ts, side="right"))

    def poll(self) -> list[Bar]:
        bars = []
        while self._next < self._market.bars and self._market.ts[self._next] + MINUTE_MS <= self.clock.now_ts():
            bars.append(bar_at(self._market, self._next))
            self._next += 1
        return bars


class Server:
    """The simulated venue, and beside it a Unix socket over which a child lets time pass."""

    def __init__(self, scenario: Scenario, address: Path) -> None:
        ground, self._market = scenario.ground, scenario.market
        self.clock = ManualClock(FIRST_TS)
        self.venue = Simulated(ground, self.clock, self._market.symbols)
        vault, tally = ground.vault(address.parent, self.clock)
        agent = ground.grant(vault, OWNER, "anybody's").grant.agent
        tally.close()
        self.venue.let_in(ANYBODY, ground.owner(0), agent, DEPOSIT)
        self.row, self.tick = FIRST_ROW, 0
        self.unprotected: list[str] = []
        self.venue.trade("COIN", 100.0)
        self._listener = Listener(str(address), "AF_UNIX")
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        self.venue.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:
                return
            self._answer(connection)

    def _answer(self, connection: Connection) -> None:
        """Serve one child until it dies; there is never a second one."""
        with connection:
            try:
                while True:
                    verb, args = connection.recv()
                    if verb == "play":
                        self._play(*args)
                    connection.send((self.venue.url, self.row, self.tick, self.clock.ts))
            except (EOFError, ConnectionError):
                return

    def _play(self, row: int, tick: int) -> None:
        """Part `tick` of bar `row` happens, once."""
        if (row, tick) <= (self.row, self.tick):
            return
        if tick == TICKS:
            self.unprotected += [f"{found} in bar {row}" for found in self.venue.bare()]
        self.row, self.tick = row, tick
        self.clock.ts = int(self._market.ts[row]) + MINUTE_MS // TICKS * tick
        first, last = float(self._market.open[0, row]), float(self._market.close[0, row])
        self.venue.trade("COIN", first + (last - first) * tick / TICKS)


@dataclass(frozen=True)
class Scenario:
    """From `stop_row` on people want it flat."""

    ground: Ground
    stop_row: int = LAST_ROW - 2
    START_TS: int = FIRST_TS

    @cached_property
    def market(self) -> Tape:
        return tape(self.ground)

    def serve(self, address: Path) -> Server:
        return Server(self, address)

    def feed(self, clock: ManualClock) -> Stepped:
        return Stepped(self.market, clock)

    def strategy(self) -> dict[str, Any]:
        nodes = [
            node("start", "trigger"),
            node("flat", "no_open_position"),
            node("buy", "open_long", size=equity(20), leverage=2),
            node("stop", "set_stop_loss", stop_loss_pct=1),
            node("take", "set_take_profit", take_profit_pct=1),
        ]
        paths = [path("start", "flat", "buy", "stop"), path("start", "flat", "buy", "take")]
        found = graph("again", "Enter whenever flat.", nodes, paths, {"max_leverage": 3})
        return found | {"scope": {"venue": self.ground.name, "interval": "1m", "symbols": ["COIN"]}}

    def people(self, url: str, clock: ManualClock) -> None:
        """Deploy the bot, once, before any worker lives."""
        database = Database.open(url, clock=clock)
        upgrade(database)
        market = Market(self.feed(clock), lambda _: None, None, Costs())  # type: ignore[arg-type,return-value]
        Worker(database, [market], Kills(database, clock), "people")
        ids = SortableIds()
        account = Accounts(database, clock, ids).open(OWNER, "money", DEPOSIT * MICROS)
        bot = Bots(database, clock, ids).create(OWNER, "again", self.strategy())
        name = f"{self.ground.name}-1m"
        Runs(database, clock, ids).deploy(OWNER, bot.bot_id, account.account_id, 9_000 * MICROS, feed=name)
        database.close()

    def live(self, url: str, address: Path, die_at: int, by: signal.Signals = signal.SIGKILL) -> list[str]:
        """Run the scenario to its end, or get a signal at the `die_at`th point (0: never); gives the points passed."""
        caller, peril = Caller(str(address), "AF_UNIX"), Peril()

        def ask(verb: str, *args: int) -> tuple[str, int, int, int]:
            caller.send((verb, args))
            return caller.recv()

        def fate(_name: str) -> None:
            if len(peril.passed) == die_at:
                os.kill(os.getpid(), by)

        peril.at_point = fate
        venue_url, row, tick, now = ask("now")
        clock = ManualClock(now)
        database = FragileDatabase.open(url, clock=clock)
        database.peril = peril
        with database.read() as conn:
            account_id = str(conn.execute(select(runs.c.account_id)).scalar_one())
        vault, tally = self.ground.vault(address.parent, clock)
        agent = self.ground.grant(vault, OWNER, account_id).grant.agent
        wallet, line = Wallet(account_id, self.ground.owner(0), agent), Line(venue_url, clock, address.parent)
        connected = self.ground.connected(line, [wallet], vault, DatabaseNotes(database))
        stop = Event()
        with until_signalled(stop), closing(tally), closing(database), connected as broker:
            perilous = PerilousBroker(broker, peril, stalls=lambda: False)
            market = Market(self.feed(clock), lambda _: perilous, None, Costs())
            worker = Worker(database, [market], Kills(database, clock), "child")
            settle(worker, database, stop)
            for at, part in [(at, part) for at in range(row, LAST_ROW) for part in range(1, TICKS + 1)]:
                if (at, part) > (row, tick) and not stop.is_set():
                    clock.ts = ask("play", at, part)[3]
                    if at >= self.stop_row:
                        _flatten(database, clock)
                    settle(worker, database, stop)
            worker.stop()
        return peril.passed


HYPERLIQUID: Final = Scenario(GROUNDS["hyperliquid"])
PACIFICA: Final = Scenario(GROUNDS["pacifica"])


def _flatten(database: Database, clock: ManualClock) -> None:
    with database.read() as conn:
        run_id, state = conn.execute(select(runs.c.run_id, runs.c.state)).one()
    if state != RunState.STOPPED:
        Runs(database, clock, SortableIds()).stop(OWNER, run_id, StopMode.FLATTEN)
