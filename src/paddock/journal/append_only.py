"""Tables that only grow: triggers refuse to change or delete a row, whoever asks."""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, Table, event
from sqlalchemy.schema import ExecutableDDLElement

_SQLITE: Final = """
CREATE TRIGGER {name}_keeps_{verb} BEFORE {VERB} ON {name}
BEGIN SELECT RAISE(ABORT, '{name} only grows'); END
"""
_POSTGRES_FUNCTION: Final = """
CREATE FUNCTION {name}_keeps() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''{name} only grows''; END'
"""
_POSTGRES_TRIGGER: Final = """
CREATE TRIGGER {name}_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}
FOR EACH STATEMENT EXECUTE FUNCTION {name}_keeps()
"""


def statements(name: str, dialect: str) -> list[str]:
    """What makes a table grow only, on "sqlite" or "postgresql"."""
    if dialect == "sqlite":
        return [_SQLITE.format(name=name, verb=verb, VERB=verb.upper()) for verb in ("update", "delete")]
    return [_POSTGRES_FUNCTION.format(name=name), _POSTGRES_TRIGGER.format(name=name)]


def append_only(declared: Table) -> Table:
    """Give a table its triggers wherever the metadata is created."""
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(declared.name, dialect):
            event.listen(declared, "after_create", _on(dialect, statement))
    return declared


def _on(dialect: str, statement: str) -> ExecutableDDLElement:
    made: ExecutableDDLElement = DDL(statement)  # type: ignore[no-untyped-call]  # its constructor has no annotations
    return made.execute_if(dialect=dialect)
