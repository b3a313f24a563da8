"""Random strategy documents that a person might have drawn."""

from __future__ import annotations

from random import Random
from typing import Any

from paddock.core.time import interval_ms
from paddock.market.tape import Tape

Node = dict[str, Any]
PERIODS = (2, 3, 5, 8)


def random_document(rng: Random, tape: Tape) -> Node:
    """One or two entries with brackets, a few exits, and and/or/not nodes and shared conditions between."""
    draw = _Drawing(rng, tape)
    for number in range(rng.choice((1, 1, 2))):
        draw.entry(number)
    for _ in range(rng.choice((0, 1, 2, 3))):
        draw.exit()
    return draw.document()


class _Drawing:
    def __init__(self, rng: Random, tape: Tape) -> None:
        self.rng, self.tape = rng, tape
        self.step_s = interval_ms(tape.interval) // 1000
        self.nodes: list[Node] = [{"id": "start", "type": "trigger"}]
        self.edges: list[Node] = []
        self.exits = ["close_position", "reduce_position", "cancel_orders", "set_stop_loss", "set_take_profit"]

    def document(self) -> Node:
        rng = self.rng
        risk = {
            "max_leverage": rng.choice((5, 20)),
            "max_open_positions": rng.choice((1, 5)),
            "max_entries": rng.choice((1, 2)),
            "cooldown_seconds": rng.choice((0, 0, self.step_s)),
        }
        scope = {"venue": "test", "symbols": list(self.tape.symbols), "interval": self.tape.interval}
        rng.shuffle(self.nodes)
        rng.shuffle(self.edges)
        return {
            "schema": "paddock/strategy@1",
            "kind": "graph",
            "name": "drawn",
            "scope": scope,
            "risk": risk,
            "nodes": self.nodes,
            "edges": self.edges,
        }

    def node(self, type_: str, *sources: str, **params: Any) -> str:
        name = f"{self.rng.choice('abcdefgh')}{len(self.nodes)}"
        self.nodes.append({"id": name, "type": type_, **({"params": params} if params else {})})
        self.edges += [{"source": source, "target": name} for source in sources]
        return name

    def entry(self, number: int) -> None:
        """The second entry is for the other side, on the other half of the RSI, and further from the start."""
        rng = self.rng
        side = "long" if number == 0 else "short"
        gate = "rsi_below" if side == "long" else "rsi_above"
        at = self.node(gate, "start", period=5, value=rng.choice((50, 60)) if number == 0 else rng.choice((60, 75)))
        if number:
            at = self.node("always_true", self.node("cooldown_elapsed", at, seconds=self.step_s))
        at = self.between(at)
        params: Node = {"size": self.size(), "leverage": rng.choice((1, 2, 5))}
        kind = rng.choice(("open", "open", "place_limit_order", "place_twap_order"))
        if kind == "open":
            entered = self.node(f"open_{side}", at, **params)
        elif kind == "place_limit_order":
            how = {"offset_pct": round(rng.uniform(-0.3, 1.2), 2), "tif": rng.choice(("gtc", "gtc", "ioc", "alo"))}
            how["expire_seconds"] = rng.choice((0, 2 * self.step_s))
            entered = self.node(kind, at, side=side, **params, **how)
        else:
            entered = self.node(kind, at, side=side, **params, duration_seconds=rng.choice((2, 3)) * self.step_s)
        stop = self.node("set_stop_loss", entered, stop_loss_pct=rng.choice((0.5, 1.5, 3.0)))
        if rng.random() < 0.6:
            self.node("set_take_profit", rng.choice((entered, stop)), take_profit_pct=rng.choice((0.7, 2.0, 5.0)))
        if rng.random() < 0.3:
            self.node("set_trailing_stop", rng.choice((entered, stop)), trailing_stop_pct=rng.choice((0.8, 2.5)))

    def exit(self) -> None:
        rng = self.rng
        kind = self.exits.pop(rng.randrange(len(self.exits)))
        at = self.between("start" if kind == "cancel_orders" else self.node("has_position", "start"))
        params: Node = {}
        if kind == "reduce_position":
            params = {"size": {"mode": "position_pct", "value": rng.choice((25, 50, 100))}}
        elif kind == "cancel_orders":
            params = {"scope": rng.choice(("all", "entries", "exits", "protection"))}
        elif kind == "set_stop_loss":
            params = {"stop_loss_pct": rng.choice((0.4, 1.0))}
        elif kind == "set_take_profit":
            params = {"take_profit_pct": rng.choice((0.4, 1.0))}
        self.node(kind, at, **params)

    def between(self, source: str) -> str:
        """Something that stands between a node and an action: a condition, its negation, or a combination of two."""
        shape = self.rng.choice(("one", "one", "not", "or", "and", "any"))
        first = self.condition(source)
        if shape == "one":
            return first
        if shape == "not":
            return self.node("not", first)
        second = self.condition(source)
        if shape in ("or", "and"):
            return self.node(shape, first, second)
        return self.node("always_true", first, second)

    def condition(self, source: str) -> str:
        rng = self.rng
        n = rng.choice(PERIODS)
        seen = [px for px in self.tape.close[0].tolist() if px == px]
        near = float(f"{rng.choice(seen):.4g}")
        type_, params = rng.choice(
            (
                ("price_above", {"value": near}),
                ("price_below", {"value": near}),
                ("price_crosses_above", {"value": near}),
                ("price_crosses_below", {"value": near}),
                ("price_change_pct_above", {"period": n, "value": 0.3}),
                ("price_change_pct_below", {"period": n, "value": -0.3}),
                ("sma_above", {"period": n}),
                ("sma_below", {"period": n}),
                ("ema_above", {"period": n}),
                ("ema_below", {"period": n}),
                ("ema_crosses_above", {"fast_period": 2, "slow_period": 4}),
                ("ema_crosses_below", {"fast_period": 2, "slow_period": 4}),
                ("breakout_above_recent_high", {"period": n}),
                ("breakout_below_recent_low", {"period": n}),
                ("volume_spike", {"period": n, "value": 1.3}),
                ("no_open_position", {}),
                ("position_pnl_above", {"value": 1.0}),
                ("position_pnl_below", {"value": -1.0}),
                ("position_pnl_pct_above", {"value": 0.4}),
                ("position_in_profit", {}),
                ("position_in_loss", {}),
                ("position_duration_above", {"seconds": 2 * self.step_s}),
                ("cooldown_elapsed", {"seconds": 3 * self.step_s}),
            )
        )
        return self.node(type_, source, **params)

    def size(self) -> Node:
        mode, value = self.rng.choice(
            (("notional_usd", 1000), ("margin_usd", 400), ("equity_pct", 30), ("risk_pct", 0.5), ("notional_usd", 9000))
        )
        return {"mode": mode, "value": value}


def with_other_ids(document: Node, rng: Random) -> Node:
    """The same drawing with every node called otherwise, and nodes and edges in another order."""
    names = [node["id"] for node in document["nodes"]]
    new = dict(zip(names, rng.sample([f"n{i}" for i in range(len(names))], len(names)), strict=True))
    nodes = [{**node, "id": new[node["id"]]} for node in document["nodes"]]
    edges = [{"source": new[edge["source"]], "target": new[edge["target"]]} for edge in document["edges"]]
    rng.shuffle(nodes)
    rng.shuffle(edges)
    return {**document, "nodes": nodes, "edges": edges}
