"""One request, one good answer or a precise reason why there is none: HTTP/1.1 with connections that are kept."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ssl import SSLContext
from types import TracebackType
from typing import Any, Final, Self

import httpx2

from paddock.core.errors import PaddockError
from paddock.core.seams import Clock
from paddock.venues.transport.address import checked, verifying
from paddock.venues.transport.budget import Budget, Charges, Priority
from paddock.venues.transport.lost import Does, Throttled, lost, unavailable
from paddock.venues.transport.retry_after import retry_after_ms

_SLOW_DOWN: Final = (418, 429)  # 418: some venues say so when they ban an address that went on after 429
_NO_ANSWER: Final = 408


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in ms, sizes in bytes. A connection that idled for `idle_ms` is not used again: the venue may close it."""

    connect_ms: int = 3_000
    idle_ms: int = 15_000
    connections: int = 20
    body_bytes: int = 16 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """`path` begins with a slash and carries its query. `wait_ms` bounds the whole: budget, connection and answer.
    `at_once`: what the budget does not give now is not waited for.

    Signatures and keys travel in `body` and `headers`: neither is ever shown.
    """

    method: str
    path: str
    does: Does
    priority: Priority
    wait_ms: int
    charges: Charges = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    at_once: bool = False

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or self.path.startswith("//"):
            raise ValueError(f"a path begins with one slash, not {self.path[:2]!r}")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer for the codec to judge: 2xx, or a 4xx by which the venue refused. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_ts: int
    seen_ts: int


Usage = Callable[[Mapping[str, str]], Iterable[tuple[str, int]]]
"""What an answer's headers say of the budget: bucket, and the weight that is left in it."""


def says_nothing(_headers: Mapping[str, str]) -> Iterable[tuple[str, int]]:
    """The usage that a venue without such headers tells."""
    return ()


class Http:
    """The HTTP side of one venue. It follows no redirect, and reads no proxy or certificate from the environment."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        budget: Budget,
        *,
        usage: Usage = says_nothing,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        """`url` is what all paths are appended to. Invalid for one that is neither encrypted nor of this machine."""
        self._clock, self._budget, self._usage = clock, budget, usage
        self._limits = limits or Limits()
        self._client = httpx2.AsyncClient(
            base_url=checked(url, "https"),
            headers={**(headers or {}), "accept-encoding": "gzip"},
            verify=tls or verifying(),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(None, connect=self._limits.connect_ms / 1000),
            limits=httpx2.Limits(
                max_connections=self._limits.connections,
                max_keepalive_connections=self._limits.connections,
                keepalive_expiry=self._limits.idle_ms / 1000,
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, request: Request) -> Reply:
        """The answer to one request, which is sent once.

        Unavailable: nothing was sent, or a READ got no good answer. Throttled: the budget, or the venue, says later.
        Unknown: a WRITE may have reached the venue, and no answer tells. A status of 2xx, or of 4xx but 408, 418 and
        429, is an answer.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + request.wait_ms / 1000
        await self._budget.take(request.charges, request.priority, 0 if request.at_once else request.wait_ms)
        attempt = _Attempt(request, self._client.base_url.host)
        try:
            async with asyncio.timeout_at(deadline):
                return await self._exchange(attempt)
        except TimeoutError:
            raise attempt.failed(f"there was no answer within {request.wait_ms} ms") from None
        except httpx2.TransportError as error:  # it holds the request, whose body nobody may see
            raise attempt.failed(_words(error)) from None

    async def _exchange(self, attempt: _Attempt) -> Reply:
        request, sent_ts = attempt.request, self._clock.now_ts()
        async with self._client.stream(
            request.method,
            request.path,
            content=request.body,
            headers=dict(request.headers),
            extensions={"trace": attempt.follow},
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            self._account(attempt, response.status_code, headers)
            if not (200 <= response.status_code < 300 or 400 <= response.status_code < 500):
                raise attempt.failed(f"it answered with status {response.status_code}")
            if response.status_code == _NO_ANSWER:
                raise attempt.failed("it says that the request did not arrive in time")
            body = await self._body(attempt, response)
        return Reply(response.status_code, headers, body, sent_ts, self._clock.now_ts())

    def _account(self, attempt: _Attempt, status: int, headers: Mapping[str, str]) -> None:
        """Tell the budget what the venue says of it; Throttled when that is a refusal."""
        for bucket, left in self._usage(headers):
            self._budget.observe(bucket, left)
        charges = attempt.request.charges
        if status not in _SLOW_DOWN:
            self._budget.answered(charges)
            return
        told_ms = retry_after_ms(headers, self._clock.now_ts())
        self._budget.throttle(charges, told_ms)
        closed_ms = max((self._budget.closed_ms(bucket) for bucket in charges), default=0)
        raise Throttled(
            f"{attempt.name}: it answered with status {status}, too many requests", closed_ms or told_ms or 0
        )

    async def _body(self, attempt: _Attempt, response: httpx2.Response) -> bytes:
        most, raw = self._limits.body_bytes, bytearray()
        async for chunk in response.aiter_raw():
            raw += chunk
            if len(raw) > most:
                raise attempt.failed(f"its answer has more than {most} bytes")
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding == "identity":
            return bytes(raw)
        if encoding != "gzip":
            raise attempt.failed(f"its answer is encoded as {encoding[:20]!r}, which nobody asked for")
        try:
            return _unzipped(bytes(raw), most)
        except (zlib.error, ValueError) as error:
            raise attempt.failed(f"its answer cannot be unpacked ({error})") from None


class _Attempt:
    """One request on its way: what it is called in messages, and whether anything of it may have left."""

    def __init__(self, request: Request, host: str) -> None:
        self.request = request
        self.name = f"{request.method} {request.path.partition('?')[0]} of {host}"
        self._began = False

    async def follow(self, event: str, _details: Mapping[str, Any]) -> None:
        """The HTTP library tells each of its steps; from this one on, bytes may have left."""
        if event.endswith(".send_request_headers.started"):
            self._began = True

    def failed(self, what: str) -> PaddockError:
        message = f"{self.name}: {what}"
        return lost(self.request.does, message) if self._began else unavailable(message)


def _words(error: httpx2.TransportError) -> str:
    """What went wrong, without anything that was sent: only a failed connection is described by its own text."""
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, httpx2.ConnectError) else kind


def _unzipped(raw: bytes, most: int) -> bytes:
    """ValueError for what is cut short, or unpacks to more than `most` bytes; zlib.error for what is no gzip."""
    unpacker = zlib.decompressobj(wbits=31)
    body = unpacker.decompress(raw, most + 1)
    if len(body) > most:
        raise ValueError(f"more than {most} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("it is not whole")
    return body
