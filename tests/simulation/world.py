"""A world that can be played again: a clock, a market, a venue, a line, workers that die, a database that stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from paddock.core.errors import PaddockError
from paddock.core.money import MICROS
from paddock.core.orders import OrderKind
from paddock.core.seams import ManualClock, SeededRandom
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
from paddock.runtime.runner import Market
from paddock.runtime.runs import Runs
from paddock.runtime.seen import bar_at
from paddock.runtime.worker import Worker
from paddock.venues.fake import Fault, Mode, Script, Skewed, Step, Wire
from tests.simulation.bots import document
from tests.simulation.markets import HISTORY, MINUTE, VENUE, market
from tests.simulation.options import Options
from tests.simulation.perils import OUTSIDE, FragileDatabase, Killed, Peril, PerilousBroker
from tests.simulation.witness import Witness

OWNER = "owner"
CAPITAL = 10_000 * MICROS
TICKS = 3  # looks at the world in each bar
LEASE_MS = 30_000
_LINE = (
    Fault.ACCEPT_THEN_TIMEOUT,
    Fault.LATE,
    Fault.DROP,
    Fault.ERROR_BOOKED,
    Fault.ERROR_LOST,
    Fault.GARBAGE,
    Fault.UNREACHABLE,
    Fault.BROKEN,
)


class SortableIds:
    """`id-000001`, `id-000002`, …: by time, as real ones are."""

    def __init__(self) -> None:
        self._count = 0

    def next_id(self) -> str:
        self._count += 1
        return f"id-{self._count:06d}"


class Luck:
    """Whether a fault strikes. One random source for each fault: what one draws changes nothing for the others."""

    def __init__(self, options: Options) -> None:
        self._rates, self.healed = options.rates, False
        self._sources = {name: SeededRandom(options.seed * 1_000 + n) for n, name in enumerate(sorted(options.rates))}

    def strikes(self, fault: str) -> bool:
        if fault not in self._rates:
            return False
        struck = self._sources[fault].below(1_000) < self._rates[fault]
        return struck and not self.healed

    def below(self, fault: str, bound: int) -> int:
        return self._sources[fault].below(bound)


class DrawnSteps(Mapping[int, Step]):
    """What becomes of each request, drawn when it is asked for."""

    def __init__(self, luck: Luck, faults: tuple[Fault, ...]) -> None:
        self._luck, self._faults = luck, faults

    def get(self, key: int, default: Step | None = None) -> Step:  # type: ignore[override]
        for fault in self._faults:
            if self._luck.strikes(fault.value):
                ms = 1_000 * self._luck.below(fault.value, 25) if fault is Fault.LATE else 0
                return Step(fault, ms=ms)
        return Step()

    def __getitem__(self, key: int) -> Step:
        return self.get(key)

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


class StepFeed:
    """Bars of the world's market as its clock reaches their close; sometimes again, sometimes late."""

    name = f"{VENUE}-1m"

    def __init__(self, tape: Tape, clock: ManualClock, luck: Luck) -> None:
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

    database: Database
    worker: Worker
    kills: Kills

    def kernels(self) -> Iterator[tuple[LiveSession, list[str]]]:
        """Of the runs that it keeps: their session, and the run of each bot in it."""
        for held in self.worker._held.values():
            kept = held.runner.kept
            yield kept.session, [member.run.run_id for member in kept.members]


class World:
    """Made from options and a database address; `play` goes on for some bars, `heal` ends all faults."""

    def __init__(self, options: Options, url: str) -> None:
        self.options, self._url = options, url
        self.luck = Luck(options)
        self.tape = market(options.seed, options.bars + 30, options.symbols)
        self.clock = ManualClock(int(self.tape.ts[HISTORY - 1]) + MINUTE)
        instruments = dict(zip(self.tape.symbols, self.tape.instruments, strict=True))
        self.venue = Witness(Skewed(self.clock, options.skew_ms), instruments, options.capabilities)
        script = Script(
            place=DrawnSteps(self.luck, _LINE),
            cancel=DrawnSteps(self.luck, _LINE),
            read=DrawnSteps(self.luck, (Fault.UNREACHABLE,)),
        )
        self.wire = Wire(self.venue, self.clock, script)
        self.row = HISTORY
        self.deaths, self.naps = 0, 0
        self._naps = False
        self.peril = Peril(self._fate)
        self._payments = 0
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
            bot = bots.create(OWNER, f"{kind} {len(made)}", document(kind, self.tape.symbols))
            made.append(runs.deploy(OWNER, bot.bot_id, self.accounts[-1], CAPITAL, feed=StepFeed.name).run_id)
        return made

    # Processes

    def _start(self, holder: str) -> Living:
        database = FragileDatabase.open(self._url, clock=self.clock)
        database.peril = self.peril
        database.fault = self._ailment
        broker = PerilousBroker(self.wire, self.peril, lambda: self.luck.strikes("stall"))
        feed = StepFeed(self.tape, self.clock, self.luck)
        kills = Kills(database, self.clock)
        while True:
            try:
                worker = Worker(
                    database, [Market(feed, lambda _: broker, None, Costs())], kills, holder, lease_ms=LEASE_MS
                )
            except (Killed, PaddockError):  # it could not even begin: whoever keeps the process starts it again
                continue
            return Living(database, worker, kills)

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
        other.database.close()
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
            one.database.close()
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
        for symbol in ("", *self.tape.symbols):
            self.venue.mode[symbol] = Mode.OPEN
        for one in self.living[1:]:
            one.worker.stop()
            one.database.close()
        del self.living[1:]

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
            self._acts()
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

    def _acts(self) -> None:
        """What a venue does of its own accord."""
        luck = self.luck
        if luck.strikes("repeat"):
            self.wire.repeat = 1 + luck.below("repeat", 5)
        self.wire.swap = luck.strikes("swap")
        for symbol in self.tape.symbols:
            if luck.strikes("halt"):
                halted = self.venue.mode.get(symbol) is Mode.HALTED
                self.venue.mode[symbol] = Mode.OPEN if halted else Mode.HALTED
        for account in self.accounts:
            for held in self.venue.positions(account):
                px = float(self.tape.close[self.tape.row(held.symbol), : self.row][-1])
                if luck.strikes("liquidate") and px == px:
                    self.venue.liquidate(account, held.symbol, px, held.book)
                elif luck.strikes("funding"):
                    self._payments += 1
                    amount = luck.below("funding", 2_000_001) - 1_000_000
                    for _ in range(1 + luck.below("funding", 2)):
                        self.venue.pay_funding(account, held.symbol, f"p{self._payments:06d}", amount, held.book)
        # A venue that keeps levels by itself would have to keep them for such a fill too, or nobody does.
        if luck.strikes("overfill") and not self.options.capabilities.relative_brackets:
            self._overfill()

    def _overfill(self) -> None:
        entries = [one for one in self.venue.orders if one.filled and not one.asked.reduce_only]
        if entries:
            order = entries[self.luck.below("overfill", len(entries))]
            if order.asked.kind is not OrderKind.TWAP:
                self.venue.fill(order.asked.client_id, 1, order.px or 100.0)


def sqlite_url(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}.db"
