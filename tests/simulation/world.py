"""A world that can be played again: a clock, a market, a venue, a line, workers that die, a database that stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from paddock.core.errors import PaddockError
from paddock.core.money import MICROS
from paddock.core.seams import ManualClock
from paddock.engine.costs import Costs
from paddock.engine.live import LiveSession
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.align import truncate
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.accounts import Accounts
from paddock.runtime.bots import Bots
from paddock.runtime.kill import Kills
from paddock.runtime.lifecycle import StopMode
from paddock.runtime.runner import Market
from paddock.runtime.runs import Runs
from paddock.runtime.seen import bar_at
from paddock.runtime.worker import Worker
from paddock.venues.broker import Broker, VenuePosition
from tests.simulation.bots import document
from tests.simulation.markets import HISTORY, MINUTE
from tests.simulation.options import Luck, Options
from tests.simulation.perils import OUTSIDE, FragileDatabase, Killed, Peril, PerilousBroker

OWNER = "owner"
CAPITAL = 10_000 * MICROS
TICKS = 3  # looks at the world in each bar
LEASE_MS = 30_000


class Venue(Protocol):
    """Where the bots of a world trade, and what is really there. `by_real_time`: how long nobody asks for what a socket
    did not tell is no matter of the world's clock.
    """

    by_real_time: bool

    @property
    def orders(self) -> Sequence[Any]:
        """As `Booked` has them."""
        ...

    @property
    def bared(self) -> Sequence[str]:
        """Cancellations that left a position without a stop."""
        ...

    @property
    def waiting(self) -> frozenset[str]:
        """Levels that wait for the fill of their entry, where the venue tells of them as open."""
        ...

    def positions(self, account_id: str) -> list[VenuePosition]: ...

    def admit(self, account_id: str, dollars: int) -> None: ...

    def connect(self, database: Database) -> AbstractContextManager[Callable[[], Broker]]:
        """What a process of ours has of it; the broker is asked for when all accounts are admitted."""
        ...

    def trade(self, symbol: str, px: float, lots: int | None = None) -> None: ...

    def acts(self, accounts: Sequence[str], prices: Mapping[str, float]) -> None:
        """What a venue does of its own accord; `prices`: those of the last closes, where anybody traded."""
        ...

    def heal(self) -> None: ...

    def close(self) -> None: ...


class SortableIds:
    """`id-000001`, `id-000002`, …: by time, as real ones are."""

    def __init__(self) -> None:
        self._count = 0

    def next_id(self) -> str:
        self._count += 1
        return f"id-{self._count:06d}"


class StepFeed:
    """Bars of the world's market as its clock reaches their close; sometimes again, sometimes late."""

    def __init__(self, tape: Tape, clock: ManualClock, luck: Luck) -> None:
        self.name = f"{tape.venue}-1m"
        self._tape, self.clock, self._luck = tape, clock, luck
        self._next = HISTORY

    def history(self) -> Tape:
        return truncate(self._tape, HISTORY)

    def start(self, after_ts: int) -> None:
        self._next = int(self._tape.ts.searchsorted(after_ts, side="right"))

    def poll(self) -> list[Bar]:
        if self._luck.strikes("bar_late"):
            return []
        bars = []
        while self._next < self._tape.bars and self._tape.ts[self._next] + MINUTE <= self.clock.now_ts():
            bars.append(bar_at(self._tape, self._next))
            self._next += 1
        if bars and self._luck.strikes("bar_again"):
            bars += bars[-1:]
        return bars


@dataclass(slots=True)
class Living:
    """A worker with what dies with it."""

    worker: Worker
    kills: Kills
    held: ExitStack

    def close(self) -> None:
        self.held.close()

    def kernels(self) -> Iterator[tuple[LiveSession, list[str]]]:
        """Of the runs that it keeps: their session, and the run of each bot in it."""
        for held in self.worker._held.values():
            kept = held.runner.kept
            yield kept.session, [member.run.run_id for member in kept.members]


