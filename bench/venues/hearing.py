"""Two hundred symbols on one core: how late is what is heard, at how many frames a second?

The venue's words come from a server that does nothing but send frames that were written before, with the moment of
sending in the place of the venue's time. Who hears is a process bound to one core: socket, codec, queue, hearer.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Line
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bench.venues.stage import SPAWN, us
from paddock.core.seams import SeededRandom
from paddock.surfaces.machine import SystemClock
from paddock.venues.heard import Candle, Gap, Mids
from paddock.venues.hyperliquid.client import Client
from paddock.venues.hyperliquid.codec import said, subscriptions
from paddock.venues.hyperliquid.codec.said import Frame
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.networks import CONNECTIONS, FRAMES, IP
from paddock.venues.hyperliquid.networks import simulator as endpoint_of
from paddock.venues.hyperliquid.simulator.listing import Coin
from paddock.venues.hyperliquid.simulator.server import listener
from paddock.venues.hyperliquid.simulator.simulator import Simulator
from paddock.venues.hyperliquid.simulator.terms import UNLIMITED, Terms
from paddock.venues.transport.budget import Allowance
from paddock.venues.transport.frames import Delivery

SYMBOLS = 200
LEVELS = 20
STAMP = "@"  # where the moment of sending stands in a frame
MIDS = "LAG"  # the coin whose mid it is
FREE = tuple(Allowance(name, burst=1_000_000, refill=1_000_000) for name in (IP, CONNECTIONS, FRAMES))
OF_EACH = 4  # frames of a symbol in each second: two books, a trade, a candle


def coins() -> tuple[Coin, ...]:
    return tuple(Coin(f"C{n}", 2, 20, str(100 + n)) for n in range(SYMBOLS))


def frames() -> list[tuple[str, str]]:
    """What is told in a second, each frame cut at its stamp."""
    told = [_mids()]
    for coin in coins():
        told += [_book(coin), _trade(coin), _book(coin), _candle(coin)]
    return [tuple(json.dumps(one, separators=(",", ":")).split(f'"{STAMP}"')) for one in told]


def _mids() -> dict[str, Any]:
    return {"channel": "allMids", "data": {"mids": {coin.name: coin.px for coin in coins()} | {MIDS: STAMP}}}


def _book(coin: Coin) -> dict[str, Any]:
    px = int(coin.px)
    sides = [[{"px": f"{px + sign * n / 100:.2f}", "sz": f"{n}.5", "n": n} for n in range(1, LEVELS + 1)]
             for sign in (-1, 1)]  # fmt: skip
    return {"channel": "l2Book", "data": {"coin": coin.name, "time": STAMP, "levels": sides}}


def _trade(coin: Coin) -> dict[str, Any]:
    row = {"coin": coin.name, "side": "B", "px": coin.px, "sz": "1.5", "hash": "0x0", "time": STAMP, "tid": 7}
    return {"channel": "trades", "data": [row | {"users": ["0x" + "a" * 40, "0x" + "b" * 40]}]}


def _candle(coin: Coin) -> dict[str, Any]:
    px = dict.fromkeys("ohlc", coin.px)
    return {"channel": "candle", "data": {"t": STAMP, "T": 0, "s": coin.name, "i": "1m", **px, "v": "12.5", "n": 9}}


class Speaker:
    """The sending side: acknowledges what is subscribed, and sends when it is told to."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._simulator = Simulator(SystemClock(), Terms(coins=coins(), allowed=UNLIMITED))
        self._frames = frames()

    async def info(self, request: Request) -> Response:
        answer = self._simulator.ask(await request.json())
        return Response(answer.body, answer.status, answer.headers, answer.content_type)

    async def socket(self, websocket: WebSocket) -> None:
        await websocket.accept()
        acknowledging = asyncio.create_task(self._acknowledge(websocket))
        while (asked := await asyncio.to_thread(self._line.recv)) is not None:
            self._line.send(await self._speak(websocket, *asked))
        acknowledging.cancel()

    async def _acknowledge(self, websocket: WebSocket) -> None:
        try:
            while True:
                asked = json.loads(await websocket.receive_text())
                subscribed = "subscription" in asked
                told = {"channel": "subscriptionResponse", "data": asked} if subscribed else {"channel": "pong"}
                await websocket.send_text(json.dumps(told))
        except WebSocketDisconnect:
            return

    async def _speak(self, websocket: WebSocket, per_second: int, seconds: int) -> int:
        """Send so many frames a second, evenly in steps of 5 ms; gives how many."""
        sent, began = 0, time.monotonic()
        while sent < per_second * seconds:
            due = min(per_second * seconds, int((time.monotonic() - began) * per_second))
            for _ in range(sent, due):
                before, after = self._frames[sent % len(self._frames)]
                stamp = us()
                text = f'{before}"{stamp}"{after}' if sent % len(self._frames) == 0 else f"{before}{stamp}{after}"
                await websocket.send_text(text)
                sent += 1
            await asyncio.sleep(0.005)
        return sent


