"""Who asks too much? Weight a minute of an IP address, and actions of an account by what it has traded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from paddock.venues.exchange.units import USD
from paddock.venues.hyperliquid.codec.refusals import Text
from paddock.venues.hyperliquid.simulator.numbers import usd
from paddock.venues.hyperliquid.simulator.terms import Allowed

STALE_COST: Final = 5
BATCH_WEIGHT: Final = 40  # items of a batch for one more of weight
_MINUTE_MS: Final = 60_000
_DRIP_MS: Final = 10_000  # without allowance, one action in so long
_FIRST_ACTIONS: Final = 10_000  # said where there is no limit
_MORE_CANCELS: Final = 100_000


@dataclass(slots=True)
class Window:
    """What an address took of a limit a minute, leaking away evenly."""

    taken: float = 0.0
    as_of_ts: int = 0

    def take(self, amount: int, limit: int, now_ts: int) -> bool:
        """Whether it fits; 0 is no limit."""
        if not limit:
            return True
        leaked = (now_ts - self.as_of_ts) * limit / _MINUTE_MS
        self.taken, self.as_of_ts = max(self.taken - leaked, 0.0), now_ts
        if self.taken + amount > limit:
            return False
        self.taken += amount
        return True

    def add(self, amount: int) -> None:
        """What an answer cost beyond its question."""
        self.taken += amount


@dataclass(slots=True)
class Used:
    """Of an account. `reserved`: actions that it bought; `dripped_ts`: when it last acted without allowance."""

    actions: int = 0
    reserved: int = 0
    dripped_ts: int = -_DRIP_MS


class Allowances:
    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed
        self._weights: dict[str, Window] = defaultdict(Window)
        self._sent: dict[str, Window] = defaultdict(Window)
        self._used: dict[str, Used] = defaultdict(Used)

    def weigh(self, ip: str, weight: int, now_ts: int) -> bool:
        """Take of an IP address's minute; False when that is used up."""
        return self._weights[ip].take(weight, self.allowed.weight, now_ts)

    def weigh_rows(self, ip: str, weight: int) -> None:
        self._weights[ip].add(weight)

    def send(self, ip: str, now_ts: int) -> bool:
        """Take a message over sockets of an IP address's minute; False when that is used up."""
        return self._sent[ip].take(1, self.allowed.sent, now_ts)

    def used(self, user: str) -> Used:
        return self._used[user]

    def cap(self, user: str, volume: int) -> int:
        """Actions in all; `volume` in micro-dollars."""
        return (self.allowed.actions or _FIRST_ACTIONS) + volume // USD + self._used[user].reserved

    def refuse(self, user: str, volume: int, now_ts: int, *, cancels: bool) -> str | None:
        """Why an account may not act now, in the venue's words; None when it may."""
        used, cap = self._used[user], self.cap(user, volume)
        limit = min(cap + _MORE_CANCELS, 2 * cap) if cancels else cap
        if not self.allowed.actions or used.actions < limit:
            return None
        if now_ts - used.dripped_ts >= _DRIP_MS:
            used.dripped_ts = now_ts
            return None
        return Text.NO_REQUESTS_LEFT.format(used=used.actions + 1, cap=limit, volume=usd(volume))

    def charge(self, user: str, items: int) -> None:
        self._used[user].actions += items
