"""Small documents for tests."""

import itertools

from paddock.strategy.validate import load_document


def node(name, block, **params):
    return {"id": name, "type": block, "params": params}


def path(*names):
    return [{"source": a, "target": b} for a, b in itertools.pairwise(names)]


def document(nodes, *paths, **extra):
    return {
        "schema": "paddock/strategy@1",
        "kind": "graph",
        "name": "test",
        "scope": {"venue": "hyperliquid", "symbols": ["BTC"], "interval": "1h"},
        "nodes": nodes,
        "edges": [edge for part in paths for edge in part],
    } | extra


def scope(*symbols, interval="1h"):
    return {"venue": "hyperliquid", "symbols": list(symbols), "interval": interval}


START = node("start", "trigger")
BUY = node("buy", "open_long", size={"mode": "notional_usd", "value": 1000}, stop_loss_pct=2)
SELL = node("sell", "open_short", size={"mode": "notional_usd", "value": 1000}, stop_loss_pct=2)


def issue_example():
    """The document of the specification, as it stands there."""
    return {
        "schema": "paddock/strategy@1",
        "kind": "graph",
        "name": "RSI reversal",
        "scope": {"venue": "hyperliquid", "symbols": ["BTC"], "interval": "1h"},
        "risk": {"max_leverage": 3, "max_open_positions": 5, "cooldown_seconds": 0},
        "nodes": [
            {"id": "start", "type": "trigger"},
            {"id": "low", "type": "rsi_below", "params": {"period": 14, "value": 30}},
            {"id": "flat", "type": "no_open_position"},
            {
                "id": "buy",
                "type": "open_long",
                "params": {"size": {"mode": "notional_usd", "value": 1000}, "leverage": 2},
            },
            {"id": "stop", "type": "set_stop_loss", "params": {"stop_loss_pct": 2}},
            {"id": "take", "type": "set_take_profit", "params": {"take_profit_pct": 4}},
        ],
        "edges": [
            {"source": "start", "target": "low"},
            {"source": "low", "target": "flat"},
            {"source": "flat", "target": "buy"},
            {"source": "buy", "target": "stop"},
            {"source": "buy", "target": "take"},
        ],
    }


def loaded(nodes, *paths, **extra):
    return load_document(document(nodes, *paths, **extra))
