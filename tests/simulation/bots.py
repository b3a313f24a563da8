"""Strategies that trade often, each with another kind of order or protection."""

from __future__ import annotations

from typing import Any

from tests.simulation.markets import VENUE

NOTIONAL_USD = 1_000
KINDS = ("market", "limit", "trailing", "short", "closing")


def document(kind: str, symbols: tuple[str, ...], venue: str = VENUE) -> dict[str, Any]:
    """A strategy on these symbols; at most one position of NOTIONAL_USD on each."""
    short = kind == "short"
    size = {"mode": "notional_usd", "value": NOTIONAL_USD}
    entry: dict[str, Any] = {"size": size, "leverage": 2}
    enter = "open_short" if short else "open_long"
    if kind == "limit":
        enter, entry = "place_limit_order", entry | {"side": "long", "offset_pct": 0.1, "expire_seconds": 300}
    stop = {"trailing_stop_pct": 0.6} if kind == "trailing" else {"stop_loss_pct": 0.5}
    nodes = [
        {"id": "start", "type": "trigger"},
        {
            "id": "sign",
            "type": "rsi_above" if short else "rsi_below",
            "params": {"period": 5, "value": 55 if short else 45},
        },
        {"id": "flat", "type": "no_open_position"},
        {"id": "enter", "type": enter, "params": entry},
        {"id": "stop", "type": "set_trailing_stop" if kind == "trailing" else "set_stop_loss", "params": stop},
        {"id": "take", "type": "set_take_profit", "params": {"take_profit_pct": 0.8}},
    ]
    edges = [("start", "sign"), ("sign", "flat"), ("flat", "enter"), ("enter", "stop"), ("enter", "take")]
    if kind == "closing":
        nodes += [
            {"id": "high", "type": "rsi_above", "params": {"period": 5, "value": 60}},
            {"id": "leave", "type": "close_position"},
        ]
        edges += [("start", "high"), ("high", "leave")]
    return {
        "schema": "paddock/strategy@1",
        "kind": "graph",
        "name": f"{kind} of the simulation",
        "scope": {"venue": venue, "symbols": list(symbols), "interval": "1m"},
        "risk": {"max_leverage": 3, "max_open_positions": 5, "cooldown_seconds": 0},
        "nodes": nodes,
        "edges": [{"source": source, "target": target} for source, target in edges],
    }
