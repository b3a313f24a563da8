"""The second look at tests that failed: it tells slow from broken, and hides neither."""

import os
import subprocess
import sys

import pytest

from tests.project import ROOT

ONCE = """
from pathlib import Path

def test_once():
    before = Path(__file__).with_name("before")
    if not before.exists():
        before.touch()
        raise AssertionError("slow")
"""
CRASH = ONCE.replace('raise AssertionError("slow")', "__import__('os')._exit(1)")


@pytest.mark.parametrize(
    ("source", "code", "told"),
    [
        (ONCE, 0, "passed alone only"),
        (ONCE + "def test_always(): assert False\n", 1, "2 failed"),
        (ONCE + "import nothing_of_that_name\n", 2, "ModuleNotFoundError"),
        (CRASH, 1, "crashed while running"),
    ],
)
def test_what_fails_twice_or_ends_a_worker_fails_and_what_fails_once_is_named(tmp_path, source, code, told):
    (tmp_path / "test_it.py").write_text(source)
    words = [sys.executable, "-m", "tests.suite", "-p", "xdist", "-n", "1" if source == CRASH else "0", "test_it.py"]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert told in done.stdout
    assert ("Once more" in done.stdout) == (told in {"passed alone only", "2 failed"})
