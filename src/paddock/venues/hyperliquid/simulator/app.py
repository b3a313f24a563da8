"""The simulated venue over HTTP and WebSocket: `POST /info`, `POST /exchange`, `GET /ws`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from paddock.venues.hyperliquid.simulator.answers import Answer
from paddock.venues.hyperliquid.simulator.faults import DONE, Fault, Rule
from paddock.venues.hyperliquid.simulator.session import Session
from paddock.venues.hyperliquid.simulator.simulator import Simulator

TICK_S: Final = 0.05
LARGEST_BODY: Final = 2**20
NO_JSON: Final = Answer(400, text="Failed to parse the request body as JSON")
TOO_LARGE: Final = Answer(413, text="length limit exceeded")
_PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def create_app(simulator: Simulator) -> Starlette:
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
    ]
    return Starlette(routes=routes, lifespan=lifespan)


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
        if isinstance(body, Answer):
            response: Response | None = _response(body)
        else:
            rule = self._simulator.faults.strike(f"{self._name}:{_kind(body)}")
            response = await self._met(rule, body, request)
        if response is not None:
            await response(scope, receive, send)
        elif not await request.is_disconnected():
            await _break(send)

    async def _met(self, rule: Rule | None, body: dict[str, Any], request: Request) -> Response | None:
        """What goes back; None to break the connection, if the client has not left."""
        ip = request.client.host if request.client else ""
        if rule is None:
            return _response(self._answer(body, ip))
        if rule.fault in DONE:
            return await self._spoilt(rule, self._answer(body, ip), request)
        if rule.fault is Fault.LATE:
            self._simulator.act_late(body, rule.ms)
        if rule.fault in {Fault.LATE, Fault.LOST}:
            await self._left(request)
        if rule.fault is Fault.THROTTLED:
            headers = {"retry-after": str(-(-rule.ms // 1000))} if rule.ms else {}
            return Response("null", 429, headers, "application/json")
        return Response(_PAGE, 502, media_type="text/html") if rule.fault is Fault.ERROR else None

    async def _spoilt(self, rule: Rule, answer: Answer, request: Request) -> Response | None:
        """An answer to what has been done, as far as the fault lets it through."""
        if rule.fault is Fault.MUTE:
            await self._left(request)
            return None
        if rule.fault is Fault.RESET_DONE:
            return None
        if rule.fault is Fault.DELAY:
            due_ts = self._simulator.wall.now_ts() + rule.ms
            await self._until(lambda: self._simulator.wall.now_ts() >= due_ts)
            return _response(answer)
        if rule.fault is Fault.TRUNCATED:
            return _response(Answer(answer.status, text=answer.body[: len(answer.body) // 2]))
        if rule.fault is Fault.REWRITE:
            return _response(Answer(answer.status, text=rule.change(answer.body)))
        return Response(_PAGE, 200 if rule.fault is Fault.GARBAGE else 502, media_type="text/html")

    def _answer(self, body: dict[str, Any], ip: str) -> Answer:
        handle = self._simulator.ask if self._name == "info" else self._simulator.act
        return handle(body, ip)

    async def _left(self, request: Request) -> None:
        """Until the client gives up."""
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


def _kind(body: dict[str, Any]) -> str:
    """The type of a question or an action, for finding the rules of a fault."""
    action = body.get("action", body)
    return str(action.get("type", "")) if isinstance(action, dict) else ""


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type=answer.content_type)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _break(send: Send) -> None:
    """Break the connection without a word. The server offers no way to, but its own transport."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
    await asyncio.sleep(0)  # it hears of it
