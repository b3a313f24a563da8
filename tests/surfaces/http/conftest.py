"""Fixtures of the API's tests: a world on each engine."""

import pytest

from tests.databases import database, database_url, databases, fresh_url, postgres

from .world import World

__all__ = ["database", "database_url", "databases", "fresh_url", "postgres"]


@pytest.fixture
def world(database, tmp_path):
    return World(database, tmp_path)


@pytest.fixture(scope="module")
def lasting(fresh_url, tmp_path_factory):
    """A world for all tests of a module, on SQLite."""
    from paddock.journal.database import Database

    database = Database.open(fresh_url("sqlite"))
    yield World(database, tmp_path_factory.mktemp("home"))
    database.close()
