"""The benchmark keeps compiled code beside the sources, whichever of its modules starts it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from .project import ROOT

LOOK = "import {module}, os, numba; print(os.environ['NUMBA_CACHE_DIR']); print(numba.config.CACHE_DIR)"


@pytest.mark.parametrize("module", ["bench.live", "bench.child"])
def test_compiled_code_is_kept_before_anything_compiles(module):
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    command = [sys.executable, "-c", LOOK.format(module=module)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment)
    told, used = done.stdout.splitlines()
    assert told == used
    assert told.startswith(str(ROOT / ".cache" / "kernel-"))
