"""Is a strategy valid? All problems at once, and the document when there is no error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paddock.core.errors import Code, Invalid, Problem
from paddock.strategy import jsontext, limits
from paddock.strategy.blocks.logic import Trigger
from paddock.strategy.document import Document, Graph, Kind, Node
from paddock.strategy.reader import Draft, read
from paddock.strategy.rules.base import Subject
from paddock.strategy.rules.meaning import meaning
from paddock.strategy.rules.safety import safety
from paddock.strategy.rules.scope import scope
from paddock.strategy.rules.structure import structure
from paddock.strategy.topology import topology


@dataclass(frozen=True, slots=True)
class Report:
    """`document` is None when there is at least one error. `problems` lists errors first."""

    document: Document | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(found for found in self.problems if found.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(found for found in self.problems if found.severity == "warning")


def validate(raw: object, symbols: Sequence[str] | None = None) -> Report:
    """Check a document given as JSON text, bytes or plain values; `symbols` are those that exist, when known.

    Raises Invalid (strategy.json) for what is not JSON at all; everything else is a problem of the report.
    """
    if isinstance(raw, str | bytes):
        raw = jsontext.loads(raw)
    else:
        jsontext.check_value(raw)
    draft = read(raw)
    problems = list(draft.problems)
    if draft.kind is Kind.GRAPH and draft.graph_complete and (draft.nodes or not problems):
        problems += _graph_problems(draft, symbols)
    failed = any(found.severity == "error" for found in problems)
    return Report(None if failed else _document(draft), _capped(problems))


def load_document(raw: object, symbols: Sequence[str] | None = None) -> Document:
    """A valid document; raises Invalid (strategy.invalid) with all problems, or (strategy.json)."""
    report = validate(raw, symbols)
    if report.document is None:
        raise invalid(report)
    return report.document


def load_variant(raw: object) -> Document:
    """A document that load_document took before, with other parameters: only values and bounds are checked again.

    Raises Invalid (strategy.invalid) with all problems of the values.
    """
    draft = read(raw)
    if draft.problems:
        raise invalid(Report(None, _capped(list(draft.problems))))
    return _document(draft)


def invalid(report: Report) -> Invalid:
    """The error that a report with errors is raised as."""
    first = report.errors[0]
    count = len(report.errors)
    return Invalid(
        Code.STRATEGY_INVALID,
        f"the strategy has {count} problem{'s' if count > 1 else ''}",
        where=first.where,
        seen=first.seen,
        rule=first.rule,
        suggestion=first.suggestion,
        problems=report.problems,
    )


def _graph_problems(draft: Draft, symbols: Sequence[str] | None) -> list[Problem]:
    blocks = {node.id: node.block for node in draft.nodes}
    shape = topology(blocks, [(edge.source, edge.target) for edge in draft.edges])
    triggers = tuple(name for name, block in blocks.items() if isinstance(block, Trigger))
    reached = frozenset().union(*(shape.reachable(name) for name in triggers))
    subject = Subject(
        scope=draft.scope,
        risk=draft.risk,
        waivers=draft.waivers,
        blocks=blocks,
        edges=tuple(draft.edges),
        shape=shape,
        triggers=triggers,
        inlined=frozenset(draft.inlined),
        reached=reached,
        known=None if symbols is None else tuple(symbols),
    )
    found = list(structure(subject))
    meaningless = any(problem.code in ("limit.depth", "graph.not") for problem in found)
    rules = (scope, safety) if meaningless else (scope, safety, meaning)
    for rule in rules:
        found += rule(subject)
    return found


def _document(draft: Draft) -> Document:
    assert draft.scope is not None
    nodes = tuple(Node(node.id, node.block) for node in draft.nodes if node.block is not None)
    body = draft.code or Graph(nodes, tuple(draft.edges))
    return Document(draft.name, draft.scope, body, draft.risk, draft.waivers, draft.description)


def _capped(problems: list[Problem]) -> tuple[Problem, ...]:
    ordered = sorted(problems, key=lambda found: found.severity != "error")
    if len(ordered) <= limits.MAX_PROBLEMS:
        return tuple(ordered)
    rest = len(ordered) - limits.MAX_PROBLEMS
    more = Problem(
        "limit.problems", "document", f"{rest} more problems", "mend these first", severity=ordered[0].severity
    )
    return (*ordered[: limits.MAX_PROBLEMS], more)
