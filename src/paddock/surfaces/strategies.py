"""A strategy by the name of a template or by file."""

from __future__ import annotations

from pathlib import Path

from paddock.core.errors import Code, NotFound, nearest
from paddock.strategy.document import Document
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document

SUFFIXES = (".json", ".py")


def open_strategy(name: str) -> Document:
    """The document behind a template's name or a file.

    Raises NotFound (strategy.not_found) and Invalid (strategy.*).
    """
    path = Path(name)
    if path.is_file():
        return load_document(path.read_bytes())
    if path.suffix.lower() in SUFFIXES or len(path.parts) > 1:
        raise NotFound(
            Code.STRATEGY_NOT_FOUND,
            f"there is no file {name}",
            where="strategy",
            seen=name,
            rule="a strategy is the name of a template or a .json or .py file",
            suggestion=nearest(path.stem, TEMPLATES),
        )
    return load_document(find_template(name).document())
