"""The simulated venues as worlds trade at them: over sockets, where requests and frames go wrong by a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import numpy as np

from paddock.core.orders import Side
from paddock.core.seams import ManualClock
from paddock.journal.database import Database
from paddock.market.tape import Tape
from paddock.runtime.live.notes import DatabaseNotes
from paddock.venues.broker import Broker
from paddock.venues.exchange import Request
from paddock.venues.exchange.events import Event
from paddock.venues.fake import Skewed
from paddock.venues.wallet import Wallet
from tests.simulation.grounds import GROUNDS, HOUR_MS, Line
from tests.simulation.markets import MINUTE, market
from tests.simulation.onlooker import Onlooker
from tests.simulation.options import Luck, Options
from tests.simulation.simulated import Simulated

OWNER = "owner"
LOWEST = 12  # dollars: no market of the simulation comes near


def market_at(options: Options, bars: int) -> Tape:
    """The market of a seed on a venue's own grid, from a minute of an hour on: funding is paid at its end."""
    drawn, ground = market(options.seed, bars, options.symbols), GROUNDS[options.venue]
    begins = int(drawn.ts[0]) // HOUR_MS * HOUR_MS + options.minute * MINUTE
    instruments = tuple(map(ground.instrument, drawn.symbols))
    ts = begins + MINUTE * np.arange(drawn.bars, dtype=np.int64)
    return replace(drawn, venue=ground.name, instruments=instruments, ts=ts)


class AtSimulator(Simulated):
    """Implements the world's Venue. `folder` is the signer's; it signs for all processes of ours, and never dies."""

    by_real_time = True

    def __init__(self, options: Options, luck: Luck, clock: ManualClock, tape: Tape, folder: Path) -> None:
        super().__init__(GROUNDS[options.venue], Skewed(clock, options.skew_ms), tape.symbols)
        self._luck, self._clock, self._folder, self._listens = luck, clock, folder, options.listens
        self._vault, self._tally = self.ground.vault(folder, clock)
        self._wallets: list[Wallet] = []
        self._halted: set[str] = set()
        self.asked_by_hand = 0
        self._onlooker = self._looked_on()
        self._script(httpx2.post, json=list(options.script))

    @property
    def bared(self) -> Sequence[str]:
        return self._onlooker.bared

    def admit(self, account_id: str, dollars: int) -> None:
        """Somebody pays in, and lets an agent trade that the signer makes."""
        owner = self.ground.owner(len(self._wallets))
        agent = self.ground.grant(self._vault, OWNER, account_id, len(self._wallets)).grant.agent
        self._wallets.append(Wallet(account_id, owner, agent))
        self.let_in(account_id, owner, agent, dollars)

    @contextmanager
    def connect(self, database: Database) -> Iterator[Callable[[], Broker]]:
        line = Line(self.url, self._clock, self._folder, self.simulator.faults, self._listens)
        made: list[Broker] = []
        with ExitStack() as held:

            def broker() -> Broker:
                if not made:
                    notes = DatabaseNotes(database)
                    made.append(held.enter_context(self.ground.connected(line, self._wallets, self._vault, notes)))
                return made[0]

            yield broker

    def acts(self, accounts: Sequence[str], prices: Mapping[str, float]) -> None:
        """What a venue does of its own accord, and a person."""
        luck, simulator = self._luck, self.simulator
        if luck.strikes("cut"):
            simulator.faults.cut_off()
        simulator.faults.stalled = luck.strikes("deaf")
        for symbol in self.symbols:
            if luck.strikes("halt"):
                self._halted ^= {symbol}
                with simulator.acting() as venue:
                    venue.exchange.halt(symbol, halted=symbol in self._halted)
        for wallet in self._wallets:
            if luck.strikes("funding"):
                self.ground.pay_twice(simulator, wallet.address)
            if luck.strikes("by_hand"):
                self._by_hand(wallet.address)

    def heal(self) -> None:
        self._script(httpx2.delete)
        with self.simulator.acting() as venue:
            for symbol in self.symbols:
                venue.exchange.halt(symbol, halted=False)
        self._listens = False

    def close(self) -> None:
        super().close()
        self._tally.close()

    def by_hand(self) -> int:
        """How many orders of a person's own rest; there were to be `asked_by_hand`."""
        with self.simulator.lock:
            opened = [self.simulator.exchange.open_orders(wallet.address) for wallet in self._wallets]
        return sum(not order.asked.client_id for orders in opened for order in orders)

    def _looked_on(self) -> Onlooker:
        """Somebody who hears of all that happens, before it is recorded."""
        records, onlooker = self.simulator.venue.records, Onlooker(self.simulator.exchange)
        absorb = records.absorb

        def hear(events: Sequence[Event]) -> None:
            onlooker.hear(events)
            absorb(events)

        records.absorb = hear
        return onlooker

    def _by_hand(self, owner: str) -> None:
        """A bid that nobody meets."""
        with self.simulator.acting() as venue:
            contract = venue.exchange.contracts[self.symbols[0]]
            venue.exchange.submit(Request(owner, self.symbols[0], Side.BUY, 1_000, LOWEST * 10**contract.px_decimals))
            self.asked_by_hand += 1

    def _script(self, send: Callable[..., httpx2.Response], **more: object) -> None:
        send(f"{self.url}/simulator/faults", timeout=60, trust_env=False, **more).raise_for_status()
