"""The simulated venue as a whole: what comes in over the wire, what time does, and what a test does to it.

Everything here may be called from any thread; one thing happens at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from paddock.core.seams import Clock
from paddock.venues.exchange import Exchange
from paddock.venues.exchange.events import CancelReason
from paddock.venues.exchange.maker import Quoting
from paddock.venues.exchange.tape import Point
from paddock.venues.faults import Faults
from paddock.venues.pacifica.simulator import desk, reads
from paddock.venues.pacifica.simulator.allowances import Left
from paddock.venues.pacifica.simulator.answers import THROTTLED, Answer
from paddock.venues.pacifica.simulator.hub import Hub
from paddock.venues.pacifica.simulator.market import Market
from paddock.venues.pacifica.simulator.numbers import PX_DECIMALS, scaled
from paddock.venues.pacifica.simulator.terms import Terms
from paddock.venues.pacifica.simulator.venue import Venue

Body = Mapping[str, Any]
USD = 1_000_000


class Simulator:
    """`clock` is the market's, `wall` that of the clients where it is another one; by `speed` the market's is faster.
    `exchange` is the truth: read it freely in tests, and change it only inside `acting`.
    """

    def __init__(
        self,
        clock: Clock,
        terms: Terms | None = None,
        *,
        wall: Clock | None = None,
        speed: float = 1.0,
        tracks: Mapping[str, Iterable[Point]] | None = None,
        quoting: Quoting | None = None,
    ) -> None:
        self.terms = terms or Terms()
        self.clock, self.wall, self.speed = clock, wall or clock, speed
        self.venue = Venue(self.terms, self.clock, self.wall)
        self.market = Market(self.venue, tracks, quoting)
        self.faults = Faults()
        self.hub = Hub(self.venue, self.faults)
        self.lock = threading.RLock()
        self.closed = False
        self._late: list[tuple[int, str, Body]] = []
        self._wakers: dict[Callable[[], None], None] = {}
        self.venue.catch_up()
        self.venue.records.news()

    @property
    def exchange(self) -> Exchange:
        return self.venue.exchange

    # --- what comes in ---

    def ask(self, path: str, query: Mapping[str, str], who: str = "", *, keyed: bool = False) -> tuple[Answer, Left]:
        """A read. KeyError for a path that is not known."""
        with self.lock:
            self.step()
            left = self._take(who, reads.READS[path].cost(keyed=keyed), keyed=keyed)
            return (reads.answer(self.venue, path, query) if left.granted else THROTTLED), left

    def act(
        self,
        path: str,
        body: Body,
        who: str = "",
        *,
        keyed: bool = False,
        socket: bool = False,
        reply: Callable[[Answer, Left], None] | None = None,
    ) -> tuple[Answer, Left]:
        """A signed request. `reply` is called with the answer before anybody hears what it set off.

        KeyError for a path that is not known.
        """
        with self.acting():
            left = self._take(who, desk.cost(path), keyed=keyed)
            answer = desk.answer(self.venue, path, body, socket=socket) if left.granted else THROTTLED
            if reply is not None:
                reply(answer, left)
            return answer, left

    def act_late(self, path: str, body: Body, ms: int) -> None:
        """A request that arrives `ms` later by the clients' clock."""
        with self.lock:
            self._late.append((self.wall.now_ts() + ms, path, body))

    # --- time ---

    def step(self) -> None:
        """Do what is due by now, and tell those who listen."""
        with self.lock:
            for _ in self.market.advance(max(self.clock.now_ts(), self.exchange.now_ts)):
                self._tell()
            self._do_late()
        for wake in list(self._wakers):
            wake()

    @contextmanager
    def acting(self) -> Iterator[Venue]:
        """Change something now, as one step: those who listen hear of it at its end."""
        with self.lock:
            self.step()
            yield self.venue
            self._tell()

    @contextmanager
    def woken(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` after each step."""
        self._wakers[wake] = None
        try:
            yield
        finally:
            self._wakers.pop(wake, None)

    def close(self) -> None:
        """Let go of all who wait for an answer that never comes."""
        self.closed = True
        self.step()

    # --- what a person or a test does ---

    def deposit(self, address: str, dollars: int) -> None:
        """The first makes the account."""
        with self.acting() as venue:
            venue.deposit(address, dollars * USD)

    def follow(self, tracks: Mapping[str, Iterable[Point]]) -> None:
        """Let prices go through these points from now on."""
        with self.lock:
            self.market.follow(tracks)

    def move(self, symbol: str, price: str, lots: int = 0) -> None:
        """Let a market go to a price in dollars, where its book, mark and oracle then stand; `lots` trade on the way.

        Raises ValueError for what is no price.
        """
        ticks = scaled(price, PX_DECIMALS)
        if ticks is None:
            raise ValueError(f"{price!r} is no price of {symbol}")
        with self.acting():
            self.market.move(symbol, ticks, lots)

    def bind(self, address: str, agent: str) -> None:
        """Let an agent act for an account, without a signature."""
        with self.acting() as venue:
            venue.members.welcome(address, venue.exchange.now_ts).agents.append(agent)

    def revoke(self, address: str, agent: str) -> None:
        """Take an agent's leave to act from it, as its owner would elsewhere."""
        with self.acting() as venue:
            venue.members.welcome(address, venue.exchange.now_ts).agents.remove(agent)

    def halt(self, symbol: str, *, halted: bool = True) -> None:
        with self.acting() as venue:
            venue.exchange.halt(symbol, halted=halted)

    def delist(self, symbol: str) -> None:
        with self.acting() as venue:
            venue.delist(symbol)

    def cancel_for(self, address: str, order_id: int) -> None:
        """The venue ends an order of its own accord."""
        with self.acting() as venue:
            venue.exchange.cancel(address, order_id, CancelReason.INTERNAL)

    def liquidate(self, address: str, symbol: str) -> None:
        """Let the mark alone go to where the account's position is lost, and come back."""
        with self.acting() as venue:
            exchange = venue.exchange
            held, view = exchange.position(address, symbol), exchange.market(symbol)
            if not held.lots:
                return
            px = max(int(held.liquidation_px * (1 - 1 / 1000 if held.lots > 0 else 1 + 1 / 1000)), 1)
            exchange.set_prices(symbol, px, view.oracle)
            exchange.set_prices(symbol, view.mark, view.oracle)

    def repeat_funding(self, address: str) -> None:
        """Tell of the last payment of an account twice."""
        with self.acting() as venue:
            rows = venue.records.log(address).fundings
            rows.append(rows[-1])

    def forget_funding(self, address: str) -> None:
        """Do not tell of the last payment of an account, which was made all the same."""
        with self.acting() as venue:
            venue.records.log(address).fundings.pop()

    # --- its own ---

    def _take(self, who: str, cost: int, *, keyed: bool) -> Left:
        return self.venue.allowances.take(who, cost, self.wall.now_ts(), keyed=keyed)

    def _tell(self) -> None:
        self.venue.catch_up()
        self.hub.publish(self.venue.records.news())

    def _do_late(self) -> None:
        now_ts = self.wall.now_ts()
        due = [(path, body) for due_ts, path, body in self._late if due_ts <= now_ts]
        self._late = [late for late in self._late if late[0] > now_ts]
        for path, body in due:
            desk.answer(self.venue, path, body)
            self._tell()
