"""What every rule of a graph looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paddock.core.errors import Problem
from paddock.strategy.blocks.base import Block, short
from paddock.strategy.document import Edge, Scope, Waiver
from paddock.strategy.program import RiskPolicy
from paddock.strategy.topology import Topology


@dataclass(frozen=True, slots=True)
class Subject:
    """A graph as far as it could be read. `blocks` holds None for a node whose block could not be read.

    `known` are the symbols that exist, when the caller knows them. `reached` are the nodes that the trigger leads to.
    """

    scope: Scope | None
    risk: RiskPolicy
    waivers: tuple[Waiver, ...]
    blocks: Mapping[str, Block | None]
    edges: tuple[Edge, ...]
    shape: Topology
    triggers: tuple[str, ...]
    inlined: frozenset[str]
    reached: frozenset[str]
    known: tuple[str, ...] | None

    @property
    def sound(self) -> bool:
        """Can the graph be given a meaning at all?"""
        return len(self.triggers) == 1 and not self.shape.in_cycle and None not in self.blocks.values()


def problem(code: str, node: str, seen: object, rule: str, mend: str = "", *, at: str = "") -> Problem:
    """An error at a node, or at `at` where it is not about one."""
    return Problem(code, at or f"nodes.{node}", short(seen) if seen != "" else "", rule, mend)


def warning(code: str, node: str, seen: object, rule: str, mend: str = "", *, at: str = "") -> Problem:
    return Problem(code, at or f"nodes.{node}", short(seen) if seen != "" else "", rule, mend, severity="warning")
