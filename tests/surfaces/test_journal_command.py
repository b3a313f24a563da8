"""`paddock journal` and `paddock db`: on the database itself, with exit codes that a script can use."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import pytest

from paddock.journal.database import Database
from paddock.journal.upgrade import newest
from paddock.strategy.templates import find_template
from paddock.surfaces.cli.main import main
from paddock.surfaces.house import house_on
from paddock.surfaces.machine import RandomIds, SystemClock


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose journal tells of a bot and of money."""
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path))
    assert main(["db", "upgrade"]) == 0
    database = Database.open(f"sqlite:///{tmp_path}/paddock.db")
    house = house_on(database, SystemClock(), RandomIds())
    house.bots.create("local", "one", find_template("breakout").document())
    house.accounts.open("local", "play", 1_000_000)
    database.close()
    return tmp_path


def tamper(home: Path, statement: str) -> None:
    """As somebody would who has the file: past whatever guards it."""
    with sqlite3.connect(home / "paddock.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()


def test_a_sound_journal(home, capsys):
    capsys.readouterr()
    assert main(["journal", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"sound": True, "findings": []}
    assert main(["journal", "verify"]) == 0
    assert "sound" in capsys.readouterr().out


def test_a_changed_event_is_found_and_named(home, capsys):
    tamper(home, "UPDATE events SET payload = replace(payload, 'one', 'two') WHERE kind = 'bot.created'")
    capsys.readouterr()
    assert main(["journal", "verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] is False
    assert any(found["where"].startswith("bot:") and found["where"].endswith("seq 1") for found in told["findings"])
    assert main(["journal", "verify"]) == 1
    assert "seq 1" in capsys.readouterr().out


def test_books_that_were_changed_are_found_and_made_anew(home, capsys):
    tamper(home, "UPDATE balances SET amount = amount + 1 WHERE book = 'cash'")
    assert main(["journal", "verify"]) == 1
    assert main(["journal", "replay"]) == 0
    assert main(["journal", "verify"]) == 0


def test_export_writes_every_event(home, tmp_path, capsys):
    assert main(["journal", "export", str(tmp_path / "log.jsonl")]) == 0
    header, *lines = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert header["events"] == len(lines)
    assert [line["kind"] for line in lines] == ["bot.created", "account.opened", "account.deposited"]


def test_the_schema_and_a_copy(home, tmp_path, capsys):
    capsys.readouterr()
    assert main(["db", "current", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"database": "sqlite", "revision": newest(), "newest": newest()}
    assert main(["db", "upgrade"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert main(["db", "backup", str(tmp_path / "copy.db")]) == 0
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM events").fetchone() == (3,)
    copy.close()


@pytest.mark.parametrize("command", [("db", "current"), ("journal", "verify"), ("journal", "replay")])
def test_a_home_without_a_database_is_not_found(command, tmp_path, capsys):
    assert main([*command, "--home", str(tmp_path / "empty")]) == 2
    assert "database.not_found" in capsys.readouterr().err
    assert not (tmp_path / "empty").exists()


def test_a_newer_database_is_refused(home, capsys):
    tamper(home, "UPDATE alembic_version SET version_num = '9999'")
    assert main(["journal", "verify"]) == 1
    assert "database.version" in capsys.readouterr().err
    assert main(["db", "upgrade"]) == 1


def test_a_missing_driver_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv("PADDOCK_DATABASE_URL", "postgresql://me@127.0.0.1:1/db")
    assert main(["db", "current"]) == 4
    assert "paddock[postgres]" in capsys.readouterr().err
