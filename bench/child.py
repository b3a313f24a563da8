"""Work in a process of its own, started cold: what a person waits for, and how much memory a sweep needs.

Run as `python -m bench.child cold NAME CONTENDER FOLDER` or `python -m bench.child memory`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench import ROOT

OWN_PYTHON = ROOT / ".venv" / "bin" / "python"
COLUMNS = ("ts", "open", "high", "low", "close", "volume")


def save(arrays: object, folder: Path) -> None:
    for name in COLUMNS:
        np.save(folder / f"{name}.npy", getattr(arrays, name))


def python_for(contender: str) -> str:
    """The product starts where the peers and their pandas are not installed, as it does for its users."""
    return str(OWN_PYTHON) if contender == "paddock" and OWN_PYTHON.exists() else sys.executable


def cold_seconds(workload: str, contender: str, folder: Path) -> float:
    """Seconds from the start of a Python to the result, arrays loaded from files; compiled code is on disk."""
    command = [python_for(contender), "-m", "bench.child", "cold", workload, contender, str(folder)]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=environment())
    return time.perf_counter() - start


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def memory() -> dict[str, float]:
    """What a sweep over pairs adds to a process that holds the tape, in MB and by the size of the tape."""
    done = subprocess.run(
        [python_for("paddock"), "-m", "bench.child", "memory"],
        cwd=ROOT, check=True, capture_output=True, text=True, env=environment(),
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def _run_cold(workload: str, contender: str, folder: Path) -> None:
    from bench.market import Arrays

    arrays = Arrays(*(np.load(folder / f"{name}.npy") for name in COLUMNS))
    if contender == "paddock":
        from bench import documents, product

        product.result(documents.OF[workload], arrays)
    else:
        from bench.workloads import WORKLOADS

        WORKLOADS[workload].make(arrays)[contender].work()


def _resident_mb(field: str) -> float:
    """`VmRSS` (now) or `VmHWM` (the most since the last reset) of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def _run_memory() -> None:
    from bench import documents, product
    from bench.market import YEAR_OF_MINUTES, synthetic
    from bench.pairs import Pairs

    product.sweep_result(documents.sma_cross(), Pairs((4, 6), (60,)), synthetic(5_000), 2)
    arrays = synthetic(YEAR_OF_MINUTES)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # starts the high-water mark afresh
    before = _resident_mb("VmRSS")
    product.sweep_result(documents.sma_cross(), Pairs(tuple(range(4, 24, 2)), (60, 120, 180)), arrays, 2)
    grown, tape = _resident_mb("VmHWM") - before, arrays.nbytes / 2**20
    print(json.dumps({"tape_mb": tape, "grown_mb": grown, "ratio": grown / tape}))


if __name__ == "__main__":
    if sys.argv[1] == "cold":
        _run_cold(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        _run_memory()
