"""A broker and the simulated venue, with real sockets between them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from paddock.core.instrument import Instrument
from paddock.core.money import MICROS
from paddock.core.orders import OrderKind, Side
from paddock.core.seams import ManualClock, SeededRandom
from paddock.venues.broker import Placement
from paddock.venues.exchange.units import HOUR_MS
from paddock.venues.hyperliquid.broker import HyperliquidBroker
from paddock.venues.hyperliquid.client import Client
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.networks import ALLOWANCES
from paddock.venues.hyperliquid.networks import simulator as at
from paddock.venues.hyperliquid.simulator.listing import Coin
from paddock.venues.hyperliquid.simulator.server import running
from paddock.venues.hyperliquid.simulator.simulator import Simulator
from paddock.venues.hyperliquid.simulator.terms import UNLIMITED, Terms
from paddock.venues.notes import MemoryNoteStore
from paddock.venues.signing.grant import Grant, Network
from paddock.venues.signing.hyperliquid import Hyperliquid
from paddock.venues.signing.keystore import KeyRing
from paddock.venues.signing.policy import Policy
from paddock.venues.signing.tally import FileTally
from paddock.venues.signing.vault import Vault
from paddock.venues.transport.nonce_stores import MemoryNonces
from paddock.venues.transport.nonces import NonceStore
from paddock.venues.transport.stream import Pace
from paddock.venues.wallet import Wallet
from tests.venues.contract import ACCOUNT, STEP_MS
from tests.venues.impatience import LONG_MS, give_up, go_by
from tests.venues.signing.given import Entropy

NOW = 1_780_000_020_000 // HOUR_MS * HOUR_MS + 60_000
OWNER = "0x" + "ab" * 20
COIN = Coin("COIN", 3, 20, "100")
OTHER = Coin("OTHER", 1, 5, "2.5")
GENEROUS = replace(UNLIMITED, actions=1_000_000)
COINS = (Coin("BTC", 5, 40, "60000"), COIN, OTHER)
PACE = Pace(open_ms=LONG_MS, heartbeat_ms=50, stall_ms=LONG_MS, backoff_ms=5, backoff_most_ms=50, settled_ms=60_000)
AMPLE = tuple(replace(one, burst=100_000) for one in ALLOWANCES)
_COUNT = itertools.count(1)


def name() -> str:
    """A client id that nobody had."""
    return f"{next(_COUNT):032x}"


@dataclass
class Stage:
    """`broker` trades for one account at `simulator`."""

    simulator: Simulator
    url: str
    clock: ManualClock
    vault: Vault
    wallet: Wallet
    gateway: Gateway
    broker: HyperliquidBroker
    nonces: NonceStore
    notes: MemoryNoteStore
    instrument: Instrument
    own_slices: bool = True  # a TWAP trades every 30 s here

    def trade(self, px: float, symbol: str = "COIN", lots: int = 10_000_000) -> None:
        self.clock.advance(STEP_MS)
        self.move(px, symbol, lots)

    def move(self, px: float, symbol: str = "COIN", lots: int = 10_000_000) -> None:
        coin = next(coin for coin in COINS if coin.name == symbol)
        with self.simulator.acting():
            self.simulator.market.move(symbol, round(px * 10**coin.px_decimals), lots)

    def revoke(self) -> None:
        """The owner takes the agent's leave away."""
        with self.simulator.acting() as venue:
            venue.members.revoke(self.wallet.agent)

    def truth(self) -> int:
        """Signed lots that the venue really holds."""
        with self.simulator.lock:
            return self.simulator.exchange.position(OWNER, "COIN").lots

    def order(self, kind=OrderKind.MARKET, side=Side.BUY, lots=1000, **more) -> Placement:
        now = self.clock.now_ts()
        named = {"client_id": name(), "sent_ts": now, "expires_ts": now + 30_000, "book": "run-1", "symbol": "COIN"}
        return Placement(account_id=ACCOUNT, kind=kind, side=side, lots=lots, **named | more)

    @contextmanager
    def restarted(self, **more) -> Iterator[Stage]:
        """Another process of ours, with what outlives the first."""
        with reached(self.simulator, self.url) as gateway:
            broker = made(gateway, self.wallet, self.vault, self.nonces, self.notes, **more)
            yield replace(self, gateway=gateway, broker=broker)


def client(url: str, clock: ManualClock, **more) -> Client:
    return Client(at(url), clock, SeededRandom(1), **{"pace": PACE, "allowances": AMPLE} | more)


@contextmanager
def reached(simulator: Simulator, url: str, **more) -> Iterator[Gateway]:
    """The simulator, by a client that waits for no answer that never comes, and lives in its time."""
    with Gateway(client(url, simulator.clock, **more)) as gateway:
        give_up(gateway.client, simulator.faults)
        go_by(gateway.client, simulator.clock)
        yield gateway


def made(gateway, wallet, vault, nonces, notes, **more) -> HyperliquidBroker:
    return HyperliquidBroker(gateway, [wallet], vault, nonces, notes, **{"listens": False, "poll_ms": 0} | more)


@contextmanager
def staged(folder: Path, *, terms: Terms | None = None, allowances=AMPLE, pace: Pace = PACE, **more) -> Iterator[Stage]:
    """`more` is the broker's."""
    clock = ManualClock(NOW)
    simulator = Simulator(clock, terms or Terms(coins=COINS, allowed=GENEROUS, schedule_volume=0))
    tally = FileTally(folder / f"tally-{next(_COUNT)}")
    entropy = Entropy()
    vault = Vault(KeyRing([entropy(32)], entropy), tally, clock, entropy, {"hyperliquid": Hyperliquid()}, {})
    policy = Policy(("*",), 1_000_000 * MICROS, 100_000_000 * MICROS, 20)
    sealed = vault.make(Grant("ann", ACCOUNT, "hyperliquid", Network.SIMULATOR, OWNER, "", policy))
    vault.open(sealed, closing=False)
    wallet = Wallet(ACCOUNT, OWNER, sealed.grant.agent)
    simulator.deposit(OWNER, 1_000_000)
    with simulator.acting() as venue:
        member = venue.members.get(OWNER)
        assert venue.members.approve(member, wallet.agent, "", clock.now_ts()) is None
    nonces, notes = MemoryNonces(), MemoryNoteStore()
    with running(simulator) as url, reached(simulator, url, allowances=allowances, pace=pace) as gateway:
        broker = made(gateway, wallet, vault, nonces, notes, **more)
        instrument = gateway.read(gateway.client.listed())["COIN"].instrument
        yield Stage(simulator, url, clock, vault, wallet, gateway, broker, nonces, notes, instrument)
    tally.close()
