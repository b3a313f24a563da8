"""From a valid document to the program that the engine runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from paddock.core.errors import Code, Invalid, nearest
from paddock.strategy import brackets
from paddock.strategy.blocks.base import ActionBlock, At, Block, Orders
from paddock.strategy.blocks.entries import PlaceOrder
from paddock.strategy.blocks.logic import Trigger
from paddock.strategy.blocks.params import ANY_SYMBOL
from paddock.strategy.canonical import strategy_hash
from paddock.strategy.document import Document, Graph, Scope
from paddock.strategy.exprs import FALSE, Term, Terms
from paddock.strategy.firing import content_key
from paddock.strategy.guards import Guards
from paddock.strategy.program import Action, ActionKind, CancelScope, OrderType, Program, Protection, Rule
from paddock.strategy.topology import Topology, topology


def compile_strategy(document: Document, symbols: Sequence[str] | None = None) -> Program:
    """The program of a graph document; `symbols` are those of the tape, needed for a universe.

    Raises Invalid (strategy.invalid) when a symbol of the scope is not among `symbols`, or when nothing is left.
    """
    graph = document.body
    assert isinstance(graph, Graph)
    scope = scope_symbols(document.scope, symbols)
    terms = Terms()
    plan = Plan.of(graph)
    fired: dict[tuple[str, Action], _Fired] = {}
    for symbol in scope:
        at = At(symbol, document.scope.interval, scope, plan.orders)
        for one in _instance(plan, at, terms):
            same = fired.get((one.node, one.action))
            fired[one.node, one.action] = (
                one if same is None else replace(one, guard=terms.any_of([same.guard, one.guard]))
            )
    return Program(
        name=document.name,
        strategy_hash=strategy_hash(document),
        venue=document.scope.venue,
        symbols=tuple(sorted({*scope, *named_symbols(graph)})),
        interval=document.scope.interval,
        risk=document.risk,
        rules=_rules(list(fired.values()), terms),
    )


def scope_symbols(scope: Scope, known: Sequence[str] | None) -> tuple[str, ...]:
    """Symbols that the strategy acts on, sorted; raises Invalid when `known` lacks one of them."""
    if scope.universe is not None:
        picked = scope.universe.pick(tuple(known or ()))
        if not picked:
            raise Invalid(
                Code.STRATEGY_INVALID,
                "the universe holds no symbol",
                where="scope.universe",
                seen="no symbols",
                rule="a universe is resolved against the symbols of the tape",
            )
        return picked
    missing = [] if known is None else [symbol for symbol in scope.symbols if symbol not in known]
    if missing:
        raise Invalid(
            Code.STRATEGY_INVALID,
            f"{', '.join(missing)} is not on the tape"
            if len(missing) == 1
            else f"{', '.join(missing)} are not on the tape",
            where="scope.symbols",
            seen=missing[0],
            rule="every symbol of the scope is on the tape",
            suggestion=nearest(missing[0], known or ()),
        )
    return scope.symbols


def named_symbols(graph: Graph) -> set[str]:
    """Symbols that nodes name themselves, to read or to trade."""
    return {symbol for node in graph.nodes for symbol in block_symbols(node.block)}


def block_symbols(block: Block) -> set[str]:
    own = {getattr(block, name) for name in ("symbol", "other") if hasattr(block, name)} - {ANY_SYMBOL}
    for child in getattr(block, "children", ()):
        own |= block_symbols(child)
    return own


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a graph is the same for every symbol. Only nodes that the trigger reaches are in it."""

    graph: Topology
    blocks: Mapping[str, Block]
    ranks: Mapping[str, int]
    structure: Mapping[str, str]
    brackets: Mapping[str, tuple[str, ...]]
    upstream: Mapping[str, tuple[str, ...]]
    orders: Orders

    @staticmethod
    def of(graph: Graph) -> Plan:
        everything = {node.id: node.block for node in graph.nodes}
        whole = topology(everything, [(edge.source, edge.target) for edge in graph.edges])
        start = next(name for name, block in everything.items() if isinstance(block, Trigger))
        shape = whole.within(whole.reachable(start))
        blocks = {name: everything[name] for name in shape.order}
        entries = [name for name in shape.order if brackets.is_entry(blocks[name])]
        return Plan(
            shape,
            blocks,
            shape.ranks(start),
            _structure(shape, blocks),
            {name: tuple(brackets.behind(name, shape, blocks)) for name in entries},
            {
                name: tuple(brackets.before(name, shape, blocks))
                for name in shape.order
                if brackets.is_protection(blocks[name])
            },
            order_book(list(blocks.values())),
        )


def order_book(blocks: Sequence[Block]) -> Orders:
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
class _Fired:
    node: str
    action: Action
    guard: Term
    rank: int
    structure: str
    step: int = field(default=0)

    def order(self) -> tuple[object, ...]:
        action = self.action
        return (action.kind, self.rank, content_key(action), self.structure, self.step, self.node, action.symbol)


def _instance(plan: Plan, at: At, terms: Terms) -> Iterator[_Fired]:
    """The actions of all nodes for one symbol of the scope."""
    guards = Guards(plan.graph, plan.blocks, at, terms)
    for node in plan.graph.order:
        block = plan.blocks[node]
        if not isinstance(block, ActionBlock):
            continue
        reached = _standalone(plan, node, at, guards, terms) if brackets.is_protection(block) else guards.reached[node]
        if reached is FALSE:
            continue
        for step, lowered in enumerate(block.lower(at)):
            action = lowered.action
            if action.kind is ActionKind.ENTER:
                action = replace(action, protection=_bracket(plan, node, at))
            guard = terms.all_of([terms.of(lowered.guard), reached])
            yield _Fired(node, action, guard, plan.ranks[node], plan.structure[node], step)


def _bracket(plan: Plan, entry: str, at: At) -> Protection:
    block = plan.blocks[entry]
    own = [p for p in plan.brackets[entry] if brackets.belongs(plan.blocks[p], block, at.symbol)]
    parts = [plan.blocks[node] for node in (entry, *own)]
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


def _rules(fired: list[_Fired], terms: Terms) -> tuple[Rule, ...]:
    """In firing order; nodes that are the same in everything but their id count once."""
    rules: list[Rule] = []
    seen: set[tuple[Action, str]] = set()
    for one in sorted(fired, key=_Fired.order):
        key = (one.action, one.guard.key)
        if key not in seen:
            seen.add(key)
            rules.append(Rule(one.action, one.guard.expr, one.node))
    return tuple(rules)
