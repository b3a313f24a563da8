import pytest

from tests.databases import database, database_url, databases, fresh_url, postgres

from .staged import staged

__all__ = ["database", "database_url", "databases", "fresh_url", "postgres"]


@pytest.fixture
def stage(tmp_path):
    with staged(tmp_path) as stage:
        stage.trade(100.0)
        yield stage
