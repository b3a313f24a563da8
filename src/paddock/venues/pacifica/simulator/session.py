"""One socket of a client: reads what it asks, sends what it is told, and ends when it says nothing."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from paddock.venues.faults import NOT_DONE, UNANSWERED, Fault, Rule
from paddock.venues.pacifica.simulator import desk
from paddock.venues.pacifica.simulator.allowances import NOTHING_LEFT, Left
from paddock.venues.pacifica.simulator.answers import FAILED, NOT_AUTHORIZED, THROTTLED, Answer, compact
from paddock.venues.pacifica.simulator.hub import Listener
from paddock.venues.pacifica.simulator.passing import passed
from paddock.venues.pacifica.simulator.simulator import Simulator

OPERATIONS: Final = {
    "create_order": "/orders/create",
    "create_market_order": "/orders/create_market",
    "edit_order": "/orders/edit",
    "cancel_order": "/orders/cancel",
    "cancel_all_orders": "/orders/cancel_all",
    "batch_orders": desk.BATCH_PATH,
}
_INVALID: Final = 400
_SIGNATURE: Final = 401
_SIGNER: Final = 402
_ENGINE: Final = 420
_FAILED_TO_CANCEL: Final = "Failed to cancel order"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request to trade. `number` is its client's, whatever that is."""

    listener: Listener
    number: Any
    operation: str
    path: str
    body: dict[str, Any]


