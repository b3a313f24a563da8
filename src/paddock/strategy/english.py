"""A strategy in plain English: where it acts, what it may risk, and what it does when, in the order it does it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from paddock.market.feature import Feature
from paddock.strategy.blocks.base import ActionBlock, At, Condition
from paddock.strategy.blocks.kinds import ANY_SYMBOL, num
from paddock.strategy.blocks.phrases import duration, levels, listed, usd
from paddock.strategy.canonical import strategy_hash
from paddock.strategy.document import Document, Graph, Scope
from paddock.strategy.expr import All, Any, Const, Expr, Literal, Not, Op, Test
from paddock.strategy.exprs import Term, Terms
from paddock.strategy.guards import Guards
from paddock.strategy.plan import Fired, Plan, fired, plan_of
from paddock.strategy.program import OnDrawdown, RiskPolicy

WIDTH = 100


def explain(document: Document) -> str:
    """The whole strategy as text, lines ended by a newline."""
    lines = [f"{document.name}  ({document.kind}, version {strategy_hash(document)[:12]})"]
    if document.description:
        lines += wrap(document.description, WIDTH)
    lines += ["", f"Where: {where(document.scope)}.", "", "Risk:"]
    lines += [f"  - {line}" for line in risk_lines(document.risk)]
    for waiver in document.waivers:
        lines += ["", f"Waived: {waiver.rule}, because: {waiver.reason}"]
    if isinstance(document.body, Graph):
        lines += ["", "What it does at each close, in this order (an order acts from the next bar on):"]
        for number, text in enumerate(rule_texts(document.body, document.scope.interval), 1):
            lines += ["", *(f"{'   ' if row else f'{number}. '}{line}" for row, line in enumerate(text))]
        lines += ["", "Nodes:"]
        width = max(len(node.id) for node in document.body.nodes)
        lines += [f"  {name:<{width}}  {sentence}" for name, sentence in sorted(node_sentences(document.body).items())]
    else:
        lines += ["", f"What it does is written in Python, in the class {document.body.class_name}."]
    return "\n".join(lines) + "\n"


def node_sentences(graph: Graph) -> dict[str, str]:
    """What each node says, by its id."""
    return {node.id: node.block.sentence() for node in graph.nodes}


def where(scope: Scope) -> str:
    if scope.universe is None:
        markets = listed(list(scope.symbols))
    else:
        most = scope.universe.max_symbols
        markets = "every market of the tape" if most is None else f"the first {most} markets of the tape by name"
        if scope.universe.exclude:
            markets += f" but {listed(list(scope.universe.exclude))}"
    several = len(scope.symbols) != 1
    each = "; each market is judged by itself" if several else ""
    return f"{markets} on {scope.venue}, at the close of each {scope.interval} bar{each}"


def risk_lines(risk: RiskPolicy) -> Iterator[str]:
    entries = "entry" if risk.max_entries == 1 else "entries"
    positions = "position" if risk.max_open_positions == 1 else "positions"
    yield (
        f"at most {num(risk.max_leverage)}x leverage, {risk.max_open_positions} open {positions} and "
        f"{risk.max_entries} {entries} a position"
    )
    if risk.max_order_usd is not None:
        yield f"an entry is cut to {usd(risk.max_order_usd)} of notional"
    if risk.allocated_capital_usd is not None:
        yield f"all margins together are cut to {usd(risk.allocated_capital_usd)}"
    if risk.cooldown_seconds:
        yield f"{duration(risk.cooldown_seconds)} between entries on a market"
    if risk.cooldown_after_stop_seconds:
        yield f"{duration(risk.cooldown_after_stop_seconds)} without entries on a market after a losing stop"
    if risk.position_timeout_seconds is not None:
        yield f"a position is closed after {duration(risk.position_timeout_seconds)}"
    if risk.max_drawdown_pct is not None:
        then = "everything is closed and" if risk.on_drawdown is OnDrawdown.FLATTEN else "then"
        yield f"once equity is {num(risk.max_drawdown_pct)}% below its peak, {then} there are no more entries"
    if risk.daily_loss_pct is not None:
        yield f"after a loss of {num(risk.daily_loss_pct)}% in a UTC day there are no entries until the next"
    if risk.allowed_symbols:
        yield f"entries only on {listed(list(risk.allowed_symbols))}"


def rule_texts(graph: Graph, interval: str) -> Iterator[list[str]]:
    """For each action, in firing order: what it does, then when."""
    return (lines for _, lines in rules_told(graph, interval))


def rules_told(graph: Graph, interval: str) -> Iterator[tuple[str, list[str]]]:
    """For each action, in firing order: its node, and what it does and when."""
    plan, terms = plan_of(graph), Terms()
    says = _Sentences(plan, terms)
    at = At(ANY_SYMBOL, interval, (ANY_SYMBOL,), plan.orders)
    guards = Guards(plan.graph, plan.blocks, says.leaf, terms)
    told: set[str] = set()
    for one in sorted(fired(plan, at, guards, terms), key=Fired.order):
        block = plan.blocks[one.node]
        if isinstance(block, ActionBlock) and one.node not in told:
            told.add(one.node)
            yield one.node, [*_what(block, one), *says.when(one.guard.expr)]


def _what(block: ActionBlock, one: Fired) -> list[str]:
    sentence = block.sentence()
    lines = wrap(f"{sentence[0].upper()}{sentence[1:]} [{one.node}]", WIDTH)
    if block.is_entry and one.action.protection != block.sets:
        lines += wrap(f"protected, from the fill on, by {levels(one.action.protection)}", WIDTH)
    return lines


class _Sentences:
    """Guards whose tests are sentences, so that the same simplification speaks English."""

    def __init__(self, plan: Plan, terms: Terms) -> None:
        self._terms = terms
        self._place: dict[str, int] = {}
        for name, block in plan.blocks.items():
            sentence = block.sentence()
            self._place[sentence] = min(plan.ranks[name], self._place.get(sentence, plan.ranks[name]))

    def leaf(self, block: Condition) -> Term:
        return self._terms.of(Test(Op.GT, Feature("", "", block.sentence()), Const(0.0)))

    def when(self, guard: Expr) -> list[str]:
        """Lines from "when" on."""
        if isinstance(guard, Literal):
            return ["always" if guard.value else "never"]
        if isinstance(guard, Any):
            lines = ["when one of these holds:"]
            return lines + [f"  - {self._said(part)}" for part in self._sorted(guard.parts)]
        if isinstance(guard, All):
            first, *rest = (self._said(part, inner=True) for part in self._sorted(guard.parts))
            return [f"when {first}", *(f"and {part}" for part in rest)]
        return [f"when {self._said(guard)}"]

    def _said(self, expr: Expr, *, inner: bool = False) -> str:
        if isinstance(expr, Test):
            return _name(expr)
        if isinstance(expr, Not):
            return f"not ({self._said(expr.part)})"
        if isinstance(expr, Literal):
            return "always" if expr.value else "never"
        word = " and " if isinstance(expr, All) else " or "
        text = word.join(self._said(part, inner=True) for part in self._sorted(expr.parts))
        return f"({text})" if inner else text

    def _sorted(self, parts: tuple[Expr, ...]) -> list[Expr]:
        """In the order in which the graph is read."""
        return sorted(parts, key=self._first)

    def _first(self, expr: Expr) -> tuple[int, str]:
        if isinstance(expr, Test):
            return self._place[_name(expr)], _name(expr)
        if isinstance(expr, Not):
            return self._first(expr.part)
        return (0, "") if isinstance(expr, Literal) else min(self._first(part) for part in expr.parts)


def _name(test: Test) -> str:
    assert isinstance(test.left, Feature)
    return test.left.name
