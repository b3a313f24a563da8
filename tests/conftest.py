"""What tests share: where compiled code is kept, also for the commands they start, how long they wait, and a market."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from paddock.runtime.signer.client import SignerProcess
from paddock.surfaces import client, kernel_cache
from paddock.surfaces.cli.main import main
from tests.patience import PATIENCE_S
from tests.project import ROOT, name_of

kernel_cache.use(ROOT / ".cache")

# What holds must not depend on how busy the machine is, nor on chance: `make soak` looks for what nobody has seen, with
# `--hypothesis-profile explore`. What is found is kept in .hypothesis, and tried first the next time.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("paddock", UNHURRIED, derandomize=True, database=None)
settings.register_profile("explore", UNHURRIED, derandomize=False, max_examples=1_000, print_blob=True)
settings.load_profile("paddock")

# Half a minute and more each. Whoever met one of them last would keep the others waiting.
LONG = (
    "tests/surfaces/test_live_pacifica.py",
    "tests/web/test_app.py",
    "tests/engine/test_against_oracle.py",
    "tests/surfaces/test_live_trading.py",
    "tests/crash/test_crash.py",
    "tests/crash/test_paper_beside_a_venue.py",
    "tests/crash/test_crash_at_venues.py",
    "tests/surfaces/test_serve.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several workers each gets a stretch of the tests: it begins with its share of the files that take long."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1:
        return
    long = [[item for item in items if name_of(item.path) == name] for name in LONG]
    rest = [item for item in items if name_of(item.path) not in LONG]
    ordered: list[pytest.Item] = []
    for n in range(workers):
        stretch = (len(items) - len(ordered)) // (workers - n)
        mine = [item for file in long[n::workers] for item in file]
        fill = max(stretch - len(mine), 0)
        ordered += [*mine, *rest[:fill]]
        rest = rest[fill:]
    items[:] = ordered


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
