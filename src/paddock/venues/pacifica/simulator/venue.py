"""Everything that the simulated venue remembers, and what time it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from paddock.core.seams import Clock, SeededRandom
from paddock.venues.exchange import Exchange
from paddock.venues.exchange.maker import MarketMaker, Quoting
from paddock.venues.exchange.tape import Tape
from paddock.venues.pacifica.simulator.allowances import Allowances
from paddock.venues.pacifica.simulator.listing import Listing
from paddock.venues.pacifica.simulator.members import Members
from paddock.venues.pacifica.simulator.numbers import PX_DECIMALS, scaled
from paddock.venues.pacifica.simulator.records import Records
from paddock.venues.pacifica.simulator.terms import Terms


@dataclass(frozen=True, slots=True, order=True)
class _Held:
    due_ts: int
    number: int
    run: Callable[[], None]


class Venue:
    """`clock` is the market's time, `wall` that of its clients: the same unless the market runs faster.

    By the clients' time it judges what they stamp, counts what they ask and notices their silence. Every coin has a
    market maker around its price; `tape`, where there is one, moves it.
    """

    def __init__(self, terms: Terms, clock: Clock, wall: Clock | None = None, quoting: Quoting | None = None) -> None:
        self.terms, self.clock, self.wall = terms, clock, wall or clock
        self.listing = Listing(terms.coins)
        self.exchange = Exchange(terms.rules, self.listing.contracts, clock.now_ts(), SeededRandom(terms.seed))
        self.members = Members()
        self.allowances = Allowances(terms.allowed)
        self.records = Records(self.exchange, self.listing, terms.rules.first_order_id - 1)
        self.makers = {coin.symbol: MarketMaker(self.exchange, coin.symbol, quoting) for coin in terms.coins}
        self.tape: Tape | None = None
        self._held: list[_Held] = []
        self._numbers = count()
        self._heard_seq = 0
        for coin in terms.coins:
            self.makers[coin.symbol].move(coin.start_px)
        self.catch_up()

    def catch_up(self) -> None:
        """Let happen what is due by now, and record it."""
        now_ts = max(self.clock.now_ts(), self.exchange.now_ts)
        while self._held and self._held[0].due_ts <= now_ts:
            held = heappop(self._held)
            self._advance(max(held.due_ts, self.exchange.now_ts))
            held.run()
        self._advance(now_ts)
        self.record()

    def record(self) -> None:
        """Take over what the exchange has done since."""
        events = self.exchange.events(self._heard_seq)
        if events:
            self._heard_seq = events[-1].seq
            self.records.absorb(events)
            self.exchange.forget_events(self._heard_seq)
        self.records.look([member.address for member in self.members])

    def later(self, ms: int, run: Callable[[], None]) -> None:
        """Call `run` when the market's clock has gone on by `ms`."""
        heappush(self._held, _Held(self.clock.now_ts() + ms, next(self._numbers), run))

    def deposit(self, address: str, micros: int) -> None:
        """Money from outside; the first makes the account."""
        self.catch_up()
        self.members.welcome(address, self.exchange.now_ts)
        self.exchange.deposit(address, micros)
        self.record()

    def move(self, symbol: str, price: str, lots: int = 0) -> None:
        """Let the market of a symbol go to a price in dollars; `lots` trade on the way."""
        ticks = scaled(price, PX_DECIMALS)
        if ticks is None:
            raise ValueError(f"{price!r} is no price")
        self.catch_up()
        self.makers[symbol].move(ticks, lots)
        self.record()

    def delist(self, symbol: str) -> None:
        self.catch_up()
        self.exchange.delist(symbol)
        self.listing.gone.add(symbol)
        self.record()

    def _advance(self, now_ts: int) -> None:
        if self.tape is not None:
            self.tape.advance(now_ts)
        else:
            self.exchange.advance(now_ts)
