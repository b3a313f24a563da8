"""Is it up, is it ready, how fast is it, and what can be asked?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, func, select
from starlette.requests import Request
from starlette.responses import Response

from paddock.core.errors import Code, Unavailable
from paddock.journal.events import last_position
from paddock.journal.jobs import jobs
from paddock.journal.tables import orders
from paddock.runtime.tables import runs
from paddock.surfaces.http.hub import Hub
from paddock.surfaces.http.measure import Measure
from paddock.surfaces.http.models.system import Health, Perf, SpeedModel
from paddock.surfaces.http.route import API, Ask, Given, Routes
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.http.tables import users
from paddock.surfaces.state import state_of

routes = Routes("system", prefix="")


class Exposition(Response):
    """Prometheus' text format."""

    media_type = "text/plain; version=0.0.4; charset=utf-8"


@routes.get("/healthz", "getHealth", None)
def health(services: Given) -> Health:
    """The process answers."""
    return Health(ok=True, getting_ready=services.getting_ready() or None)


@routes.get("/readyz", "getReadiness", None)
def ready(request: Request, services: Given) -> Health:
    """Bots are kept going, the database answers and has our tables, events are passed on; 503 while it is not so."""
    hub: Hub = request.app.state.hub
    with services.database.read() as conn:
        conn.execute(select(users.c.user_id).limit(1)).first()
    if hub.closed:
        raise Unavailable(Code.REQUEST_CLOSED, "events are not passed on", rule="a server that ends is not ready")
    if doing := services.getting_ready():
        rule = "a server is ready once its worker is"
        raise Unavailable(Code.GETTING_READY, f"getting ready: {doing}", rule=rule)
    return Health(ok=True, getting_ready=None)


@routes.get("/healthz/perf", "getPerf", Scope.ADMIN)
async def perf(request: Request) -> Perf:
    """How long each route takes."""
    measure: Measure = request.app.state.measure
    return Perf(routes=[SpeedModel(**asdict(speed)) for speed in measure.speeds()])


@routes.get("/metrics", "getMetrics", Scope.ADMIN, response_class=Exposition)
def metrics(request: Request, services: Given) -> Response:
    """For Prometheus."""
    measure: Measure = request.app.state.measure
    with services.database.read() as conn:
        counted = {
            "paddock_events": {"": last_position(conn)},
            "paddock_runs": _by_state(conn, runs),
            "paddock_orders": _by_state(conn, orders),
            "paddock_jobs": _by_state(conn, jobs),
        }
    return Exposition(measure.exposition(counted))


def _by_state(conn: Connection, table: Table) -> dict[str, int]:
    rows = conn.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {row[0]: row[1] for row in rows}


@routes.get(f"{API}/status", "getStatus", Scope.READ)
def status(request: Request, ask: Ask) -> dict[str, Any]:
    """Everything worth knowing at a glance: of everybody's runs for an admin, else of mine."""
    owner = None if Scope.ADMIN in ask.caller.scopes else ask.caller.user_id
    now = ask.services.clock.now_ts()
    return state_of(
        ask.services.database,
        started_ts=request.app.state.started_ts,
        now_ts=now,
        getting_ready=ask.services.getting_ready(),
        owner=owner,
    )


@routes.get(f"{API}/openapi.json", "getOpenApi", None)
async def openapi(request: Request) -> dict[str, Any]:
    """This API, described."""
    described: dict[str, Any] = request.app.openapi()
    return described
