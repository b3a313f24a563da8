"""Runs the simulated venue on a socket, in the foreground or beside a test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from paddock.venues.hyperliquid.simulator.app import create_app
from paddock.venues.hyperliquid.simulator.simulator import Simulator

_GRACE_S = 1
_START_S = 60
_IDLE_S = 75  # longer than clients keep a connection: what they send on one must not meet its end


def server(simulator: Simulator) -> uvicorn.Server:
    """To be run on an open socket; `should_exit` ends it."""
    config = uvicorn.Config(
        create_app(simulator),
        http="h11",
        ws="websockets-sansio",
        ws_ping_interval=None,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return uvicorn.Server(config)


def listener(port: int = 0) -> socket.socket:
    """A socket on this machine only. Raises OSError for a port that is taken."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so named, it sends at once
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(("127.0.0.1", port))
    except OSError:
        opened.close()
        raise
    return opened


@contextmanager
def running(simulator: Simulator, port: int = 0) -> Iterator[str]:
    """Serve from a thread of its own; the base URL that clients are given."""
    opened = listener(port)
    serving = server(simulator)
    started = threading.Event()
    with simulator.woken(started.set):
        thread = threading.Thread(target=serving.run, args=([opened],), name="simulated Hyperliquid", daemon=True)
        thread.start()
        started.wait(_START_S)
    try:
        yield f"http://127.0.0.1:{opened.getsockname()[1]}"
    finally:
        serving.should_exit = True
        simulator.close()
        thread.join(_START_S)
        opened.close()
