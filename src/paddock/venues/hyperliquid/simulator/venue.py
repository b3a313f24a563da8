"""Everything that the simulated venue remembers, and what time it is there."""

from __future__ import annotations

from paddock.core.seams import Clock, SeededRandom
from paddock.venues.exchange import Exchange
from paddock.venues.hyperliquid.codec.signing import Network
from paddock.venues.hyperliquid.simulator.allowances import Allowances
from paddock.venues.hyperliquid.simulator.candles import Candles
from paddock.venues.hyperliquid.simulator.listing import Listing
from paddock.venues.hyperliquid.simulator.members import Members
from paddock.venues.hyperliquid.simulator.nonces import Nonces
from paddock.venues.hyperliquid.simulator.numbers import usd
from paddock.venues.hyperliquid.simulator.records import Records
from paddock.venues.hyperliquid.simulator.terms import Terms


class Venue:
    """`clock` is the market's time, `wall` that of its clients: the same unless the market runs faster.

    By the clients' time it judges what they stamp (nonces, expiries), counts their limits and notices their silence.
    `networks`: which network each signer last signed for.
    """

    def __init__(self, terms: Terms, clock: Clock, wall: Clock) -> None:
        self.terms, self.clock, self.wall = terms, clock, wall
        self.listing = Listing(terms.coins)
        self.exchange = Exchange(terms.rules, self.listing.contracts, clock.now_ts(), SeededRandom(terms.seed))
        self.members = Members()
        self.nonces = Nonces()
        self.allowances = Allowances(terms.allowed)
        self.candles = Candles()
        self.records = Records(self.exchange, self.listing, self.candles)
        self.networks: dict[str, Network] = {}
        self._heard_seq = 0

    def time_by(self, stamp: int) -> int:
        """What time it is by who stamps so: its own time, or that of the market, where this runs faster."""
        return min(self.wall.now_ts(), self.clock.now_ts(), key=lambda now_ts: abs(now_ts - stamp))

    def catch_up(self) -> None:
        """Record what the exchange has done since."""
        events = self.exchange.events(self._heard_seq)
        if events:
            self._heard_seq = events[-1].seq
            self.records.absorb(events)
            self.exchange.forget_events(self._heard_seq)

    def deposit(self, user: str, micros: int) -> None:
        """Money from outside; the first makes the account."""
        self.members.welcome(user)
        self.exchange.deposit(user, micros)
        self.records.write_ledger(user, {"type": "deposit", "usdc": usd(micros)})