def speak(line: Line) -> None:
    speaker, opened = Speaker(line), listener()
    app = Starlette(routes=[Route("/info", speaker.info, methods=["POST"]), WebSocketRoute("/ws", speaker.socket)])
    config = uvicorn.Config(app, http="h11", ws="websockets-sansio", ws_ping_interval=None, log_config=None)
    line.send(f"http://127.0.0.1:{opened.getsockname()[1]}")
    uvicorn.Server(config).run(sockets=[opened])


@dataclass(slots=True)
class Heard:
    """How late each message was, in microseconds."""

    late: list[int] = field(default_factory=list)
    gaps: int = 0

    def hear(self, delivery: Delivery[Frame]) -> None:
        now = us()
        match delivery.message:
            case said.MarketHeard(messages=messages):
                for one in messages:
                    self.late.append(now - _stamp(one))
            case Gap():
                self.gaps += 1


def _stamp(message: Any) -> int:
    match message:
        case Mids(px):
            return int(px[MIDS])
        case Candle():
            return message.open_ts
        case _:
            return message.venue_ts


def hear(line: Line, url: str, core: int) -> None:
    """The hearing side, bound to a core: subscribes to all, then tells what it heard whenever it is asked."""
    os.sched_setaffinity(0, {core})
    heard = Heard()
    client = Client(endpoint_of(url), SystemClock(), SeededRandom(1), allowances=FREE)
    with Gateway(client) as gateway:
        gateway.read(client.listed())
        for asked in _subscriptions():
            gateway.read(client.hear(asked, heard.hear))
        while client.stale():
            time.sleep(0.05)
        heard.late.clear()
        heard.gaps = 0
        while line.recv() is not None:
            line.send((heard.late[:], heard.gaps, time.process_time_ns() // 1000))
            heard.late.clear()
            heard.gaps = 0


def _subscriptions() -> Iterator[subscriptions.Subscription]:
    yield subscriptions.all_mids()
    for coin in coins():
        yield from (subscriptions.book(coin.name), subscriptions.trades(coin.name))
        yield subscriptions.candles(coin.name, "1m")


def measure(seconds: int) -> Iterator[str]:
    speaking, told = SPAWN.Pipe()
    hearing, asked = SPAWN.Pipe()
    speaker = SPAWN.Process(target=speak, args=(told,), daemon=True)
    speaker.start()
    hearer = SPAWN.Process(target=hear, args=(asked, speaking.recv(), max(os.sched_getaffinity(0))), daemon=True)
    hearer.start()
    hearing.send("begin")
    _, _, cpu_us = hearing.recv()
    usual = SYMBOLS * OF_EACH + 1
    yield f"{SYMBOLS} symbols with mids, trades, books of {LEVELS} levels and candles; {usual} frames are a second's"
    for rate in (usual, 2 * usual, 4 * usual):
        speaking.send((rate, seconds))
        start = us()
        sent, took = speaking.recv(), (us() - start) / 1e6
        late, gaps, cpu = _all(hearing, sent)
        p50, p99 = np.percentile(np.array(late) / 1e3, (50, 99))
        used = (cpu - cpu_us) / 1e6
        cpu_us = cpu
        yield (
            f"  {sent / took:6,.0f} frames a second: late p50 {p50:6.1f} ms, p99 {p99:7.1f} ms, "
            f"{used / took:4.0%} of a core, {used / sent * 1e6:3.0f} us a frame; "
            f"{len(late):,} of {sent:,} heard (of books the newest), {gaps} gaps"
        )
    for line, process in ((hearing, hearer), (speaking, speaker)):
        line.send(None)
        process.terminate()
        process.join()


def _all(hearing: Line, sent: int, quiet_s: float = 1.0) -> tuple[list[int], int, int]:
    """What was heard, when nothing more comes."""
    late, gaps = list[int](), 0
    while True:
        time.sleep(quiet_s)
        hearing.send("tell")
        more, missed, cpu = hearing.recv()
        late, gaps = late + more, gaps + missed
        if not more or len(late) >= sent:
            return late, gaps, cpu
