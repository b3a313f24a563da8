"""A strategy by the name of a template, or from a .json or .py file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paddock.core.errors import Code, Invalid, NotFound, nearest
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.document import SCHEMA, Document, PythonCode
from paddock.strategy.limits import MAX_DOCUMENT_BYTES
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import Report, invalid, validate

if TYPE_CHECKING:
    from paddock.strategy.program import Program
    from paddock.strategy.python import PythonProgram, Strategy

SUFFIXES = (".json", ".py")


# A document over the symbols of a tape, or over those that it names, as something to run.
Compiled = Callable[[Document, Sequence[str] | None], "Program | PythonProgram"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A valid document, and how it is compiled."""

    document: Document
    compiled: Compiled


def open_strategy(name: str | Path) -> Opened:
    """A valid strategy.

    Raises NotFound (strategy.not_found) when there is neither such a file nor such a template, Invalid (strategy.*)
    when it is not valid. A Python strategy's source is run once, to see that its class is there.
    """
    report, made = _checked(name, None)
    if report.document is None:
        raise invalid(report)
    return Opened(report.document, compile_strategy if made is None else _compiled_here(made))


def check_strategy(name: str | Path, symbols: Sequence[str] | None = None) -> Report:
    """As open_strategy, but problems are in the report instead of raised (not finding and not reading it is)."""
    return _checked(name, symbols)[0]


def _checked(name: str | Path, symbols: Sequence[str] | None) -> tuple[Report, type[Strategy] | None]:
    path = Path(name)
    if path.is_file() and path.suffix.lower() == ".py":
        raw, made = _from_python(path)
        return validate(raw, symbols), made
    if path.is_file():
        report = validate(_read(path), symbols)
    elif path.suffix.lower() in SUFFIXES or len(path.parts) > 1:
        raise NotFound(
            Code.STRATEGY_NOT_FOUND,
            f"there is no file {name}",
            where="strategy",
            seen=name,
            rule="a strategy is the name of a template or a .json or .py file",
            suggestion=nearest(path.stem, TEMPLATES),
        )
    else:
        report = validate(find_template(str(name)).document(), symbols)
    return report, _class_in(report.document)


def _read(path: Path) -> bytes:
    """At most one byte more than a document may have: the reader then says that it is too large."""
    with path.open("rb") as file:
        return file.read(MAX_DOCUMENT_BYTES + 1)


def _from_python(path: Path) -> tuple[dict[str, object], type[Strategy]]:
    """A document around a .py file, from what its one strategy class says of itself, and that class."""
    from paddock.runtime.user_code import strategy_classes

    source = _text(path)
    found = strategy_classes(source)
    if len(found) != 1:
        raise Invalid(
            Code.STRATEGY_PYTHON,
            f"{path.name} defines {len(found)} strategy classes",
            where=str(path),
            seen=", ".join(found) or "none",
            rule="a file defines exactly one class that derives from paddock.strategy.python.Strategy",
        )
    ((class_name, made),) = found.items()
    raw: dict[str, object] = {
        "schema": SCHEMA,
        "kind": "python",
        "name": made.name or class_name,
        "description": made.description,
        "scope": made.scope,
        "risk": made.risk,
        "waivers": made.waivers,
        "python": {"source": source, "class": class_name},
    }
    return raw, made


def _text(path: Path) -> str:
    try:
        return _read(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(
            Code.STRATEGY_PYTHON,
            f"{path.name} is not UTF-8 text",
            where=str(path),
            seen=f"byte {error.start}",
            rule="a Python strategy is UTF-8 text",
        ) from None


def _compiled_here(made: type[Strategy]) -> Compiled:
    """Of a class that the one run of its source made: it runs in this process."""
    from paddock.runtime.user_code import printing_aside
    from paddock.strategy.python import compile_python

    def compiled(document: Document, symbols: Sequence[str] | None) -> PythonProgram:
        with printing_aside():
            return compile_python(document, made, symbols)

    return compiled


def _class_in(document: Document | None) -> type[Strategy] | None:
    if document is None or not isinstance(document.body, PythonCode):
        return None
    from paddock.runtime.user_code import load_python

    return load_python(document.body.source, document.body.class_name)
