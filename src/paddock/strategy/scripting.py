"""A graph as a Python strategy: the same rules in the same order, in a source that gives the same orders."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from paddock.core.errors import Code, Invalid, PaddockError
from paddock.core.orders import Side
from paddock.market.feature import Feature
from paddock.strategy import actions as made
from paddock.strategy.blocks.base import At
from paddock.strategy.blocks.kinds import ANY_SYMBOL, num
from paddock.strategy.canonical import canonical
from paddock.strategy.document import Document, Graph
from paddock.strategy.expr import All, Const, Expr, Literal, Not, Op, State, StateField, Test, Value
from paddock.strategy.exprs import Terms
from paddock.strategy.guards import Guards
from paddock.strategy.plan import Fired, fired, plan_of
from paddock.strategy.program import Action, ActionKind, CancelScope, OrderType, Protection, RiskPolicy, Size
from paddock.strategy.risk import canonical_risk

HELPERS: Final = {Op.GT: ("above", ">"), Op.LT: ("below", "<"), Op.GE: ("at_least", ">="), Op.LE: ("at_most", "<=")}
OPPOSITE: Final = {Op.GT: Op.LE, Op.LE: Op.GT, Op.LT: Op.GE, Op.GE: Op.LT}
MIRRORED: Final = {Op.CROSS_ABOVE: Op.CROSS_BELOW, Op.CROSS_BELOW: Op.CROSS_ABOVE}
CROSSES: Final = {Op.CROSS_ABOVE: "crosses_above", Op.CROSS_BELOW: "crosses_below"}
POSITION: Final = {which: which.name.lower() for which in StateField}
SIDES: Final = {
    Op.GT: "now.position.is_long",
    Op.LT: "now.position.is_short",
    Op.GE: "not now.position.is_short",
    Op.LE: "not now.position.is_long",
}
FLAT: Final = (frozenset({SIDES[Op.GE], SIDES[Op.LE]}), "now.position.is_flat")
HELD: Final = (frozenset({SIDES[Op.GT], SIDES[Op.LT]}), "not now.position.is_flat")
SCOPES: Final = {CancelScope.PROTECTION: "protective"}
LEVELS: Final = ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct")
USUAL: Final = canonical_risk(RiskPolicy())
WIDTH: Final = 110


@dataclass(frozen=True, slots=True)
class Script:
    """A source text, and the name of the strategy class in it."""

    class_name: str
    source: str


@dataclass(frozen=True, slots=True)
class Said:
    """A condition in Python: parts joined by `word`, each of them whole by itself."""

    parts: tuple[str, ...]
    word: str = "and"

    @property
    def text(self) -> str:
        return f" {self.word} ".join(self.parts)

    @property
    def part(self) -> str:
        return f"({self.text})" if len(self.parts) > 1 else self.text


@dataclass(slots=True)
class _Used:
    """What the rules need: features by the attribute that holds each, helpers, and names to import."""

    features: dict[str, Feature] = field(default_factory=dict)
    helpers: set[Op] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function of paddock.strategy.actions, to be made on a symbol."""

    name: str
    args: tuple[object, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)


def script_of(document: Document) -> Script:
    """The source of a Python strategy that does what a graph does.

    Raises Invalid (strategy.python) for what Python strategies have no words for: a rule that acts on, or looks at the
    position on, another market than its own, and a level as a price on an entry.
    """
    assert isinstance(document.body, Graph)
    used = _Used()
    rules = list(_rules(document.body, document.scope.interval, used))
    name = _class_name(document.name)
    parts = [_imports(used), *_helpers(used), _class(document, name, used, rules)]
    return Script(name, "\n\n\n".join(parts) + "\n")


def _rules(graph: Graph, interval: str, used: _Used) -> Iterator[str]:
    """Each rule for whichever symbol is looked at, in firing order."""
    plan, terms = plan_of(graph), Terms()
    at = At(ANY_SYMBOL, interval, (ANY_SYMBOL,), plan.orders)
    guards = Guards(plan.graph, plan.blocks, lambda block: terms.of(block.lower(at)), terms)
    told: set[tuple[Action, str]] = set()
    for one in sorted(fired(plan, at, guards, terms), key=Fired.order):
        if (one.action, one.guard.key) not in told:
            told.add((one.action, one.guard.key))
            yield _rule(one, interval, used)


def _rule(one: Fired, interval: str, used: _Used) -> str:
    if one.action.symbol != ANY_SYMBOL:
        raise _wordless(one.node, f"an action on {one.action.symbol}", "an action trades the market that is looked at")
    guard = _guard(one.guard.expr, _Guard(one.node, interval, used))
    action = _said(call_of(one.action, one.node), used)
    return f"        for now in view:  # {one.node}\n{_condition(guard)}\n                yield {action}"


