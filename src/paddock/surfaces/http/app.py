"""The application, put together from what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from paddock import __version__
from paddock.core.errors import PaddockError
from paddock.surfaces.http import idempotency, problems
from paddock.surfaces.http.aliases import add_aliases
from paddock.surfaces.http.body import BodyLimit
from paddock.surfaces.http.edge import REQUEST_ID, Edge
from paddock.surfaces.http.gate import COOKIE, Gate
from paddock.surfaces.http.hub import Hub
from paddock.surfaces.http.measure import Measure
from paddock.surfaces.http.route import GuardedRoute, Routes
from paddock.surfaces.http.routes import (
    accounts,
    backtests,
    books,
    bots,
    charts,
    data,
    drafts,
    fleet,
    kills,
    live,
    runs,
    session,
    strategies,
    streams,
    system,
    tokens,
    told,
)
from paddock.surfaces.http.services import Services
from paddock.surfaces.http.site import Site

MODULES = (
    system,
    session,
    tokens,
    strategies,
    drafts,
    data,
    bots,
    runs,
    books,
    told,
    fleet,
    charts,
    streams,
    backtests,
    accounts,
    kills,
    live,
)
RESOURCES: Sequence[Routes] = tuple(module.routes for module in MODULES)

log = structlog.get_logger(__name__)


class Api(FastAPI):
    """With the edge around everything, also around the answer to a failure of ours."""

    def __init__(self, services: Services, **options: Any) -> None:
        super().__init__(**options)
        self.router.route_class = GuardedRoute
        self.state.services = services
        self.state.started_ts = services.clock.now_ts()
        self.state.gate = Gate(services)
        self.state.measure = Measure()
        services.database.after_commit(idempotency.note_commit)
        self.router.default = Site(services.settings.site, self.router.not_found)
        self.state.hub = Hub(services.database, self.state.measure, services.settings.limits.streams)

    def build_middleware_stack(self) -> ASGIApp:
        return Edge(super().build_middleware_stack(), self.state.services, self.state.measure)

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            schemes = {
                "bearer": {"type": "http", "scheme": "bearer", "description": "The local token, or one of the API."},
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            }
            super().openapi().setdefault("components", {})["securitySchemes"] = schemes
        return super().openapi()


def create_app(services: Services) -> FastAPI:
    """An application on these services; several on one database see the same."""
    settings = services.settings
    app = Api(
        services,
        title="Paddock",
        version=__version__,
        summary="Write, backtest, paper-trade and watch strategies.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=settings.origins,
                allow_credentials=True,
                allow_methods=["GET", "POST", "PATCH", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "Last-Event-ID", idempotency.HEADER],
                expose_headers=[REQUEST_ID, "Retry-After", idempotency.REPLAYED],
            ),
            Middleware(BodyLimit, limits=settings.limits),
        ],
        exception_handlers=_HANDLERS,
    )
    for routes in RESOURCES:
        routes.mount(app)
    add_aliases(app, RESOURCES)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The one reader of the event log lives as long as the application."""
    reader = asyncio.create_task(app.state.hub.run(), name="event log")
    try:
        yield
    finally:
        app.state.hub.close()
        await reader


async def _on_bug(_request: Request, error: Exception) -> Response:
    """Told in the log only; who asked gets its request's id."""
    log.error("internal error", exc_info=error)
    return problems.response_to(problems.of_bug())


_HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Any]] = {
    PaddockError: problems.on_error,
    RequestValidationError: problems.on_invalid,
    HTTPException: problems.on_http,
    Exception: _on_bug,
}
