"""How is Hyperliquid asked? One HTTP side, one socket and one budget for all that runs on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from paddock.core.errors import PaddockError
from paddock.core.seams import Clock, RandomSource
from paddock.venues.endpoint import Endpoint
from paddock.venues.hyperliquid.codec import actions, info, instruments, standing
from paddock.venues.hyperliquid.codec.instruments import MAIN_DEX, Dex, Listing
from paddock.venues.hyperliquid.codec.reading import decoded, shown
from paddock.venues.hyperliquid.codec.said import Frame
from paddock.venues.hyperliquid.codec.subscriptions import Subscription
from paddock.venues.hyperliquid.dialect import HyperliquidDialect, subscription
from paddock.venues.hyperliquid.networks import (
    ALLOWANCES,
    CONNECTIONS,
    FRAMES,
    IP,
    address_allowance,
    address_bucket,
)
from paddock.venues.transport.budget import Allowance, Budget, Priority
from paddock.venues.transport.hearing import Hearer, Hearing
from paddock.venues.transport.http import Http, Reply, Request
from paddock.venues.transport.lost import Does, lost, unavailable
from paddock.venues.transport.outage import Outage
from paddock.venues.transport.stream import Pace, Stream

WAIT_MS: Final = 10_000
LISTING_MS: Final = 600_000  # how old the listing may be
ALLOWANCE_MS: Final = 600_000  # how old the venue's count of an account's actions may be
_SOON_MS: Final = 30_000  # a listing as young as that is not read again for a coin that it does not hold
_CANCELS: Final = frozenset({"cancel", "cancelByCloid", "scheduleCancel"})
_JSON: Final = {"content-type": "application/json"}
_PACE: Final = Pace(heartbeat_ms=20_000, stall_ms=45_000)  # the pong that follows each heartbeat ends the silence


class Names(Protocol):
    """What was read, and the coins in it that the listing does not hold."""

    @property
    def unlisted(self) -> frozenset[str]: ...


K = TypeVar("K", bound=Names)


class Client:
    """From `open` to `close`, on one event loop. Reading needs no key; `act` takes bodies that are signed already.

    All calls raise Unavailable when there was no good answer (Throttled: not now), and Unknown for what cannot be read;
    `act` raises Unknown also when its action may have reached the venue.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Clock,
        random: RandomSource,
        *,
        dexs: tuple[str, ...] = (MAIN_DEX,),
        pace: Pace = _PACE,
        allowances: Sequence[Allowance] = ALLOWANCES,
        wait_ms: int = WAIT_MS,
    ) -> None:
        """`dexs`: the lists of perps that count; the venue's own is `""`. `allowances`: of this machine's address.
        `wait_ms`: how long an answer may take.
        """
        self.endpoint, self.clock, self.dexs = endpoint, clock, dexs
        self._random, self._pace, self._allowances, self._wait_ms = random, pace, allowances, wait_ms
        self._listing = Listing()
        self._listed_s = float("-inf")
        self._listing_lock = asyncio.Lock()
        self._allowed_s: dict[str, float] = {}
        self._stack = contextlib.AsyncExitStack()

    # --- life ---

    async def open(self) -> None:
        """Nothing is asked of the venue yet: it may be down."""
        loop = asyncio.get_running_loop()
        self._seconds = loop.time
        self._budget = Budget(self._allowances, loop.time)
        self._http = await self._stack.enter_async_context(Http(self.endpoint.rest, self.clock, self._budget))
        stream = Stream(
            self.endpoint.socket,
            HyperliquidDialect(lambda: self._listing),
            self.clock,
            self._random,
            self._budget,
            pace=self._pace,
            connect={CONNECTIONS: 1},
            sent={FRAMES: 1},
        )
        self._hearing = Hearing(stream, self.clock, "hyperliquid hearing")

    async def close(self) -> None:
        await self._hearing.close()
        await self._stack.aclose()

    # --- questions and actions ---

    async def ask(self, query: info.Query, priority: Priority = Priority.READ, *, at_once: bool = False) -> Any:
        """The JSON that answers a question; `at_once` it is asked now, or not at all."""
        charges = {IP: info.weight(query)}
        reply = await self._post("/info", query, Does.READ, priority, charges, at_once=at_once)
        if reply.status >= 300:
            raise unavailable(f"it does not answer {query['type']}: {reply.status} {shown(reply.body[:200])}")
        answer = decoded(reply.body)
        if isinstance(answer, list):
            extra = info.weight_of_rows(query, len(answer))
            self._budget.observe(IP, self._budget.left(IP) - extra)
        return answer

    async def act(self, body: Mapping[str, Any], user: str, priority: Priority) -> Any:
        """The JSON that answers a signed action of an account; what it says is `codec.replies` to read."""
        action = body["action"]
        self._budget.add(address_allowance(user))
        charges = {IP: actions.weight(action)}
        if action["type"] not in _CANCELS:
            charges[address_bucket(user)] = actions.items_of(action)
        reply = await self._post("/exchange", body, Does.WRITE, priority, charges)
        if reply.status >= 300:
            raise lost(Does.WRITE, f"it answered {action['type']} with {reply.status}: {shown(reply.body[:200])}")
        return decoded(reply.body)

    async def count_allowance(self, user: str, priority: Priority) -> None:
        """Learn how many actions the venue leaves an account, if that is not known lately."""
        if self._seconds() - self._allowed_s.get(user, float("-inf")) < ALLOWANCE_MS / 1000:
            return
        allowed = standing.allowance(await self.ask(info.rate_limit(user), priority))
        self._budget.add(address_allowance(user))
        self._budget.reset(address_bucket(user), allowed.left)
        self._allowed_s[user] = self._seconds()

    def forget_allowance(self, user: str) -> None:
        """The venue's count is another one than ours: ask for it before the next action."""
        self._allowed_s.pop(user, None)

    # --- what is listed ---

    @property
    def listing(self) -> Listing:
        """As it was read last; empty before."""
        return self._listing

    async def listed(self, unknown: frozenset[str] = frozenset(), priority: Priority = Priority.READ) -> Listing:
        """The perps, read anew when they are old, or when one is named that is not among them.

        A listing that is there stays when the venue does not answer.
        """
        limit_ms = LISTING_MS if unknown <= self._listing.markets.keys() else _SOON_MS
        async with self._listing_lock:
            if self._seconds() - self._listed_s < limit_ms / 1000:
                return self._listing
            try:
                self._listing = self._listing.joined(await self._read_listing(priority))
            except PaddockError:
                if not self._listing.markets:
                    raise
            self._listed_s = self._seconds()
        return self._listing

    async def listed_before(self, symbols: frozenset[str], priority: Priority) -> Listing:
        """The perps as they are known, however old, if these are among them: for what should not wait."""
        known = self._listing
        return known if symbols <= known.markets.keys() else await self.listed(symbols, priority)

    async def known(self, message: Any, read: Callable[[Any, Listing], K]) -> K:
        """What a reader makes of a message; for a perp that is not listed the listing is read anew, lately or not."""
        found = read(message, await self.listed())
        unlisted = frozenset(coin for coin in found.unlisted if self.counts(coin))
        return read(message, await self.listed(unlisted)) if unlisted else found

    def counts(self, coin: str) -> bool:
        """Whether a coin is a perp of a dex that counts; spot pairs and outcomes are none."""
        dex, _, _ = coin.rpartition(":")
        return dex in self.dexs and not coin.startswith(("@", "#")) and "/" not in coin

    async def _read_listing(self, priority: Priority) -> Listing:
        found = Listing()
        for dex in await self._numbered(priority):
            found = found.joined(instruments.perps(await self.ask(info.meta(dex.name), priority), dex))
        return found

    async def _numbered(self, priority: Priority) -> tuple[Dex, ...]:
        if self.dexs == (MAIN_DEX,):
            return (instruments.MAIN,)
        known = instruments.dexs(await self.ask(info.perp_dexs(), priority))
        return tuple(dex for dex in known if dex.name in self.dexs)

    # --- the socket ---

    async def hear(self, asked: Subscription, hearer: Hearer[Frame], fresh_ms: int = 0) -> str:
        """From now on tell `hearer`, on the loop, what is heard; gives the subscription's key. A Gap comes first.

        `hearer` is quick and raises nothing. Quantities in frames are in lots of the listing, which is read before.
        """
        await self.listed()
        wanted = subscription(asked, fresh_ms)
        await self._hearing.hear(wanted, hearer)
        return wanted.key

    def unhear(self, key: str, hearer: Hearer[Frame]) -> None:
        self._hearing.unhear(key, hearer)

    @property
    def outage(self) -> Outage:
        """Of the socket."""
        return self._hearing.outage

    def stale(self) -> frozenset[str]:
        """The subscriptions on which nothing may be decided now."""
        return self._hearing.stale()

    async def _post(
        self,
        path: str,
        body: Mapping[str, Any],
        does: Does,
        priority: Priority,
        charges: dict[str, int],
        *,
        at_once: bool = False,
    ) -> Reply:
        text = json.dumps(body, separators=(",", ":")).encode()
        return await self._http.send(
            Request("POST", path, does, priority, self._wait_ms, charges, text, _JSON, at_once=at_once)
        )
