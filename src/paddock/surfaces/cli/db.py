"""`paddock db`: the database's schema, and a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from paddock.surfaces.cli.remote import Json

if TYPE_CHECKING:
    from paddock.journal.database import Database

app = App(name="db", help="The database: upgrade its schema, say which it has, copy it.")
Home = Annotated[Path | None, Parameter(help="Home of the database; PADDOCK_HOME, or ~/.paddock.")]


@app.command
def upgrade(*, home: Home = None) -> None:
    """Bring the database to the schema of this version; a database of a newer version is refused."""
    from paddock.journal.upgrade import current
    from paddock.journal.upgrade import upgrade as bring_up

    with opened(home, make=True) as database:
        done = bring_up(database)
        print(f"ran {', '.join(done)}" if done else f"nothing to do: revision {current(database)}")


@app.command
def current(*, home: Home = None, json: Json = False) -> None:
    """Say which schema the database has, and which this version needs."""
    from paddock.journal.upgrade import current as revision
    from paddock.journal.upgrade import newest
    from paddock.surfaces.cli.terminal import show_json

    with opened(home) as database:
        at, ours = revision(database), newest()
        if json:
            show_json({"database": database.dialect, "revision": at or None, "newest": ours})
        else:
            print(
                f"{database.dialect}: revision {at or 'none'}" + ("" if at == ours else f", this version needs {ours}")
            )


@app.command
def backup(path: Annotated[Path, Parameter(help="The copy to write.")], /, *, home: Home = None) -> None:
    """Copy a SQLite database, while it is in use; a PostgreSQL server has pg_dump."""
    from paddock.journal.backup import copy

    with opened(home) as database:
        copy(database, path)
    print(f"copied to {path}")


@contextmanager
def opened(home: Path | None, *, make: bool = False) -> Iterator[Database]:
    """The database of the settings; raises NotFound (database.not_found) for a file that is not there."""
    from paddock.core.errors import Code, NotFound
    from paddock.journal.database import Database
    from paddock.surfaces import settings
    from paddock.surfaces.secret import keep_private

    keep_private()
    configured = settings.load(home=home)
    path = Path(configured.database_url.removeprefix("sqlite:///"))
    if configured.database_url.startswith("sqlite:") and not path.exists():
        if not make:
            raise NotFound(
                Code.DATABASE_NOT_FOUND,
                "there is no database",
                where=settings.DATABASE_URL.name,
                seen=path,
                rule="`paddock serve` and `paddock db upgrade` make it",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
    database = Database.open(configured.database_url)
    try:
        yield database
    finally:
        database.close()
