"""The shape of a graph: who leads to whom, in what order, from where it is reached. Knows nothing of blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topology:
    """Nodes in topological order with their sources and targets; `in_cycle` are those that no order exists for."""

    order: tuple[str, ...]
    sources: Mapping[str, tuple[str, ...]]
    targets: Mapping[str, tuple[str, ...]]
    in_cycle: tuple[str, ...]

    def reachable(self, start: str) -> frozenset[str]:
        """`start` and everything that some path leads to from it."""
        seen, stack = {start}, [start]
        while stack:
            for target in self.targets[stack.pop()]:
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
        return frozenset(seen)

    def ranks(self, start: str) -> dict[str, int]:
        """Longest distance from `start` in edges, for the nodes reached from it."""
        ranks = {start: 0}
        for node in self.order:
            if node in ranks:
                for target in self.targets[node]:
                    ranks[target] = max(ranks.get(target, 0), ranks[node] + 1)
        return ranks

    def within(self, nodes: frozenset[str]) -> Topology:
        """The part of it between some of its nodes."""
        return Topology(
            tuple(node for node in self.order if node in nodes),
            {node: tuple(s for s in self.sources[node] if s in nodes) for node in self.order if node in nodes},
            {node: tuple(t for t in self.targets[node] if t in nodes) for node in self.order if node in nodes},
            (),
        )


def topology(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> Topology:
    """Edges to unknown nodes, from a node to itself, and repeated edges are left out."""
    names = sorted(set(nodes))
    known = set(names)
    kept = sorted({(a, b) for a, b in edges if a in known and b in known and a != b})
    sources: dict[str, list[str]] = {name: [] for name in names}
    targets: dict[str, list[str]] = {name: [] for name in names}
    for a, b in kept:
        sources[b].append(a)
        targets[a].append(b)
    waiting = {name: len(sources[name]) for name in names}
    ready = [name for name in names if not waiting[name]]
    order: list[str] = []
    while ready:
        node = ready.pop()
        order.append(node)
        for target in targets[node]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    placed = set(order)
    cyclic = _in_cycle([name for name in names if name not in placed], sources, targets)
    frozen_sources = {name: tuple(found) for name, found in sources.items()}
    frozen_targets = {name: tuple(found) for name, found in targets.items()}
    return Topology(tuple(order), frozen_sources, frozen_targets, cyclic)


def _in_cycle(rest: list[str], sources: Mapping[str, list[str]], targets: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Of the nodes that have no order, drop those that are only behind a cycle."""
    left = set(rest)
    waiting = {name: sum(target in left for target in targets[name]) for name in rest}
    ready = [name for name in rest if not waiting[name]]
    while ready:
        node = ready.pop()
        left.discard(node)
        for source in sources[node]:
            if source in left:
                waiting[source] -= 1
                if not waiting[source]:
                    ready.append(source)
    return tuple(sorted(left))
