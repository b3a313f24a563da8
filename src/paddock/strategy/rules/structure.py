"""Rules of shape: one trigger, edges between nodes that exist, no cycles, nothing that cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator

from paddock.core.errors import Problem, nearest
from paddock.strategy import limits
from paddock.strategy.blocks.base import ActionBlock, short
from paddock.strategy.blocks.logic import Trigger
from paddock.strategy.guards import combines
from paddock.strategy.rules.base import Subject, problem, warning


def structure(subject: Subject) -> Iterator[Problem]:
    yield from _trigger(subject)
    yield from _edges(subject)
    yield from _cycles(subject)
    yield from _reach(subject)
    yield from _logic(subject)


def _trigger(subject: Subject) -> Iterator[Problem]:
    if not subject.blocks:
        yield problem("graph.empty", "", "no nodes", "a graph has a trigger and at least one action", at="nodes")
    elif not subject.triggers:
        mend = 'add {"id": "start", "type": "trigger"}'
        yield problem("graph.trigger", "", "no trigger", "a graph has exactly one trigger", mend, at="nodes")
    for extra in subject.triggers[1:]:
        mend = f"lead its paths from {subject.triggers[0]}"
        yield problem(
            "graph.trigger", extra, f"{len(subject.triggers)} triggers", "a graph has exactly one trigger", mend
        )


def _edges(subject: Subject) -> Iterator[Problem]:
    for number, edge in enumerate(subject.edges):
        where = f"edges[{number}]"
        for end in (edge.source, edge.target):
            if end not in subject.blocks:
                rule = "an edge joins two nodes that exist"
                yield problem("graph.edge", "", end, rule, nearest(end, subject.blocks), at=where)
        if edge.source == edge.target:
            yield problem("graph.self_edge", "", edge.source, "a node does not lead to itself", "remove it", at=where)
        if isinstance(subject.blocks.get(edge.target), Trigger):
            yield problem("graph.edge", "", short(edge.target), "nothing leads to the trigger", "remove it", at=where)


def _cycles(subject: Subject) -> Iterator[Problem]:
    if subject.shape.in_cycle:
        names = ", ".join(short(name, 20) for name in subject.shape.in_cycle[:8])
        rule = "edges lead in one direction and never back"
        mend = "remove one of the edges between them"
        yield problem("graph.cycle", subject.shape.in_cycle[0], names, rule, mend)


def _reach(subject: Subject) -> Iterator[Problem]:
    if len(subject.triggers) != 1:
        return
    start = subject.triggers[0]
    cyclic = set(subject.shape.in_cycle)
    for node in subject.blocks:
        if node not in subject.reached and node not in subject.inlined:
            rule = "every node is reached from the trigger"
            yield problem("graph.unreachable", node, "", rule, f"connect it behind {short(start)}, or remove it")
    acting = {node for node in subject.reached if isinstance(subject.blocks[node], ActionBlock)}
    if not acting and None not in subject.blocks.values():
        yield problem("graph.no_action", "", "no action", "the trigger leads to at least one action", at="nodes")
    leads = _leads_to(subject, acting)
    for node in subject.blocks:
        if acting and node in subject.reached and node not in leads and node not in cyclic:
            yield warning("graph.dead_end", node, "", "no action is behind it, so it does nothing", "remove it")
    if not cyclic:
        depth = max(subject.shape.ranks(start).values(), default=0)
        if depth > limits.MAX_DEPTH:
            rule = f"a path has at most {limits.MAX_DEPTH} nodes"
            yield problem("limit.depth", "", f"{depth} nodes", rule, at="edges")


def _leads_to(subject: Subject, acting: set[str]) -> set[str]:
    """Nodes with an action at or behind them (a node that could not be read counts as one)."""
    unread = {node for node, block in subject.blocks.items() if block is None}
    leads = acting | unread
    stack = list(leads)
    while stack:
        for source in subject.shape.sources[stack.pop()]:
            if source not in leads:
                leads.add(source)
                stack.append(source)
    return leads


def _logic(subject: Subject) -> Iterator[Problem]:
    for node, block in subject.blocks.items():
        sources = subject.shape.sources[node]
        if block is None or not combines(block) or node not in subject.reached:
            continue
        if block.type == "not":
            for source in sources:
                before = subject.blocks[source]
                if isinstance(before, Trigger | ActionBlock):
                    rule = "not follows a condition: the trigger and actions always pass"
                    yield problem("graph.not", node, source, rule, "put a condition before it, or give it children")
        elif len(sources) == 1:
            rule = f"{block.type} combines two or more nodes"
            yield warning("graph.combines_one", node, "one source", rule, "lead more nodes to it, or remove it")