class Session:
    """`who` pays for what it asks, with an API config key (`keyed`) or without."""

    def __init__(self, simulator: Simulator, websocket: WebSocket, who: str, *, keyed: bool) -> None:
        self._simulator, self._websocket, self._who, self._keyed = simulator, websocket, who, keyed
        self._outgoing: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._cuts = simulator.faults.cuts
        self._began_ts = self._heard_ts = simulator.wall.now_ts()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until either side ends it."""
        await self._websocket.accept()
        with self._simulator.lock:
            listener = self._simulator.hub.join(self._send)
        sender = asyncio.create_task(self._send_all())
        try:
            with self._simulator.woken(self._watch):
                await self._read_all(listener)
        finally:
            with self._simulator.lock:
                self._simulator.hub.leave(listener)
            for task in (sender, *self._tasks):
                task.cancel()

    def _send(self, text: str | None) -> None:
        """From any thread; None closes."""
        if threading.get_ident() == self._thread:
            self._outgoing.put_nowait(text)
        else:
            self._loop.call_soon_threadsafe(self._outgoing.put_nowait, text)

    def _watch(self) -> None:
        """After each step: close when cut off, when the client was silent, and when it is a day old."""
        terms, now_ts = self._simulator.terms, self._simulator.wall.now_ts()
        old = now_ts - self._heard_ts >= terms.silent_ms or now_ts - self._began_ts >= terms.longest_ms
        if old or self._simulator.faults.cuts != self._cuts:
            self._cuts = self._simulator.faults.cuts
            self._send(None)

    async def _send_all(self) -> None:
        try:
            while (text := await self._outgoing.get()) is not None:
                await self._websocket.send_text(text)
            await self._websocket.close()
        except (WebSocketDisconnect, RuntimeError):
            return  # it has gone; whoever reads notices too

    async def _read_all(self, listener: Listener) -> None:
        try:
            while True:
                text = await self._websocket.receive_text()
                self._heard_ts = self._simulator.wall.now_ts()
                self._take(listener, _parsed(text))
        except (WebSocketDisconnect, KeyError):
            return

    def _take(self, listener: Listener, said: dict[str, Any]) -> None:
        with self._simulator.lock:
            self._simulator.step()
            hub, method = self._simulator.hub, said.get("method")
            if method == "ping":
                hub.say(listener, {"channel": "pong"})
            elif method == "subscribe":
                self._complain(listener, hub.subscribe(listener, said.get("params")))
            elif method == "unsubscribe":
                self._complain(listener, hub.unsubscribe(listener, said.get("params")))
            elif isinstance(said.get("params"), dict):
                self._trade(listener, said)
            else:
                self._complain(listener, "Invalid request")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Beside what is read next: a request may have to wait."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _complain(self, listener: Listener, why: str) -> None:
        if why:
            now_ts = self._simulator.wall.now_ts()
            self._simulator.hub.say(listener, {"code": _INVALID, "err": why, "t": now_ts})

    def _trade(self, listener: Listener, said: dict[str, Any]) -> None:
        """At once, unless it is held or something goes wrong: then beside what is read next."""
        operation, body = next(iter(said["params"].items()), ("", None))
        path = OPERATIONS.get(operation)
        if path is None or not isinstance(body, dict) or len(said["params"]) != 1:
            self._complain(listener, "Invalid request")
            return
        asked = _Asked(listener, said.get("id"), operation, path, body)
        rule = self._simulator.faults.strike(f"ws:{operation}")
        held = self._simulator.terms.bump_ms and desk.bumped(path, body)
        if held or rule is not None:
            self._start(self._trade_late(asked, rule))
        else:
            self._act(asked)

    async def _trade_late(self, asked: _Asked, rule: Rule | None) -> None:
        simulator = self._simulator
        if desk.bumped(asked.path, asked.body):
            await passed(simulator, simulator.clock, simulator.terms.bump_ms)
        if rule is None:
            self._act(asked)
            return
        if rule.fault is Fault.LATE:
            simulator.act_late(asked.path, asked.body, rule.ms)
        if rule.fault in NOT_DONE:
            answer, left = (THROTTLED if rule.fault is Fault.THROTTLED else FAILED), NOTHING_LEFT
        else:
            answer, left = simulator.act(asked.path, asked.body, self._who, keyed=self._keyed, socket=True)
        if rule.fault is Fault.DELAY:
            await passed(simulator, simulator.wall, rule.ms)
        if rule.fault in {Fault.RESET, Fault.RESET_DONE}:
            self._send(None)
        elif rule.fault is Fault.ERROR_DONE:
            self._answer(asked, FAILED, left)
        elif rule.fault in {Fault.TRUNCATED, Fault.GARBAGE, Fault.REWRITE}:
            text = compact(_reply(asked, answer, left, simulator.wall.now_ts()))
            asked.listener.send(rule.change(text) if rule.fault is Fault.REWRITE else text[: len(text) // 2])
        elif rule.fault not in UNANSWERED:
            self._answer(asked, answer, left)

    def _act(self, asked: _Asked) -> None:
        """The answer comes before what it set off."""

        def reply(answer: Answer, left: Left) -> None:
            self._answer(asked, answer, left)

        self._simulator.act(asked.path, asked.body, self._who, keyed=self._keyed, socket=True, reply=reply)

    def _answer(self, asked: _Asked, answer: Answer, left: Left) -> None:
        with self._simulator.lock:
            self._simulator.hub.say(asked.listener, _reply(asked, answer, left, self._simulator.wall.now_ts()))


def _reply(asked: _Asked, answer: Answer, left: Left, now_ts: int) -> dict[str, Any]:
    ids = {"id": asked.number, "type": asked.operation}
    if not answer.ok:
        return {**ids, "code": _code(answer), "err": _text(asked.operation, answer), "t": now_ts, "rl": left.wire}
    return {"code": 200, "data": _data(asked, answer), **ids, "t": now_ts, "rl": left.wire}


def _data(asked: _Asked, answer: Answer) -> Any:
    if asked.operation in {"batch_orders", "cancel_all_orders"}:
        return answer.data
    order_id = answer.data["order_id"] if answer.data else None
    return {"I": asked.body.get("client_order_id"), "i": order_id, "s": asked.body.get("symbol")}


def _code(answer: Answer) -> int:
    """The socket has numbers of its own: what the engine refuses is 420."""
    if answer.plain:
        return _SIGNATURE
    if answer == NOT_AUTHORIZED:
        return _SIGNER
    return answer.status if answer.status in {400, 403, 429, 500} else _ENGINE


def _text(operation: str, answer: Answer) -> str:
    missed = operation == "cancel_order" and answer.code == 6
    return _FAILED_TO_CANCEL if missed else answer.error


def _parsed(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
