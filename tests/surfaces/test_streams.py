"""Where output goes when nobody takes it: full disks, closed streams, terminals of few characters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "paddock.surfaces.cli.main"]
TEMPLATES = ("strategy", "templates", "--json")


def shell(line: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its streams as the shell line says."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {line}', "sh", *COMMAND, *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=os.environ | environment,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [TEMPLATES, ("strategy", "schema"), ("strategy", "explain", "absent", "--json")])
def test_a_full_disk_is_one_line(arguments: tuple[str, ...]) -> None:
    done = shell(">/dev/full", *arguments)
    assert done.returncode not in (0, 120)
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("line", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_bug(line: str) -> None:
    done = shell(line, *TEMPLATES)
    assert (done.returncode, done.stderr) == (0, "")
    assert shell(line, "backtest", "absent", "--json").returncode == 2


def test_a_terminal_of_few_characters_is_served(demo_home: Path) -> None:
    words = ("backtest", "breakout", "--venue", "demo", "--symbols", "SOL", "--home", str(demo_home))
    done = shell("", *words, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Worst drawdown" in done.stdout
    assert done.stdout.isascii()
