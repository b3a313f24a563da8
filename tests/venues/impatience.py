"""What nobody answers need not be waited for: the simulator says when that is so, and all else may take long."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from fnmatch import fnmatchcase
from http.client import HTTPConnection
from select import select
from typing import Any
from urllib.parse import urlsplit

import pytest

from paddock.core.seams import Clock
from paddock.surfaces import venues
from paddock.venues.faults import Fault, Faults
from paddock.venues.hyperliquid import client as hyperliquid
from paddock.venues.pacifica import client as pacifica
from paddock.venues.transport.http import Reply, Request
from tests.patience import PATIENCE_S, until

LONG_MS = round(PATIENCE_S * 1000)
_SILENT = frozenset({Fault.LOST, Fault.MUTE, Fault.LATE})
_LOOK_S = 0.005


def give_up(client: Any, faults: Faults) -> None:
    """Let an open client of either venue give up an answer as soon as it is sure that none comes, and not before.

    Without it a limit has to be short, for the sake of the answers that never come, and bites where one is only slow.
    """
    client._wait_ms = LONG_MS
    exchange = client._http._exchange

    async def impatient(attempt: Any) -> Reply:
        place = place_of(attempt.request)
        struck, unanswered = strikes(faults, place), faults.unanswered
        answering = asyncio.ensure_future(exchange(attempt))
        try:
            while not answering.done():
                if faults.unanswered > unanswered and strikes(faults, place) > struck:
                    raise TimeoutError
                await asyncio.wait([answering], timeout=_LOOK_S)
            return answering.result()
        finally:
            answering.cancel()
            await asyncio.wait([answering])

    client._http._exchange = impatient


def go_by(client: Any, clock: Clock) -> None:
    """Let the budget of an open client be filled by a clock that stands still, and nobody wait for it."""
    budget = client._budget
    since_s, since_ts = budget._seconds(), clock.now_ts()
    budget._seconds = lambda: since_s + (clock.now_ts() - since_ts) / 1000
    refuse(client)


def refuse(client: Any) -> None:
    """Let nobody wait for the budget of an open client: what it does not give at once it does not give."""
    take = client._budget.take

    async def take_now(charges: Any, priority: Any, _wait_ms: int) -> None:
        await take(charges, priority, 0)

    client._budget.take = take_now


def leave(gateway: Any, bucket: str, weight: int) -> None:
    """Let so much be left of the budget of an open gateway."""

    async def reset() -> None:
        gateway.client._budget.reset(bucket, weight)

    gateway.read(reset())


def strikes(faults: Faults, place: str) -> int:
    """How many requests at a place came to nothing so far."""
    return sum(rule.struck for rule in faults.rules if rule.fault in _SILENT and fnmatchcase(place, rule.where))


def place_of(request: Request) -> str:
    """Of a request, in the words of its venue's simulator."""
    path = request.path.partition("?")[0]
    if request.method == "GET" or path not in ("/info", "/exchange"):
        return f"{request.method.lower()}:{path}"
    said = json.loads(request.body)
    return f"{path[1:]}:{said.get('action', said)['type']}"


def in_vain(url: str, body: dict, met: Callable[[], bool]) -> None:
    """Post, and go when it is so that nobody will answer."""
    parts = urlsplit(url)
    with closing(HTTPConnection(str(parts.hostname), parts.port)) as connection:
        connection.request("POST", parts.path, json.dumps(body), {"Content-Type": "application/json"})
        until(met)
        assert select([connection.sock], [], [], 0)[0] == [], "it was answered"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that a program makes wait long for an answer, and may ask as much as they like."""
    for client in (hyperliquid.Client, pacifica.Client):
        given = client.__init__.__kwdefaults__
        ample = tuple(replace(one, burst=100_000_000) for one in given["allowances"])
        monkeypatch.setitem(given, "allowances", ample)
        monkeypatch.setitem(given, "wait_ms", LONG_MS)
    monkeypatch.setattr(venues, "WAIT_S", PATIENCE_S)
