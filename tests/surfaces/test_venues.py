"""Who a process asks: a simulator where one is, and nobody where something else answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from paddock.core.errors import Code, Unavailable
from paddock.core.seams import ManualClock, SeededRandom
from paddock.runtime.place import Place
from paddock.surfaces.venues import Venues
from paddock.venues.signing.grant import Network


@contextmanager
def answering(body: str) -> Iterator[str]:
    """A server that says this to whatever it is asked; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "body", ["<html>hello</html>", "[]", "{}", '{"speed": "fast", "time": 1}', '{"speed": 2}', '{"speed": null}']
)
def test_another_server_on_the_port_is_no_simulator(body):
    with (
        answering(body) as url,
        Venues(ManualClock(7), SeededRandom(7)) as venues,
        pytest.raises(Unavailable) as caught,
    ):
        venues.at(Place("hyperliquid", Network.SIMULATOR, url))
    assert (caught.value.code, caught.value.where) == (Code.VENUE_UNAVAILABLE, url)


def test_a_simulator_that_plays_faster_has_a_time_of_its_own():
    clock = ManualClock(1_000)
    with answering('{"speed": 60, "time": 5000}') as url, Venues(clock, SeededRandom(7)) as venues:
        reached = venues.at(Place("hyperliquid", Network.SIMULATOR, url))
        clock.advance(10)
        assert (reached.clock.now_ts(), reached.speed) == (5_600, 60.0)
        assert reached.gateway.client.endpoint.ms(500) == 30_000
