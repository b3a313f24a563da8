"""Serves a simulated venue on a port of this machine."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from paddock.core.errors import Code, Invalid
from paddock.core.time import interval_ms
from paddock.market.lake import Lake
from paddock.surfaces import simulated
from paddock.surfaces.listen import Address, listening
from paddock.surfaces.machine import SystemClock
from paddock.venues.exchange.tape import Candle, Point
from paddock.venues.hyperliquid.simulator import candles
from paddock.venues.hyperliquid.simulator.market import start_px
from paddock.venues.hyperliquid.simulator.server import server
from paddock.venues.hyperliquid.simulator.simulator import Simulator
from paddock.venues.hyperliquid.simulator.terms import Terms

_address: Final = re.compile(r"0x[0-9a-fA-F]{40}").fullmatch


@dataclass(frozen=True, slots=True)
class Wish:
    """As the command line says it; `data` is VENUE:INTERVAL of the lake."""

    port: int
    data: str | None
    speed: float
    seed: int
    fund: tuple[str, ...]
    usd: int


@dataclass(frozen=True, slots=True)
class Serving:
    """`run` serves until it is interrupted, or `end` is called from elsewhere."""

    url: str
    funded: tuple[str, ...]
    run: Callable[[], None]
    end: Callable[[], None]


@contextmanager
def hyperliquid_at(wish: Wish, home: Path) -> Iterator[Serving]:
    """Raises Invalid (usage), NotFound (data.not_found) and Unavailable (serve.port_in_use)."""
    _require_addresses(wish)
    wall = SystemClock()
    clock = simulated.clock(wall, wish.speed)
    terms = Terms(seed=wish.seed)
    simulator = Simulator(clock, terms, wall=wall)
    tracks: dict[str, Iterator[Point]] = {}
    if wish.data is not None:
        contracts = simulator.exchange.contracts
        for symbol, played in simulated.recorded(Lake(home), wish.data, contracts, clock.now_ts()).items():
            interval = wish.data.partition(":")[2]
            simulator.venue.candles.remember(symbol, interval, _past(played.past, interval))
            tracks[symbol] = played.to_come
    live = [coin for coin in terms.coins if not coin.delisted and coin.name not in tracks]
    for coin in live:
        contract, px = coin.contract, start_px(simulator.venue, coin)
        tracks[coin.name] = simulated.walking(contract, px, clock.now_ts(), wish.speed, wish.seed)
    simulator.follow(tracks)
    for address in wish.fund:
        simulator.deposit(address, wish.usd)
    with listening(Address("127.0.0.1", wish.port), guarded=False, allow_remote=False) as opened:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        url = f"http://127.0.0.1:{opened.getsockname()[1]}"
        serving = server(simulator)

        def end() -> None:
            serving.should_exit = True
            simulator.close()

        yield Serving(url, wish.fund, lambda: serving.run(sockets=[opened]), end)


def _require_addresses(wish: Wish) -> None:
    for address in wish.fund:
        if _address(address) is None:
            raise Invalid(
                Code.USAGE, f"{address!r:.60} is no address", where="fund", rule="an address is 0x and 40 hex digits"
            )


def _past(past: list[Candle], interval: str) -> Iterator[candles.Candle]:
    step_ms = interval_ms(interval)
    for one in past:
        px = (one.open, one.high, one.low, one.close)
        yield candles.Candle(one.open_ts, one.open_ts + step_ms, *px, lots=one.lots, value=0, trades=1)
