"""Everything that the simulated venue remembers, and what time it is there."""

from __future__ import annotations

from paddock.core.seams import Clock, SeededRandom
from paddock.venues.exchange import Exchange
from paddock.venues.pacifica.simulator.allowances import Allowances
from paddock.venues.pacifica.simulator.listing import Listing
from paddock.venues.pacifica.simulator.members import Members
from paddock.venues.pacifica.simulator.records import Records
from paddock.venues.pacifica.simulator.terms import Terms


class Venue:
    """`clock` is the market's time, `wall` that of its clients: the same unless the market runs faster.

    By the clients' time it judges what they stamp, counts what they ask and notices their silence.
    """

    def __init__(self, terms: Terms, clock: Clock, wall: Clock) -> None:
        self.terms, self.clock, self.wall = terms, clock, wall
        self.listing = Listing(terms.coins)
        self.exchange = Exchange(terms.rules, self.listing.contracts, clock.now_ts(), SeededRandom(terms.seed))
        self.members = Members()
        self.allowances = Allowances(terms.allowed)
        self.records = Records(self.exchange, self.listing, terms.rules.first_order_id - 1)
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
        self.records.look([member.address for member in self.members])

    def deposit(self, address: str, micros: int) -> None:
        """Money from outside; the first makes the account."""
        self.members.welcome(address, self.exchange.now_ts)
        self.exchange.deposit(address, micros)

    def delist(self, symbol: str) -> None:
        """Settle what is held at the mark, and name the market no more."""
        self.exchange.delist(symbol)
        self.listing.gone.add(symbol)
