"""The simulated venue over HTTP and WebSocket: `POST /info`, `POST /exchange`, `GET /ws`; beside it `venues.played`."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from paddock.venues import played
from paddock.venues.hyperliquid.simulator.answers import Answer
from paddock.venues.hyperliquid.simulator.seam import Met, meet
from paddock.venues.hyperliquid.simulator.session import Session
from paddock.venues.hyperliquid.simulator.simulator import Simulator

TICK_S: Final = 0.05
LARGEST_BODY: Final = 2**20
NO_JSON: Final = Answer(400, text="Failed to parse the request body as JSON")
TOO_LARGE: Final = Answer(413, text="length limit exceeded")
_address: Final = re.compile(r"0x[0-9a-fA-F]{40}").fullmatch
_SENDER: Final = "paddock.sender"


def is_address(text: str) -> bool:
    return _address(text) is not None


def create_app(simulator: Simulator) -> ASGIApp:
    """While it runs, time passes in the simulator."""

    async def socket(websocket: WebSocket) -> None:
        limit = simulator.terms.allowed.connections
        if simulator.faults.refusing or (limit and len(simulator.hub.listeners) >= limit):
            await websocket.close()
            return
        await Session(simulator, websocket).run()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(_tick(simulator))
        yield
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking

    routes = [
        Route("/info", _Door(simulator, "info"), methods=["POST"]),
        Route("/exchange", _Door(simulator, "exchange"), methods=["POST"]),
        WebSocketRoute("/ws", socket),
        *played.routes(simulator, is_address),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)

    async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
        """Keeps what sends to the connection itself, for faults that break it."""
        await app({**scope, _SENDER: send}, receive, send)

    return outermost


async def _tick(simulator: Simulator) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        simulator.step()


class _Door:
    """One endpoint, with the faults that strike there."""

    def __init__(self, simulator: Simulator, name: str) -> None:
        self._simulator, self._name = simulator, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await _body(request)
        ip = request.client.host if request.client else ""
        met = Met(body) if isinstance(body, Answer) else meet(self._simulator, self._name, body, ip)
        if met.wait_ms:
            due_ts = self._simulator.wall.now_ts() + met.wait_ms
            await self._until(lambda: self._simulator.wall.now_ts() >= due_ts)
        if met.answer is not None:
            text, answer = met.change(met.answer.body), met.answer
            response = Response(text, answer.status, answer.headers, answer.content_type)
            await response(scope, receive, send)
            return
        if not met.broken:
            await self._left(request)
        if not await request.is_disconnected():
            await _break(scope[_SENDER])

    async def _left(self, request: Request) -> None:
        """Until the client gives up."""
        self._simulator.faults.unanswered += 1
        leaving = asyncio.create_task(_disconnected(request))
        await self._until(leaving.done)
        leaving.cancel()

    async def _until(self, true: Callable[[], bool]) -> None:
        """Looked at after each step of the simulator; at its end it is let go."""
        stepped = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(stepped.set)

        with self._simulator.woken(wake):
            while not (true() or self._simulator.closed):
                await stepped.wait()
                stepped.clear()


async def _body(request: Request) -> dict[str, Any] | Answer:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_BODY:
            return TOO_LARGE
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return NO_JSON
    return said if isinstance(said, dict) else {}


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _break(send: Send) -> None:
    """Break the connection without a word. The server offers no way to, but its own transport."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
    await asyncio.sleep(0)  # it hears of it
