"""What a caller learns of a request, for everything that can become of it on its way; over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import ssl
import traceback
from collections.abc import Awaitable, Callable

import pytest

from paddock.core.errors import Code, Invalid, PaddockError, Unavailable, Unknown
from paddock.core.seams import ManualClock
from paddock.venues.transport.budget import Allowance, Budget, Priority
from paddock.venues.transport.http import Http, Limits, Reply, Request
from paddock.venues.transport.lost import Does, Throttled

from .certificates import authority, server_side, trusting
from .harness import LONG_MS, Still, closed_port, later, on_loop, request_of, reset, venue

NOW_TS = 1_767_268_800_000
CANARY = "SECRET_CANARY_5f1e"
LIMITS = Limits(connect_ms=LONG_MS, body_bytes=10_000)
IP = Allowance("ip", burst=100, refill=60)


def budget(seconds: Callable[[], float] | None = None) -> Budget:
    return Budget([IP], seconds or Still())


def http(port: int, **options) -> Http:
    given = {"budget": budget(), "limits": LIMITS, "clock": ManualClock(NOW_TS), **options}
    return Http(f"http://127.0.0.1:{port}", **given)


def asking(does: Does = Does.WRITE, **changes) -> Request:
    given = {"method": "POST", "path": f"/exchange?user={CANARY}", "priority": Priority.OPEN, "wait_ms": LONG_MS}
    secret = {"body": f'{{"signature":"{CANARY}"}}'.encode(), "headers": {"pf-api-key": CANARY}}
    return Request(**{"does": does, "charges": {"ip": 1}, **given, **secret, **changes})


def saying(raw: bytes) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """A venue that reads each request whole, and says this."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(raw)
        await writer.drain()

    return answer


def reply(status: str = "200 OK", body: bytes = b"{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def failure(request: Awaitable[Reply]) -> PaddockError:
    with pytest.raises(PaddockError) as caught:
        await request
    told = caught.value
    everything = "".join(traceback.format_exception(told)) + repr(told.as_dict()) + repr(told.args)
    assert CANARY not in everything
    return told


# A good answer


@on_loop
async def test_an_answer_comes_with_its_headers_its_body_and_both_times():
    clock, heard = ManualClock(NOW_TS), []

    async def answer(reader, writer):
        heard.append(await request_of(reader))
        clock.advance(42)
        writer.write(reply("200 OK", b'{"a":1}', "X-Venue: One"))

    async with venue(answer) as port, http(port, clock=clock, headers={"user-agent": "Paddock"}) as client:
        got = await client.send(asking(body=b'{"b":2}', headers={"X-Key": "k"}))
    assert (got.status, got.headers["x-venue"], got.body) == (200, "One", b'{"a":1}')
    assert (got.sent_ts, got.seen_ts) == (NOW_TS, NOW_TS + 42)
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /exchange?user=")
    assert body == b'{"b":2}'
    assert b"x-key: k" in head.lower()
    assert b"user-agent: Paddock" in head or b"User-Agent: Paddock" in head


@on_loop
async def test_a_connection_is_used_again():
    connections = []

    async def answer(reader, writer):
        connections.append(1)
        while True:
            await request_of(reader)
            writer.write(reply())

    async with venue(answer) as port, http(port) as client:
        for _ in range(3):
            await client.send(asking())
    assert len(connections) == 1


@on_loop
async def test_a_connection_that_idled_too_long_is_not_used_again():
    connections = []

    async def answer(reader, writer):
        connections.append(1)
        while True:
            await request_of(reader)
            writer.write(reply())

    async with venue(answer) as port, http(port, limits=Limits(idle_ms=0)) as client:
        for _ in range(2):
            await client.send(asking())
    assert len(connections) == 2


@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "404 Not Found", "422 Unprocessable Content"])
@on_loop
async def test_what_a_venue_refuses_is_an_answer_for_the_codec(status: str):
    async with venue(saying(reply(status, b'{"code":7}'))) as port, http(port) as client:
        got = await client.send(asking())
    assert (got.status, got.body) == (int(status[:3]), b'{"code":7}')


