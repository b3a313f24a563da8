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
from paddock.venues.exchange.maker import Quoting
from paddock.venues.exchange.tape import Point
from paddock.venues.faults import Faults
from paddock.venues.hyperliquid.codec import info as info_codec
from paddock.venues.hyperliquid.simulator import desk, info
from paddock.venues.hyperliquid.simulator.answers import THROTTLED, Answer
from paddock.venues.hyperliquid.simulator.hub import Hub
from paddock.venues.hyperliquid.simulator.market import Market
from paddock.venues.hyperliquid.simulator.terms import Terms
from paddock.venues.hyperliquid.simulator.venue import Venue

Body = Mapping[str, Any]


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
        self._late: list[tuple[int, Body]] = []
        self._wakers: dict[Callable[[], None], None] = {}
        self.venue.catch_up()
        self.venue.records.take_news()

    @property
    def exchange(self) -> Exchange:
        return self.venue.exchange

    # --- what comes in ---

    def ask(self, body: Body, ip: str = "") -> Answer:
        """`/info`."""
        with self.lock:
            self.step()
            if not self.venue.allowances.weigh(ip, info_codec.weight(dict(body)), self.wall.now_ts()):
                return THROTTLED
            answer = info.answer(self.venue, body)
            self.venue.allowances.weigh_rows(ip, info_codec.weight_of_rows(dict(body), answer.rows))
            return answer

    def act(self, body: Body, ip: str = "") -> Answer:
        """`/exchange`."""
        with self.acting():
            if not self.venue.allowances.weigh(ip, desk.weight(body), self.wall.now_ts()):
                return THROTTLED
            return desk.answer(self.venue, body)

    def act_late(self, body: Body, ms: int) -> None:
        """A request that arrives `ms` later."""
        with self.lock:
            self._late.append((self.wall.now_ts() + ms, body))

    # --- time ---

    def step(self) -> None:
        """Do what is due by now, and tell those who listen."""
        with self.lock:
            now_ts = self.clock.now_ts()
            for _ in self.market.advance(max(now_ts, self.exchange.now_ts)):
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

    def follow(self, tracks: Mapping[str, Iterable[Point]]) -> None:
        """Let the prices of these coins go through these points from now on."""
        with self.lock:
            self.market.follow(tracks)

    def deposit(self, user: str, dollars: int) -> None:
        with self.acting() as venue:
            venue.deposit(user.lower(), dollars * 1_000_000)

    def _tell(self) -> None:
        self.venue.catch_up()
        self.hub.publish(self.venue.records.take_news())

    def _do_late(self) -> None:
        now_ts = self.wall.now_ts()
        due = [body for due_ts, body in self._late if due_ts <= now_ts]
        self._late = [(due_ts, body) for due_ts, body in self._late if due_ts > now_ts]
        for body in due:
            desk.answer(self.venue, body)
            self._tell()
