"""The outermost part: what every answer carries, how long it took, and one line in the log."""

from __future__ import annotations

import re
from typing import Final

import structlog
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from paddock.surfaces.http.measure import NO_ROUTE, Measure
from paddock.surfaces.http.services import Services

REQUEST_ID: Final = "X-Request-Id"
_ID_FORM: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
HSTS: Final = ("Strict-Transport-Security", "max-age=31536000")

log = structlog.get_logger(__name__)


class Edge:
    """ASGI middleware. An id that the client sent is kept when it has the form of one."""

    def __init__(self, app: ASGIApp, services: Services, measure: Measure) -> None:
        self.app = app
        self.services = services
        self.measure = measure
        self.headers = dict(SECURITY) | (dict([HSTS]) if services.settings.secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = self.services.timer()
        status = 500
        sent_id = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = sent_id if _ID_FORM.fullmatch(sent_id) else self.services.ids.next_id()

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(MutableHeaders(scope=message), request_id)
                self.measure.took(_route(scope), status, self.services.timer() - began)
            await send(message)

        with bound_contextvars(request_id=request_id, **_run(scope)):
            try:
                await self.app(scope, receive, answered)
            finally:
                took_ms = round((self.services.timer() - began) * 1000, 1)
                log.info("request", method=scope["method"], route=_route(scope), status=status, took_ms=took_ms)

    def _dress(self, headers: MutableHeaders, request_id: str) -> None:
        headers[REQUEST_ID] = request_id
        for name, value in self.headers.items():
            headers.setdefault(name, value)


def _route(scope: Scope) -> str:
    """The route's method and path as declared: a client's own words never become the name of a series."""
    route = scope.get("route")
    if isinstance(route, APIRoute) and scope["method"] in (route.methods or ()):
        return f"{scope['method']} {route.path_format}"
    return NO_ROUTE


def _run(scope: Scope) -> dict[str, str]:
    found = re.search(r"/runs/([A-Za-z0-9_.:-]{1,64})", scope["path"])
    return {"run_id": found[1]} if found else {}
