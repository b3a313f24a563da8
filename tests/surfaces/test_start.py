"""The command starts at once: whatever takes long to load waits inside the commands that need it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "numba",
    "numpy",
    "polars",
    "pydantic",
    "talib",
    "sqlalchemy",
    "alembic",
    "fastapi",
    "uvicorn",
    "httpx2",
    "structlog",
)
LOOK = "import sys; from paddock.surfaces.cli.main import main; main(['--help']); print('loaded:', *sys.modules)"


def test_help_loads_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.partition("loaded: ")[2].split())
    assert "cyclopts" in loaded
    assert loaded & set(HEAVY) == set()
