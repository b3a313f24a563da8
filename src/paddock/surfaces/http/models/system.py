"""Health on the wire."""

from __future__ import annotations

from paddock.surfaces.http.models.base import Answered


class Health(Answered):
    """`getting_ready` says what is done before bots can be kept going, and is null once they are."""

    ok: bool
    getting_ready: str | None


class SpeedModel(Answered):
    """Of one route since the start; percentiles are of its newest answers, to their first byte, in ms."""

    route: str
    count: int
    failed: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float


class Perf(Answered):
    routes: list[SpeedModel]
