"""Reading a strategy document: JSON in, a draft and every problem of its shape out.

A draft may have holes (a node whose block is None); the rules of `validate` look at what is there, so that a person
sees all problems at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from paddock.core.errors import Problem, nearest
from paddock.strategy import limits
from paddock.strategy.blocks.base import Block, short
from paddock.strategy.blocks.catalogue import make_block
from paddock.strategy.blocks.children import Inliner, child_ids
from paddock.strategy.blocks.kinds import Interval, Reject, Symbol
from paddock.strategy.document import SCHEMA, Edge, Kind, PythonCode, Scope, Universe, Waiver
from paddock.strategy.program import RiskPolicy
from paddock.strategy.risk import DEFAULT, read_risk

WAIVABLE = ("entry_without_stop",)
_VENUE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_COMMON = ("schema", "kind", "name", "description", "scope", "risk", "waivers")
_KEYS = {Kind.GRAPH: (*_COMMON, "nodes", "edges"), Kind.PYTHON: (*_COMMON, "python")}
_NEEDED = {Kind.GRAPH: ("name", "scope", "nodes", "edges"), Kind.PYTHON: ("name", "scope", "python")}
_NODE_KEYS = ("id", "type", "params", "position")


@dataclass(frozen=True, slots=True)
class DraftNode:
    id: str
    where: str
    block: Block | None


@dataclass(slots=True)
class Draft:
    """What could be read. `graph_complete` is false when nodes or edges were too many, or not lists."""

    problems: list[Problem] = field(default_factory=list)
    kind: Kind = Kind.GRAPH
    name: str = ""
    description: str = ""
    scope: Scope | None = None
    risk: RiskPolicy = DEFAULT
    waivers: tuple[Waiver, ...] = ()
    nodes: list[DraftNode] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    code: PythonCode | None = None
    graph_complete: bool = True
    inlined: set[str] = field(default_factory=set)  # ids that logic nodes name as children

    def add(self, code: str, where: str, seen: object, rule: str, suggestion: str = "") -> None:
        self.problems.append(Problem(code, where, short(seen) if seen != "" else "", rule, suggestion))


def read(raw: object) -> Draft:
    """A draft from a plain JSON value that `jsontext` accepted."""
    draft = Draft()
    if not isinstance(raw, dict):
        draft.add("document.shape", "document", raw, "a strategy is a JSON object")
        return draft
    if raw.get("schema") != SCHEMA:
        seen = raw.get("schema", "nothing")
        draft.add("document.schema", "schema", seen, f'schema is "{SCHEMA}"', f'use "{SCHEMA}"')
    kind = raw.get("kind")
    if kind not in tuple(Kind):
        rule = f"kind is one of {', '.join(Kind)}"
        draft.add("document.kind", "kind", "nothing" if kind is None else kind, rule, nearest(str(kind), list(Kind)))
        return draft
    draft.kind = Kind(kind)
    _keys(draft, raw, "", _KEYS[draft.kind], _NEEDED[draft.kind])
    _read_common(draft, raw)
    if draft.kind is Kind.GRAPH:
        _read_nodes(draft, raw.get("nodes", []))
        _read_edges(draft, raw.get("edges", []))
    elif "python" in raw:
        _read_python(draft, raw["python"])
    return draft


def _keys(draft: Draft, raw: dict[str, object], where: str, known: Iterable[str], needed: Iterable[str]) -> None:
    known = tuple(known)
    prefix = f"{where}." if where else ""
    for key in raw:
        if key not in known:
            rule = f"{where or 'a strategy'} has the keys {', '.join(known)}"
            draft.add("document.key", f"{prefix}{short(key)}", key, rule, nearest(key, known))
    for key in needed:
        if key not in raw:
            draft.add("document.missing", f"{prefix}{key}", "nothing", f"{key} is needed")


def _read_common(draft: Draft, raw: dict[str, object]) -> None:
    draft.name = _text(draft, raw.get("name", "?"), "name", limits.MAX_NAME, empty=False)
    draft.description = _text(draft, raw.get("description", ""), "description", limits.MAX_TEXT)
    if "scope" in raw:
        draft.scope = _read_scope(draft, raw["scope"])
    if "risk" in raw:
        policy, problems = read_risk(raw["risk"])
        draft.problems += problems
        draft.risk = policy or DEFAULT
    if "waivers" in raw:
        draft.waivers = _read_waivers(draft, raw["waivers"])


def _text(draft: Draft, raw: object, where: str, limit: int, *, empty: bool = True) -> str:
    if isinstance(raw, str) and len(raw) <= limit and (empty or raw.strip()) and _printable(raw):
        return raw
    draft.add("document.text", where, raw, f"a text of {0 if empty else 1} to {limit} characters, none a control code")
    return ""


def _printable(text: str) -> bool:
    """A text that a terminal shows and never obeys; it may run over several lines."""
    return all(character.isprintable() or character in "\n\t" for character in text)


def _read_scope(draft: Draft, raw: object) -> Scope | None:
    if not isinstance(raw, dict):
        draft.add("scope", "scope", raw, "scope is an object with venue, symbols or universe, and interval")
        return None
    before = len(draft.problems)
    _keys(draft, raw, "scope", ("venue", "symbols", "universe", "interval"), ("venue", "interval"))
    venue = raw.get("venue", "")
    if "venue" in raw and not (isinstance(venue, str) and _VENUE.fullmatch(venue)):
        draft.add(
            "scope.venue", "scope.venue", venue, "a venue is a short lower-case name", 'for example "hyperliquid"'
        )
    interval = _kind(draft, Interval(scope=False), raw["interval"], "scope.interval") if "interval" in raw else ""
    if ("symbols" in raw) == ("universe" in raw):
        rule = "a scope has either symbols or a universe"
        draft.add(
            "scope.symbols", "scope", "both" if "symbols" in raw else "neither", rule, 'for example "symbols": ["BTC"]'
        )
    symbols = _read_symbols(draft, raw["symbols"], "scope.symbols", least=1) if "symbols" in raw else ()
    universe = _read_universe(draft, raw["universe"]) if "universe" in raw else None
    if len(draft.problems) > before:
        return None
    return Scope(str(venue), str(interval), symbols, universe)


def _kind(draft: Draft, kind: Interval | Symbol, raw: object, where: str) -> str:
    try:
        return kind.parse(raw)
    except Reject as reject:
        draft.add(
            "scope.interval" if isinstance(kind, Interval) else "scope.symbols",
            where,
            raw,
            reject.rule,
            reject.suggestion,
        )
        return ""


def _read_symbols(draft: Draft, raw: object, where: str, least: int = 0) -> tuple[str, ...]:
    if not isinstance(raw, list) or not least <= len(raw) <= limits.MAX_SYMBOLS:
        rule = f"a list of {least} to {limits.MAX_SYMBOLS} symbols"
        draft.add("scope.symbols", where, raw, rule, 'for every symbol of the tape: "universe": "all"')
        return ()
    kind = Symbol(any_symbol=False)
    return tuple(sorted({_kind(draft, kind, item, f"{where}[{number}]") for number, item in enumerate(raw)}))


def _read_universe(draft: Draft, raw: object) -> Universe | None:
    if raw == "all":
        return Universe()
    if not isinstance(raw, dict):
        draft.add(
            "scope.universe", "scope.universe", raw, 'a universe is "all" or an object with exclude and max_symbols'
        )
        return None
    _keys(draft, raw, "scope.universe", ("exclude", "max_symbols"), ())
    exclude = _read_symbols(draft, raw.get("exclude", []), "scope.universe.exclude")
    most = raw.get("max_symbols")
    if most is not None and (
        isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= limits.MAX_SYMBOLS
    ):
        rule = f"a whole number from 1 to {limits.MAX_SYMBOLS}, or null"
        draft.add("scope.universe", "scope.universe.max_symbols", most, rule)
        return None
    return Universe(exclude, most)


def _read_waivers(draft: Draft, raw: object) -> tuple[Waiver, ...]:
    if not isinstance(raw, list) or len(raw) > len(WAIVABLE):
        draft.add("waiver", "waivers", raw, "a list of objects with rule and reason, one a rule")
        return ()
    made = []
    for number, item in enumerate(raw):
        where = f"waivers[{number}]"
        if not isinstance(item, dict):
            draft.add("waiver", where, item, "an object with rule and reason")
            continue
        _keys(draft, item, where, ("rule", "reason"), ("rule", "reason"))
        rule, reason = item.get("rule"), item.get("reason")
        if rule not in WAIVABLE:
            text = f"the rules that may be waived are: {', '.join(WAIVABLE)}"
            draft.add("waiver", f"{where}.rule", rule, text, nearest(str(rule), WAIVABLE))
        elif not isinstance(reason, str) or not (10 <= len(reason.strip()) <= limits.MAX_TEXT and _printable(reason)):
            draft.add("waiver", f"{where}.reason", reason, "a reason of at least 10 printable characters is required")
        else:
            made.append(Waiver(rule, reason.strip()))
    return tuple(made)


def _read_nodes(draft: Draft, raw: object) -> None:
    if not isinstance(raw, list) or len(raw) > limits.MAX_NODES:
        seen = f"{len(raw)} nodes" if isinstance(raw, list) else raw
        draft.add("limit.nodes", "nodes", seen, f"a list of at most {limits.MAX_NODES} nodes")
        draft.graph_complete = False
        return
    named: dict[str, object] = {}
    for number, item in enumerate(raw):
        name = _read_id(draft, item, f"nodes[{number}]")
        if name in named:
            mend = f'rename one of them, for example "{short(name)}_2"'
            draft.add("graph.duplicate_id", f"nodes.{name}", name, "node ids differ from each other", mend)
        elif name:
            named[name] = item
    inliner = Inliner(named)
    for name, item in named.items():
        assert isinstance(item, dict)
        _read_node(draft, name, item, inliner)


def _read_id(draft: Draft, item: object, place: str) -> str:
    if not isinstance(item, dict):
        draft.add("node.shape", place, item, "a node is an object with id, type and params")
        return ""
    name = item.get("id")
    if not isinstance(name, str) or not 1 <= len(name) <= limits.MAX_NAME or not name.isprintable():
        rule = f"id is a text of 1 to {limits.MAX_NAME} printable characters"
        draft.add("node.id", f"{place}.id", "nothing" if name is None else name, rule)
        return ""
    return name


def _read_node(draft: Draft, name: str, item: dict[str, object], inliner: Inliner) -> None:
    where = f"nodes.{name}"
    _keys(draft, item, where, _NODE_KEYS, ("type",))
    params, problems = inliner.resolve(item.get("params", {}), name)
    draft.inlined |= child_ids(item.get("params"))
    block = None
    if not problems and "type" in item:
        block, problems = make_block(item["type"], params, where)
    draft.problems += problems
    draft.nodes.append(DraftNode(name, where, block))


def _read_edges(draft: Draft, raw: object) -> None:
    if not isinstance(raw, list) or len(raw) > limits.MAX_EDGES:
        seen = f"{len(raw)} edges" if isinstance(raw, list) else raw
        draft.add("limit.edges", "edges", seen, f"a list of at most {limits.MAX_EDGES} edges")
        draft.graph_complete = False
        return
    for number, item in enumerate(raw):
        where = f"edges[{number}]"
        if not isinstance(item, dict):
            draft.add("edge.shape", where, item, "an edge is an object with source and target")
            continue
        _keys(draft, item, where, ("source", "target", "id"), ())
        source, target = item.get("source"), item.get("target")
        if isinstance(source, str) and isinstance(target, str):
            draft.edges.append(Edge(source, target))
        else:
            draft.add("edge.shape", where, item, "source and target are node ids")


def _read_python(draft: Draft, raw: object) -> None:
    if not isinstance(raw, dict):
        draft.add("python", "python", raw, "python is an object with source and class")
        return
    _keys(draft, raw, "python", ("source", "class"), ("source", "class"))
    source, name = raw.get("source"), raw.get("class")
    if not isinstance(source, str) or not 1 <= len(source) <= limits.MAX_SOURCE:
        draft.add("python", "python.source", source, f"a text of 1 to {limits.MAX_SOURCE} characters")
    elif not isinstance(name, str) or not _CLASS.fullmatch(name):
        draft.add("python", "python.class", name, "the name of the strategy's class")
    else:
        draft.code = PythonCode(source, name)
