"""The kill tests over sockets: the simulated Hyperliquid in the parent, and a worker that trades there and is killed.

The venue survives every child. It plays each part of a bar once, whoever asks for it, and remembers positions that it
found without a stop.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import ExitStack, closing
from multiprocessing.connection import Client as Caller
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from threading import Event
from typing import Any, Final

import numpy as np
from sqlalchemy import select

from paddock.core.instrument import Instrument
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
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.simulator.listing import Coin
from paddock.venues.hyperliquid.simulator.server import running
from paddock.venues.hyperliquid.simulator.simulator import Simulator
from paddock.venues.hyperliquid.simulator.terms import Terms
from paddock.venues.signing.grant import Grant, Network, Sealed
from paddock.venues.signing.hyperliquid import Hyperliquid
from paddock.venues.signing.keystore import KeyRing
from paddock.venues.signing.policy import Policy
from paddock.venues.signing.tally import FileTally
from paddock.venues.signing.vault import Vault
from paddock.venues.transport.nonce_stores import FileNonces
from paddock.venues.wallet import Wallet
from tests.crash.child import settle
from tests.simulation.perils import FragileDatabase, Peril, PerilousBroker
from tests.simulation.world import SortableIds
from tests.venues.hyperliquid_broker.staged import GENEROUS, client, made
from tests.venues.signing.given import Entropy

OWNER: Final = "owner"
ADDRESS: Final = "0x" + "ab" * 20
DEPOSIT: Final = 10_000
COIN: Final = Coin("COIN", 3, 20, "100")
HISTORY: Final = 40
# Entered at once, left at the target, entered again, stopped out, entered again, and flattened at the end.
CLOSES: Final = (100.2, 100.4, 101.9, 101.6, 101.0, 100.1, 99.6, 100.2, 100.4, 100.3)
FIRST_ROW: Final = HISTORY
LAST_ROW: Final = HISTORY + len(CLOSES)
STOP_ROW: Final = LAST_ROW - 2  # people want it flat from here on
START_TS: Final = 1_780_000_020_000 // MINUTE_MS * MINUTE_MS + HISTORY * MINUTE_MS
TICKS: Final = 2


def _tape() -> Tape:
    closes = np.array([100.0 + 0.1 * (n % 3) for n in range(HISTORY)] + list(CLOSES))
    opens = np.concatenate([[100.0], closes[:-1]])
    ts = START_TS + MINUTE_MS * np.arange(-HISTORY, len(CLOSES), dtype=np.int64)
    row = {"open": opens, "high": np.maximum(opens, closes), "low": np.minimum(opens, closes), "close": closes}
    none = np.empty((1, 0))
    return Tape(
        venue="hyperliquid",
        interval="1m",
        symbols=("COIN",),
        instruments=(
            Instrument(
                "hyperliquid", "COIN", px_decimals=COIN.px_decimals, qty_decimals=3, sig_figs=5, max_leverage=20
            ),
        ),
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


MARKET: Final = _tape()


class Stepped:
    """Bars of the scenario as its clock reaches their close."""

    name = "hyperliquid-1m"

    def __init__(self, clock: ManualClock) -> None:
        self.clock, self._next = clock, HISTORY

    def history(self) -> Tape:
        return truncate(MARKET, HISTORY)

    def start(self, after_ts: int) -> None:
        self._next = int(MARKET.ts.searchsorted(after_ts, side="right"))

    def poll(self) -> list[Bar]:
        bars = []
        while self._next < MARKET.bars and MARKET.ts[self._next] + MINUTE_MS <= self.clock.now_ts():
            bars.append(bar_at(MARKET, self._next))
            self._next += 1
        return bars


def vault_of(folder: Path, clock: ManualClock, account_id: str) -> tuple[Vault, Sealed, FileTally]:
    """The signer of this folder, with the same agent in every process."""
    tally, entropy = FileTally(folder / "tally"), Entropy(7)
    vault = Vault(KeyRing([entropy(32)], entropy), tally, clock, entropy, {"hyperliquid": Hyperliquid()}, {})
    policy = Policy(("*",), 1_000_000 * MICROS, 100_000_000 * MICROS, 20)
    sealed = vault.make(Grant(OWNER, account_id, "hyperliquid", Network.SIMULATOR, ADDRESS, "", policy))
    vault.open(sealed, closing=False)
    return vault, sealed, tally


class HyperliquidServer:
    """The simulated venue, and beside it a Unix socket over which a child lets time pass."""

    def __init__(self, address: Path) -> None:
        self.clock = ManualClock(START_TS)
        self.simulator = Simulator(self.clock, Terms(coins=(COIN,), allowed=GENEROUS))
        self.simulator.deposit(ADDRESS, DEPOSIT)
        _, sealed, tally = vault_of(address.parent, self.clock, "anybody's")
        tally.close()
        with self.simulator.acting() as venue:
            venue.members.approve(venue.members.get(ADDRESS), sealed.grant.agent, "", self.clock.now_ts())
        self._held = ExitStack()
        self.url = self._held.enter_context(running(self.simulator))
        self.row, self.tick = FIRST_ROW, 0
        self.unprotected: list[str] = []
        self._move(100.0)
        self._listener = Listener(str(address), "AF_UNIX")
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        self._held.close()

    def worth(self) -> int:
        """Micro-dollars more than were paid in."""
        with self.simulator.lock:
            return self.simulator.exchange.account(ADDRESS).equity - DEPOSIT * MICROS

    def lots(self) -> int:
        with self.simulator.lock:
            return self.simulator.exchange.position(ADDRESS, "COIN").lots

    def booked(self) -> list[str]:
        """The client id of each order that was ever booked."""
        with self.simulator.lock:
            oids = self.simulator.venue.records.of(ADDRESS).orders
            found = [self.simulator.exchange.order(oid).asked.client_id for oid in oids]
        return [one for one in found if one]

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
                    connection.send((self.url, self.row, self.tick, self.clock.ts))
            except (EOFError, ConnectionError):
                return

    def _play(self, row: int, tick: int) -> None:
        """Part `tick` of bar `row` happens, once."""
        if (row, tick) <= (self.row, self.tick):
            return
        if tick == TICKS:
            self._look(row)
        self.row, self.tick = row, tick
        self.clock.ts = int(MARKET.ts[row]) + MINUTE_MS // TICKS * tick
        first, last = float(MARKET.open[0, row]), float(MARKET.close[0, row])
        self._move(first + (last - first) * tick / TICKS)

    def _move(self, px: float) -> None:
        with self.simulator.acting():
            self.simulator.market.move("COIN", round(px * 10**COIN.px_decimals), 10_000_000)

    def _look(self, row: int) -> None:
        asked = {"type": "frontendOpenOrders", "user": ADDRESS}
        stops = [one for one in self.simulator.ask(asked).value if one["isTrigger"] and "Stop" in one["orderType"]]
        if self.lots() and not stops:
            self.unprotected.append(f"{self.lots()} lots in bar {row}")


def strategy() -> dict[str, Any]:
    nodes = [
        node("start", "trigger"),
        node("flat", "no_open_position"),
        node("buy", "open_long", size=equity(20), leverage=2),
        node("stop", "set_stop_loss", stop_loss_pct=1),
        node("take", "set_take_profit", take_profit_pct=1),
    ]
    paths = [path("start", "flat", "buy", "stop"), path("start", "flat", "buy", "take")]
    found = graph("again", "Enter whenever flat.", nodes, paths, {"max_leverage": 3})
    return found | {"scope": {"venue": "hyperliquid", "interval": "1m", "symbols": ["COIN"]}}


def people(url: str, clock: ManualClock) -> None:
    """Deploy the bot, once, before any worker lives."""
    database = Database.open(url, clock=clock)
    upgrade(database)
    Worker(database, [Market(Stepped(clock), lambda _: None, None, Costs())], Kills(database, clock), "people")  # type: ignore[arg-type,return-value]
    ids = SortableIds()
    account = Accounts(database, clock, ids).open(OWNER, "money", DEPOSIT * MICROS)
    bot = Bots(database, clock, ids).create(OWNER, "again", strategy())
    Runs(database, clock, ids).deploy(OWNER, bot.bot_id, account.account_id, 9_000 * MICROS, feed=Stepped.name)
    database.close()


def live(url: str, address: Path, die_at: int, by: signal.Signals = signal.SIGKILL) -> list[str]:
    """Run the scenario to its end, or get a signal at the `die_at`th point (0: never); gives the points passed."""
    line, peril = Caller(str(address), "AF_UNIX"), Peril()

    def ask(verb: str, *args: int) -> tuple[str, int, int, int]:
        line.send((verb, args))
        return line.recv()

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
    vault, sealed, tally = vault_of(address.parent, clock, account_id)
    stop = Event()
    with until_signalled(stop), closing(tally), closing(database), Gateway(client(venue_url, clock)) as gateway:
        wallet = Wallet(account_id, ADDRESS, sealed.grant.agent)
        broker = made(gateway, wallet, vault, FileNonces(address.parent / "nonces"), DatabaseNotes(database))
        perilous = PerilousBroker(broker, peril, stalls=lambda: False)
        market = Market(Stepped(clock), lambda _: perilous, None, Costs())
        worker = Worker(database, [market], Kills(database, clock), "child")
        settle(worker, database, stop)
        for at, part in [(at, part) for at in range(row, LAST_ROW) for part in range(1, TICKS + 1)]:
            if (at, part) > (row, tick) and not stop.is_set():
                clock.ts = ask("play", at, part)[3]
                if at >= STOP_ROW:
                    _flatten(database, clock)
                settle(worker, database, stop)
        worker.stop()
    return peril.passed


def _flatten(database: Database, clock: ManualClock) -> None:
    with database.read() as conn:
        run_id, state = conn.execute(select(runs.c.run_id, runs.c.state)).one()
    if state != RunState.STOPPED:
        Runs(database, clock, SortableIds()).stop(OWNER, run_id, StopMode.FLATTEN)
