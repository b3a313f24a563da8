"""A database with every table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from paddock.journal.database import Database
from paddock.journal.schema import metadata


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database.open(f"sqlite:///{tmp_path / 'paddock.db'}")
    with made.write() as conn:
        metadata.create_all(conn)
    yield made
    made.close()
