"""Rules of meaning: paths that no bar can pass, entries that contradict each other, and too much to evaluate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from paddock.core.errors import Problem
from paddock.core.orders import Side
from paddock.strategy import limits
from paddock.strategy.blocks.base import ActionBlock, At, Block, Condition, Lowered
from paddock.strategy.blocks.kinds import ANY_SYMBOL
from paddock.strategy.document import Scope
from paddock.strategy.exprs import TRUE, Term, Terms
from paddock.strategy.guards import Guards, combines
from paddock.strategy.plan import order_book
from paddock.strategy.program import ActionKind
from paddock.strategy.reasoning import Budget, ever_true_together, impossible
from paddock.strategy.rules.base import Subject, problem, warning

STEPS = 5_000  # of reasoning, which take a few milliseconds; no strategy that a person wrote needs as many


def meaning(subject: Subject) -> Iterator[Problem]:
    """Needs a sound graph; says nothing about another."""
    if subject.sound and subject.scope is not None:
        paths = _Paths(subject, subject.scope)
        too_much = paths.cost()
        if too_much is not None:
            yield too_much
            return
        yield from paths.contradictions()
        yield from paths.opposites()


class _Paths:
    """The guards of a graph for one symbol that stands for all: what holds for "*" holds for each of the scope."""

    def __init__(self, subject: Subject, scope: Scope) -> None:
        self.blocks: Mapping[str, Block] = {name: block for name, block in subject.blocks.items() if block is not None}
        self.shape = subject.shape.within(subject.reached)
        self.at = At(ANY_SYMBOL, scope.interval, (ANY_SYMBOL,), order_book(list(self.blocks.values())))
        self.terms = Terms()
        self.guards = Guards(self.shape, self.blocks, self._test, self.terms)
        self.budget = Budget(STEPS)
        self.dead: set[str] = set()
        self.symbols = len(scope.symbols) or 1

    def cost(self) -> Problem | None:
        passes = self.guards.passes
        cost = sum(passes[node].size for node in passes if isinstance(self.blocks[node], ActionBlock))
        seen = f"{cost} tests" if cost < 10**9 else "more than a billion tests"
        mend = "join paths that repeat the same conditions"
        if cost > limits.MAX_COST:
            rule = f"the guards of all actions together make at most {limits.MAX_COST} tests a bar and symbol"
            return problem("limit.cost", "", seen, rule, mend, at="nodes")
        if cost * self.symbols > limits.MAX_TOTAL_COST:
            rule = f"the guards of all actions make at most {limits.MAX_TOTAL_COST} tests a bar over all symbols"
            return problem("limit.cost", "", f"{seen}, {self.symbols} symbols", rule, mend, at="nodes")
        return None

    def contradictions(self) -> Iterator[Problem]:
        """A problem where a path dies: at the node that no bar passes although what leads to it may pass."""
        for node in self.shape.order:
            sources = self.shape.sources[node]
            if sources and self.dead.issuperset(sources):
                self.dead.add(node)
                continue
            via = self._clash(node, sources)
            if impossible(self.guards.passes[node].expr, self.budget):
                self.dead.add(node)
            if via and not self._switched_off(node, sources):
                rule = f"it can never be true together with what leads here through {via}"
                mend = "change one of the two, or lead here on another path"
                yield problem("path.contradiction", node, self.blocks[node].sentence(), rule, mend)

    def _clash(self, node: str, sources: tuple[str, ...]) -> str:
        """Through which sources no bar passes this node; empty when there are none."""
        block, passes = self.blocks[node], self.guards.passes
        if combines(block):
            return " and ".join(sources) if impossible(passes[node].expr, self.budget) else ""
        own = self._own(block)
        if own is TRUE:
            return ""
        return next(
            (
                source
                for source in sources
                if source not in self.dead and impossible(self.terms.all_of([passes[source], own]).expr, self.budget)
            ),
            "",
        )

    def _switched_off(self, node: str, sources: tuple[str, ...]) -> bool:
        """`always_false` says on purpose what a contradiction says by mistake."""
        return any(self.blocks[name].type == "always_false" for name in (node, *sources))

    def _test(self, block: Condition) -> Term:
        return self.terms.of(block.lower(self.at))

    def _own(self, block: Block) -> Term:
        if isinstance(block, Condition):
            return self._test(block)
        if isinstance(block, ActionBlock):
            return self.terms.all_of([self.terms.of(lowered.guard) for lowered in block.lower(self.at)])
        return TRUE

    def opposites(self) -> Iterator[Problem]:
        entries = self._entries()
        longs = [(node, symbol) for node, symbol, side in entries if side is Side.BUY]
        shorts = [(node, symbol) for node, symbol, side in entries if side is Side.SELL]
        passes = self.guards.passes
        for (long, symbol), (short, other) in product(longs, shorts):
            if self.budget.steps < 0:
                return
            if symbol == other and ever_true_together(passes[long].expr, passes[short].expr, self.budget):
                rule = f"{long} and {short} may fire on the same bar; then only the first is admitted"
                mend = "add a condition that tells them apart"
                yield warning("path.opposite_entries", short, f"opposite to {long}", rule, mend)

    def _entries(self) -> list[tuple[str, str, Side]]:
        return [
            (node, lowered.action.symbol, lowered.action.side)
            for node in self.guards.passes
            if node not in self.dead
            for lowered in _lowered(self.blocks[node], self.at)
            if lowered.action.kind is ActionKind.ENTER
        ]


def _lowered(block: Block, at: At) -> tuple[Lowered, ...]:
    return block.lower(at) if isinstance(block, ActionBlock) else ()
