"""A simulated Hyperliquid on a port of this machine, and what a test does with it.

def test_it(hyperliquid_simulator):
    stage = hyperliquid_simulator
    wallet = stage.account()                       # an address with 10,000 dollars, and its key
    Exchange(wallet, stage.url).market_open("BTC", True, 0.01)
    stage.move("BTC", "85000")                     # the book, the mark and the oracle
    stage.advance(60_000)                          # the market's time, which stands still otherwise
    stage.faults.add(Fault.MUTE, "exchange:order") # the next order is booked, and never answered
    stage.exchange.account(wallet.address.lower()) # the truth
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from paddock.core.seams import ManualClock
from paddock.venues.exchange import Exchange
from paddock.venues.faults import Faults
from paddock.venues.hyperliquid.simulator.control import Control
from paddock.venues.hyperliquid.simulator.server import running
from paddock.venues.hyperliquid.simulator.simulator import Simulator
from paddock.venues.hyperliquid.simulator.terms import UNLIMITED, Terms
from tests.wallets import Account

EASY = Terms(allowed=UNLIMITED, schedule_volume=0)


@dataclass
class Stage:
    """`clock` stands at the real time at first, because clients that know no other clock stamp what they sign."""

    simulator: Simulator
    clock: ManualClock
    url: str = ""
    accounts: list = field(default_factory=list)

    @property
    def exchange(self) -> Exchange:
        return self.simulator.exchange

    @property
    def faults(self) -> Faults:
        return self.simulator.faults

    @property
    def control(self) -> Control:
        return Control(self.simulator)

    def account(self, dollars: int = 10_000):
        """A wallet of eth-account; its address has been paid into unless `dollars` is 0."""
        wallet = Account.from_key(f"0x{len(self.accounts) + 1:064x}")
        self.accounts.append(wallet)
        if dollars:
            self.simulator.deposit(wallet.address, dollars)
        return wallet

    def advance(self, ms: int) -> None:
        self.clock.advance(ms)
        self.simulator.step()

    def move(self, coin: str, px: str, lots: int = 0) -> None:
        self.control.move(coin, px, lots)


def stage(terms: Terms = EASY, **about) -> Stage:
    """Without a server."""
    clock = ManualClock(time.time_ns() // 1_000_000)
    return Stage(Simulator(clock, terms, **about), clock)


@contextmanager
def served(terms: Terms = EASY, **about) -> Iterator[Stage]:
    set_up = stage(terms, **about)
    with running(set_up.simulator) as url:
        set_up.url = url
        yield set_up


@pytest.fixture
def hyperliquid_simulator() -> Iterator[Stage]:
    """Without limits of requests; `served(Terms())` has those of the venue."""
    with served() as set_up:
        yield set_up
