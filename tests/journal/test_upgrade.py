"""The schema: one history for both engines, run whole or not at all, and what is newer is refused."""

import importlib
import os
import signal
import threading

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, inspect, text

from paddock.core.errors import Code, Refused
from paddock.journal.database import Database
from paddock.journal.events import append, last_position
from paddock.journal.upgrade import current, newest, require_current, upgrade
from tests.databases import ENGINES, empty_url
from tests.journal.test_events import drafts


@pytest.fixture(params=ENGINES)
def empty(request, tmp_path):
    url = empty_url(request, request.param, f"empty_{tmp_path.name}", tmp_path / "empty.db")
    database = Database.open(url)
    yield database
    database.close()


def tables(database):
    with database.read() as conn:
        return set(inspect(conn).get_table_names())


def made_by(database, *steps):
    """A database as a version with these steps left it."""
    with database.write() as conn:
        context = MigrationContext.configure(conn)
        context._ensure_version_table()
        with Operations.context(context):
            for step in steps:
                revision = importlib.import_module(f"paddock.journal.migrations.versions.{step}")
                revision.upgrade()
        conn.execute(text("INSERT INTO alembic_version VALUES (:last)"), {"last": revision.revision})


def killed_at(database, point):
    """Upgrade in a process of its own, which is killed at its `point`-th statement; False when it got to its end."""
    process = os.fork()
    if not process:
        count = 0

        def kill(*_arguments):
            nonlocal count
            count += 1
            if count == point:
                os.kill(os.getpid(), signal.SIGKILL)

        child = Database.open(database._writer.url.render_as_string(hide_password=False).replace("+psycopg", ""))
        event.listen(child._writer, "before_cursor_execute", kill)
        event.listen(child._writer, "commit", kill)
        upgrade(child)
        os._exit(0)
    _, status = os.waitpid(process, 0)
    return os.WIFSIGNALED(status)


def test_p02_a_migration_that_is_killed_leaves_the_old_schema_or_the_new(empty):
    point, kills = 1, 0
    while killed_at(empty, point):
        assert (current(empty), tables(empty)) == ("", set())
        point, kills = point + 9, kills + 1
    assert kills >= 8
    assert current(empty) == newest()
    require_current(empty)
    with empty.write() as conn:
        append(conn, drafts(2))


def test_p02_a_migration_goes_on_after_it_was_killed(empty):
    assert killed_at(empty, 40)
    assert upgrade(empty)[-1] == newest()
    require_current(empty)
    assert upgrade(empty) == []


def test_an_older_database_keeps_its_play_money_and_knows_what_is_over(empty):
    made_by(empty, "r0001_journal", "r0002_runtime", "r0003_api")
    with empty.write() as conn:
        conn.execute(text("INSERT INTO paper_feeds (feed, last_ts, revision) VALUES ('f', 7000, 3)"))
        order = "INSERT INTO paper_orders VALUES ('a', :name, 'f', '{}', :state, 5, :live)"
        conn.execute(text(order), {"name": "over", "state": "filled", "live": 0})
        conn.execute(text(order), {"name": "works", "state": "partial", "live": 1})
    assert upgrade(empty)[0] == "0004"
    with empty.read() as conn:
        kept = conn.execute(text("SELECT client_id, state, filled, live, ended_ts FROM paper_orders ORDER BY 1")).all()
    assert kept == [("over", "filled", 5, 0, 7000), ("works", "partial", 5, 1, None)]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database):
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = tables(database)
    for refused in (upgrade, require_current):
        with pytest.raises(Refused) as caught:
            refused(database)
        assert (caught.value.code, caught.value.seen) == (Code.DATABASE_VERSION, "9999")
    assert (current(database), tables(database)) == ("9999", before)


def test_a_database_without_a_schema_is_refused_until_it_has_one(empty):
    with pytest.raises(Refused) as caught:
        require_current(empty)
    assert caught.value.code is Code.DATABASE_VERSION
    assert "upgrade" in caught.value.suggestion
    upgrade(empty)
    require_current(empty)


def test_two_processes_that_start_at_once_upgrade_once(empty):
    url = empty._writer.url.render_as_string(hide_password=False).replace("+psycopg", "")
    done = []

    def start():
        database = Database.open(url)
        done.append(upgrade(database))
        database.close()

    starting = [threading.Thread(target=start) for _ in range(3)]
    for one in starting:
        one.start()
    for one in starting:
        one.join()
    assert sorted(map(len, done))[:2] == [0, 0]
    assert len(done) == 3
    with empty.read() as conn:
        assert last_position(conn) == 0
