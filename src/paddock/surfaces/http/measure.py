"""How fast is it answered? Latencies of each route, as percentiles for people and as histograms for Prometheus."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest

WINDOW: Final = 2_048  # newest latencies of a route that percentiles are of
PERCENTILES: Final = (50.0, 90.0, 99.0)
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_ROUTE: Final = "(none)"


@dataclass(frozen=True, slots=True)
class Speed:
    """Of one route: how often it was asked since the start, how often it failed (5xx), and ms of the newest answers."""

    route: str
    count: int
    failed: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float


@dataclass(slots=True)
class _Seen:
    count: int
    failed: int
    newest: deque[float]


class Measure:
    """One for each application. Used from the event loop only."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seen: dict[str, _Seen] = {}
        self._seconds = Histogram(
            "paddock_http_seconds",
            "Time to the first byte of an answer",
            ("route", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.streams = Gauge("paddock_http_streams", "Open event streams", registry=self.registry)

    def took(self, route: str, status: int, seconds: float) -> None:
        seen = self._seen.setdefault(route, _Seen(0, 0, deque(maxlen=WINDOW)))
        seen.count += 1
        seen.failed += status >= 500
        seen.newest.append(seconds * 1000)
        self._seconds.labels(route, str(status)).observe(seconds)

    def speeds(self) -> list[Speed]:
        """By route."""
        return [_speed(route, seen) for route, seen in sorted(self._seen.items())]

    def exposition(self, counted: Mapping[str, Mapping[str, int]]) -> bytes:
        """In Prometheus' text format, with what was counted just now: by name, and by state ("" where it has none)."""
        now = CollectorRegistry()
        for name, by_state in counted.items():
            gauge = Gauge(name, "In the database", ("state",) if by_state.keys() - {""} else (), registry=now)
            for state, count in by_state.items():
                (gauge.labels(state) if state else gauge).set(count)
        return generate_latest(self.registry) + generate_latest(now)


def _speed(route: str, seen: _Seen) -> Speed:
    ordered = sorted(seen.newest)
    p50, p90, p99 = (round(ordered[_rank(percent, len(ordered))], 3) for percent in PERCENTILES)
    return Speed(route, seen.count, seen.failed, p50, p90, p99, round(ordered[-1], 3))


def _rank(percent: float, count: int) -> int:
    """Nearest rank: the smallest that at least so many percent do not exceed."""
    return max(0, -int(-percent * count // 100) - 1)
