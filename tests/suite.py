"""All tests, some at once; those that fail are looked at once more, alone and one after the other.

python -m tests.suite [arguments of pytest]

Many tests start processes and wait for them, and a machine may be shared: what is only slow passes alone, what is
broken fails again. A test that needed the second look is named at the end: it is unsteady, a fault to be mended.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

MORE = 1  # tests at once beyond one for each core: often a test only waits for a process
MOST = 6  # each takes some hundred megabytes
MOST_UNSTEADY = 20  # of more than that it is not the machine that fails


class Watch:
    """Which tests failed, and whether anything else did: what cannot be collected, and a worker that ended."""

    def __init__(self) -> None:
        self.failed: dict[str, None] = {}
        self.broken = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed[report.nodeid] = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.broken |= report.failed

    def pytest_testnodedown(self, error: object) -> None:
        self.broken |= bool(error)


def main(arguments: list[str]) -> int:
    """The exit code of pytest; 0 also where all that failed passed alone."""
    watch = Watch()
    at_once = str(min((os.cpu_count() or 1) + MORE, MOST))
    code = pytest.main(["-n", at_once, "--dist", "worksteal", *arguments], plugins=[watch])
    if code != pytest.ExitCode.TESTS_FAILED or watch.broken or len(watch.failed) > MOST_UNSTEADY:
        return code
    print("\nOnce more, alone and one after the other:", *watch.failed, sep="\n  ", flush=True)
    again = subprocess.run([sys.executable, "-m", "pytest", *watch.failed], check=False).returncode
    if again == 0:
        print("\nThese passed alone only. They are unsteady, a fault to be mended:", *watch.failed, sep="\n  ")
    return again


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
