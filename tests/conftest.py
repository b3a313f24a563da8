"""What tests share: where compiled code is kept, also for the commands they start, and a home with a market in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from paddock.surfaces import kernel_cache
from paddock.surfaces.cli.main import main
from tests.project import ROOT

kernel_cache.use(ROOT / ".cache")


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the demo market in its lake; not to be written to."""
    home = tmp_path_factory.mktemp("home")
    assert main(["demo", "--home", str(home)]) == 0
    return home
