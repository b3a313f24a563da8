"""Health on the wire."""

from __future__ import annotations

from paddock.surfaces.http.models.base import Answered


class Health(Answered):
    ok: bool


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
