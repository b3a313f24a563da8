"""What changed in meaning between two strategies? Scope, risk, blocks, parameters and ways; never layout or order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from paddock.strategy.blocks.base import Block, block_params, short
from paddock.strategy.canonical import canonical
from paddock.strategy.document import Document, Edge, Graph, Node
from paddock.strategy.risk import Risk

Json = Mapping[str, object]


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `where` is a path in the newer document's terms ("nodes.low.params.value"; of what is gone, the
    older one's), `what` says it in a line of English, `before` and `after` are the values with their units, empty where
    there is none."""

    kind: Kind
    where: str
    what: str
    before: str = ""
    after: str = ""


def difference(before: Document, after: Document) -> tuple[Change, ...]:
    """All changes, in the order of a document; none for two that name the same version.

    A node that only got another id is the same node: what it says and what it is connected to is compared.
    """
    old, new = canonical(before), canonical(after)
    found = [*_plain(old, new), *_risk(old, new), *_waivers(before, after)]
    if isinstance(before.body, Graph) and isinstance(after.body, Graph):
        return (*found, *_graph(before.body, after.body, old, new))
    if old.get("python") != new.get("python") or old["kind"] != new["kind"]:
        found += _code(before, after)
    return tuple(found)


def _plain(old: Json, new: Json) -> Iterator[Change]:
    for name in ("name", "description"):
        if old[name] != new[name]:
            yield _changed(name, f"the {name}", old[name], new[name])
    before, after = _object(old["scope"]), _object(new["scope"])
    for name in ("venue", "interval"):
        if before[name] != after[name]:
            yield _changed(f"scope.{name}", f"the {name}", before[name], after[name])
    if (markets := _markets(before)) != (others := _markets(after)):
        yield _changed("scope.symbols", "the markets", markets, others)


def _markets(scope: Json) -> str:
    listed = scope.get("symbols")
    if isinstance(listed, list):
        return ", ".join(listed)
    picked = _object(scope["universe"])
    excluded = picked["exclude"]
    most, but = picked["max_symbols"], ", ".join(excluded) if isinstance(excluded, list) else ""
    return ("all" if most is None else f"the first {most}") + (f" but {but}" if but else "")


def _risk(old: Json, new: Json) -> Iterator[Change]:
    before, after = _object(old["risk"]), _object(new["risk"])
    for param in block_params(Risk):
        left, right = before[param.name], after[param.name]
        if left != right:
            name = param.name.replace("_", " ")
            yield _changed(f"risk.{param.name}", name, left, right, param.unit)


def _waivers(before: Document, after: Document) -> Iterator[Change]:
    old, new = ({waiver.rule: waiver.reason for waiver in document.waivers} for document in (before, after))
    for rule in sorted({*old, *new}):
        where = f"waivers.{rule}"
        if rule not in new:
            yield Change(Kind.REMOVED, where, f"{rule} is no longer waived", old[rule])
        elif rule not in old:
            yield Change(Kind.ADDED, where, f"{rule} is waived", after=new[rule])
        elif old[rule] != new[rule]:
            yield _changed(where, f"the reason for waiving {rule}", old[rule], new[rule])


def _code(before: Document, after: Document) -> Iterator[Change]:
    if before.kind != after.kind:
        yield _changed("kind", "what it is written in", str(before.kind), str(after.kind))
    else:
        yield Change(Kind.CHANGED, "python.source", "the code changed")


def _graph(old: Graph, new: Graph, before: Json, after: Json) -> Iterator[Change]:
    said, says = _nodes(before), _nodes(after)
    old_names = _renamed(old, new, said, says)
    left = {old_names.get(node.id, node.id): (node, said[node.id]) for node in old.nodes}
    right = {node.id: (node, says[node.id]) for node in new.nodes}
    for name in sorted({*left, *right}):
        if name not in right:
            node, _ = left[name]
            yield Change(Kind.REMOVED, f"nodes.{name}", f"removed: {node.block.sentence()}", node.block.title)
        elif name not in left:
            node, _ = right[name]
            yield Change(Kind.ADDED, f"nodes.{name}", f"added: {node.block.sentence()}", "", node.block.title)
        else:
            yield from _node(name, left[name][0], right[name][0], left[name][1], right[name][1])
    ways = {Edge(old_names.get(e.source, e.source), old_names.get(e.target, e.target)) for e in old.edges}
    yield from _edges(ways, set(new.edges), {name for name in left if name in right})


def _node(name: str, old: Node, new: Node, before: Json, after: Json) -> Iterator[Change]:
    where = f"nodes.{name}"
    if old.block.type != new.block.type:
        what = f"{old.block.sentence()}: now {new.block.sentence()}"
        yield Change(Kind.CHANGED, where, what, old.block.title, new.block.title)
        return
    was, params = _object(before["params"]), _object(after["params"])
    for param in block_params(type(new.block)):
        if was[param.name] != params[param.name]:
            label = f"{param.name.replace('_', ' ')} of {_title(new.block)}"
            yield _changed(f"{where}.params.{param.name}", label, was[param.name], params[param.name], param.unit)


def _edges(old: set[Edge], new: set[Edge], kept: set[str]) -> Iterator[Change]:
    """Ways between nodes that both have: those of a node that came or went come and go with it."""
    for kind, edges, word in ((Kind.REMOVED, old - new, "no longer"), (Kind.ADDED, new - old, "now")):
        for edge in sorted(edges, key=lambda edge: (edge.source, edge.target)):
            if edge.source in kept and edge.target in kept:
                what = f"{edge.source} {word} leads to {edge.target}"
                yield Change(kind, f"edges.{edge.source}.{edge.target}", what)


def _renamed(old: Graph, new: Graph, said: Mapping[str, Json], says: Mapping[str, Json]) -> dict[str, str]:
    """New ids of old nodes that went by their id and are there by what they say, each taken once."""
    gone = [node.id for node in old.nodes if node.id not in says]
    came = [node.id for node in new.nodes if node.id not in said]
    found: dict[str, str] = {}
    for name in sorted(gone):
        same = next((other for other in sorted(came) if _content(says[other]) == _content(said[name])), None)
        if same is not None:
            came.remove(same)
            found[name] = same
    return found


def _content(node: Json) -> str:
    return json.dumps([node["type"], node["params"]], sort_keys=True)


def _nodes(document: Json) -> dict[str, Json]:
    """Nodes of a canonical document by id."""
    nodes = document["nodes"]
    assert isinstance(nodes, list)
    return {node["id"]: node for node in nodes}


def _title(block: Block) -> str:
    return block.title[0].lower() + block.title[1:] if block.title[1:2].islower() else block.title


def _changed(where: str, label: str, before: object, after: object, unit: str = "") -> Change:
    old, new = _text(before, unit), _text(after, unit)
    return Change(Kind.CHANGED, where, f"{label}: {short(old)} → {short(new)}", old, new)


def _text(value: object, unit: str) -> str:
    if value is None:
        return "no limit"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        parts = value.get("value"), value.get("mode")
        return f"{parts[0]} {parts[1]}" if None not in parts else json.dumps(value)
    if isinstance(value, list):
        return ", ".join(_text(item, "") for item in value) or "none"
    if value == "":
        return "none"
    apart = "" if unit in ("%", "x") else " "
    return f"{value}{apart}{unit}" if unit else str(value)


def _object(value: object) -> Json:
    assert isinstance(value, dict)
    return value
