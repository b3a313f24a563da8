"""The page of faults names tests that exist, for each fault that it must cover."""

from __future__ import annotations

import ast
import re

from tests.project import ROOT

COVERED = {
    *(f"V{number}" for number in range(1, 20)),
    *(f"P{number}" for number in range(1, 13)),
    "S15",
    "S16",
}
ROW = re.compile(r"^\| (\w+) \| .+? \| (.+) \|$", re.MULTILINE)


def rows() -> dict[str, list[str]]:
    page = (ROOT / "docs" / "faults.md").read_text()
    return {fault: re.findall(r"`([^`]+)`", tests) for fault, tests in ROW.findall(page) if fault != "fault"}


def test_each_fault_has_tests() -> None:
    covered = rows()
    assert set(covered) == COVERED
    assert all(covered.values())


def test_each_test_that_is_named_exists() -> None:
    for name in sorted({name for tests in rows().values() for name in tests}):
        path, _, function = name.partition("::")
        tree = ast.parse((ROOT / path).read_text())
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert function in defined, name


def test_each_test_with_the_name_of_a_fault_is_on_the_page() -> None:
    named = {name.partition("::")[2] for tests in rows().values() for name in tests}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for fault in re.findall(r"def (test_[vps]\d\d_\w+)", path.read_text()):
            assert fault in named, fault
