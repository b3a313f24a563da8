"""The walls of the house, each with its reason. A rule that matters is held here, not remembered."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .project import DOCS, PACKAGE, ROOT, modules, name_of, sources, tree

ALL = sources(PACKAGE)
PURE = [
    *sources(PACKAGE / "core", PACKAGE / "strategy", PACKAGE / "engine"),
    PACKAGE / "market" / "features.py",
    PACKAGE / "market" / "indicators.py",
    PACKAGE / "market" / "series.py",
]
TESTS = sources(ROOT / "tests")
WRITTEN = [*ALL, *TESTS, *sources(ROOT / "bench")]
MAX_LINES = 450

# A pure function gives the same from the same arguments: that is what lets a backtest, a replay and a live bar agree.
# Threads that fill arrays of their own, as many as the caller says, are no way to the outside.
FORBIDDEN_MODULES = {
    *("time", "random", "secrets", "uuid", "os", "pathlib", "io", "tempfile", "shutil", "glob", "fileinput"),
    *("socket", "ssl", "http", "urllib", "ftplib", "smtplib", "asyncio", "select", "selectors"),
    *(
        "subprocess",
        "multiprocessing",
        "threading",
        "concurrent.futures.ProcessPoolExecutor",
        "signal",
        "ctypes",
        "mmap",
        "sqlite3",
        "logging",
    ),
    *("numpy.random", "requests", "httpx", "polars", "pyarrow"),
}
FORBIDDEN_CALLS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint", "id", "hash"}
FORBIDDEN_ATTRIBUTES = {
    *("now", "utcnow", "today", "environ", "getenv", "default_rng", "memmap", "fromfile", "tofile", "savez"),
    *("read_text", "write_text", "read_bytes", "write_bytes", "urandom", "sleep", "perf_counter", "monotonic"),
}

# The places where anything unforeseen ends, of a command and of a thread, so that a user never sees a traceback.
# Beside them the comparison of one run, which nothing depends on: what is wrong with it must not hide the others'.
BROAD_EXCEPT_ALLOWED = {
    ("src/paddock/surfaces/cli/main.py", "_run"),
    ("src/paddock/surfaces/parts.py", "_watched"),
    ("src/paddock/surfaces/meter.py", "_measured"),
    ("src/paddock/surfaces/backtests.py", "step"),
}

# One reads what the user configured; the other tells Numba where to keep code, which it takes from there alone.
ENVIRONMENT = {PACKAGE / "surfaces" / name for name in ("settings.py", "kernel_cache.py")}

# Ledger amounts are integers; a float there would make money out of binary noise.
LEDGER = [PACKAGE / "core" / f"{name}.py" for name in ("money", "grid", "ratio", "fills", "position")]


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def impurities(module: ast.Module) -> Iterator[str]:
    for name in imported(module):
        parts = name.split(".")
        if {".".join(parts[: i + 1]) for i in range(len(parts))} & FORBIDDEN_MODULES:
            yield f"imports {name}"
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            yield f"line {node.lineno} calls {node.func.id}"
        elif isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            yield f"line {node.lineno} uses .{node.attr}"
        elif isinstance(node, ast.Attribute) and node.attr == "random" and isinstance(node.value, ast.Name):
            yield f"line {node.lineno} uses {node.value.id}.random"


def test_pure_rooms_use_no_clock_chance_environment_socket_or_file():
    assert [f"{name_of(path)} {found}" for path in PURE for found in impurities(tree(path))] == []


@pytest.mark.parametrize(
    "code",
    [
        "import time",
        "from os import environ",
        "import numpy.random",
        "from numpy import random",
        "from numpy.random import default_rng",
        "import urllib.request",
        "def f(): return open('x')",
        "import numpy as np\nx = np.random.normal()",
        "from datetime import datetime\nx = datetime.now()",
        "def f(path): return path.read_text()",
    ],
)
def test_the_purity_rule_sees_what_it_should(code):
    assert list(impurities(ast.parse(code)))


def broad_handlers(module: ast.Module) -> Iterator[tuple[str, int]]:
    """(innermost function, line) of each handler, or `suppress`, that catches everything."""
    broad = {"Exception", "BaseException"}

    def visit(node: ast.AST, function: str) -> Iterator[tuple[str, int]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if isinstance(node, ast.ExceptHandler):
            named = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else broad
            if named & broad:
                yield function, node.lineno
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "suppress":
            named = {n.id for argument in node.args for n in ast.walk(argument) if isinstance(n, ast.Name)}
            if named & broad:
                yield function, node.lineno
        for child in ast.iter_child_nodes(node):
            yield from visit(child, function)

    return visit(module, "")


def test_no_broad_except():
    """A broad `except` turns an unknown into a wrong answer; catch what the call is known to raise."""
    found = [
        f"{name_of(path)}:{line}"
        for path in ALL
        for function, line in broad_handlers(tree(path))
        if (name_of(path), function) not in BROAD_EXCEPT_ALLOWED
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "try: f()\nexcept: pass",
        "try: f()\nexcept Exception: pass",
        "try: f()\nexcept (ValueError, BaseException): pass",
        "import contextlib\nwith contextlib.suppress(Exception): f()",
    ],
)
def test_the_rule_on_except_sees_what_it_should(code):
    assert list(broad_handlers(ast.parse(code)))


def test_only_surfaces_speak_to_people():
    """A room below that prints cannot be used by a server, and corrupts `--json`."""
    below = [path for path in ALL if PACKAGE / "surfaces" not in path.parents]
    calls = [(path, node.func) for path in below for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    named = [(path, called) for path, called in calls if isinstance(called, ast.Name)]
    assert [f"{name_of(path)}:{called.lineno}" for path, called in named if called.id == "print"] == []


def names_in(path: Path) -> set[str]:
    """Attributes that a module uses, and all that it imports."""
    return {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)} | set(imported(tree(path)))


def test_only_settings_reads_the_environment():
    """Two readers of the environment are two opinions of what was configured."""
    readers = {"environ", "getenv", "os.environ", "os.getenv"}
    assert {path for path in ALL if names_in(path) & readers} - ENVIRONMENT == set()


def test_ledger_types_know_no_float():
    nodes = [(path, node) for path in LEDGER for node in ast.walk(tree(path))]
    constants = [(path, n) for path, n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, float)]
    names = [(path, n) for path, n in nodes if isinstance(n, ast.Name) and n.id == "float"]
    assert [f"{name_of(path)}:{n.lineno}" for path, n in (*constants, *names)] == []


def test_a_room_says_in_its_first_line_what_question_it_answers():
    """Who looks for a place for something new asks the questions, and puts it where the answer is yes."""
    rooms = [path for path in ALL if path.name == "__init__.py"][1:]
    first = {name_of(path): (ast.get_docstring(tree(path)) or "").partition("\n")[0] for path in rooms}
    assert [name for name, line in first.items() if "?" not in line] == []


def test_a_module_opens_with_what_it_is_for():
    assert [name_of(path) for path in ALL if not ast.get_docstring(tree(path))] == []


def test_files_stay_short_enough_to_be_read():
    """A file that answers one question is read whole; the field's three-thousand-line workers never are."""
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in ALL}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def test_a_silenced_checker_comes_with_a_reason():
    pattern = re.compile(r"#\s*(?:type: ignore(?:\[[\w, -]+\])?|noqa(?::\s*[A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*)?)(.*)")
    texts = {name_of(path): path.read_text(encoding="utf-8").splitlines() for path in ALL}
    found = [
        (f"{name}:{number}", match[1])
        for name, lines in texts.items()
        for number, line in enumerate(lines, 1)
        if (match := pattern.search(line))
    ]
    assert [place for place, reason in found if not reason.strip()] == []


