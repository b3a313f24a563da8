"""What the rooms declare is what the migrations make, on both engines, to the last constraint and trigger."""

import importlib
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from paddock.journal.database import Database
from paddock.journal.schema import metadata
from paddock.journal.upgrade import upgrade
from tests.databases import ENGINES, empty_url
from tests.project import PACKAGE, sources

DECLARING = [
    path for path in sources(PACKAGE) if re.search(r"= (append_only\(\s*)?table\(", path.read_text(encoding="utf-8"))
]

POSTGRES = """
SELECT 'column', table_name || '.' || column_name,
       concat_ws(' ', data_type, is_nullable, column_default)
       FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid)
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
SQLITE = "SELECT type, name, COALESCE(sql, '') FROM sqlite_master"


@pytest.fixture(params=ENGINES)
def made(request, tmp_path):
    """Two databases: one as the rooms declare it, one as the migrations make it."""
    for path in DECLARING:
        importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
    both = [
        Database.open(empty_url(request, request.param, f"{name}_{tmp_path.name}", tmp_path / f"{name}.db"))
        for name in ("declared", "migrated")
    ]
    with both[0].write() as conn:
        metadata.create_all(conn)
    upgrade(both[1])
    yield both
    for database in both:
        database.close()


def description(database):
    with database.read() as conn:
        rows = conn.execute(text(SQLITE if database.dialect == "sqlite" else POSTGRES)).all()
    return {
        (kind, name): sorted(re.split(r",?\s*\n\s*", re.sub(r"[ \t]+", " ", told).strip()))
        for kind, name, told in rows
        if "alembic_version" not in f"{name} {told}"
    }


def test_every_room_that_declares_tables_is_found():
    assert {path.relative_to(PACKAGE).parts[0] for path in DECLARING} == {"journal", "runtime", "surfaces"}


def test_the_migrations_make_what_the_rooms_declare(made):
    declared, migrated = map(description, made)
    assert declared.keys() == migrated.keys()
    assert {key: migrated[key] for key in declared if declared[key] != migrated[key]} == {
        key: declared[key] for key in declared if declared[key] != migrated[key]
    }


def test_alembic_finds_no_difference_either(made):
    with made[1].read() as conn:
        assert compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata) == []


def test_each_table_of_sqlite_holds_what_it_says():
    """A STRICT table refuses a text where a number belongs; the others would keep it."""
    assert [name for name, made in metadata.tables.items() if not made.dialect_options["sqlite"]["strict"]] == []
