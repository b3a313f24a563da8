import pytest

from .kit import hyperliquid_simulator
from .lived import Day, lived

__all__ = ["hyperliquid_simulator"]


@pytest.fixture(scope="session")
def day() -> Day:
    """A day on which everything happened; only to be asked."""
    return lived()
