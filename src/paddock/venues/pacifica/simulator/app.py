"""The simulated venue over HTTP and WebSocket: everything under `/api/v1`, and `/ws`; beside it `venues.played`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from paddock.venues import base58, played
from paddock.venues.faults import NOT_DONE, UNANSWERED, Fault, Rule
from paddock.venues.pacifica.codec.signing import KEY_BYTES
from paddock.venues.pacifica.simulator import desk, reads
from paddock.venues.pacifica.simulator.allowances import Left
from paddock.venues.pacifica.simulator.answers import THROTTLED, UNREADABLE, Answer, bad
from paddock.venues.pacifica.simulator.passing import passed, until
from paddock.venues.pacifica.simulator.session import Session
from paddock.venues.pacifica.simulator.simulator import Simulator

ROOT: Final = "/api/v1"
TICK_S: Final = 0.02
LARGEST_BODY: Final = 2**20
NOT_FOUND: Final = bad("Not found", 404)
_KEY: Final = "PF-API-KEY"
_TRANSPORT: Final = "paddock.transport"
_VARY: Final = {"Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}
_PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def create_app(simulator: Simulator) -> ASGIApp:
    """While it runs, time passes in the simulator."""

    async def socket(websocket: WebSocket) -> None:
        most = simulator.terms.allowed.connections
        if simulator.faults.refusing or (most and len(simulator.hub.listeners) >= most):
            await websocket.close()
            return
        host = websocket.client.host if websocket.client else ""
        who, keyed = _asker(websocket.headers, host)
        await Session(simulator, websocket, who, keyed=keyed).run()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(_tick(simulator))
        yield
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking

    routes = [WebSocketRoute("/ws", socket), Mount(ROOT, _Rest(simulator)), *played.routes(simulator, is_address)]
    return _breakable(Starlette(routes=routes, lifespan=lifespan))


def is_address(text: str) -> bool:
    try:
        base58.decode(text, KEY_BYTES)
    except ValueError:
        return False
    return True


def _breakable(app: ASGIApp) -> ASGIApp:
    """Let what answers reach the connection, to break it: no server offers more than its own transport."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        scope[_TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await app(scope, receive, send)

    return call


async def _tick(simulator: Simulator) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        simulator.step()


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request as it came. `place` is where faults find it."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    who: str
    keyed: bool

    @property
    def place(self) -> str:
        return f"{self.method.lower()}:{self.path}"


class _Rest:
    """All of HTTP, with the faults that strike there."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = await _asked(Request(scope, receive))
        if isinstance(asked, Answer):
            await _response(asked)(scope, receive, send)
            return
        rule = self._simulator.faults.strike(asked.place)
        if desk.bumped(asked.path, asked.body):
            await passed(self._simulator, self._simulator.clock, self._simulator.terms.bump_ms)
        if rule is not None and rule.fault in NOT_DONE:
            response = self._undone(rule, asked)
        else:
            response = _response(*self._done(asked))
        if rule is not None and rule.fault is Fault.DELAY:
            await passed(self._simulator, self._simulator.wall, rule.ms)
        if rule is None or rule.fault not in UNANSWERED:
            await _changed(rule, response)(scope, receive, send)
        elif rule.fault in {Fault.RESET, Fault.RESET_DONE}:
            scope[_TRANSPORT].abort()
        else:
            await self._silence(receive)

    async def _silence(self, receive: Receive) -> None:
        """Until the client gives up."""
        self._simulator.faults.unanswered += 1
        leaving = asyncio.create_task(_left(receive))
        await until(self._simulator, leaving.done)
        leaving.cancel()

    def _done(self, asked: _Asked) -> tuple[Answer, Left]:
        if asked.method == "GET":
            return self._simulator.ask(asked.path, asked.query, asked.who, keyed=asked.keyed)
        return self._simulator.act(asked.path, asked.body, asked.who, keyed=asked.keyed)

    def _undone(self, rule: Rule, asked: _Asked) -> Response:
        if rule.fault is Fault.LATE:
            self._simulator.act_late(asked.path, asked.body, rule.ms)
        if rule.fault is Fault.THROTTLED:
            return _response(THROTTLED)
        return _response(bad("Internal server error", rule.status))


async def _asked(request: Request) -> _Asked | Answer:
    path = str(request.scope["path"]).removeprefix(ROOT)
    if path not in reads.READS if request.method == "GET" else not (request.method == "POST" and desk.knows(path)):
        return NOT_FOUND
    body = await _body(request) if request.method == "POST" else {}
    if isinstance(body, Answer):
        return body
    who, keyed = _asker(request.headers, request.client.host if request.client else "")
    return _Asked(request.method, path, dict(request.query_params), body, who, keyed)


async def _body(request: Request) -> dict[str, Any] | Answer:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_BODY:
            return bad("Request body too large", 413)
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return UNREADABLE
    return said if isinstance(said, dict) else UNREADABLE


def _asker(headers: Headers, host: str) -> tuple[str, bool]:
    """Who pays: a key, whose it is does not matter here, or else an address."""
    key = headers.get(_KEY, "")
    return (key, True) if key else (host, False)


def _response(answer: Answer, left: Left | None = None) -> Response:
    headers = _VARY | (left.headers if left is not None else {})
    return Response(answer.body, answer.status, headers, answer.content_type)


def _changed(rule: Rule | None, response: Response) -> Response:
    body = bytes(response.body).decode()
    match rule.fault if rule is not None else None:
        case Fault.ERROR_DONE:
            return _response(bad("Internal server error", rule.status if rule is not None else 500))
        case Fault.TRUNCATED:
            return Response(body[: len(body) // 2], response.status_code, media_type="application/json")
        case Fault.GARBAGE:
            return Response(_PAGE, 200, media_type="text/html")
        case Fault.REWRITE:
            change = rule.change if rule is not None else str
            return Response(change(body), response.status_code, media_type="application/json")
    return response


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