def _condition(guard: Said) -> str:
    """The `if` of a rule, on lines of its own where one would be long."""
    line = f"            if {guard.text}:"
    if len(line) <= WIDTH or len(guard.parts) < 2:
        return line
    first, *rest = guard.parts
    return "\n".join(
        [
            "            if (",
            f"                {first}",
            *(f"                {guard.word} {part}" for part in rest),
            "            ):",
        ]
    )


@dataclass(frozen=True, slots=True)
class _Guard:
    """Where a guard stands: its rule's node, the scope's interval, and what it uses."""

    node: str
    interval: str
    used: _Used

    def value(self, value: Value) -> str:
        if isinstance(value, Const):
            return num(value.value) if float(num(value.value)) == value.value else repr(value.value)
        if isinstance(value, State):
            if value.symbol != ANY_SYMBOL:
                raise _wordless(self.node, f"the position on {value.symbol}", "a rule looks at its own position")
            return f"now.position.{POSITION[value.field]}"
        return f"now.value({self.feature(value)})"

    def feature(self, feature: Feature) -> str:
        name = _attribute(feature, self.interval)
        while self.used.features.setdefault(name, feature) != feature:
            name += "_"
        return f"self.{name}"


def _guard(expr: Expr, at: _Guard, *, wanted: bool = True) -> Said:
    """Python that is true exactly where the guard is known to be `wanted`.

    Negation is carried down to the tests, so that what is unknown is false on either side, as it never fires.
    """
    if isinstance(expr, Literal):
        return Said((str(expr.value is wanted),))
    if isinstance(expr, Not):
        return _guard(expr.part, at, wanted=not wanted)
    if isinstance(expr, Test):
        return Said((_test(expr, at, wanted),))
    both = isinstance(expr, All) is wanted
    if not expr.parts:
        return Said((str(both),))
    said = [_guard(part, at, wanted=wanted).part for part in expr.parts]
    return Said(tuple(_flat(said, *(FLAT if both else HELD))), "and" if both else "or")


def _flat(said: list[str], pair: frozenset[str], instead: str) -> list[str]:
    """Neither long nor short is flat, and either of them is not."""
    if not pair <= set(said):
        return said
    return [instead, *(part for part in said if part not in pair)]


def _test(test: Test, at: _Guard, wanted: bool) -> str:
    if test.op in CROSSES:
        return _cross(test, at, wanted)
    op = test.op if wanted else OPPOSITE[test.op]
    if isinstance(test.left, State) and test.left.field is StateField.QTY and test.right == Const(0):
        at.value(test.left)
        return SIDES[op]
    at.used.helpers.add(op)
    return f"{HELPERS[op][0]}({at.value(test.left)}, {at.value(test.right)})"


def _cross(test: Test, at: _Guard, wanted: bool) -> str:
    op, left, right = test.op, test.left, test.right
    if isinstance(left, Const):
        op, left, right = MIRRORED[op], right, left
    if not isinstance(left, Feature) or isinstance(right, State):
        raise _wordless(at.node, "a crossing without an indicator", "an indicator crosses an indicator or a number")
    other = at.feature(right) if isinstance(right, Feature) else at.value(right)
    return f"now.{CROSSES[op]}({at.feature(left)}, {other}) is {wanted}"


def call_of(action: Action, node: str) -> Call:
    """The call that gives this action, on whichever symbol; raises Invalid (strategy.python) where none does."""
    call = _call(action)
    try:
        same = getattr(made, call.name)(ANY_SYMBOL, *call.args, **call.options) == action
    except PaddockError:
        same = False
    if not same:
        raise _wordless(node, "this action", "an action has the form of one of paddock.strategy.python's")
    return call


def _call(action: Action) -> Call:
    simple: dict[ActionKind, Callable[[], Call]] = {
        ActionKind.CANCEL: lambda: Call("cancel_orders", (SCOPES.get(action.cancel, action.cancel.name.lower()),)),
        ActionKind.CLOSE: lambda: Call("close_position"),
        ActionKind.REDUCE: lambda: Call("reduce_position", (action.size,)),
        ActionKind.PROTECT: lambda: _protection(action.protection),
        ActionKind.LEVERAGE: lambda: Call("update_leverage", (action.leverage,)),
    }
    return simple[action.kind]() if action.kind in simple else _entry(action)


