"""The venue's own Python client, unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

from hyperliquid.exchange import Exchange as Client
from hyperliquid.info import Info
from hyperliquid.utils.types import Cloid

from tests.patience import PATIENCE_S, until

__all__ = ["Client", "Cloid", "Info", "Socket", "listening", "statuses"]


def statuses(reply: dict) -> list:
    """Of a reply to orders or cancellations."""
    assert reply["status"] == "ok", reply
    return reply["response"]["data"]["statuses"]


class Socket:
    """What the client hears, by channel, in the order in which it heard."""

    def __init__(self, info: Info) -> None:
        self.info = info
        self._heard: dict[str, Queue] = {}
        self._taken: Queue = Queue()
        self._open()

    def _open(self) -> None:
        """Look over the client's shoulder: it passes over acknowledgements, and forgets what it is asked meanwhile."""
        manager = self.info.ws_manager
        hears = manager.ws.on_message

        def hear(socket: Any, text: str) -> None:
            if '"subscriptionResponse"' in text:
                self._taken.put(json.loads(text)["data"]["subscription"])
            hears(socket, text)

        manager.ws.on_message = hear
        until(lambda: manager.ws_ready)

    def subscribe(self, kind: str, **about: Any) -> None:
        """Until the venue has taken it: only from then on it tells what happens."""
        channel = {"userEvents": "user"}.get(kind, kind)
        heard = self._heard.setdefault(channel, Queue())
        self.info.subscribe({"type": kind, **about}, lambda message: heard.put(message["data"]))
        taken = self._taken.get(timeout=PATIENCE_S)
        assert taken["type"] == kind, taken

    def next(self, channel: str) -> Any:
        return self._heard[channel].get(timeout=PATIENCE_S)

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