def test_tests_do_not_wait():
    """A test that sleeps is slow when it passes and wrong when the machine is busy."""
    assert [name_of(path) for path in TESTS if names_in(path) & {"sleep", "time.sleep"}] == []


def test_no_file_names_a_folder_of_somebodys_machine():
    """What works on one machine only is broken everywhere else."""
    pattern = re.compile("|".join(rf"(?<![\w.~}}])/{folder}/" for folder in ("work", "root", "home", "Users")))
    texts = [*WRITTEN, *DOCS.rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("*.toml"), ROOT / "Makefile"]
    assert [name_of(path) for path in texts if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_imports_run_down_the_house_only():
    """The contracts are in pyproject.toml; a room that looked up could not be used, or tested, without the whole."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


IMPORT_ALL = """
import importlib, sys
# What others do when imported is theirs.
import alembic.op, attrs, cyclopts, httpx2, numba, numpy, polars, prometheus_client, pydantic, rich, talib
pydantic.create_model("First")  # with which it looks for plug-ins, once

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        written = isinstance(mode, str) and set(mode) & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        read = not str(path).endswith((".py", ".pyc", ".so", ".pyi"))
        if (written or read) and "__pycache__" not in str(path):
            seen.append(f"{module}: {event} {path}")
    elif event.startswith(("socket.", "subprocess.", "shutil.", "os.remove", "os.rename", "os.system", "urllib.")):
        seen.append(f"{module}: {event}")

import os
seen, module = [], ""
sys.addaudithook(watch)
for module in sys.argv[1:]:
    importlib.import_module(module)
importing, seen = seen, []
module = "control"
try:
    open("does-not-exist.txt")
except FileNotFoundError:
    pass
assert seen == ["control: open does-not-exist.txt"], seen
print("\\n".join(importing))
"""


def test_importing_touches_neither_disk_nor_network():
    """An import that acts cannot be tested, listed by `--help`, or undone.

    Python's and Numba's caches of compiled code (`__pycache__`) are the interpreter's business, not ours.
    """
    command = [sys.executable, "-B", "-c", IMPORT_ALL, *modules()]
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
