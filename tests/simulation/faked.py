"""The fake venue behind a faulty line, which needs no socket: requests, events and modes go wrong as the seed says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from paddock.core.orders import OrderKind
from paddock.core.seams import ManualClock
from paddock.journal.database import Database
from paddock.market.tape import Tape
from paddock.venues.broker import Broker, VenuePosition
from paddock.venues.fake import Fault, Mode, Script, Skewed, Step, Wire
from paddock.venues.fake.book import Booked
from tests.simulation.options import Luck, Options
from tests.simulation.witness import Witness

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


class Faked:
    """One venue for all accounts; every process reaches it on the same line."""

    by_real_time = False
    waiting: frozenset[str] = frozenset()

    def __init__(self, options: Options, luck: Luck, clock: ManualClock, tape: Tape) -> None:
        self._luck, self._symbols = luck, tape.symbols
        self._relative = options.capabilities.relative_brackets
        instruments = dict(zip(tape.symbols, tape.instruments, strict=True))
        self._venue = Witness(Skewed(clock, options.skew_ms), instruments, options.capabilities)
        script = Script(
            place=DrawnSteps(luck, _LINE),
            cancel=DrawnSteps(luck, _LINE),
            read=DrawnSteps(luck, (Fault.UNREACHABLE,)),
        )
        self._wire = Wire(self._venue, clock, script)
        self._payments = 0

    @property
    def orders(self) -> Sequence[Booked]:
        return self._venue.orders

    @property
    def bared(self) -> Sequence[str]:
        return self._venue.bared

    def positions(self, account_id: str) -> list[VenuePosition]:
        return self._venue.positions(account_id)

    def admit(self, account_id: str, dollars: int) -> None:
        """Everybody may trade here."""

    def connect(self, _database: Database) -> AbstractContextManager[Callable[[], Broker]]:
        return nullcontext(lambda: self._wire)

    def trade(self, symbol: str, px: float, lots: int | None = None) -> None:
        self._venue.trade(symbol, px, lots)

    def acts(self, accounts: Sequence[str], prices: Mapping[str, float]) -> None:
        """What a venue does of its own accord; `prices`: those of the last closes, where anybody traded."""
        luck = self._luck
        if luck.strikes("repeat"):
            self._wire.repeat = 1 + luck.below("repeat", 5)
        self._wire.swap = luck.strikes("swap")
        for symbol in self._symbols:
            if luck.strikes("halt"):
                halted = self._venue.mode.get(symbol) is Mode.HALTED
                self._venue.mode[symbol] = Mode.OPEN if halted else Mode.HALTED
        for account in accounts:
            for held in self._venue.positions(account):
                if luck.strikes("liquidate") and held.symbol in prices:
                    self._venue.liquidate(account, held.symbol, prices[held.symbol], held.book)
                elif luck.strikes("funding"):
                    self._payments += 1
                    amount = luck.below("funding", 2_000_001) - 1_000_000
                    for _ in range(1 + luck.below("funding", 2)):
                        self._venue.pay_funding(account, held.symbol, f"p{self._payments:06d}", amount, held.book)
        # A venue that keeps levels by itself would have to keep them for such a fill too, or nobody does.
        if luck.strikes("overfill") and not self._relative:
            self._overfill()

    def heal(self) -> None:
        for symbol in ("", *self._symbols):
            self._venue.mode[symbol] = Mode.OPEN

    def close(self) -> None:
        """There is no socket."""

    def _overfill(self) -> None:
        entries = [one for one in self._venue.orders if one.filled and not one.asked.reduce_only]
        if entries:
            order = entries[self._luck.below("overfill", len(entries))]
            if order.asked.kind is not OrderKind.TWAP:
                self._venue.fill(order.asked.client_id, 1, order.px or 100.0)
