"""Children of logic nodes that are given as node ids, turned into the conditions those nodes are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paddock.core.errors import Problem, nearest
from paddock.strategy.blocks.base import short
from paddock.strategy.limits import MAX_CHILDREN

MAX_LEVELS = 8
MAX_INLINED = MAX_CHILDREN * MAX_LEVELS


def resolve_children(params: object, nodes: Mapping[str, object], owner: str) -> tuple[object, list[Problem]]:
    """The raw params of node `owner` with every id in `children` replaced by that node's {"type", "params"}."""
    if not isinstance(params, dict) or not isinstance(params.get("children"), list):
        return params, []
    inliner = _Inliner(nodes)
    made = inliner.params(params, (owner,), f"nodes.{owner}.params")
    return made, inliner.problems


def child_ids(params: object) -> set[str]:
    """Node ids among the raw children."""
    children = params.get("children") if isinstance(params, dict) else None
    return {child for child in children if isinstance(child, str)} if isinstance(children, list) else set()


@dataclass(slots=True)
class _Inliner:
    nodes: Mapping[str, object]
    problems: list[Problem] = field(default_factory=list)
    inlined: int = 0

    def params(self, params: dict[str, object], above: tuple[str, ...], where: str) -> dict[str, object]:
        children = params.get("children")
        if not isinstance(children, list):
            return params
        made: list[object] = []
        for number, child in enumerate(children):
            path = f"{where}.children.{number}"
            self.inlined += 1
            if self.inlined > MAX_INLINED or len(above) > MAX_LEVELS:
                rule = f"logic nests at most {MAX_LEVELS} deep, with {MAX_INLINED} conditions in all"
                self.problems.append(Problem("limit.children", path, "more", rule))
                break
            made.append(self._child(child, above, path))
        return {**params, "children": made}

    def _child(self, child: object, above: tuple[str, ...], where: str) -> object:
        if not isinstance(child, str):
            return self._inner(child, (*above, ""), where)
        found = self.nodes.get(child)
        if child in above or not isinstance(found, dict):
            rule = "a child names another node, and logic does not contain itself"
            known = [name for name in self.nodes if name not in above]
            self.problems.append(Problem("graph.child", where, short(child), rule, nearest(child, known)))
            return child
        named = {"type": found.get("type"), "params": found.get("params", {})}
        return self._inner(named, (*above, child), where)

    def _inner(self, child: object, above: tuple[str, ...], where: str) -> object:
        if not isinstance(child, dict) or not isinstance(child.get("params"), dict):
            return child
        return {**child, "params": self.params(child["params"], above, where)}
