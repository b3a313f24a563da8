"""Fixtures of the API's tests."""

import pytest

from .world import open_world


@pytest.fixture
def world(tmp_path):
    made = open_world(f"sqlite:///{tmp_path / 'paddock.db'}", tmp_path)
    yield made
    made.database.close()
