"""Building guards: equal expressions are one object, and obvious redundancy is gone.

Every law used here holds in three-valued logic (Kleene's is a distributive lattice with an involution): flattening,
idempotence, `x and false`, `x or true`, double negation, absorption, and taking a common part out of alternatives.
`x or not x` is *not* true: it is unknown when x is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from paddock.market.features import Feature
from paddock.strategy.expr import All, Any, Const, Expr, Literal, Not, Op, Test, Value

TRUE: Final = Literal(True)
FALSE: Final = Literal(False)


class Exprs:
    """Makes expressions such that equal ones are the same object, with parts in an order that names cannot change."""

    def __init__(self) -> None:
        self._made: dict[str, Expr] = {TRUE_KEY: TRUE, FALSE_KEY: FALSE}
        self._keys: dict[int, str] = {id(TRUE): TRUE_KEY, id(FALSE): FALSE_KEY}
        self._sizes: dict[int, int] = {id(TRUE): 0, id(FALSE): 0}

    def adopt(self, expr: Expr) -> Expr:
        """The shared, simplified form of a plain expression, as a block gives it."""
        if id(expr) in self._keys and self._made[self._keys[id(expr)]] is expr:
            return expr
        if isinstance(expr, Literal):
            return TRUE if expr.value else FALSE
        if isinstance(expr, Test):
            return self._keep(expr, _test_key(expr), 1)
        if isinstance(expr, Not):
            return self.negate(self.adopt(expr.part))
        parts = [self.adopt(part) for part in expr.parts]
        return self.all_of(parts) if isinstance(expr, All) else self.any_of(parts)

    def key(self, expr: Expr) -> str:
        """A name of a shared expression that depends on its content only."""
        return self._keys[id(expr)]

    def size(self, expr: Expr) -> int:
        """Tests in it, with shared parts counted as often as they are used."""
        return self._sizes[id(expr)]

    def all_of(self, parts: Iterable[Expr]) -> Expr:
        flat = self._flatten(parts, All, TRUE)
        if FALSE in flat.values():
            return FALSE
        kept = {k: e for k, e in flat.items() if not (isinstance(e, Any) and self._shares(e, flat))}
        return self._group(All, kept, TRUE)

    def any_of(self, parts: Iterable[Expr]) -> Expr:
        flat = self._flatten(parts, Any, FALSE)
        if TRUE in flat.values():
            return TRUE
        kept = {k: e for k, e in flat.items() if not (isinstance(e, All) and self._shares(e, flat))}
        common = self._common(list(kept.values()))
        if not common or len(kept) < 2:
            return self._group(Any, kept, FALSE)
        rests = [self._group(All, self._without(e, common), TRUE) for e in kept.values()]
        return self.all_of([*common.values(), self.any_of(rests)])

    def negate(self, part: Expr) -> Expr:
        if isinstance(part, Literal):
            return FALSE if part.value else TRUE
        if isinstance(part, Not):
            return part.part
        return self._keep(Not(part), f"!{self.key(part)}", self.size(part))

    def _flatten(self, parts: Iterable[Expr], group: type[All] | type[Any], neutral: Literal) -> dict[str, Expr]:
        flat: dict[str, Expr] = {}
        for part in parts:
            inner = part.parts if isinstance(part, group) else (part,)
            flat |= {self.key(item): item for item in inner if item is not neutral}
        return flat

    def _shares(self, group: All | Any, flat: dict[str, Expr]) -> bool:
        """Absorption: x and (x or y) is x."""
        return any(self.key(part) in flat for part in group.parts)

    def _common(self, alternatives: list[Expr]) -> dict[str, Expr]:
        """Parts that every alternative requires."""
        sets = [self._conjuncts(e) for e in alternatives]
        return {k: e for k, e in sets[0].items() if all(k in other for other in sets[1:])} if sets else {}

    def _conjuncts(self, expr: Expr) -> dict[str, Expr]:
        return {self.key(part): part for part in (expr.parts if isinstance(expr, All) else (expr,))}

    def _without(self, expr: Expr, common: dict[str, Expr]) -> dict[str, Expr]:
        return {k: e for k, e in self._conjuncts(expr).items() if k not in common}

    def _group(self, group: type[All] | type[Any], parts: dict[str, Expr], neutral: Literal) -> Expr:
        if not parts:
            return neutral
        if len(parts) == 1:
            return next(iter(parts.values()))
        keys = sorted(parts, key=lambda key: (self.size(parts[key]), key))
        sign = "&" if group is All else "|"
        name = hashlib.blake2b("".join([sign, *keys]).encode(), digest_size=16).hexdigest()
        return self._keep(group(tuple(parts[k] for k in keys)), f"{sign}{name}", sum(self.size(parts[k]) for k in keys))

    def _keep(self, expr: Expr, key: str, size: int) -> Expr:
        if key not in self._made:
            self._made[key] = expr
            self._keys[id(expr)] = key
            self._sizes[id(expr)] = size
        return self._made[key]


TRUE_KEY, FALSE_KEY = "T", "F"


def _test_key(test: Test) -> str:
    return f"({_value_key(test.left)} {Op(test.op).name} {_value_key(test.right)})"


def _value_key(value: Value) -> str:
    if isinstance(value, Const):
        return repr(value.value + 0.0)
    if isinstance(value, Feature):
        return f"{value.symbol}:{value.interval}:{value.name}{value.params}"
    return f"{value.symbol}.{value.field.name}"
