"""What tests share: where compiled code is kept, also for the commands they start, how long they wait, and a market."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from paddock.runtime.signer.client import SignerProcess
from paddock.surfaces import client, kernel_cache
from paddock.surfaces.cli.main import main
from tests.patience import PATIENCE_S
from tests.project import ROOT

kernel_cache.use(ROOT / ".cache")

# What holds must not depend on how busy the machine is, nor on chance: `make soak` looks for what nobody has seen yet.
settings.register_profile("paddock", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("paddock")


@pytest.fixture(scope="session", autouse=True)
def patient() -> Iterator[None]:
    """A person is told within seconds that nobody answers; a test on a busy machine waits for the answer."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ipc.TIMEOUT_S", "client.TIMEOUT_S", "preview.PATIENCE_S"):
            patch.setattr(f"paddock.surfaces.{name}", PATIENCE_S)
        patch.setattr(client.Api.__init__, "__defaults__", (PATIENCE_S,))
        patch.setattr("paddock.runtime.signer.client.START_S", PATIENCE_S)
        patch.setattr(SignerProcess._exchange, "__defaults__", (PATIENCE_S,))
        yield


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the demo market in its lake; not to be written to."""
    home = tmp_path_factory.mktemp("home")
    assert main(["demo", "--home", str(home)]) == 0
    return home
