"""Where things lie in the project, for the tests that read sources and documents."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "paddock"
DOCS = ROOT / "docs"


def sources(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules() -> list[str]:
    """Every module of the package by its dotted name."""
    parts = (path.relative_to(PACKAGE.parent).with_suffix("").parts for path in sources(PACKAGE))
    return [".".join(names[:-1] if names[-1] == "__init__" else names) for names in parts]
