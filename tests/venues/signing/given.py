"""Keys, policies and orders for the tests of the signer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from paddock.core.money import MICROS
from paddock.core.orders import OrderKind, Side
from paddock.core.seams import ManualClock, SeededRandom
from paddock.venues.approvals.hyperliquid import HyperliquidApprovals
from paddock.venues.approvals.pacifica import PacificaApprovals
from paddock.venues.broker import Cancellation, Placement
from paddock.venues.hyperliquid.codec.instruments import perps, spot
from paddock.venues.pacifica.codec.instruments import listing
from paddock.venues.signing.grant import Grant, Network, Sealed
from paddock.venues.signing.hyperliquid import Hyperliquid
from paddock.venues.signing.keystore import KeyRing
from paddock.venues.signing.operations import Operation, Order, Place
from paddock.venues.signing.pacifica import Pacifica
from paddock.venues.signing.policy import Policy
from paddock.venues.signing.tally import FileTally
from paddock.venues.signing.vault import Vault
from paddock.venues.signing.wire import plain_markets
from tests.venues.hyperliquid.recorded import PERPS, SPOT

NOW = 1_780_000_000_000
MAINS = {
    "hyperliquid": "0x" + "ab" * 20,
    "pacifica": "GmaDrppBC7P5ARKV8g3djiwP89vz1jLK23V2GBjuAEGB",
}
ROW = {
    "tick_size": "1",
    "lot_size": "0.00001",
    "min_tick": "0",
    "max_tick": "1000000",
    "min_order_size": "10",
    "max_order_size": "5000000",
    "max_leverage": 50,
    "isolated_only": False,
}
LISTINGS = {
    "hyperliquid": perps(PERPS).joined(spot(SPOT)).markets,
    "pacifica": listing(
        [ROW | {"symbol": "BTC"}, ROW | {"symbol": "ETH", "tick_size": "0.1", "lot_size": "0.001"}]
    ).markets,
}
VENUES = tuple(LISTINGS)
POLICY = Policy(("BTC", "ETH"), order_usd=10_000 * MICROS, day_usd=50_000 * MICROS, max_leverage=5)
PX = {"BTC": 60_000.0, "ETH": 3_000.0}
_COUNT = itertools.count(1)


class Entropy:
    """Chance that repeats itself."""

    def __init__(self, seed: int = 1):
        self.chance = SeededRandom(seed)

    def __call__(self, count: int) -> bytes:
        return bytes(self.chance.below(256) for _ in range(count))


def wanted(venue: str = "hyperliquid", policy: Policy = POLICY, network: Network = Network.TESTNET, **changes) -> Grant:
    return Grant(
        **{"owner": "ann", "account_id": "account-1", "venue": venue, "network": network, "main": MAINS[venue]}
        | {"agent": "", "policy": policy}
        | changes
    )


class Given:
    """A vault with a key for an account at each venue."""

    def __init__(self, tally: FileTally, clock: ManualClock | None = None, entropy: Entropy | None = None):
        self.clock, self.tally = clock or ManualClock(NOW), tally
        self.entropy = entropy or Entropy()
        self.ring = KeyRing([self.entropy(32)], self.entropy)
        self.vault = self.another()

    def another(self) -> Vault:
        """The vault after a restart."""
        made = Vault(
            self.ring,
            self.tally,
            self.clock,
            self.entropy,
            {"hyperliquid": Hyperliquid(), "pacifica": Pacifica()},
            {"hyperliquid": HyperliquidApprovals(), "pacifica": PacificaApprovals()},
        )
        for venue, markets in LISTINGS.items():
            for network in Network:
                made.list_markets(venue, network, plain_markets(markets))
        return made

    def open(self, grant: Grant | None = None, *, closing: bool = False) -> Sealed:
        sealed = self.vault.make(grant or wanted())
        self.vault.open(sealed, closing=closing)
        return sealed


@contextmanager
def given(folder: Path, **made) -> Iterator[Given]:
    tally = FileTally(folder / f"tally-{next(_COUNT)}")
    yield Given(tally, **made)
    tally.close()


def client_id() -> str:
    return f"{next(_COUNT):032x}"


def order(symbol: str = "BTC", lots: int = 1000, **changes) -> Placement:
    values = {
        "kind": OrderKind.LIMIT,
        "side": Side.BUY,
        "px": PX.get(symbol, 1.0),
        "sent_ts": NOW,
        "expires_ts": NOW + 30_000,
    }
    return Placement(
        **{"client_id": client_id(), "account_id": "account-1", "book": "run-1", "symbol": symbol, "lots": lots}
        | values
        | changes
    )


def cancellation(**changes) -> Cancellation:
    return Cancellation(
        **{
            "client_id": client_id(),
            "account_id": "account-1",
            "symbol": "BTC",
            "sent_ts": NOW,
            "expires_ts": NOW + 30_000,
        }
        | changes
    )


def asked(operation: Operation, **changes) -> Order:
    return Order(
        **{"account_id": "account-1", "operation": operation, "nonce": NOW, "expires_ts": NOW + 30_000} | changes
    )


def place(*orders: Placement, **changes) -> Order:
    return asked(Place(orders, PX), **changes)


def usd(order: Placement, venue: str = "hyperliquid") -> Decimal:
    return LISTINGS[venue][order.symbol].instrument.qty(order.lots) * Decimal(repr(max(order.px, PX[order.symbol])))
