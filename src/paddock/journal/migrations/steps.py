"""What revisions are written with: tables as `schema.table` makes them, frozen here as they were at that revision."""

from __future__ import annotations

from alembic import op
from sqlalchemy.schema import SchemaItem

from paddock.journal.append_only import statements


def create(name: str, *items: SchemaItem, clustered: bool = False) -> None:
    """Create a table with its indexes."""
    op.create_table(name, *items, sqlite_strict=True, sqlite_with_rowid=not clustered)


def keep(name: str) -> None:
    """Let a table grow only."""
    for statement in statements(name, op.get_context().dialect.name):
        op.execute(statement)
