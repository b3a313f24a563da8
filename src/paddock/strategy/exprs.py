"""Building guards: equal terms are one object, and obvious redundancy is gone.

Every law used here holds in three-valued logic (Kleene's is a distributive lattice with an involution): flattening,
idempotence, `x and false`, `x or true`, double negation, absorption, and taking a common part out of alternatives.
`x or not x` is *not* true: it is unknown when x is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from paddock.market.feature import Feature
from paddock.strategy.expr import All, Any, Const, Expr, Literal, Not, Op, Test, Value


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """An expression with a key made of its content: terms of one `Terms` with equal keys are the same object.

    `size` counts the tests in it, shared parts as often as they are used.
    """

    expr: Expr
    key: str
    size: int
    parts: tuple[Term, ...] = field(default=(), repr=False)

    @property
    def is_all(self) -> bool:
        return isinstance(self.expr, All)

    @property
    def is_any(self) -> bool:
        return isinstance(self.expr, Any)


TRUE = Term(Literal(True), "T", 0)
FALSE = Term(Literal(False), "F", 0)


class Terms:
    """Makes terms, their parts in an order that neither names nor the order of building can change."""

    def __init__(self) -> None:
        self._made: dict[str, Term] = {}

    def of(self, expr: Expr) -> Term:
        """The simplified term of a plain expression, as a block gives it."""
        if isinstance(expr, Literal):
            return TRUE if expr.value else FALSE
        if isinstance(expr, Test):
            return self._keep(Term(expr, _test_key(expr), 1))
        if isinstance(expr, Not):
            return self.negate(self.of(expr.part))
        parts = [self.of(part) for part in expr.parts]
        return self.all_of(parts) if isinstance(expr, All) else self.any_of(parts)

    def all_of(self, terms: Iterable[Term]) -> Term:
        given = [term for term in dict.fromkeys(terms) if term is not TRUE]
        if len(given) < 2:
            return given[0] if given else TRUE
        flat = {part.key: part for term in given for part in (term.parts if term.is_all else (term,))}
        if FALSE.key in flat:
            return FALSE
        kept = [term for term in flat.values() if not (term.is_any and _one_in(term.parts, flat))]
        return self._group(kept, TRUE, "&")

    def any_of(self, terms: Iterable[Term]) -> Term:
        given = [term for term in dict.fromkeys(terms) if term is not FALSE]
        if len(given) < 2:
            return given[0] if given else FALSE
        flat = {part.key: part for term in given for part in (term.parts if term.is_any else (term,))}
        if TRUE.key in flat:
            return TRUE
        kept = [term for term in flat.values() if not (term.is_all and _one_in(term.parts, flat))]
        common = _common(kept)
        if not common or len(kept) < 2:
            return self._group(kept, FALSE, "|")
        keys = {term.key for term in common}
        rests = [self._group([c for c in _conjuncts(term) if c.key not in keys], TRUE, "&") for term in kept]
        return self.all_of([*common, self.any_of(rests)])

    def negate(self, term: Term) -> Term:
        if isinstance(term.expr, Literal):
            return FALSE if term is TRUE else TRUE
        if isinstance(term.expr, Not):
            return term.parts[0]
        return self._keep(Term(Not(term.expr), f"!{term.key}", term.size, (term,)))

    def _group(self, terms: list[Term], neutral: Term, sign: str) -> Term:
        if not terms:
            return neutral
        if len(terms) == 1:
            return terms[0]
        parts = tuple(sorted(terms, key=lambda term: (term.size, term.key)))
        group = All if sign == "&" else Any
        content = "".join([sign, *(part.key for part in parts)])
        key = sign + hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
        expr = group(tuple(part.expr for part in parts))
        return self._keep(Term(expr, key, sum(part.size for part in parts), parts))

    def _keep(self, term: Term) -> Term:
        return self._made.setdefault(term.key, term)


def _one_in(parts: Iterable[Term], others: dict[str, Term]) -> bool:
    """Absorption: x and (x or y) is x."""
    return any(part.key in others for part in parts)


def _conjuncts(term: Term) -> tuple[Term, ...]:
    return term.parts if term.is_all else (term,)


def _common(alternatives: list[Term]) -> list[Term]:
    """Parts that every alternative requires."""
    if not alternatives:
        return []
    first, *rest = alternatives
    keys = [{part.key for part in _conjuncts(term)} for term in rest]
    return [part for part in _conjuncts(first) if all(part.key in others for others in keys)]


def _test_key(test: Test) -> str:
    return f"({_value_key(test.left)} {Op(test.op).name} {_value_key(test.right)})"


def _value_key(value: Value) -> str:
    if isinstance(value, Const):
        return repr(value.value + 0.0)
    if isinstance(value, Feature):
        return f"{value.symbol}:{value.interval}:{value.name}{value.params}"
    return f"{value.symbol}.{value.field.name}"
