"""Bringing a database to the schema of this version: all steps in one transaction, so that it is the old or the new."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from paddock.core.errors import Code, Refused
from paddock.journal.database import Database
from paddock.journal.schema import metadata

_FOLDER: Final = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> list[str]:
    """Run the steps that are missing; gives their names, oldest first.

    Raises Refused (database.version) when a newer version wrote the database, Unavailable when it cannot be written.
    """
    script = ScriptDirectory(str(_FOLDER))
    done: list[str] = []

    def missing(heads: Any, _context: MigrationContext) -> Iterable[RevisionStep]:
        at = heads[0] if heads else None
        _require_known(script, at)
        for step in reversed(list(script.iterate_revisions("head", at or "base"))):
            done.append(step.revision)
            yield MigrationStep.upgrade_from_script(script.revision_map, step)

    with database.write() as conn:
        context = MigrationContext.configure(conn, opts={"fn": missing, "target_metadata": metadata})
        with Operations.context(context):
            context.run_migrations()
    return done


def current(database: Database) -> str:
    """The revision of the database's schema; empty when it has none yet."""
    with database.read() as conn:
        return _current(conn)


def newest() -> str:
    """The revision of this version's schema."""
    return ScriptDirectory(str(_FOLDER)).get_current_head() or ""


def require_current(database: Database) -> None:
    """Raises Refused (database.version) unless the database has exactly the schema of this version."""
    at = current(database)
    _require_known(ScriptDirectory(str(_FOLDER)), at)
    if at != newest():
        raise Refused(
            Code.DATABASE_VERSION,
            "the database is of an older version",
            seen=at or "no schema",
            rule=f"this version needs revision {newest()}",
            suggestion="run `paddock db upgrade`",
        )


def _current(conn: Connection) -> str:
    return MigrationContext.configure(conn).get_current_revision() or ""


def _require_known(script: ScriptDirectory, at: str | None) -> None:
    known = {step.revision for step in script.walk_revisions()}
    if at and at not in known:
        raise Refused(
            Code.DATABASE_VERSION,
            "the database was written by a newer version",
            seen=at,
            rule=f"this version knows the revisions up to {script.get_current_head()}",
            suggestion="install that version again; nothing was changed",
        )
