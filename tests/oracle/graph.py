"""What a graph document wants at a close, by walking the graph naively from the document itself: no compiler.

A node passes when its own test is true and any node that leads to it passes; `and` needs all of them, `not` passes
when the one before it is reached and does not pass. What is not known is None and never fires. Protection that stands
behind an entry, with actions only between, is the entry's bracket; anywhere else it is an action of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from paddock.core.orders import Side, Tif
from paddock.market.feature import Feature
from paddock.strategy.expr import StateField
from paddock.strategy.program import Action, ActionKind, CancelScope, OrderType, Protection, Size, SizeMode

from .amounts import exact
from .decisions import Decide, View
from .guards import FeatureValue

Node = dict[str, Any]
Truth = bool | None
ENTRIES = ("open_long", "open_short", "place_limit_order", "place_twap_order")
PROTECTION = ("set_stop_loss", "set_take_profit", "set_trailing_stop")
EXITS = ("close_position", "reduce_position", "cancel_orders")
ACTIONS = (*ENTRIES, *PROTECTION, *EXITS)
DEFAULT_SIZE = {"mode": "notional_usd", "value": 100.0}
DEFAULT_REDUCTION = {"mode": "position_pct", "value": 50.0}


class Known:
    """Values for one symbol at one close."""

    def __init__(self, view: View, symbol: str, interval: str, value: FeatureValue) -> None:
        self.view, self.symbol, self.interval, self.value = view, symbol, interval, value

    def feature(self, name: str, *params: float, before: bool = False) -> Decimal | None:
        row = self.view.row_before(self.symbol) if before else self.view.row
        if row is None:
            return None
        known = self.value(Feature(self.symbol, self.interval, name, tuple(float(p) for p in params)), row)
        return None if known is None or known != known else exact(float(known))

    def state(self, field: StateField) -> Decimal | None:
        return self.view.state(self.symbol, field)


def above(left: Decimal | None, right: Decimal | None) -> Truth:
    return None if left is None or right is None else left > right


def at_least(left: Decimal | None, right: Decimal | None) -> Truth:
    return None if left is None or right is None else left >= right


def crossed(then: tuple[Decimal | None, Decimal | None], now: tuple[Decimal | None, Decimal | None]) -> Truth:
    """The first was not above the second and now is."""
    return both([negated(above(*then)), above(*now)])


def both(parts: list[Truth]) -> Truth:
    return False if False in parts else None if None in parts else True


def either(parts: list[Truth]) -> Truth:
    return True if True in parts else None if None in parts else False


def negated(part: Truth) -> Truth:
    return None if part is None else not part


def _mean(name: str) -> Callable[[Known, Node], tuple[Decimal | None, Decimal | None]]:
    return lambda known, p: (known.feature("close"), known.feature(name, p.get("period", 20)))


def _fast_slow(known: Known, p: Node, *, before: bool = False) -> tuple[Decimal | None, Decimal | None]:
    fast, slow = p.get("fast_period", 9), p.get("slow_period", 21)
    return known.feature("ema", fast, before=before), known.feature("ema", slow, before=before)


def _close_and(known: Known, p: Node, *, before: bool = False) -> tuple[Decimal | None, Decimal | None]:
    return known.feature("close", before=before), exact(float(p.get("value", 0.0)))


def _rsi(known: Known, p: Node) -> Decimal | None:
    return known.feature("rsi", p.get("period", 14))


def _change(known: Known, p: Node) -> Decimal | None:
    return known.feature("change_pct", p.get("period", 5))


def _value(p: Node, default: float) -> Decimal:
    return exact(float(p.get("value", default)))


def _swapped(pair: tuple[Decimal | None, Decimal | None]) -> tuple[Decimal | None, Decimal | None]:
    return pair[1], pair[0]


_S = StateField
CONDITIONS: dict[str, Callable[[Known, Node], Truth]] = {
    "price_above": lambda k, p: above(*_close_and(k, p)),
    "price_below": lambda k, p: above(*_swapped(_close_and(k, p))),
    "price_crosses_above": lambda k, p: crossed(_close_and(k, p, before=True), _close_and(k, p)),
    "price_crosses_below": lambda k, p: crossed(_swapped(_close_and(k, p, before=True)), _swapped(_close_and(k, p))),
    "price_change_pct_above": lambda k, p: above(_change(k, p), _value(p, 1.0)),
    "price_change_pct_below": lambda k, p: above(_value(p, -1.0), _change(k, p)),
    "rsi_above": lambda k, p: above(_rsi(k, p), _value(p, 70.0)),
    "rsi_below": lambda k, p: above(_value(p, 30.0), _rsi(k, p)),
    "sma_above": lambda k, p: above(*_mean("sma")(k, p)),
    "sma_below": lambda k, p: above(*_swapped(_mean("sma")(k, p))),
    "ema_above": lambda k, p: above(*_mean("ema")(k, p)),
    "ema_below": lambda k, p: above(*_swapped(_mean("ema")(k, p))),
    "ema_crosses_above": lambda k, p: crossed(_fast_slow(k, p, before=True), _fast_slow(k, p)),
    "ema_crosses_below": lambda k, p: crossed(_swapped(_fast_slow(k, p, before=True)), _swapped(_fast_slow(k, p))),
    "breakout_above_recent_high": lambda k, p: above(k.feature("close"), k.feature("highest", p.get("period", 20))),
    "breakout_below_recent_low": lambda k, p: above(k.feature("lowest", p.get("period", 20)), k.feature("close")),
    "volume_spike": lambda k, p: above(k.feature("volume_ratio", p.get("period", 20)), _value(p, 2.0)),
    "has_position": lambda k, p: k.state(_S.QTY) != 0,
    "no_open_position": lambda k, p: k.state(_S.QTY) == 0,
    "position_pnl_above": lambda k, p: above(k.state(_S.PNL_USD), _value(p, 0.0)),
    "position_pnl_below": lambda k, p: above(_value(p, 0.0), k.state(_S.PNL_USD)),
    "position_pnl_pct_above": lambda k, p: above(k.state(_S.PNL_PCT), _value(p, 0.0)),
    "position_in_profit": lambda k, p: above(k.state(_S.PNL_USD), Decimal(0)),
    "position_in_loss": lambda k, p: above(Decimal(0), k.state(_S.PNL_USD)),
    "position_duration_above": lambda k, p: above(k.state(_S.DURATION_S), exact(p.get("seconds", 3600))),
    "cooldown_elapsed": lambda k, p: at_least(k.state(_S.SINCE_ENTRY_S), exact(p.get("seconds", 60))),
}


class Walk:
    """One document."""

    def __init__(self, document: Node, value: FeatureValue) -> None:
        self.value = value
        self.interval = document["scope"]["interval"]
        self.symbols = document["scope"]["symbols"]
        self.nodes = {node["id"]: node for node in document["nodes"]}
        self.sources: dict[str, list[str]] = {name: [] for name in self.nodes}
        self.targets: dict[str, list[str]] = {name: [] for name in self.nodes}
        for edge in document["edges"]:
            self.sources[edge["target"]].append(edge["source"])
            self.targets[edge["source"]].append(edge["target"])

    def actions(self, view: View) -> list[Action]:
        """What fires, in firing order: by kind, then the longest way from the trigger, then by symbol."""
        fired = []
        for symbol in self.symbols:
            for name, node in self.nodes.items():
                if node["type"] in ACTIONS and not self.in_a_bracket(name):
                    on = node.get("params", {}).get("symbol", symbol)
                    fires = view.has_bar(on) and self.reached(Known(view, symbol, self.interval, self.value), name)
                    if fires is True:
                        action = self.action(name, on)
                        fired.append((action.kind, self.distance(name), on, action))
        fired.sort(key=lambda item: item[:3])
        return [action for *_, action in fired]

    def kind(self, name: str) -> str:
        return str(self.nodes[name]["type"])

    def distance(self, name: str) -> int:
        return max((self.distance(source) + 1 for source in self.sources[name]), default=0)

    def reached(self, known: Known, name: str) -> Truth:
        kind = self.kind(name)
        if kind == "and":
            return both([self.passes(known, source) for source in self.sources[name]])
        if kind == "not":
            parts = [both([self.reached(known, s), negated(self.own(known, s))]) for s in self.sources[name]]
            return either(parts)
        return kind == "trigger" or either([self.passes(known, source) for source in self.sources[name]])

    def passes(self, known: Known, name: str) -> Truth:
        return both([self.reached(known, name), self.own(known, name)])

    def own(self, known: Known, name: str) -> Truth:
        """The node's own test; a node without one has nothing against it."""
        params = self.nodes[name].get("params", {})
        test = CONDITIONS.get(self.kind(name))
        if test is None:
            return True
        on = params.get("symbol", known.symbol)
        return test(Known(known.view, on, known.interval, known.value), params)

    def in_a_bracket(self, name: str) -> bool:
        return self.kind(name) in PROTECTION and any(
            self.kind(source) in ENTRIES or self.in_a_bracket(source) for source in self.sources[name]
        )

    def bracket(self, name: str) -> Protection:
        """The levels of everything that protects behind an entry."""
        levels: dict[str, float] = {}
        waiting = list(self.targets[name])
        while waiting:
            node = self.nodes[waiting.pop()]
            if node["type"] in PROTECTION:
                levels |= _levels(node)
                waiting += self.targets[node["id"]]
        return Protection(**levels)

    def action(self, name: str, symbol: str) -> Action:
        node = self.nodes[name]
        kind, p = node["type"], node.get("params", {})
        if kind == "close_position":
            return Action(ActionKind.CLOSE, symbol)
        if kind == "reduce_position":
            return Action(ActionKind.REDUCE, symbol, size=_size(p.get("size", DEFAULT_REDUCTION)))
        if kind == "cancel_orders":
            scope = {"protective": "protection"}.get(p.get("scope", "all"), p.get("scope", "all"))
            return Action(ActionKind.CANCEL, symbol, cancel=CancelScope[scope.upper()])
        if kind in PROTECTION:
            return Action(ActionKind.PROTECT, symbol, protection=Protection(**_levels(node)))
        return self.entry(name, symbol, kind, p)

    def entry(self, name: str, symbol: str, kind: str, p: Node) -> Action:
        long = kind == "open_long" or (kind not in ("open_long", "open_short") and p.get("side", "long") == "long")
        common = {
            "side": Side.BUY if long else Side.SELL,
            "size": _size(p.get("size", DEFAULT_SIZE)),
            "leverage": float(p.get("leverage", 1.0)),
            "protection": self.bracket(name),
        }
        if kind == "place_limit_order":
            common |= {
                "order": OrderType.LIMIT,
                "px": float(p.get("price", 0.0)),
                "offset_pct": float(p.get("offset_pct", 0.0)),
                "tif": Tif[p.get("tif", "gtc").upper()],
                "expire_ms": 1000 * p.get("expire_seconds", 0),
            }
        elif kind == "place_twap_order":
            common |= {"order": OrderType.TWAP, "duration_ms": 1000 * p.get("duration_seconds", 3600)}
        if "max_slippage_pct" in p:
            common["bound_pct"] = float(p["max_slippage_pct"])
        return Action(ActionKind.ENTER, symbol, **common)


def document_rules(document: Node, value: FeatureValue) -> Decide:
    """What fires at a close, for `simulate_decisions`."""
    return Walk(document, value).actions


def _levels(node: Node) -> dict[str, float]:
    p = node.get("params", {})
    if node["type"] == "set_trailing_stop":
        return {"trailing_stop_pct": float(p.get("trailing_stop_pct", 2.0))}
    name, default = {"set_stop_loss": ("stop_loss", 2.0), "set_take_profit": ("take_profit", 4.0)}[node["type"]]
    if p.get("price"):
        return {f"{name}_px": float(p["price"])}
    return {f"{name}_pct": float(p.get(f"{name}_pct", default))}


def _size(size: Node) -> Size:
    return Size(SizeMode[size["mode"].upper()], float(size["value"]))
