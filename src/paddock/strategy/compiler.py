"""From a valid document to the program that the engine runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from paddock.core.errors import Code, Invalid, nearest
from paddock.strategy import limits
from paddock.strategy.blocks.base import At, Block, Condition
from paddock.strategy.blocks.kinds import ANY_SYMBOL
from paddock.strategy.blocks.logic import Logic
from paddock.strategy.canonical import strategy_hash
from paddock.strategy.document import Document, Graph, Scope
from paddock.strategy.exprs import Term, Terms
from paddock.strategy.guards import Guards
from paddock.strategy.plan import Fired, Plan, fired, plan_of
from paddock.strategy.program import Action, Program, Rule


def compile_strategy(document: Document, symbols: Sequence[str] | None = None) -> Program:
    """The program of a graph document; `symbols` are those of the tape, needed for a universe.

    Raises Invalid (strategy.invalid) when a symbol of the scope is not among `symbols`, or when nothing is left.
    """
    graph = document.body
    if not isinstance(graph, Graph):
        raise Invalid(
            Code.STRATEGY_INVALID,
            f"a strategy of kind {document.kind} has no graph to compile",
            where="kind",
            seen=document.kind,
            rule="a graph compiles to rules; a Python strategy is started with compile_python",
        )
    scope = scope_symbols(document.scope, symbols)
    _check_named(graph, symbols)
    found = list(_all_fired(graph, document.scope.interval, scope))
    _check_cost(found, len(scope))
    return Program(
        name=document.name,
        strategy_hash=strategy_hash(document),
        venue=document.scope.venue,
        symbols=tuple(sorted({*scope, *named_symbols(graph)})),
        interval=document.scope.interval,
        risk=document.risk,
        rules=_rules(found),
    )


def scope_symbols(scope: Scope, known: Sequence[str] | None) -> tuple[str, ...]:
    """Symbols that the strategy acts on, sorted; raises Invalid when `known` lacks one of them."""
    if scope.universe is not None:
        picked = scope.universe.pick(tuple(known or ()))
        if not picked:
            raise Invalid(
                Code.STRATEGY_INVALID,
                "the universe holds no symbol",
                where="scope.universe",
                seen="no symbols",
                rule="a universe is resolved against the symbols of the tape",
            )
        return picked
    missing = [] if known is None else [symbol for symbol in scope.symbols if symbol not in known]
    if missing:
        raise Invalid(
            Code.STRATEGY_INVALID,
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not on the tape",
            where="scope.symbols",
            seen=missing[0],
            rule="every symbol of the scope is on the tape",
            suggestion=nearest(missing[0], known or ()),
        )
    return scope.symbols


def _check_named(graph: Graph, known: Sequence[str] | None) -> None:
    missing = sorted(named_symbols(graph) - set(known)) if known is not None else []
    if missing:
        raise Invalid(
            Code.STRATEGY_INVALID,
            f"{missing[0]}, which a node names, is not on the tape",
            where="nodes",
            seen=missing[0],
            rule="every symbol that a node names is on the tape",
            suggestion=nearest(missing[0], known or ()),
        )


def _check_cost(found: Sequence[Fired], symbols: int) -> None:
    """A universe is only known here."""
    cost = sum(one.guard.size for one in found)
    if cost > limits.MAX_TOTAL_COST:
        raise Invalid(
            Code.STRATEGY_INVALID,
            f"over {symbols} symbols the strategy is too much to evaluate",
            where="scope",
            seen=f"{cost} tests a bar",
            rule=f"the guards of all actions make at most {limits.MAX_TOTAL_COST} tests a bar over all symbols",
            suggestion="use fewer symbols",
        )


def named_symbols(graph: Graph) -> set[str]:
    """Symbols that nodes name themselves, to read or to trade."""
    return {symbol for node in graph.nodes for symbol in block_symbols(node.block)}


def block_symbols(block: Block) -> set[str]:
    """Symbols that a block names itself."""
    own = {getattr(block, name) for name in ("symbol", "other") if hasattr(block, name)} - {ANY_SYMBOL}
    children = block.children if isinstance(block, Logic) else ()
    return own | {symbol for child in children for symbol in block_symbols(child)}


def _all_fired(graph: Graph, interval: str, scope: tuple[str, ...]) -> Iterable[Fired]:
    """One for each node and action; an action that several symbols give fires when any of them does."""
    terms = Terms()
    plan = plan_of(graph)
    found: dict[tuple[str, Action], Fired] = {}
    for symbol in scope:
        at = At(symbol, interval, scope, plan.orders)
        for one in _fired_at(plan, at, terms):
            key = (one.node, one.action)
            same = found.get(key)
            found[key] = one if same is None else replace(one, guard=terms.any_of([same.guard, one.guard]))
    return found.values()


def _fired_at(plan: Plan, at: At, terms: Terms) -> Iterable[Fired]:
    def own(block: Condition) -> Term:
        return terms.of(block.lower(at))

    return fired(plan, at, Guards(plan.graph, plan.blocks, own, terms), terms)


def _rules(all_fired: Iterable[Fired]) -> tuple[Rule, ...]:
    """In firing order; nodes that are the same in everything but their id count once."""
    rules: list[Rule] = []
    seen: set[tuple[Action, str]] = set()
    for one in sorted(all_fired, key=Fired.order):
        key = (one.action, one.guard.key)
        if key not in seen:
            seen.add(key)
            rules.append(Rule(one.action, one.guard.expr, one.node))
    return tuple(rules)
