"""What of a graph is the same for every symbol: its shape, the rank and structure of its nodes, its brackets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from paddock.strategy import brackets
from paddock.strategy.blocks.base import ActionBlock, At, Block, Lowered, Orders
from paddock.strategy.blocks.entries import PlaceOrder
from paddock.strategy.blocks.logic import Trigger
from paddock.strategy.document import Graph
from paddock.strategy.exprs import FALSE, Term, Terms
from paddock.strategy.firing import content_key
from paddock.strategy.guards import Guards
from paddock.strategy.program import Action, ActionKind, CancelScope, OrderType, Protection
from paddock.strategy.topology import Topology, topology


@dataclass(frozen=True, slots=True)
class Plan:
    """Only nodes that the trigger reaches are in it. `brackets` are the protection nodes of each entry, `upstream` what
    leads to each protection node over plain actions."""

    graph: Topology
    blocks: Mapping[str, Block]
    ranks: Mapping[str, int]
    structure: Mapping[str, str]
    brackets: Mapping[str, tuple[str, ...]]
    upstream: Mapping[str, tuple[str, ...]]
    orders: Orders


def plan_of(graph: Graph) -> Plan:
    """The plan of a graph that validation accepted."""
    everything = {node.id: node.block for node in graph.nodes}
    whole = topology(everything, [(edge.source, edge.target) for edge in graph.edges])
    start = next(name for name, block in everything.items() if isinstance(block, Trigger))
    shape = whole.within(whole.reachable(start))
    blocks = {name: everything[name] for name in shape.order}
    guards = [name for name in shape.order if brackets.is_protection(blocks[name])]
    return Plan(
        graph=shape,
        blocks=blocks,
        ranks=shape.ranks(start),
        structure=_structure(shape, blocks),
        brackets=brackets.brackets_of(shape, blocks),
        upstream={name: tuple(brackets.before(name, shape, blocks)) for name in guards},
        orders=order_book(blocks.values()),
    )


def order_book(blocks: Iterable[Block]) -> Orders:
    """Labels of the order blocks, and the kinds of order that are TWAPs."""
    placed = [block for block in blocks if isinstance(block, PlaceOrder)]
    return Orders(
        {block.client_order_id: _slot(block) for block in placed if block.client_order_id},
        frozenset(_slot(block) for block in placed if block.order is OrderType.TWAP),
    )


def _slot(block: PlaceOrder) -> CancelScope:
    return CancelScope.EXITS if block.reduce_only else CancelScope.ENTRIES


def _structure(graph: Topology, blocks: Mapping[str, Block]) -> dict[str, str]:
    """A name of each node made of its type, its parameters and the names of its sources: ids play no part."""
    names: dict[str, str] = {}
    for node in graph.order:
        block = blocks[node]
        own = json.dumps([block.type, block.canonical()], sort_keys=True)
        text = "|".join([own, *sorted({names[source] for source in graph.sources[node]})])
        names[node] = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return names


@dataclass(frozen=True, slots=True)
class Fired:
    """One action of one node, when it fires, and what decides its place in the order."""

    node: str
    action: Action
    guard: Term
    rank: int
    structure: str
    step: int

    def order(self) -> tuple[object, ...]:
        """By kind, then rank, then meaning; ids and symbols only part what is otherwise the same."""
        action = self.action
        return (action.kind, self.rank, content_key(action), self.structure, self.step, self.node, action.symbol)


def fired(plan: Plan, at: At, guards: Guards, terms: Terms) -> Iterator[Fired]:
    """The actions of all nodes for one symbol of the scope."""
    for node in plan.graph.order:
        block = plan.blocks[node]
        if not isinstance(block, ActionBlock):
            continue
        reached = _standalone(plan, node, at, guards, terms) if node in plan.upstream else guards.reached[node]
        if reached is FALSE:
            continue
        for step, lowered in enumerate(block.lower(at)):
            action = _with_bracket(plan, node, at, lowered)
            guard = terms.all_of([terms.of(lowered.guard), reached])
            yield Fired(node, action, guard, plan.ranks[node], plan.structure[node], step)


def _with_bracket(plan: Plan, node: str, at: At, lowered: Lowered) -> Action:
    if lowered.action.kind is not ActionKind.ENTER:
        return lowered.action
    return replace(lowered.action, protection=_bracket(plan, node, at))


def _bracket(plan: Plan, entry: str, at: At) -> Protection:
    block = plan.blocks[entry]
    own = [name for name in plan.brackets[entry] if brackets.belongs(plan.blocks[name], block, at.symbol)]
    parts = [plan.blocks[name] for name in (entry, *own)]
    return brackets.merge([part.sets for part in parts if isinstance(part, ActionBlock) and part.sets is not None])


def _standalone(plan: Plan, protection: str, at: At, guards: Guards, terms: Terms) -> Term:
    """When a protection node is reached other than as the bracket of an entry."""
    found: dict[str, Term] = {}
    block = plan.blocks[protection]
    for node in plan.upstream[protection]:
        here = plan.blocks[node]
        if not isinstance(here, ActionBlock):
            found[node] = guards.passes[node]
        elif here.is_entry:
            found[node] = FALSE if brackets.belongs(block, here, at.symbol) else guards.passes[node]
        else:
            found[node] = terms.any_of([found[s] for s in plan.graph.sources[node]])
    return terms.any_of([found[s] for s in plan.graph.sources[protection]])
