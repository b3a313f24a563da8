import pytest

from tests.databases import database, database_url, databases, fresh_url, postgres

from .staged import staged

__all__ = ["database", "database_url", "databases", "fresh_url", "postgres"]


@pytest.fixture
def stage(tmp_path):
    with staged(tmp_path) as stage:
        stage.trade(100.0)
        yield stage


@pytest.fixture
def hasty(tmp_path):
    """For answers that never come: nobody waits for them for long."""
    with staged(tmp_path, wait_ms=2_000) as stage:
        stage.trade(100.0)
        stage.broker.equity("account-1")
        yield stage
