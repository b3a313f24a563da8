"""A strategy in English, in pieces that a page can lay out."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from paddock.strategy import english
from paddock.strategy.document import Document, Graph


@dataclass(frozen=True, slots=True)
class Told:
    """What a strategy says of itself, where it acts, what it does when (lines of each rule), and what it may risk.

    `rule_nodes` are the nodes that the rules come from, none for code.
    """

    description: str
    where: str
    rules: tuple[tuple[str, ...], ...]
    rule_nodes: tuple[str, ...]
    risk: tuple[str, ...]


def tell(document: Document) -> Told:
    """The reading of a strategy document."""
    if isinstance(document.body, Graph):
        told = list(english.rules_told(document.body, document.scope.interval))
    else:
        told = [("", [f"What it does is written in Python, in the class {document.body.class_name}"])]
    return Told(
        description=document.description,
        where=english.where(document.scope),
        rules=tuple(tuple(lines) for _, lines in told),
        rule_nodes=tuple(node for node, _ in told if node),
        risk=tuple(english.risk_lines(document.risk)),
    )


def told_html(told: Told) -> str:
    """The reading as HTML."""
    rules = "".join(f"<li>{''.join(_line(line) for line in lines)}</li>" for lines in told.rules)
    risk = "".join(f"<li>{escape(line)}</li>" for line in told.risk)
    description = f"<p>{escape(told.description)}</p>" if told.description else ""
    return f"""{description}<h3>Where</h3><p>{escape(told.where)}</p>
<h3>At each close, in this order</h3><ol>{rules}</ol><h3>Risk</h3><ul>{risk}</ul>"""


def _line(line: str) -> str:
    text = line.strip()
    return f'<p class="part">{escape(text[2:])}</p>' if text.startswith("- ") else f"<p>{escape(text)}</p>"
