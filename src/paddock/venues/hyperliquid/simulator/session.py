"""One WebSocket of a client: reads what it asks, sends what it is told, and ends when nobody speaks."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from paddock.venues.hyperliquid.simulator.answers import PAGE, Answer, compact
from paddock.venues.hyperliquid.simulator.hub import Listener
from paddock.venues.hyperliquid.simulator.seam import Met, meet
from paddock.venues.hyperliquid.simulator.simulator import Simulator

GREETING: Final = "Websocket connection established."
SILENCE_MS: Final = 60_000
_DOORS: Final = {"info": "info", "action": "exchange"}
_NOT_WS: Final = "Error parsing JSON into valid websocket request: "


class Session:
    def __init__(self, simulator: Simulator, websocket: WebSocket) -> None:
        self._simulator, self._websocket = simulator, websocket
        self._outgoing: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._cuts = simulator.faults.cuts
        self._listener: Listener | None = None
        self._unanswered: set[int] = set()
        self._waiting: list[tuple[int, str]] = []

    async def run(self) -> None:
        """Until either side ends it."""
        simulator, websocket = self._simulator, self._websocket
        await websocket.accept()
        await websocket.send_text(GREETING)
        with simulator.lock:
            self._listener = simulator.hub.join(self._send, _ip(websocket))
        sender = asyncio.create_task(self._send_all())
        try:
            with simulator.woken(self._watch):
                await self._read_all()
        finally:
            with simulator.lock:
                simulator.hub.leave(self._listener)
            sender.cancel()

    def _send(self, text: str | None) -> None:
        """From any thread; None closes."""
        if threading.get_ident() == self._thread:
            self._outgoing.put_nowait(text)
        else:
            self._loop.call_soon_threadsafe(self._outgoing.put_nowait, text)

    def _watch(self) -> None:
        """After each step: answer what has waited; close when cut off, or when nothing was sent for a minute."""
        simulator, listener = self._simulator, self._listener
        if listener is None:
            return
        now_ts = simulator.wall.now_ts()
        due = [text for due_ts, text in self._waiting if due_ts <= now_ts]
        self._waiting = [(due_ts, text) for due_ts, text in self._waiting if due_ts > now_ts]
        for text in due:
            self._send(text)
        silent = now_ts - listener.sent_ts >= SILENCE_MS and not simulator.faults.stalled
        if silent or simulator.faults.cuts != self._cuts:
            self._cuts = simulator.faults.cuts
            self._send(None)

    async def _send_all(self) -> None:
        try:
            while (text := await self._outgoing.get()) is not None:
                await self._websocket.send_text(text)
            await self._websocket.close()
        except (WebSocketDisconnect, RuntimeError):
            return  # it has gone; whoever reads notices too

    async def _read_all(self) -> None:
        try:
            while True:
                self._take(await self._websocket.receive_text())
        except (WebSocketDisconnect, KeyError):
            return

    def _take(self, text: str) -> None:
        simulator = self._simulator
        with simulator.lock:
            simulator.step()
            listener = self._listener
            if listener is None:
                return
            if not simulator.venue.allowances.send(listener.ip, simulator.wall.now_ts()):
                self._send(None)
                return
            said = _parsed(text)
            method, subscription = said.get("method"), said.get("subscription")
            if method == "ping":
                simulator.hub.say(listener, "pong")
            elif method == "subscribe":
                simulator.hub.subscribe(listener, subscription, text)
            elif method == "unsubscribe":
                simulator.hub.unsubscribe(listener, subscription, text)
            elif method == "post":
                self._post(listener, said, text)
            else:
                simulator.hub.say(listener, "error", _NOT_WS + text)

    def _post(self, listener: Listener, said: dict[str, Any], text: str) -> None:
        """A question or an action, answered here like over HTTP."""
        simulator = self._simulator
        number, request = said.get("id"), said.get("request")
        kind = request.get("type") if isinstance(request, dict) else None
        payload = request.get("payload") if isinstance(request, dict) else None
        if type(number) is not int or kind not in _DOORS or not isinstance(payload, dict):
            simulator.hub.say(listener, "error", _NOT_WS + text)
            return
        most = simulator.terms.allowed.posts
        if most and len(self._unanswered) >= most:
            simulator.hub.say(listener, "error", f"too many pending post requests id={number}")
            return
        met = meet(simulator, _DOORS[kind], payload, listener.ip)
        if met.broken:
            self._send(None)
        elif met.answer is None:
            self._unanswered.add(number)
        else:
            data = {"id": number, "response": _response(kind, payload, met.answer)}
            self._answer(listener, met, met.change(compact({"channel": "post", "data": data})))

    def _answer(self, listener: Listener, met: Met, text: str) -> None:
        if met.wait_ms:
            self._waiting.append((self._simulator.wall.now_ts() + met.wait_ms, text))
        else:
            self._simulator.hub.send(listener, "post", text)


def _response(kind: str, payload: dict[str, Any], answer: Answer) -> dict[str, Any]:
    if answer.status != 200:
        return {"type": "error", "payload": str(answer.status) if answer.text in {"", PAGE} else answer.text}
    if kind == "info":
        return {"type": "info", "payload": {"type": payload["type"], "data": answer.value}}
    return {"type": "action", "payload": answer.value}


def _parsed(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _ip(websocket: WebSocket) -> str:
    return websocket.client.host if websocket.client else ""
