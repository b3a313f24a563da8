"""Short forms for writing strategy documents down as plain values."""

from __future__ import annotations

from itertools import pairwise

SYMBOLS = ("BTC", "ETH", "SOL")

Json = dict[str, object]


def node(name: str, block: str, **params: object) -> Json:
    return {"id": name, "type": block, "params": params} if params else {"id": name, "type": block}


def path(*names: str) -> list[Json]:
    """Edges that lead from each name to the next."""
    return [{"source": source, "target": target} for source, target in pairwise(names)]


def graph(
    name: str, description: str, nodes: list[Json], edges: list[list[Json]], risk: Json, interval: str = "1h"
) -> Json:
    """A graph document over the majors of Hyperliquid."""
    unique = {(edge["source"], edge["target"]): edge for part in edges for edge in part}
    return {
        "schema": "paddock/strategy@1",
        "kind": "graph",
        "name": name,
        "description": description,
        "scope": {"venue": "hyperliquid", "symbols": list(SYMBOLS), "interval": interval},
        "risk": risk,
        "nodes": nodes,
        "edges": list(unique.values()),
    }


def equity(percent: float) -> Json:
    return {"mode": "equity_pct", "value": percent}
