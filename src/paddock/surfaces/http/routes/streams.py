"""Events as they happen, as server-sent events; after a break a client comes back with the last id it saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Header, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from paddock.core.errors import PaddockError
from paddock.surfaces.http.gate import Gate, credential_of
from paddock.surfaces.http.hub import Hub, View, view_of_stream, view_of_user
from paddock.surfaces.http.models.base import InPath
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.scopes import Scope

routes = Routes("streams")

Position = Annotated[int | None, Query(ge=0, le=2**62, description="begin behind this position of the log")]
LastId = Annotated[str | None, Header(description="the id of the last event that was seen; goes before `after`")]


class EventStream(StreamingResponse):
    """Each event has the position in the log as its id, its kind as its name, and a JSON object as its data."""

    media_type = "text/event-stream"


@routes.get("/stream", "watchPlatform", Scope.READ, response_class=EventStream)
def platform(request: Request, _ask: Ask, last_event_id: LastId = None, after: Position = None) -> EventStream:
    """What concerns everybody: feeds, and the kill switch of the platform."""
    return _stream(request, view_of_stream("platform"), last_event_id, after)


@routes.get("/me/stream", "watchMine", Scope.READ, response_class=EventStream)
def mine(request: Request, ask: Ask, last_event_id: LastId = None, after: Position = None) -> EventStream:
    """All that happens to my bots, runs and accounts."""
    return _stream(request, view_of_user(ask.caller.user_id), last_event_id, after)


@routes.get("/runs/{run_id}/stream", "watchRun", Scope.READ, response_class=EventStream)
def run(
    request: Request, ask: Ask, run_id: InPath, last_event_id: LastId = None, after: Position = None
) -> EventStream:
    """All that happens to one run."""
    ask.services.runs.get(ask.caller.user_id, run_id)
    return _stream(request, view_of_stream(f"run:{run_id}"), last_event_id, after)


def _stream(request: Request, view: View, last_id: str | None, after: int | None) -> EventStream:
    hub: Hub = request.app.state.hub
    hub.require_room()
    wanted = int(last_id[:18]) if last_id is not None and last_id.isdecimal() else after
    return EventStream(hub.watch(view, hub.begin(wanted), _alive(request)), headers={"X-Accel-Buffering": "no"})


def _alive(request: Request) -> Callable[[], bool]:
    """Whether the credential still opens anything; while the database cannot tell, it does."""
    gate: Gate = request.app.state.gate
    shown = credential_of(request)

    def alive() -> bool:
        try:
            return shown is not None and gate.find(shown) is not None
        except PaddockError:
            return True

    return alive
