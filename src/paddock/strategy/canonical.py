"""The one JSON form of a document, and the hash that names a strategy's version.

Aliases are resolved, defaults filled in, nodes sorted by id and edges by ends; layout is gone. The form reads back as
the same document.
"""

from __future__ import annotations

import hashlib
import json

from paddock.strategy.blocks.kinds import SCOPE_INTERVAL
from paddock.strategy.document import SCHEMA, Document, Graph, Node, PythonCode, Scope
from paddock.strategy.risk import canonical_risk


def canonical(document: Document) -> dict[str, object]:
    """The document as plain JSON values."""
    return {
        "schema": SCHEMA,
        "kind": str(document.kind),
        "name": document.name,
        "description": document.description,
        "scope": _scope(document.scope),
        "risk": canonical_risk(document.risk),
        "waivers": [{"rule": w.rule, "reason": w.reason} for w in sorted(document.waivers, key=lambda w: w.rule)],
        **_body(document),
    }


def canonical_json(document: Document) -> str:
    """Keys sorted, no spaces, ASCII only."""
    return json.dumps(canonical(document), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def strategy_hash(document: Document) -> str:
    """SHA-256 of the canonical JSON, in hex: the name of this version."""
    return hashlib.sha256(canonical_json(document).encode("ascii")).hexdigest()


def _scope(scope: Scope) -> dict[str, object]:
    made: dict[str, object] = {"venue": scope.venue, "interval": scope.interval}
    if scope.universe is None:
        return made | {"symbols": list(scope.symbols)}
    return made | {"universe": {"exclude": list(scope.universe.exclude), "max_symbols": scope.universe.max_symbols}}


def _body(document: Document) -> dict[str, object]:
    body = document.body
    if isinstance(body, PythonCode):
        return {"python": {"source": body.source, "class": body.class_name}}
    return _graph(body, document.scope.interval)


def _graph(graph: Graph, interval: str) -> dict[str, object]:
    edges = sorted({(edge.source, edge.target) for edge in graph.edges})
    return {
        "nodes": [_node(node, interval) for node in sorted(graph.nodes, key=lambda node: node.id)],
        "edges": [{"source": source, "target": target} for source, target in edges],
    }


def _node(node: Node, interval: str) -> dict[str, object]:
    return {"id": node.id, "type": node.block.type, "params": _params(node.block.canonical(), interval)}


def _params(params: dict[str, object], interval: str) -> dict[str, object]:
    """Naming the scope's own interval is the same as leaving it out."""
    made = dict(params)
    if made.get("interval") == interval:
        made["interval"] = SCOPE_INTERVAL
    children = made.get("children")
    if isinstance(children, list):
        made["children"] = [child | {"params": _params(child["params"], interval)} for child in children]
    return made