@on_loop
async def test_an_answer_that_is_zipped_is_unzipped():
    body = gzip.compress(b"x" * 9_000)
    async with venue(saying(reply("200 OK", body, "Content-Encoding: gzip"))) as port, http(port) as client:
        assert (await client.send(asking())).body == b"x" * 9_000


@on_loop
async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    async with venue(saying(reply())) as port, http(port) as client:
        assert (await client.send(asking())).status == 200


@on_loop
async def test_a_connection_that_the_venue_closed_meanwhile_costs_no_request():
    async with venue(saying(reply())) as port, http(port) as client:
        for _ in range(3):
            assert (await client.send(asking())).status == 200
            await later(20)


# Nothing was sent


async def _refused() -> PaddockError:
    async with http(closed_port()) as client:
        return await failure(client.send(asking()))


async def _no_name() -> PaddockError:
    async with Http("https://venue.invalid", ManualClock(NOW_TS), budget(), limits=LIMITS) as client:
        return await failure(client.send(asking()))


async def _no_tls() -> PaddockError:
    async def answer(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with venue(answer) as port, secure(port, trusting(authority())) as client:
        return await failure(client.send(asking()))


async def _no_handshake() -> PaddockError:
    async def answer(reader, writer):
        await reader.read(1)
        reset(writer)

    async with venue(answer) as port, secure(port, trusting(authority())) as client:
        return await failure(client.send(asking()))


async def _stranger() -> PaddockError:
    async with venue(saying(reply()), ssl=server_side(authority())) as port, secure(port, None) as client:
        return await failure(client.send(asking()))


async def _other_name() -> PaddockError:
    known = authority()
    serving = server_side(known, "venue.example")
    async with venue(saying(reply()), ssl=serving) as port, secure(port, trusting(known)) as client:
        return await failure(client.send(asking()))


async def _no_room_to_connect() -> PaddockError:
    server = socket.create_server(("127.0.0.1", 0), backlog=0)
    with server, socket.socket() as first, socket.socket() as second:
        address = server.getsockname()
        for taken in (first, second):
            taken.setblocking(False)
            taken.connect_ex(address)
        async with http(address[1], limits=Limits(connect_ms=200)) as client:
            return await failure(client.send(asking()))


def secure(port: int, tls: ssl.SSLContext | None) -> Http:
    return Http(f"https://127.0.0.1:{port}", ManualClock(NOW_TS), budget(), limits=LIMITS, tls=tls)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (_refused, "ConnectError: All connection attempts failed"),
        (_no_name, "ConnectError"),
        (_no_tls, "SSL"),
        (_no_handshake, "ConnectError"),
        (_stranger, "CERTIFICATE_VERIFY_FAILED"),
        (_other_name, "mismatch"),
        (_no_room_to_connect, "ConnectTimeout"),
    ],
)
@on_loop
async def test_a_write_that_never_left_is_unavailable(case: Callable[[], Awaitable[PaddockError]], words: str):
    told = await case()
    assert words in told.message
    assert isinstance(told, Unavailable)
    assert told.code is Code.VENUE_UNAVAILABLE
    assert told.rule == "nothing was sent"


@on_loop
async def test_a_certificate_of_a_known_authority_is_good():
    known = authority()
    async with venue(saying(reply()), ssl=server_side(known)) as port, secure(port, trusting(known)) as client:
        assert (await client.send(asking())).status == 200


@on_loop
async def test_a_write_without_budget_is_not_sent():
    heard: list[bytes] = []

    async def answer(reader, writer):
        heard.append(await request_of(reader))

    asked = budget()
    await asked.take({"ip": 100}, Priority.CANCEL, 0)
    async with venue(answer) as port, http(port, budget=asked) as client:
        told = await failure(client.send(asking(wait_ms=500)))
    assert isinstance(told, Throttled)
    assert told.retry_after_ms == 1_000
    assert heard == []


