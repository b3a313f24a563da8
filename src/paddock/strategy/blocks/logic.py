"""Nodes that combine others, and the trigger.

As a node, `and`, `or` and `not` combine the nodes that lead to them. With `children` they combine those conditions
instead, and stand on a path like any other condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any as AnyType

from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import At, Block, Condition, block
from paddock.strategy.blocks.kinds import Reject
from paddock.strategy.blocks.phrases import listed
from paddock.strategy.expr import All, Any, Expr, Literal, Not
from paddock.strategy.limits import MAX_CHILDREN

FAMILY = "logic"


class Children:
    """Conditions inside a logic node. Raw items are {"type", "params"} objects; the reader resolves node ids first."""

    def parse(self, raw: object) -> tuple[Condition, ...]:
        if not isinstance(raw, list | tuple) or len(raw) > MAX_CHILDREN:
            raise Reject(f"must be {self.text()}")
        return tuple(self._child(item, number) for number, item in enumerate(raw))

    def _child(self, item: object, number: int) -> Condition:
        from paddock.strategy.blocks.catalogue import read_block  # the catalogue holds this module, too

        if isinstance(item, Condition):
            return item
        made, problems = read_block(item, str(number))
        if problems:
            first = problems[0]
            raise Reject(first.rule, first.suggestion, param=first.where, seen=first.seen)
        if not isinstance(made, Condition):
            raise Reject("a child is a condition", param=str(number), seen=item)
        return made

    def dump(self, value: tuple[Condition, ...]) -> object:
        return [{"type": child.type, "params": child.canonical()} for child in value]

    def schema(self) -> dict[str, object]:
        return {"type": "array", "items": {"type": ["object", "string"]}, "maxItems": MAX_CHILDREN}

    def text(self) -> str:
        return f"a list of up to {MAX_CHILDREN} conditions or node ids"


def _children() -> AnyType:
    return p.param(Children(), (), "conditions to combine, instead of the nodes that lead here")


@block
class Logic(Condition):
    family = FAMILY
    children: tuple[Condition, ...] = _children()

    def sentence(self) -> str:
        word = {"and": "and", "or": "or"}[self.type]
        if not self.children:
            return f"{'all' if self.type == 'and' else 'any'} of the nodes before it pass"
        return listed([child.sentence() for child in self.children], word)


@block
class And(Logic):
    """Passes when all its sources pass (or, with `children`, when all of them are true).

    Unknown stays unknown: a false part makes it false, otherwise an unknown part makes it unknown.
    """

    type = "and"
    title = "And"

    def lower(self, at: At) -> Expr:
        return All(tuple(child.lower(at) for child in self.children)) if self.children else Literal(True)


@block
class Or(Logic):
    """Passes when any of its sources passes (or, with `children`, when any of them is true)."""

    type = "or"
    title = "Or"

    def lower(self, at: At) -> Expr:
        return Any(tuple(child.lower(at) for child in self.children)) if self.children else Literal(True)


@block
class NotBlock(Logic):
    """Passes when a source is reached and does not pass (or, with one child, when that is false).

    What is unknown stays unknown under `not`, and never fires.
    """

    type = "not"
    title = "Not"

    def check(self) -> Iterator[Reject]:
        if len(self.children) > 1:
            yield Reject("not has one child", "put an or around them", param="children", seen=len(self.children))

    def lower(self, at: At) -> Expr:
        return Not(self.children[0].lower(at)) if self.children else Literal(True)

    def sentence(self) -> str:
        if not self.children:
            return "a node before it is reached and does not pass"
        return f"it is not so that {self.children[0].sentence()}"


@block
class Trigger(Block):
    """Where every path starts: the close of each bar."""

    family = FAMILY
    type = "trigger"
    title = "Trigger"

    def sentence(self) -> str:
        return "at the close of each bar"
