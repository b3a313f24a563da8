"""What a strategy document says, as typed values: `reader` reads one from JSON, `canonical` writes one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from paddock.strategy.blocks.base import Block
from paddock.strategy.program import RiskPolicy

SCHEMA = "paddock/strategy@1"


class Kind(StrEnum):
    """What a strategy is written as."""

    GRAPH = "graph"
    PYTHON = "python"


@dataclass(frozen=True, slots=True)
class Universe:
    """Every symbol of the tape but `exclude`, and of those the first `max_symbols` by name."""

    exclude: tuple[str, ...] = ()
    max_symbols: int | None = None

    def pick(self, known: tuple[str, ...]) -> tuple[str, ...]:
        kept = [symbol for symbol in sorted(known) if symbol not in self.exclude]
        return tuple(kept[: self.max_symbols])


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a strategy acts: symbols sorted by name, or a universe resolved against the tape."""

    venue: str
    interval: str
    symbols: tuple[str, ...] = ()
    universe: Universe | None = None


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    block: Block


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class PythonCode:
    source: str
    class_name: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule that the author sets aside, and why."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A strategy as its author wants it; `body` is a Graph or PythonCode."""

    name: str
    scope: Scope
    body: Graph | PythonCode
    risk: RiskPolicy = field(default=RiskPolicy())
    waivers: tuple[Waiver, ...] = ()
    description: str = ""

    @property
    def kind(self) -> Kind:
        return Kind.GRAPH if isinstance(self.body, Graph) else Kind.PYTHON
