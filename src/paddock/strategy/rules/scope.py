"""Rules of what a strategy reads and trades: symbols and intervals that exist, and lookbacks within bounds."""

from __future__ import annotations

from collections.abc import Iterator

from paddock.core.errors import Problem, nearest
from paddock.core.time import INTERVALS
from paddock.market.feature import Feature
from paddock.strategy import brackets, limits
from paddock.strategy.blocks.base import ActionBlock, At, Block, Condition
from paddock.strategy.blocks.exits import CancelOrder, CancelTwapOrder
from paddock.strategy.blocks.kinds import ANY_SYMBOL, SCOPE_INTERVAL
from paddock.strategy.blocks.logic import Logic
from paddock.strategy.compiler import block_symbols
from paddock.strategy.document import Scope
from paddock.strategy.expr import Expr, Not, Test
from paddock.strategy.expr import Literal as LiteralExpr
from paddock.strategy.plan import order_book
from paddock.strategy.rules.base import Subject, problem, warning


def scope(subject: Subject) -> Iterator[Problem]:
    where = subject.scope
    if where is None:
        return
    yield from _scope_symbols(subject, where)
    for node, block in subject.blocks.items():
        if block is not None:
            yield from _symbols(subject, where, node, block)
            yield from _intervals(where, node, block)
    yield from _labels(subject)


def _scope_symbols(subject: Subject, where: Scope) -> Iterator[Problem]:
    if subject.known is not None:
        for symbol in where.symbols:
            if symbol not in subject.known:
                yield problem(
                    "scope.unknown_symbol",
                    "",
                    symbol,
                    "the symbol is known",
                    nearest(symbol, subject.known),
                    at="scope.symbols",
                )
    allowed = subject.risk.allowed_symbols
    if allowed and where.symbols and not set(allowed) & set(where.symbols):
        rule = "allowed_symbols shares at least one symbol with the scope, or no entry is ever admitted"
        yield warning("risk.allowed_symbols", "", ", ".join(allowed), rule, at="risk.allowed_symbols")


def _symbols(subject: Subject, where: Scope, node: str, block: Block) -> Iterator[Problem]:
    for symbol in sorted(block_symbols(block)):
        if subject.known is not None and symbol not in subject.known:
            yield problem("scope.unknown_symbol", node, symbol, "the symbol is known", nearest(symbol, subject.known))
    symbol = brackets.symbol_of(block)
    if isinstance(block, ActionBlock) and where.symbols and symbol != ANY_SYMBOL and symbol not in where.symbols:
        rule = f"an action trades a symbol of the scope: {', '.join(where.symbols[:10])}"
        yield problem(
            "scope.outside", node, symbol, rule, nearest(symbol, where.symbols) or f"add {symbol} to the scope"
        )


def _intervals(where: Scope, node: str, block: Block) -> Iterator[Problem]:
    own = INTERVALS[where.interval]
    for name in ("interval", "higher_interval"):
        interval = getattr(block, name, SCOPE_INTERVAL)
        if interval != SCOPE_INTERVAL and (INTERVALS[interval] < own or INTERVALS[interval] % own):
            fits = [key for key, ms in INTERVALS.items() if ms >= own and ms % own == 0]
            rule = f"bars are made of the scope's {where.interval} bars: {', '.join(fits)}"
            yield problem(
                "scope.interval", f"{node}.params.{name}", interval, rule, f"use {fits[min(1, len(fits) - 1)]}"
            )
            return
    for feature in sorted(_features(block, where), key=repr):
        ratio = INTERVALS[feature.interval] / own
        bars = int(sum(feature.params) * ratio)
        if bars > limits.MAX_LOOKBACK:
            rule = f"a condition looks back at most {limits.MAX_LOOKBACK} bars of the scope"
            yield problem(
                "limit.lookback", node, f"{bars} bars", rule, "use a shorter period or a longer scope interval"
            )
    for number, child in enumerate(block.children if isinstance(block, Logic) else ()):
        yield from _intervals(where, f"{node}.params.children.{number}", child)


def _features(block: Block, where: Scope) -> set[Feature]:
    if not isinstance(block, Condition) or isinstance(block, Logic):
        return set()
    return features_of(block.lower(At(ANY_SYMBOL, where.interval)))


def features_of(expr: Expr) -> set[Feature]:
    """Every feature an expression reads."""
    if isinstance(expr, Test):
        return {side for side in (expr.left, expr.right) if isinstance(side, Feature)}
    if isinstance(expr, LiteralExpr):
        return set()
    parts = (expr.part,) if isinstance(expr, Not) else expr.parts
    return {found for part in parts for found in features_of(part)}


def _labels(subject: Subject) -> Iterator[Problem]:
    blocks = [block for block in subject.blocks.values() if block is not None]
    labels = order_book(blocks).labels
    taken: dict[str, str] = {}
    for node, block in subject.blocks.items():
        label = getattr(block, "client_order_id", "")
        if not label:
            continue
        if isinstance(block, CancelOrder | CancelTwapOrder):
            if label not in labels:
                rule = "client_order_id is the label of a place_… block"
                yield problem("order.label", node, label, rule, nearest(label, labels))
        elif label in taken:
            rule = "labels of orders differ from each other"
            yield problem("order.label", node, label, rule, f"{taken[label]} has it already")
        else:
            taken[label] = node
