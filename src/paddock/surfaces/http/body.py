"""A body is read whole, within a size and a time, before anything looks at it: chunked and slow ones as well."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paddock.core.errors import Code, Invalid, PaddockError
from paddock.surfaces.http.problems import response_to
from paddock.surfaces.http.services import Limits


class BodyLimit:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
        except PaddockError as error:
            await response_to(error, {"Connection": "close"})(scope, receive, send)
            return
        if body is not None:
            await self.app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body; None when the client went away. Raises Invalid (request.size, request.time)."""
        most = self.limits.body_bytes
        if _declared(scope) > most:
            raise _too_large(most)
        read = bytearray()
        try:
            async with asyncio.timeout(self.limits.body_ms / 1000):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    read += message.get("body", b"")
                    if len(read) > most:
                        raise _too_large(most)
                    if not message.get("more_body", False):
                        return bytes(read)
        except TimeoutError:
            raise Invalid(
                Code.REQUEST_TIME, "the body took too long", where="body", rule=f"within {self.limits.body_ms} ms"
            ) from None


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def _too_large(most: int) -> Invalid:
    return Invalid(Code.REQUEST_SIZE, "the body is too large", where="body", rule=f"a body has at most {most} bytes")


def _replay(body: bytes, receive: Receive) -> Receive:
    """What the application receives: the body at once, then whatever comes from the client."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
