"""Why, and why not: the explanation of one bar for people, condition by condition."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paddock.core.time import format_ts
from paddock.surfaces.cli.terminal import progress
from paddock.surfaces.figures import words

if TYPE_CHECKING:
    from paddock.engine.result import Document
    from paddock.surfaces.simulation import Request

MARKS = {"passed": "✓", "failed": "✗", "unknown": "?"}
LOGIC = {"all": "all of:", "any": "one of:", "not": "not:", "always": "always", "never": "never"}


def show_bar(request: Request, at_ts: int, *, as_json: bool) -> None:
    """Print what every condition saw in the bar that contains `at_ts`; raises Invalid (run.explain) without one."""
    from paddock.runtime.user_code import printing_aside
    from paddock.surfaces.cli.screen import working
    from paddock.surfaces.explanation import explain_backtest
    from paddock.surfaces.simulation import prepare

    with progress(quiet=as_json) as bar:
        bar.add_task(working("Replaying up to the bar"), total=None, note="")
        with printing_aside():
            doc = explain_backtest(prepare(request), at_ts)
    if as_json:
        sys.stdout.write(json.dumps(doc, allow_nan=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(doc))


def lines(doc: Document) -> Iterator[str]:
    """The explanation for people."""
    yield f"{doc['strategy_name']}: the {doc['interval']} bar of {format_ts(doc['ts'])} UTC, decided at its close"
    for rule in doc["rules"]:
        yield ""
        yield f"{MARKS[rule['verdict']]} {rule['action']} {rule['symbol']} (node {rule['node']}): {rule['verdict']}"
        yield from _tree(rule["guard"], "    ")
    yield from _code(doc)
    yield ""
    for order in doc["orders"]:
        yield f"→ {order['side']} {order['qty']} {order['symbol']}, {order['kind']}, {words(order['reason'])}"
    for refusal in doc["refusals"]:
        yield f"→ entry on {refusal['symbol']} refused: {words(refusal['reason'])}"
    if not doc["orders"] and not doc["refusals"]:
        yield "→ nothing was ordered"


def _code(doc: Document) -> Iterator[str]:
    """What a strategy in Python read and returned."""
    if "returned" not in doc:
        return
    yield ""
    for one in doc["read"]:
        yield f"  {one['symbol']} {one['name']} {_number(one['value'])}; before: {_number(one['before'])}"
    for one in doc["held"]:
        yield f"  {one['symbol']} quantity {_number(one['qty'])}"
    returned = ", ".join(f"{one['action']} {one['symbol']}" for one in doc["returned"])
    yield f"  next returned {returned or 'nothing'}"


def _tree(node: Document, indent: str) -> Iterator[str]:
    if node["kind"] == "test":
        text = _sentence(node)
    elif "says" in node:
        text = f"{node['says']} (quantity {_number(node['parts'][0]['left_value'])})"
    else:
        text = LOGIC[node["kind"]]
    yield f"{indent}{MARKS[node['verdict']]} {text}"
    if "says" not in node:
        for part in node.get("parts", ()):
            yield from _tree(part, indent + "    ")


def _sentence(test: Document) -> str:
    text = f"{_with(test['left'], test['left_value'])} {test['op']} {_with(test['right'], test['right_value'])}"
    if test["op"].startswith("crosses"):
        text += f"; before: {_number(test['left_before'])} and {_number(test['right_before'])}"
    return text


def _with(name: str, value: float | None) -> str:
    shown = _number(value)
    return name if name == shown else f"{name} {shown}"


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:.6g}"
