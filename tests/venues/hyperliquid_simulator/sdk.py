"""The venue's own Python client, unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

from hyperliquid.exchange import Exchange as Client
from hyperliquid.info import Info
from hyperliquid.utils.types import Cloid

__all__ = ["Client", "Cloid", "Info", "Socket", "listening", "statuses"]

WAIT_S = 10


def statuses(reply: dict) -> list:
    """Of a reply to orders or cancellations."""
    assert reply["status"] == "ok", reply
    return reply["response"]["data"]["statuses"]


class Socket:
    """What the client hears, by channel, in the order in which it heard."""

    def __init__(self, info: Info) -> None:
        self.info = info
        self._heard: dict[str, Queue] = {}

    def subscribe(self, kind: str, **about: Any) -> None:
        channel = {"userEvents": "user"}.get(kind, kind)
        heard = self._heard.setdefault(channel, Queue())
        self.info.subscribe({"type": kind, **about}, lambda message: heard.put(message["data"]))

    def next(self, channel: str) -> Any:
        return self._heard[channel].get(timeout=WAIT_S)

    def until(self, channel: str, true) -> Any:
        """The first message that is so; those before it are gone."""
        while not true(message := self.next(channel)):
            pass
        return message


@contextmanager
def listening(url: str) -> Iterator[Socket]:
    info = Info(url)
    try:
        yield Socket(info)
    finally:
        info.disconnect_websocket()