# It may have arrived


async def _reset_after(reader, writer):
    await request_of(reader)
    reset(writer)


async def _reset_at_once(reader, writer):
    await reader.read(1)
    reset(writer)


async def _gone_after(reader, writer):
    await request_of(reader)


LOST = {
    "reset after it was read": _reset_after,
    "reset while it is read": _reset_at_once,
    "closed without an answer": _gone_after,
    "half a status line": saying(b"HTTP/1."),
    "no HTTP": saying(b"220 smtp ready\r\n\r\n"),
    "a body that is cut short": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"),
    "chunks that are cut short": saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"),
    "a body that is too long": saying(reply("200 OK", b"x" * 10_001)),
    "a bomb": saying(reply("200 OK", gzip.compress(b"x" * 10_001), "Content-Encoding: gzip")),
    "half a gzip": saying(reply("200 OK", gzip.compress(b"x" * 99)[:-5], "Content-Encoding: gzip")),
    "no gzip": saying(reply("200 OK", b"plain", "Content-Encoding: gzip")),
    "an encoding nobody asked for": saying(reply("200 OK", b"plain", "Content-Encoding: br")),
    "a redirect": saying(reply("307 Temporary Redirect", b"", "Location: /elsewhere")),
    "408": saying(reply("408 Request Timeout")),
    "500": saying(reply("500 Internal Server Error", b"x" * 20_000)),
    "502": saying(reply("502 Bad Gateway", b"<html>")),
    "503": saying(reply("503 Service Unavailable")),
    "504": saying(reply("504 Gateway Timeout")),
}


@pytest.mark.parametrize("does", Does)
@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
@on_loop
async def test_a_write_without_a_good_answer_is_unknown_and_a_read_unavailable(answer, does: Does):
    async with venue(answer) as port, http(port) as client:
        told = await failure(client.send(asking(does)))
    if does is Does.WRITE:
        assert isinstance(told, Unknown)
        assert told.code is Code.VENUE_UNCLEAR
    else:
        assert isinstance(told, Unavailable)
        assert told.code is Code.VENUE_UNAVAILABLE
        assert told.rule != "nothing was sent"
    assert "POST /exchange of 127.0.0.1" in told.message


@pytest.mark.parametrize("does", Does)
@on_loop
async def test_silence_ends_with_the_time_that_was_given(does: Does):
    ended = asyncio.Event()

    async def answer(reader, writer):
        await request_of(reader)
        writer.write(reply())
        await request_of(reader)
        await ended.wait()

    async with venue(answer) as port, http(port) as client:
        await client.send(asking())  # over a connection that is there already, the next one leaves at once
        told = await failure(client.send(asking(does, wait_ms=250)))
        ended.set()
    assert isinstance(told, Unknown if does is Does.WRITE else Unavailable)
    assert "within 250 ms" in told.message


@on_loop
async def test_an_answer_that_drips_ends_with_the_time_too():
    async def answer(reader, writer):
        await request_of(reader)
        writer.write(reply())
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.wait([asyncio.create_task(reader.read(1))], timeout=0.01)

    async with venue(answer) as port, http(port) as client:
        await client.send(asking())  # over a connection that is there already, the next one leaves at once
        assert isinstance(await failure(client.send(asking(wait_ms=250))), Unknown)


@on_loop
async def test_a_redirect_is_not_followed():
    heard = []

    async def answer(reader, writer):
        while True:
            heard.append(await request_of(reader))
            writer.write(reply("307 Temporary Redirect", b"", "Location: /elsewhere"))

    async with venue(answer) as port, http(port) as client:
        await failure(client.send(asking()))
    assert len(heard) == 1


