"""How long until the command answers, and what each import costs."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from bench import ROOT
from bench.child import environment, python_for

HELP_LIMIT_S = 0.3
IMPORTS = (
    "paddock.surfaces.cli.main",
    "paddock.strategy.validate",
    "paddock.market.load",
    "paddock.engine.backtest",
)


def best_seconds(command: list[str], runs: int = 5) -> float:
    """The best of some runs: what else the machine does can only make a start slower."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=environment())
        taken.append(time.perf_counter() - start)
    return min(taken)


def startup() -> dict[str, float]:
    """Seconds by what was started; an import includes the start of Python itself (the first row)."""
    python = python_for("paddock")
    command = str(Path(python).parent / "paddock")
    times = {"python": best_seconds([python, "-c", "pass"]), "paddock --help": best_seconds([command, "--help"])}
    return times | {f"import {name}": best_seconds([python, "-c", f"import {name}"]) for name in IMPORTS}
