"""When a node of a graph is reached and when it passes, as terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from paddock.strategy.blocks.base import Block, Condition
from paddock.strategy.blocks.logic import Logic, Trigger
from paddock.strategy.exprs import FALSE, TRUE, Term, Terms
from paddock.strategy.topology import Topology

Own = Callable[[Condition], Term]  # the test of a condition by itself


class Guards:
    """For every node of `graph` (in topological order): `reached` (something leads here) and `passes`.

    - The trigger passes. A condition passes when its own test is true and any source passes.
    - `and` passes when all its sources pass, `or` when any does.
    - `not` passes when a source is reached and does not pass.
    - An action passes when any source passes: what is behind it shares its guard.

    A combining node is reached when any of its sources is. Everything is three-valued.
    """

    def __init__(self, graph: Topology, blocks: Mapping[str, Block], own: Own, terms: Terms) -> None:
        self.reached: dict[str, Term] = {}
        self.passes: dict[str, Term] = {}
        for node in graph.order:
            block = blocks[node]
            sources = graph.sources[node]
            if isinstance(block, Trigger):
                self.reached[node] = self.passes[node] = TRUE
            elif combines(block):
                self.reached[node] = terms.any_of([self.reached[s] for s in sources])
                self.passes[node] = self._combine(block, sources, terms)
            else:
                test = own(block) if isinstance(block, Condition) else TRUE
                self.reached[node] = terms.any_of([self.passes[s] for s in sources])
                self.passes[node] = terms.all_of([test, self.reached[node]])

    def _combine(self, block: Block, sources: tuple[str, ...], terms: Terms) -> Term:
        if block.type == "and":
            return terms.all_of([self.passes[s] for s in sources]) if sources else FALSE
        if block.type == "or":
            return terms.any_of([self.passes[s] for s in sources])
        return terms.any_of([terms.all_of([self.reached[s], terms.negate(self.passes[s])]) for s in sources])


def combines(block: Block | None) -> bool:
    """Is it a logic node that combines the nodes before it (not its own children)?"""
    return isinstance(block, Logic) and not block.children
