"""A real server on a port of this machine, for what a test client cannot show: streams, chunks, slow bodies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket

import uvicorn
from fastapi import FastAPI

from tests.patience import PATIENCE_S


class _Server(uvicorn.Server):
    """Says when it is there."""

    def __init__(self, app: FastAPI):
        super().__init__(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
        self.app, self.there = app, threading.Event()

    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        self.there.set()

    async def shutdown(self, sockets=None):
        self.app.state.hub.close()
        await super().shutdown(sockets=sockets)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The URL of a server that runs within the block."""
    listener = socket()
    listener.bind(("127.0.0.1", 0))
    server = _Server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert server.there.wait(PATIENCE_S)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listener.close()
        assert not thread.is_alive()
