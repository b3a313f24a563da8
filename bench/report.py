"""The figures of one run, as tables for people and as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

PEER_PACKAGES = ("vectorbt", "vectorbt-rust", "raptorbt", "backtesting", "numba", "numpy")


@dataclass(frozen=True, slots=True)
class Row:
    """One contender at one workload; times in ms, `scale` above 1 where a sample was scaled."""

    name: str
    median: float
    best: float
    cpu: float
    trades: int
    scale: float = 1.0
    bare: bool = False
    cold_s: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One workload: the product first, then the peers."""

    name: str
    title: str
    target: float
    rows: tuple[Row, ...]
    stages: Mapping[str, float] = field(default_factory=dict)

    @property
    def ours(self) -> Row:
        return self.rows[0]

    def ratio(self, *, bare: bool) -> float:
        """How many times faster than the fastest peer, by medians; `bare` counts engines without their interface."""
        peers = [row.median for row in self.rows[1:] if bare or not row.bare]
        return min(peers) / self.ours.median


def lines(table: Sequence[Sequence[str]]) -> Iterable[str]:
    """A Markdown table, first row its header, columns after the first to the right."""
    widths = [max(len(row[n]) for row in table) for n in range(len(table[0]))]
    for n, row in enumerate(table):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield "| " + " | ".join(cells) + " |"
        if n == 0:
            marks = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
            yield "| " + " | ".join(marks) + " |"


def ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def section_lines(section: Section) -> Iterable[str]:
    yield f"### {section.name}: {section.title}"
    yield ""
    table = [("", "median ms", "best ms", "cpu ms", "times ours", "trades", "cold s")]
    for row in section.rows:
        mark = " (scaled)" if row.scale > 1 else ""
        cold = "" if row.cold_s is None else f"{row.cold_s:.2f}"
        times = f"{row.median / section.ours.median:.1f}"
        table.append((row.name + mark, ms(row.median), ms(row.best), ms(row.cpu), times, f"{row.trades:,}", cold))
    yield from lines(table)
    yield ""
    yield (
        f"{section.ratio(bare=False):.1f} times as fast as the fastest peer (to reach: {section.target:g}), "
        f"{section.ratio(bare=True):.1f} with bare functions counted."
    )
    if section.stages:
        yield ""
        parts = ", ".join(f"{name} {ms(value)}" for name, value in section.stages.items() if value >= 0.005)
        yield f"Where our time goes, in ms: {parts}."
    yield ""


def machine() -> dict[str, str]:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    return {"cpu": cpu, "python": platform.python_version(), "system": platform.system()}


def write(folder: Path, figures: Mapping[str, Any]) -> Path:
    """The figures with versions and date as JSON, in a file named by the time."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    stamp = {"when": now.isoformat(timespec="seconds"), "machine": machine()}
    versions = {name: version(name) for name in PEER_PACKAGES}
    path = folder / f"{now:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(stamp | {"versions": versions} | dict(figures), indent=1, default=float) + "\n")
    return path
