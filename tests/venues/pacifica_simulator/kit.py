"""A simulated Pacifica for tests, and a client that signs: what an account of one's own needs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx2
from nacl.signing import SigningKey
from websockets.sync.client import ClientConnection, connect

from paddock.core.seams import ManualClock
from paddock.venues.pacifica.codec.operations import Draft, Op
from paddock.venues.pacifica.codec.signing import address_of, body
from paddock.venues.pacifica.codec.signing import sign as sign_draft
from paddock.venues.pacifica.simulator.desk import OPERATIONS
from paddock.venues.pacifica.simulator.server import running
from paddock.venues.pacifica.simulator.simulator import Simulator
from paddock.venues.pacifica.simulator.terms import UNLIMITED, Terms
from tests.patience import PATIENCE_S
from tests.venues.impatience import in_vain

START_TS = 1_767_225_600_123
OWNER, AGENT, OTHER = (SigningKey(bytes([number]) * 32) for number in (7, 11, 13))
ACCOUNT, AGENT_WALLET, STRANGER = (address_of(key) for key in (OWNER, AGENT, OTHER))
TYPES = {operation.signed_as: path for path, operation in OPERATIONS.items()}
FREE = Terms(allowed=UNLIMITED)

_uuids = count(1)


class WallClock:
    def now_ts(self) -> int:
        return int(time.time() * 1000)


def uuid() -> str:
    return f"00000000-0000-4000-8000-{next(_uuids):012x}"


def make(terms: Terms = FREE, dollars: int = 100_000, **more) -> tuple[Simulator, ManualClock]:
    """With the owner's account in it."""
    clock = ManualClock(START_TS)
    simulator = Simulator(clock, terms, **more)
    if dollars:
        simulator.deposit(ACCOUNT, dollars)
    return simulator, clock


def signed(kind: str, payload: dict, ts: int, *, key: SigningKey = OWNER, account: str = ACCOUNT, window=5000) -> dict:
    """A request's body, signed by whoever, whether or not they may."""
    draft = Draft(kind, payload, ts, window)
    agent = "" if address_of(key) == account else address_of(key)
    return body(draft, account, sign_draft(key, draft), agent)


class Desk:
    """Calls the simulator without a wire, as its clients do over one."""

    def __init__(self, simulator: Simulator, *, key: SigningKey = OWNER, account: str = ACCOUNT) -> None:
        self.simulator, self.key, self.account = simulator, key, account

    def body(self, kind: str, **payload) -> dict:
        return signed(kind, payload, self.simulator.wall.now_ts(), key=self.key, account=self.account)

    def do(self, kind: str, **payload):
        return self.simulator.act(TYPES[kind], self.body(kind, **payload))[0]

    def get(self, path: str, **query) -> Any:
        answer = self.simulator.ask(path, {name: str(value) for name, value in query.items()})[0]
        assert answer.ok, answer
        return answer.data

    def mine(self, path: str, **query) -> Any:
        return self.get(path, account=self.account, **query)

    def limit(self, side: str, price: str, amount: str, tif: str = "GTC", symbol: str = "BTC", **more):
        named = {"reduce_only": False, "client_order_id": uuid()}
        return self.do(Op.CREATE_ORDER, symbol=symbol, price=price, amount=amount, side=side, tif=tif, **named | more)

    def market(self, side: str, amount: str, slippage: str = "0.5", symbol: str = "BTC", **more):
        named = {"reduce_only": False, "client_order_id": uuid(), "slippage_percent": slippage}
        return self.do(Op.CREATE_MARKET_ORDER, symbol=symbol, amount=amount, side=side, **named | more)


class Rest:
    """The same over HTTP."""

    def __init__(self, url: str, simulator: Simulator, *, key: SigningKey = OWNER, account: str = ACCOUNT) -> None:
        self.http = httpx2.Client(base_url=f"{url}/api/v1", timeout=PATIENCE_S)
        self.simulator, self.key, self.account = simulator, key, account

    def post(self, kind: str, **payload) -> httpx2.Response:
        return self.http.post(TYPES[kind], json=self._signed(kind, payload))

    def post_in_vain(self, kind: str, **payload) -> None:
        """Where no answer comes; until the simulator has done what it does all the same."""
        faults, place = self.simulator.faults, f"post:{TYPES[kind]}"
        unanswered, calls = faults.unanswered, faults.calls.get(place, 0)
        held = self.simulator.terms.bump_ms > 0

        def met() -> bool:
            return faults.calls.get(place, 0) > calls if held else faults.unanswered > unanswered

        in_vain(f"{str(self.http.base_url).rstrip('/')}{TYPES[kind]}", self._signed(kind, payload), met)

    def _signed(self, kind: str, payload: dict) -> dict:
        return signed(kind, payload, self.simulator.wall.now_ts(), key=self.key, account=self.account)

    def get(self, path: str, **query) -> httpx2.Response:
        return self.http.get(path, params=query)


@contextmanager
def listening(url: str, *subscriptions: dict) -> Iterator[ClientConnection]:
    """A socket with its subscriptions sent."""
    with connect(url.replace("http", "ws") + "/ws", open_timeout=PATIENCE_S) as socket:
        for params in subscriptions:
            socket.send(json.dumps({"method": "subscribe", "params": params}))
        yield socket


def heard(socket: ClientConnection, *channels: str) -> dict:
    """The next frame of one of these channels; others are passed over."""
    while True:
        frame = json.loads(socket.recv(timeout=PATIENCE_S))
        if frame.get("channel", frame.get("type")) in channels:
            return frame


def serving(simulator: Simulator):
    return running(simulator)
