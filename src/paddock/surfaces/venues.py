"""The venues that a process asks: one client for each network, so that all who ask share what may be asked of it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Self

import httpx2

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.core.seams import Clock, RandomSource
from paddock.runtime.place import Place
from paddock.surfaces.kits import kit_of
from paddock.venues.signing.grant import Network
from paddock.venues.transport.address import local

WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Paced:
    """The time of a simulator, which goes `speed` times as fast as ours."""

    wall: Clock
    since_ts: int  # ours, when it was `start_ts` there
    start_ts: int
    speed: float

    def now_ts(self) -> int:
        return self.start_ts + int((self.wall.now_ts() - self.since_ts) * self.speed)


@dataclass(frozen=True, slots=True)
class Reached:
    """A venue's client, of its own kind, and the time that it lives in; `speed` is above 1 at a simulator that plays
    faster."""

    gateway: Any
    clock: Clock
    speed: float


class Venues:
    """For any thread. What was opened stays open until the end."""

    def __init__(self, wall: Clock, random: RandomSource) -> None:
        self._wall, self._random = wall, random
        self._reached: dict[Place, Reached] = {}
        self._opening, self._held = Lock(), ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def at(self, place: Place) -> Reached:
        """Raises Unavailable where what it takes is not installed, or a simulator is not there; Invalid (value) for
        a simulator at no address of this machine."""
        with self._opening:
            if place not in self._reached:
                self._reached[place] = self._open(place)
            return self._reached[place]

    def _open(self, place: Place) -> Reached:
        kit = kit_of(place.venue)
        clock, speed = self._time_of(place.url) if place.network is Network.SIMULATOR else (self._wall, 1.0)
        gateway = self._held.enter_context(kit.client(place, clock, self._random, speed))
        return Reached(gateway, clock, speed)

    def _time_of(self, url: str) -> tuple[Clock, float]:
        """A simulator's clock. One that does not speak of it lives in our time."""
        try:
            reply = httpx2.get(f"{local(url)}/simulator", timeout=WAIT_S, trust_env=False)
            if not reply.is_success:
                return self._wall, 1.0
            told = reply.json()
            speed, start_ts = float(told["speed"]), int(told["time"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:  # or something else is there
            raise _not_there(url, error) from None
        if speed == 1.0:
            return self._wall, 1.0
        return Paced(self._wall, self._wall.now_ts(), start_ts, speed), speed


def pay_in(url: str, address: str, usd: int) -> None:
    """Play money for an address at a simulator. Raises Invalid (value) where there is none, Unavailable."""
    if not url:
        raise Invalid(
            Code.VALUE,
            "only a simulator gives money away",
            where="account",
            seen="an account at a venue",
            rule="play money is paid into accounts at simulators",
            suggestion="send money from the wallet of the main address",
        )
    try:
        reply = httpx2.post(
            f"{local(url)}/simulator/fund", json={"user": address, "usd": usd}, timeout=WAIT_S, trust_env=False
        )
    except httpx2.HTTPError as error:
        raise _not_there(url, error) from None
    if not reply.is_success:
        seen, rule = reply.text[:200], "an amount is a whole number of dollars above 0"
        raise Invalid(Code.VALUE, "the simulator does not pay that", where="usd", seen=seen, rule=rule)


def _not_there(url: str, error: Exception) -> Unavailable:
    return Unavailable(
        Code.VENUE_UNAVAILABLE,
        "the simulator is not there",
        where=url,
        seen=str(error),
        rule="a simulator runs on this machine while it is traded at",
        suggestion="paddock simulate VENUE --port PORT",
    )
