"""A simulated Hyperliquid in a process of its own, and who trades there as the product does.

Both live in one time, which the venue's process turns: it stands still unless something is to happen.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Line
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from paddock.core.money import MICROS
from paddock.core.time import MINUTE_MS
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.lake import Lake
from paddock.runtime.live.notes import DatabaseNotes
from paddock.runtime.live.rows import Connection
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.live.wish import Wish
from paddock.runtime.place import Place
from paddock.runtime.runner import Market
from paddock.runtime.signer.client import Keeping, SignerProcess
from paddock.surfaces.house import House, house_on
from paddock.surfaces.kits import Stores, kit_of
from paddock.surfaces.live import Live, links
from paddock.surfaces.machine import RandomIds, SystemRandom
from paddock.surfaces.trading import trading
from paddock.surfaces.venue_feeds import VenueFeeds
from paddock.surfaces.venue_wish import VenueWish
from paddock.surfaces.venues import Venues, pay_in
from paddock.venues.broker import Broker
from paddock.venues.hyperliquid.simulator.candles import Candle
from paddock.venues.hyperliquid.simulator.listing import Coin
from paddock.venues.hyperliquid.simulator.server import running
from paddock.venues.hyperliquid.simulator.simulator import Simulator
from paddock.venues.hyperliquid.simulator.terms import UNLIMITED, Terms
from paddock.venues.signing.grant import Network
from paddock.venues.signing.policy import Policy
from paddock.venues.transport.nonce_stores import FileNonces

OWNER = "bench"
COIN = Coin("BTC", 5, 40, "60000")
HISTORY = 60  # bars before the first that is lived
USD = 1_000_000
PLENTY = 1_000_000_000 * MICROS
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Shared:
    """The time of both processes."""

    ts: Synchronized[int]

    def now_ts(self) -> int:
        return self.ts.value


def us() -> int:
    """Microseconds on a clock that all processes of a machine have in common."""
    return time.monotonic_ns() // 1000


class Venue:
    """The venue as the bench has it in its hands. What is called runs in the venue's process, on `Playing`."""

    def __init__(self, line: Line, clock: Shared, url: str) -> None:
        self._line, self.clock, self.url = line, clock, url

    def call(self, name: str, *args: Any) -> Any:
        self._line.send((name, args))
        return self._line.recv()


class Playing:
    """What the bench makes happen at the venue."""

    def __init__(self, simulator: Simulator, clock: Shared) -> None:
        self._simulator, self._clock = simulator, clock
        self._acted: list[int] = []
        act = simulator.act

        def noted(body: Any, ip: str = "") -> Any:
            self._acted.append(us())
            return act(body, ip)

        simulator.act = noted

    def wait_for_close(self) -> None:
        """Most of the minute passes, so that what waits for time has happened before its end."""
        self._clock.ts.value += MINUTE_MS - self._clock.ts.value % MINUTE_MS - 200

    def close(self, px: int) -> int:
        """The next minute begins with a trade; gives when."""
        self._clock.ts.value += 400
        began = us()
        self.move(px)
        return began

    def move(self, px: int) -> None:
        with self._simulator.acting():
            self._simulator.market.move(COIN.name, px * 10**COIN.px_decimals, 1_000_000)

    def slide(self, prices: list[int]) -> int:
        """Trade at one price after another, as fast as it goes; gives when it began."""
        began = us()
        for px in prices:
            self._clock.ts.value += 1
            self.move(px)
        return began

    def acted(self) -> list[int]:
        """When each signed request came."""
        return list(self._acted)

    def cpu_us(self) -> int:
        return time.process_time_ns() // 1000


def play(line: Line, ts: Synchronized[int], coins: tuple[Coin, ...]) -> None:
    """The venue's process, until it is told to end."""
    clock = Shared(ts)
    simulator = Simulator(clock, Terms(coins=coins, allowed=UNLIMITED, schedule_volume=0))
    simulator.venue.candles.remember(COIN.name, "1m", _past(clock.now_ts()))
    playing = Playing(simulator, clock)
    with running(simulator) as url:
        line.send(url)
        while (said := line.recv()) is not None:
            name, args = said
            line.send(getattr(playing, name)(*args))


def _past(now_ts: int) -> Iterator[Candle]:
    px = round(float(COIN.px) * 10**COIN.px_decimals)
    for n in range(HISTORY, 0, -1):
        open_ts = now_ts // MINUTE_MS * MINUTE_MS - n * MINUTE_MS
        yield Candle(open_ts, open_ts + MINUTE_MS, px, px, px, px, lots=1_000, value=0, trades=1)


@contextmanager
def venue(coins: tuple[Coin, ...] = (COIN,)) -> Iterator[Venue]:
    ts = SPAWN.Value("q", time.time_ns() // 1_000_000)
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=play, args=(theirs, ts, coins))
    process.start()
    try:
        yield Venue(ours, Shared(ts), ours.recv())
    finally:
        ours.send(None)
        process.join()


@dataclass(frozen=True, slots=True)
class Trader:
    """An account at the venue that is switched on, with a signer's process of its own, on a journal on disk."""

    house: House
    live: Live
    account_id: str
    home: Path
    place: Place

    @property
    def connection(self) -> Connection:
        return self.live.accounts.get(OWNER, self.account_id)

    def broker(self) -> Broker:
        stores = Stores(FileNonces(self.home / "nonces"), DatabaseNotes(self.house.database))
        gateway = self.live.venues.at(self.place).gateway
        return kit_of(self.place.venue).broker(gateway, self.connection, self.live.signer, stores)

    @contextmanager
    def market(self) -> Iterator[Market]:
        """Bars of a minute as the venue tells them, and how they are traded."""
        wish = VenueWish("bench-1m", self.place, "1m", (COIN.name,))
        made = trading(self.house.database, self.home, self.live, Costs())
        feeds = VenueFeeds(self.house.database, Lake(self.home), self.live.venues, made, [wish])
        stop = threading.Event()
        opening = threading.Thread(target=feeds.part().run, args=(stop,))
        opening.start()
        try:
            while not (opened := feeds.opened()):
                time.sleep(0.05)
            yield opened[0]
        finally:
            stop.set()
            opening.join()


@contextmanager
def trader(at: Venue, home: Path) -> Iterator[Trader]:
    with ExitStack() as held:
        database = held.enter_context(closing(Database.open(f"sqlite:///{home / 'paddock.db'}")))
        upgrade(database)
        house = house_on(database, at.clock, RandomIds())
        venues = held.enter_context(Venues(at.clock, SystemRandom()))
        signer = held.enter_context(SignerProcess(Keeping.in_home(home), time.monotonic))
        accounts = LiveAccounts(database, at.clock, house.ids, signer, links(venues, signer))
        place = Place("hyperliquid", Network.SIMULATOR, at.url)
        policy = Policy(("*",), PLENTY, PLENTY, 20)
        wish = Wish(place.venue, place.network, "", policy, name="bench", url=at.url)
        account_id = accounts.connect(OWNER, wish).account_id
        pay_in(at.url, accounts.get(OWNER, account_id).grant.main, USD)
        accounts.check(OWNER, account_id)
        accounts.enable(OWNER, account_id)
        yield Trader(house, Live(accounts, signer, venues), account_id, home, place)
