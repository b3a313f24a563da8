"""`paddock strategy`: check strategies, read them in English, look up blocks, start from a template."""

from __future__ import annotations

import json as jsonlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from paddock.core.errors import Code, Invalid

if TYPE_CHECKING:
    from paddock.strategy.validate import Report

app = App(name="strategy", help="Check, explain and start strategies.")
Json = Annotated[bool, Parameter(negative="", help="Print one JSON document.")]


@app.command
def validate(
    file: Annotated[str, Parameter(help="A .json or .py file, or a template's name.")], *, json: Json = False
) -> int:
    """Check a strategy and list all its problems at once."""
    from paddock.strategy.validate import invalid
    from paddock.surfaces.strategies import check_strategy

    report = check_strategy(file)
    if json:
        print(jsonlib.dumps(_report_document(report), indent=2))
        return 0 if report.document is not None else Invalid.exit_code
    if report.document is None:
        raise invalid(report)
    for problem in report.warnings:
        print(f"warning: {problem}")
    print(f"{report.document.name}: valid, version {_version(report)}")
    return 0


@app.command
def explain(strategy: Annotated[str, Parameter(help="A .json or .py file, or a template's name.")]) -> None:
    """Say in plain English what a strategy does."""
    from paddock.strategy.english import explain as in_english
    from paddock.surfaces.strategies import open_strategy

    print(in_english(open_strategy(strategy).document), end="")


@app.command
def blocks(
    name: Annotated[str | None, Parameter(help="A block's name or alias; all blocks without it.")] = None,
    *,
    json: Json = False,
) -> None:
    """List the blocks a graph is made of, or describe one."""
    from paddock.strategy.blocks.catalogue import CATALOGUE, look_up
    from paddock.strategy.handbook import block_text, overview
    from paddock.strategy.schema import block_schema

    if json:
        shown = list(CATALOGUE.values()) if name is None else [look_up(name)]
        print(jsonlib.dumps([block_schema(cls) for cls in shown], indent=2))
    elif name is None:
        print(overview(), end="")
    else:
        print(block_text(look_up(name)), end="")


@app.command
def templates(*, json: Json = False) -> None:
    """List the strategies to start from."""
    from textwrap import fill

    from paddock.strategy.templates import TEMPLATES

    if json:
        rows = [{"name": t.name, "title": t.title, "description": t.description} for t in TEMPLATES.values()]
        print(jsonlib.dumps(rows, indent=2))
        return
    for template in TEMPLATES.values():
        print(f"{template.name}\n{fill(template.description, 96, initial_indent='  ', subsequent_indent='  ')}")


@app.command
def new(
    name: Annotated[str, Parameter(help="What the strategy is called; also names its file.")],
    *,
    template: Annotated[str, Parameter(help="The template to start from.")] = "rsi-mean-reversion",
    output: Annotated[Path | None, Parameter(help="The file to write; NAME.json by default.")] = None,
) -> None:
    """Write a strategy file that starts from a template."""
    from paddock.strategy.templates import find_template
    from paddock.strategy.validate import load_document

    document = find_template(template).document() | {"name": name}
    load_document(document)
    path = output or Path(f"{_slug(name)}.json")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(jsonlib.dumps(document, indent=2) + "\n")
    except FileExistsError:
        raise Invalid(
            Code.USAGE,
            f"{path} exists already",
            where=str(path),
            seen=path,
            rule="a new strategy does not overwrite a file",
            suggestion="choose another name, or --output",
        ) from None
    print(f"wrote {path}; next: paddock strategy explain {path}")


@app.command
def schema() -> None:
    """Print the JSON Schema of strategy documents."""
    from paddock.strategy.schema import json_schema

    print(jsonlib.dumps(json_schema(), indent=2))


def _version(report: Report) -> str:
    from paddock.strategy.canonical import strategy_hash

    return "" if report.document is None else strategy_hash(report.document)


def _report_document(report: Report) -> dict[str, object]:
    return {
        "valid": report.document is not None,
        "strategy_hash": _version(report) or None,
        "problems": [problem.as_dict() for problem in report.problems],
    }


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "strategy"