@on_loop
async def test_the_next_request_after_a_lost_one_has_a_connection_of_its_own():
    answers = [_gone_after, saying(reply())]

    async def answer(reader, writer):
        await answers.pop(0)(reader, writer)

    async with venue(answer) as port, http(port) as client:
        await failure(client.send(asking()))
        assert (await client.send(asking())).status == 200


# Later


@pytest.mark.parametrize(
    ("status", "header", "closed_ms"),
    [
        ("429 Too Many Requests", "", 1_000),
        ("429 Too Many Requests", "Retry-After: 30", 30_000),
        ("429 Too Many Requests", "Retry-After: Thu, 01 Jan 2026 12:00:45 GMT", 45_000),
        ("418 I'm a teapot", "Retry-After: 600", 600_000),
    ],
)
@pytest.mark.parametrize("does", Does)
@on_loop
async def test_too_many_requests_close_the_budget_and_nothing_more_is_sent(
    status: str, header: str, closed_ms: int, does: Does
):
    heard, asked = [], budget()

    async def answer(reader, writer):
        heard.append(await request_of(reader))
        writer.write(reply(status, b"slow down", *filter(None, [header])))

    async with venue(answer) as port, http(port, budget=asked) as client:
        told = await failure(client.send(asking(does)))
        assert isinstance(told, Throttled)
        assert told.retry_after_ms == closed_ms
        assert asked.closed_ms("ip") == closed_ms
        again = await failure(client.send(asking(does, priority=Priority.CANCEL, wait_ms=500)))
    assert isinstance(again, Throttled)
    assert len(heard) == 1


@on_loop
async def test_too_many_requests_without_a_budget_still_say_when():
    answer = saying(reply("429 Too Many Requests", b"", "Retry-After: 9"))
    async with venue(answer) as port, http(port) as client:
        told = await failure(client.send(asking(charges={})))
    assert isinstance(told, Throttled)
    assert told.retry_after_ms == 9_000


@on_loop
async def test_a_good_answer_makes_the_next_refusal_a_first_one():
    seconds = Still()
    asked = budget(seconds)
    statuses = ["429 Too Many Requests", "200 OK", "429 Too Many Requests"]

    async def answer(reader, writer):
        await request_of(reader)
        writer.write(reply(statuses.pop(0)))

    async with venue(answer) as port, http(port, budget=asked) as client:
        await failure(client.send(asking()))
        seconds.now_s += 60
        await client.send(asking())
        await failure(client.send(asking()))
    assert asked.closed_ms("ip") == 1_000


@on_loop
async def test_the_venues_own_count_is_taken_from_the_headers():
    asked = budget()
    answer = saying(reply("200 OK", b"{}", 'RateLimit: "credits";r=37;t=23'))
    usage = lambda headers: [("ip", int(headers["ratelimit"].split("r=")[1].split(";")[0]))]  # noqa: E731
    async with venue(answer) as port, http(port, budget=asked, usage=usage) as client:
        await client.send(asking())
    assert asked.left("ip") == 37


# Secrets, and mistakes of ours


@on_loop
async def test_neither_bodies_nor_headers_reach_a_log(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    async with venue(saying(reply())) as port, http(port) as client:
        await client.send(asking(path="/exchange"))
    async with venue(_reset_after) as port, http(port) as client:
        await failure(client.send(asking(path="/exchange")))
    assert CANARY not in caplog.text
    assert CANARY not in repr(asking(path="/exchange"))


@on_loop
async def test_a_key_that_is_no_header_is_not_repeated():
    async with venue(saying(reply())) as port, http(port) as client:
        await failure(client.send(asking(headers={"pf-api-key": f"{CANARY}\n"})))


def test_plain_http_to_another_machine_is_refused():
    with pytest.raises(Invalid):
        Http("http://api.example.org", ManualClock(NOW_TS), Budget([], lambda: 0.0))


@pytest.mark.parametrize("path", ["exchange", "//evil.example/x", "https://evil.example/x"])
def test_a_path_leads_to_no_other_host(path: str):
    with pytest.raises(ValueError):
        asking(path=path)
