"""Serves a simulated venue on a port of this machine."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from paddock.core.errors import Code, Invalid
from paddock.core.time import interval_ms
from paddock.market.lake import Lake
from paddock.surfaces import simulated
from paddock.surfaces.listen import Address, listening
from paddock.surfaces.machine import SystemClock
from paddock.venues.exchange import Contract
from paddock.venues.exchange.tape import Candle, Point
from paddock.venues.hyperliquid.simulator.app import is_address as is_ethereum
from paddock.venues.hyperliquid.simulator.candles import Candle as HyperliquidCandle
from paddock.venues.hyperliquid.simulator.market import start_px
from paddock.venues.hyperliquid.simulator.server import server as hyperliquid_server
from paddock.venues.hyperliquid.simulator.simulator import Simulator as Hyperliquid
from paddock.venues.hyperliquid.simulator.terms import Terms as HyperliquidTerms
from paddock.venues.pacifica.simulator.app import is_address as is_solana
from paddock.venues.pacifica.simulator.candles import Candle as PacificaCandle
from paddock.venues.pacifica.simulator.server import server as pacifica_server
from paddock.venues.pacifica.simulator.simulator import Simulator as Pacifica
from paddock.venues.pacifica.simulator.terms import Terms as PacificaTerms
from paddock.venues.played import go_wrong


@dataclass(frozen=True, slots=True)
class Wish:
    """As the command line says it; `data` is VENUE:INTERVAL of the lake, `faults` a file with a script of them."""

    port: int
    data: str | None
    speed: float
    seed: int
    fund: tuple[str, ...]
    usd: int
    faults: Path | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """`run` serves until it is interrupted, or `end` is called from elsewhere."""

    url: str
    funded: tuple[str, ...]
    run: Callable[[], None]
    end: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Starts:
    """What each coin that is traded begins with, in ticks, and how its past is remembered: by symbol and interval."""

    px: Mapping[str, int]
    remember: Callable[[str, str, list[Candle]], None]


@contextmanager
def hyperliquid_at(wish: Wish, home: Path) -> Iterator[Serving]:
    """Raises Invalid (usage, value), NotFound (data.not_found) and Unavailable (serve.port_in_use)."""
    _require_addresses(wish, is_ethereum, "an address is 0x and 40 hex digits")
    wall, terms = SystemClock(), HyperliquidTerms(seed=wish.seed)
    simulator = Hyperliquid(simulated.clock(wall, wish.speed), terms, wall=wall, speed=wish.speed)

    def remember(symbol: str, interval: str, past: list[Candle]) -> None:
        step_ms = interval_ms(interval)
        rows = (
            HyperliquidCandle(one.open_ts, one.open_ts + step_ms, *_px(one), lots=one.lots, value=0, trades=1)
            for one in past
        )
        simulator.venue.candles.remember(symbol, interval, rows)

    px = {coin.name: start_px(simulator.venue, coin) for coin in terms.coins if not coin.delisted}
    with _serving(simulator, hyperliquid_server(simulator), _Starts(px, remember), wish, home) as serving:
        yield serving


@contextmanager
def pacifica_at(wish: Wish, home: Path) -> Iterator[Serving]:
    """Raises as `hyperliquid_at` does."""
    _require_addresses(wish, is_solana, "an address is 32 bytes in base58")
    wall, terms = SystemClock(), PacificaTerms(seed=wish.seed)
    simulator = Pacifica(simulated.clock(wall, wish.speed), terms, wall=wall, speed=wish.speed)

    def remember(symbol: str, interval: str, past: list[Candle]) -> None:
        rows = (PacificaCandle(one.open_ts, *_px(one), lots=one.lots, count=1) for one in past)
        simulator.venue.records.candles.remember(symbol, interval, rows)

    px = {coin.symbol: coin.start_px for coin in terms.coins}
    with _serving(simulator, pacifica_server(simulator), _Starts(px, remember), wish, home) as serving:
        yield serving


@contextmanager
def _serving(
    simulator: Hyperliquid | Pacifica, server: uvicorn.Server, starts: _Starts, wish: Wish, home: Path
) -> Iterator[Serving]:
    simulator.follow(_tracks(simulator, starts, wish, home))
    for address in wish.fund:
        simulator.deposit(address, wish.usd)
    if wish.faults is not None:
        go_wrong(simulator.faults, _script(wish.faults))
    with listening(Address("127.0.0.1", wish.port), guarded=False, allow_remote=False) as opened:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        url = f"http://127.0.0.1:{opened.getsockname()[1]}"

        def end() -> None:
            server.should_exit = True
            simulator.close()

        yield Serving(url, wish.fund, lambda: server.run(sockets=[opened]), end)


def _tracks(simulator: Hyperliquid | Pacifica, starts: _Starts, wish: Wish, home: Path) -> dict[str, Iterator[Point]]:
    """Where prices go: what is recorded as it was, the rest at random."""
    contracts: Mapping[str, Contract] = simulator.exchange.contracts
    now_ts, tracks = simulator.clock.now_ts(), dict[str, Iterator[Point]]()
    if wish.data is not None:
        for symbol, played in simulated.recorded(Lake(home), wish.data, contracts, now_ts).items():
            starts.remember(symbol, wish.data.partition(":")[2], played.past)
            tracks[symbol] = played.to_come
    for symbol, px in starts.px.items():
        if symbol not in tracks:
            tracks[symbol] = simulated.walking(contracts[symbol], px, now_ts, wish.speed, wish.seed)
    return tracks


def _require_addresses(wish: Wish, is_address: Callable[[str], bool], rule: str) -> None:
    for address in wish.fund:
        if not is_address(address):
            raise Invalid(Code.USAGE, f"{address!r:.60} is no address", where="fund", rule=rule)


def _script(path: Path) -> bytes:
    try:
        return path.expanduser().read_bytes()
    except OSError as error:
        raise Invalid(
            Code.USAGE, "the script of faults cannot be read", where="faults", seen=str(error), rule="a file with JSON"
        ) from None


def _px(one: Candle) -> tuple[int, int, int, int]:
    return one.open, one.high, one.low, one.close
