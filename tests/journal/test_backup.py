"""The journal goes elsewhere and comes back whole, or not at all."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from paddock.core.errors import Code, Invalid
from paddock.journal import ledger
from paddock.journal.backup import copy, export, restore
from paddock.journal.database import Database
from paddock.journal.events import Draft, last_position, read
from paddock.journal.kinds import EventKind
from paddock.journal.projections import record
from paddock.journal.rebuild import compare
from paddock.journal.tables import BOOKS
from paddock.journal.verify import journal_hash, verify
from tests.databases import ENGINES
from tests.journal.test_projections import scenario


def books(conn):
    return [sorted(map(str, conn.execute(select(source)))) for source in (*BOOKS, ledger.entries, ledger.balances)]


@pytest.fixture
def full(database):
    with database.write() as conn:
        record(conn, [*scenario(), Draft("platform", EventKind.FEED_STALE, 9, {"feed": "é", "px": 1e-9})])
    return database


@pytest.fixture
def exported(full, tmp_path):
    path = tmp_path / "journal.jsonl"
    with full.read() as conn:
        assert export(conn, path) == last_position(conn)
    return path


@pytest.mark.parametrize("engine", ENGINES)
def test_an_export_is_read_back_on_either_engine_and_goes_on(full, exported, fresh_url, engine):
    other = Database.open(fresh_url(engine))
    with full.read() as before, other.write() as conn:
        assert restore(conn, exported) == last_position(before)
        assert journal_hash(conn) == journal_hash(before)
        assert read(conn, limit=100) == read(before, limit=100)
        assert books(conn) == books(before)
    with other.write() as conn:
        record(conn, [Draft("platform", EventKind.FEED_RECOVERED, 10, {})])
        assert (verify(conn), compare(conn), ledger.check(conn)) == ([], [], [])
    other.close()


def test_an_export_of_the_same_journal_is_the_same_bytes(full, exported, tmp_path):
    again = tmp_path / "again.jsonl"
    with full.read() as conn:
        export(conn, again)
    assert again.read_bytes() == exported.read_bytes()
    assert list(tmp_path.glob("*.partial")) == []


def test_nothing_is_written_over_the_database_itself(fresh_url, tmp_path):
    url = fresh_url("sqlite")
    database = Database.open(url)
    with database.write() as conn:
        record(conn, scenario())
    link = tmp_path / "link.db"
    link.symlink_to(url.removeprefix("sqlite:///"))
    before = link.read_bytes()
    with pytest.raises(Invalid, match="itself"):
        copy(database, link)
    with database.read() as conn, pytest.raises(Invalid, match="itself"):
        export(conn, link)
    with pytest.raises(FileNotFoundError):
        copy(database, tmp_path / "nowhere" / "copy.db")
    assert link.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["link.db"]
    database.close()


def damaged(lines):
    """(what was done to it, the lines then)"""
    changed = json.loads(lines[5])
    changed["payload"]["note"] = "x"
    yield "a changed event", [*lines[:5], json.dumps(changed), *lines[6:]]
    yield "a missing event", [*lines[:5], *lines[6:]]
    yield "a missing tail", lines[:-1]
    yield "an event twice", [*lines, lines[-1]]
    yield "half a line", [*lines[:-1], lines[-1][:20]]
    yield "a column less", [*lines[:-1], json.dumps({"position": 3})]
    yield "a column of another type", [*lines[:-1], lines[-1].replace('"position":', '"position":"x","was":', 1)]
    yield "no first line", lines[1:]
    yield "a list", ["[]", *lines[1:]]
    yield "nothing", []
    yield "another format", [lines[0].replace("@1", "@2"), *lines[1:]]


def test_what_is_not_whole_is_refused_and_nothing_is_written(exported, fresh_url, tmp_path):
    path = tmp_path / "damaged.jsonl"
    other = Database.open(fresh_url("sqlite"))
    for what, lines in damaged(exported.read_text().splitlines()):
        path.write_text("".join(f"{line}\n" for line in lines))
        with pytest.raises(Invalid) as caught, other.write() as conn:
            restore(conn, path)
        assert caught.value.code is Code.BACKUP, what
        with other.read() as conn:
            assert last_position(conn) == 0, what
    other.close()


def test_a_journal_that_holds_something_is_not_overwritten(full, exported):
    with pytest.raises(Invalid) as caught, full.write() as conn:
        restore(conn, exported)
    assert caught.value.code is Code.BACKUP


def test_a_copy_of_a_database_in_use_verifies_and_goes_on(fresh_url, tmp_path):
    database = Database.open(fresh_url("sqlite"))
    with database.write() as conn:
        record(conn, scenario())
    copy(database, tmp_path / "copy.db")
    other = Database.open(f"sqlite:///{tmp_path / 'copy.db'}")
    with database.read() as before, other.write() as conn:
        assert (verify(conn), compare(conn)) == ([], [])
        assert (journal_hash(conn), books(conn)) == (journal_hash(before), books(before))
        record(conn, [Draft("platform", EventKind.FEED_STALE, 9, {})])
    other.close()
    database.close()


def test_a_server_is_not_copied_as_a_file(fresh_url, tmp_path):
    database = Database.open(fresh_url("postgresql"))
    with pytest.raises(Invalid) as caught:
        copy(database, tmp_path / "copy.db")
    assert (caught.value.code, "pg_dump" in caught.value.rule) == (Code.BACKUP, True)
    database.close()


def test_p05_what_was_not_synced_when_power_failed_is_a_journal_that_ends_earlier(fresh_url, tmp_path):
    """The file and its log as the disk had them, with the log cut anywhere: a whole prefix, never half an event."""
    url = fresh_url("sqlite")
    database = Database.open(url)
    for n in range(6):
        with database.write() as conn:
            record(conn, [Draft("run:1", EventKind.RUN_PAUSED, n, {"n": n}), *scenario()[:n]])
    main, log = (tmp_path / "power.db", tmp_path / "power.db-wal")
    source = url.removeprefix("sqlite:///")
    whole, tail = (Path(source + end).read_bytes() for end in ("", "-wal"))
    database.close()
    lasted = set()
    for cut in range(0, len(tail) + 1, 6007):
        for left in tmp_path.glob("power.db*"):
            left.unlink()
        main.write_bytes(whole)
        log.write_bytes(tail[:cut])
        survivor = Database.open(f"sqlite:///{main}")
        with survivor.write() as conn:
            assert (verify(conn), compare(conn), ledger.check(conn)) == ([], [], [])
            lasted.add(last_position(conn))
            record(conn, [Draft("run:1", EventKind.RUN_PAUSED, 9, {})])
        survivor.close()
    assert len(lasted) > 3
