"""Children of logic nodes that are given as node ids, turned into the conditions those nodes are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paddock.core.errors import Problem, nearest
from paddock.strategy.blocks.base import short

MAX_LEVELS = 8
MAX_INLINED = 600  # in one document


def child_ids(params: object) -> set[str]:
    """Node ids among the raw children."""
    children = params.get("children") if isinstance(params, dict) else None
    return {child for child in children if isinstance(child, str)} if isinstance(children, list) else set()


@dataclass(slots=True)
class Inliner:
    """Works on the raw nodes of one document; counts what it writes out over all of them."""

    nodes: Mapping[str, object]
    inlined: int = 0
    problems: list[Problem] = field(default_factory=list)

    def resolve(self, params: object, owner: str) -> tuple[object, list[Problem]]:
        """The raw params of node `owner` with every id in `children` replaced by that node's {"type", "params"}."""
        self.problems = []
        if isinstance(params, dict) and isinstance(params.get("children"), list):
            params = self._params(params, (owner,), f"nodes.{owner}.params")
        return params, self.problems

    def _params(self, params: dict[str, object], above: tuple[str, ...], where: str) -> dict[str, object]:
        children = params.get("children")
        if not isinstance(children, list):
            return params
        made: list[object] = []
        for number, child in enumerate(children):
            path = f"{where}.children.{number}"
            self.inlined += 1
            if self.inlined > MAX_INLINED or len(above) > MAX_LEVELS:
                rule = f"children nest at most {MAX_LEVELS} deep, at most {MAX_INLINED} of them in a strategy"
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
        return {**child, "params": self._params(child["params"], above, where)}
