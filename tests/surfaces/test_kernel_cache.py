"""Compiled code is kept under the name of the sources that it was made from."""

from __future__ import annotations

import ast

from paddock.surfaces.kernel_cache import COMPILED, PLAIN
from tests.project import PACKAGE, sources, tree

COMPILES = {"part", "leaf", "entry_point", "column_pass", "njit"}


def test_what_its_name_leaves_out_is_known_to_nothing_compiled():
    """A change there makes no new folder: it must not be able to change what is in one."""
    plain = {f"paddock.{name.removesuffix('.py').replace('/', '.')}" for name in PLAIN}
    compiled = 0
    for path in sources(*(PACKAGE / room for room in COMPILED)):
        known = {alias.asname or alias.name for alias in imported_from(path, plain)}
        for function in filter(is_compiled, ast.walk(tree(path))):
            compiled += 1
            used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            assert used & known == set(), f"{path.name}: {function.name}"
    assert compiled > 20


def imported_from(path, modules: set[str]) -> list[ast.alias]:
    found = (node for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) and node.module in modules)
    return [alias for node in found for alias in node.names]


def is_compiled(node: ast.AST) -> bool:
    names = [getattr(one, "func", one) for one in getattr(node, "decorator_list", ())]
    return bool(COMPILES & {getattr(name, "id", "") for name in names})