class World:
    """Made from options and a database address; `play` goes on for some bars, `heal` ends all faults."""

    def __init__(self, options: Options, url: str, luck: Luck, tape: Tape, clock: ManualClock, venue: Venue) -> None:
        self.options, self._url, self.luck = options, url, luck
        self.tape, self.clock, self.venue = tape, clock, venue
        self.row = HISTORY
        self.deaths, self.naps = 0, 0
        self._naps = False
        self.peril = Peril(self._fate)
        for symbol in self.tape.symbols:
            self.venue.trade(symbol, float(self.tape.close[self.tape.row(symbol), HISTORY - 1]))
        plain = Database.open(url, clock=self.clock)
        upgrade(plain)
        self.accounts: list[str] = []
        self.living = [self._start("a")]
        self.runs = self._deploy(plain)
        plain.close()

    # People

    def _deploy(self, database: Database) -> list[str]:
        ids = SortableIds()
        accounts, bots, runs = (
            Accounts(database, self.clock, ids),
            Bots(database, self.clock, ids),
            Runs(database, self.clock, ids),
        )
        made = []
        for kind in self.options.kinds:
            if not (self.accounts and self.options.one_account):
                deposit = CAPITAL * len(self.options.kinds)
                self.accounts.append(accounts.open(OWNER, f"money {len(self.accounts)}", deposit).account_id)
                self.venue.admit(self.accounts[-1], deposit // MICROS)
            bot = bots.create(OWNER, f"{kind} {len(made)}", document(kind, self.tape.symbols, self.tape.venue))
            feed = f"{self.tape.venue}-1m"
            made.append(runs.deploy(OWNER, bot.bot_id, self.accounts[-1], CAPITAL, feed=feed).run_id)
        return made

    def flatten(self) -> None:
        """People want all runs flat, and to stop."""
        with closing(Database.open(self._url, clock=self.clock)) as plain:
            for run_id in self.runs:
                Runs(plain, self.clock, SortableIds()).stop(OWNER, run_id, StopMode.FLATTEN)

    # Processes

    def _start(self, holder: str) -> Living:
        database = FragileDatabase.open(self._url, clock=self.clock)
        database.peril = self.peril
        database.fault = self._ailment
        held = ExitStack()
        held.callback(database.close)
        connected = held.enter_context(self.venue.connect(database))

        def broker(_account_id: str) -> Broker:
            return PerilousBroker(connected(), self.peril, lambda: self.luck.strikes("stall"))

        feed = StepFeed(self.tape, self.clock, self.luck)
        kills = Kills(database, self.clock)
        while True:
            try:
                worker = Worker(database, [Market(feed, broker, None, Costs())], kills, holder, lease_ms=LEASE_MS)
            except (Killed, PaddockError):  # it could not even begin: whoever keeps the process starts it again
                continue
            return Living(worker, kills, held)

    def _fate(self, point: str) -> None:
        if self.luck.strikes("crash") or (point in ("placed", "cancelled") and self.luck.strikes("unheard")):
            raise Killed
        if point in OUTSIDE and not self._naps and self.luck.strikes("nap"):
            self._nap()

    def _nap(self) -> None:
        """Who is at work stops where it is for longer than its lease; another does the work, and then it goes on."""
        self._naps, self.naps = True, self.naps + 1
        other = self._start("c")
        self.clock.advance(2 * LEASE_MS)
        try:
            for _ in range(2):
                other.worker.step()
            other.worker.stop()
        except (Killed, PaddockError):
            self.deaths += 1
        other.close()
        self._naps = False

    def _ailment(self) -> str:
        for fault in ("database_busy", "disk_full"):
            if self.luck.strikes(fault):
                return fault
        return ""

    def _round(self) -> None:
        """A step of each worker that is awake."""
        awake = self.living
        if len(self.living) == 1 and self.luck.strikes("usurp"):
            self.living.append(self._start("b"))
            self.clock.advance(2 * LEASE_MS)  # the first one sleeps past its lease
            awake = self.living[1:]
        for one in list(awake):
            self._step(one)

    def _step(self, one: Living) -> None:
        try:
            one.worker.step()
        except Killed:
            self.deaths += 1
            self._replace(one)

    def _replace(self, one: Living) -> None:
        one.close()
        at = self.living.index(one)
        self.living[at] = self._start("ab"[at])

    # Time

    def play(self, bars: int) -> None:
        """Let bars pass, with all that happens in them."""
        for _ in range(bars):
            self._bar()

    def heal(self) -> None:
        """No fault strikes from here on; one worker stays."""
        self.luck.healed = True
        self.venue.heal()
        for one in self.living[1:]:
            one.worker.stop()
            one.close()
        del self.living[1:]
        if self.venue.by_real_time:
            self._replace(self.living[0])

    def close(self) -> None:
        for one in self.living:
            one.close()
        self.venue.close()

    def rest(self) -> None:
        """Nobody trades for some seconds: what was done at the last close is heard of."""
        for _ in range(3):
            self.clock.advance(1_000)
            self._round()

    def _bar(self) -> None:
        row, self.row = self.row, self.row + 1
        close_ts = int(self.tape.ts[row]) + MINUTE
        for tick in range(TICKS):
            self._trade(row, tick)
            self.venue.acts(self.accounts, self._closes())
            self._round()
            if self.clock.now_ts() < close_ts:
                self.clock.advance(min(MINUTE // TICKS, close_ts - self.clock.now_ts()))
        self._round()

    def _trade(self, row: int, tick: int) -> None:
        """The market goes from open over one extreme to the other and to the close."""
        for symbol in self.tape.symbols:
            s = self.tape.row(symbol)
            o, h, l, c = (
                float(column[s, row]) for column in (self.tape.open, self.tape.high, self.tape.low, self.tape.close)
            )
            if o != o:
                continue
            thin = 1 + self.luck.below("thin", 6_000) if self.luck.strikes("thin") else None
            for px in ([o, l] if c > o else [o, h], [h] if c > o else [l], [c])[tick]:
                self.venue.trade(symbol, px, thin)

    def _closes(self) -> dict[str, float]:
        last = self.tape.close[:, self.row - 1]
        return {symbol: float(px) for symbol, px in zip(self.tape.symbols, last, strict=True) if px == px}


def sqlite_url(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}.db"
