"""The doctor finds what is broken, says what mends it, and changes nothing."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from paddock.core.time import parse_ts
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.surfaces import doctor, settings
from paddock.surfaces.cli.main import main
from paddock.surfaces.doctor import Health
from paddock.surfaces.secret import local_token
from tests.databases import Server, postgres  # noqa: F401  a fixture

NOW = parse_ts("2026-11-21T12:00")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a database and a token, as `paddock serve` leaves it."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    local_token(home / "token")
    made = Database.open(f"sqlite:///{home}/paddock.db")
    upgrade(made)
    made.close()
    (home / "paddock.db").chmod(0o600)
    return home


def settings_of(home: Path, port: int = 0, **more: str) -> settings.Settings:
    return settings.load({"PADDOCK_HOME": str(home), "PADDOCK_URL": f"http://127.0.0.1:{port or free_port()}", **more})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def broken(configured: settings.Settings) -> dict[str, str]:
    found = [finding for finding in doctor.examine(configured) if finding.health is Health.BROKEN]
    assert all(finding.mend for finding in found)
    return {finding.check: finding.says for finding in found}


def test_a_home_as_it_should_be_is_well(home):
    findings = list(doctor.examine(settings_of(home)))
    assert broken(settings_of(home)) == {}
    assert {finding.check for finding in findings} == {
        "settings",
        "home",
        "disk",
        "clock",
        "database",
        "schema",
        "port",
    }


def test_a_home_that_is_not_there_yet_is_well_and_is_not_made(tmp_path):
    assert broken(settings_of(tmp_path / "new")) == {}
    assert not (tmp_path / "new").exists()


def test_what_others_may_touch_is_named(home):
    (home / "token").chmod(0o644)
    home.chmod(0o777)
    found = broken(settings_of(home))
    assert set(found) == {"home", "secrets"}


def test_a_database_that_others_may_read_is_named(home):
    (home / "paddock.db").chmod(0o644)
    assert broken(settings_of(home)) == {"secrets": f"others may use {home / 'paddock.db'}"}


def test_an_old_schema_is_named(home):
    (home / "paddock.db").unlink()
    database = Database.open(f"sqlite:///{home}/paddock.db")
    with database.write():
        pass
    database.close()
    assert broken(settings_of(home))["schema"].startswith("revision none")


def test_a_file_that_is_no_database_is_named(home):
    (home / "paddock.db").write_bytes(b"not a database, but long enough to be taken for one" * 40)
    assert "database" in broken(settings_of(home))


def test_a_port_of_somebody_else_is_named(home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert str(port) in broken(settings_of(home, port))["port"]


def test_a_full_disk_is_named(home, monkeypatch):
    monkeypatch.setattr(doctor, "NO_DISK", 2**62)
    assert "disk" in broken(settings_of(home))


@pytest.mark.parametrize(
    ("now", "kept", "health"),
    [
        (NOW, True, Health.WELL),
        (NOW, None, Health.WELL),
        (NOW, False, Health.DOUBTFUL),
        (parse_ts("1970-01-02"), True, Health.BROKEN),
    ],
)
def test_the_clock(now, kept, health):
    assert doctor.check_clock(now, kept).health is health


def test_the_kernel_is_asked_whether_the_clock_is_kept_right():
    assert doctor.synchronised() in {True, False, None}


@pytest.mark.parametrize(("version", "health"), [((3, 36, 9), Health.BROKEN), ((3, 40, 1), Health.WELL)])
def test_the_version_of_sqlite(version, health):
    assert doctor.check_sqlite(version).health is health


def test_a_server_that_may_lose_commits_is_named(postgres: Server, tmp_path):  # noqa: F811  the fixture
    url = postgres.create("careless")
    database = Database.open(url)
    upgrade(database)
    database.close()
    found = broken(settings_of(tmp_path, PADDOCK_DATABASE_URL=url))
    assert "fsync is off" in found["database"]


def test_the_command_exits_with_one_when_something_is_broken(home, monkeypatch, capsys):
    monkeypatch.setenv("PADDOCK_URL", f"http://127.0.0.1:{free_port()}")
    assert main(["doctor", "--home", str(home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["healthy"] is True
    home.chmod(0o777)
    assert main(["doctor", "--home", str(home)]) == 1
    assert "mend: chmod go-w" in capsys.readouterr().out