def _entry(action: Action) -> Call:
    side = "long" if action.side is Side.BUY else "short"
    levels = {name: getattr(action.protection, name) for name in LEVELS}
    if action.order is OrderType.MARKET:
        options = levels | {"max_slippage_pct": action.bound_pct}
        return Call(f"open_{side}", (action.size, action.leverage), _given(options))
    if action.order is OrderType.TWAP:
        options = {"duration_seconds": action.duration_ms // 1000} | levels | {"max_slippage_pct": action.bound_pct}
        return Call("place_twap_order", (side, action.size, action.leverage), _given(options))
    terms: dict[str, object] = {
        "price": action.px,
        "offset_pct": action.offset_pct,
        "tif": action.tif.name.lower(),
        "expire_seconds": action.expire_ms // 1000,
    }
    return Call("place_limit_order", (side, action.size, action.leverage), _given(terms | levels))


def _protection(sets: Protection) -> Call:
    if sets.trailing_stop_pct:
        return Call("set_trailing_stop", (sets.trailing_stop_pct,))
    if sets.stop_loss_px or sets.take_profit_px:
        name = "set_stop_loss" if sets.stop_loss_px else "set_take_profit"
        return Call(name, (), {"price": sets.stop_loss_px or sets.take_profit_px})
    if sets.stop_loss_pct and sets.take_profit_pct:
        return Call("set_tpsl", (sets.stop_loss_pct, sets.take_profit_pct))
    if sets.stop_loss_pct:
        return Call("set_stop_loss", (sets.stop_loss_pct,))
    return Call("set_take_profit", (sets.take_profit_pct,))


def _given(options: Mapping[str, object]) -> dict[str, object]:
    """Without what says nothing."""
    return {name: value for name, value in options.items() if value and value != "gtc"}


def _said(call: Call, used: _Used) -> str:
    used.names.add(call.name)
    args = [_argument(value, used) for value in call.args]
    options = [f"{name}={_argument(value, used)}" for name, value in call.options.items()]
    return f"{call.name}({', '.join(['now.symbol', *args, *options])})"


def _argument(value: object, used: _Used) -> str:
    if isinstance(value, Size):
        mode = value.mode.name.lower()
        used.names.add(mode)
        return f"{mode}({_argument(value.value, used)})"
    if isinstance(value, int | float):
        return num(value) if float(num(value)) == value else repr(value)
    return repr(value)


def _attribute(feature: Feature, interval: str) -> str:
    """A readable name: rsi_14, sma_50_4h, close_of_btc."""
    parts = [feature.name, *(num(value) for value in feature.params)]
    parts += [feature.interval] if feature.interval != interval else []
    parts += ["of", feature.symbol.lower()] if feature.symbol != ANY_SYMBOL else []
    return re.sub(r"[^a-z0-9_]+", "_", "_".join(parts).lower())


def _imports(used: _Used) -> str:
    names = sorted({*used.names, "Strategy"}, key=lambda name: (name != "Strategy", name))
    line = f"from paddock.strategy.python import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return "from paddock.strategy.python import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _helpers(used: _Used) -> Iterator[str]:
    """Comparisons of what may not be known yet."""
    for op, (name, sign) in HELPERS.items():
        if op in used.helpers:
            known = "left is not None and right is not None"
            yield f"def {name}(left, right):\n    return {known} and left {sign} right"


def _class(document: Document, name: str, used: _Used, rules: list[str]) -> str:
    said = canonical(document)
    lines = [f"class {name}(Strategy):", f"    name = {document.name!r}"]
    if document.description:
        lines.append(f"    description = {document.description!r}")
    said["risk"] = {key: value for key, value in canonical_risk(document.risk).items() if value != USUAL[key]}
    lines += [f"    {key} = {said[key]!r}" for key in ("scope", "risk", "waivers") if said[key]]
    lines += ["", "    def init(self, market):"]
    for attribute, feature in used.features.items():
        lines.append(f"        self.{attribute} = market.feature({_asked(feature, document.scope.interval)})")
    if not used.features:
        lines.append("        pass")
    return "\n".join([*lines, "", "    def next(self, view):", *(rules or ["        return []"])])


def _asked(feature: Feature, interval: str) -> str:
    parts = [repr(feature.name), *(num(value) for value in feature.params)]
    parts += [f"interval={feature.interval!r}"] if feature.interval != interval else []
    parts += [f"symbol={feature.symbol!r}"] if feature.symbol != ANY_SYMBOL else []
    return ", ".join(parts)


def _class_name(name: str) -> str:
    """The strategy's name as a class's: of its letters and digits in ASCII."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    found = "".join(word[0].upper() + word[1:] for word in words)[:60]
    usable = found and not found[0].isdigit() and not keyword.iskeyword(found)
    return found if usable and found != "Strategy" else f"My{found}"


def _wordless(node: str, seen: str, rule: str) -> Invalid:
    return Invalid(
        Code.STRATEGY_PYTHON,
        f"{seen} cannot be said in Python",
        where=f"nodes.{node}",
        seen=seen,
        rule=rule,
        suggestion="keep it as a graph",
    )
