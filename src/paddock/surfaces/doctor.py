"""Is this machine fit to keep bots going? One check a question, each with what mends it."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from paddock.core.errors import NotRunning, PaddockError, TimedOut
from paddock.core.time import format_ts, parse_ts
from paddock.surfaces.ipc import NAME, ask
from paddock.surfaces.secret import open_to_others
from paddock.surfaces.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from paddock.journal.database import Database

LITTLE_DISK, NO_DISK = 2 * 1024**3, 200 * 1024**2  # bytes
SKEW_MS = 2_000
OLDEST_TS: Final = parse_ts("2026-01-01")  # a clock before this was never set
OLDEST_SQLITE = (3, 37)  # STRICT tables
UNSYNCHRONISED = 5  # what adjtimex(2) returns then
LOOPBACK = "127.0.0.1"


class Health(StrEnum):
    WELL = "well"
    DOUBTFUL = "doubtful"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """`mend` is what to do about it; empty when all is well."""

    check: str
    health: Health
    says: str
    mend: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings, the settings' own excepted: those that cannot be read never come this far."""
    yield Finding("settings", Health.WELL, f"home {settings.home}, API {settings.url}")
    yield from check_permissions(settings)
    yield check_disk(settings.home)
    yield check_clock(time_ns() // 1_000_000, synchronised())
    yield from check_database(settings)
    yield check_port(settings)


def check_permissions(settings: Settings) -> Iterator[Finding]:
    """The home may be written to by its owner and by nobody else; the token is the owner's alone."""
    home, token = settings.home, settings.token_file
    first = next(folder for folder in (home, *home.parents) if folder.exists())
    if not first.is_dir() or not os.access(first, os.W_OK | os.X_OK):
        yield Finding("home", Health.BROKEN, f"{first} cannot be written to", "name another folder with PADDOCK_HOME")
        return
    if not home.exists():
        yield Finding("home", Health.WELL, f"{home} will be made")
        return
    if home.stat().st_mode & 0o022:
        yield Finding("home", Health.BROKEN, "others may change what is in it", f"chmod go-w {home}")
    else:
        yield Finding("home", Health.WELL, f"{home} is its owner's to change")
    for path in (token, home / NAME, *_database_file(settings)):
        if path.exists() and open_to_others(path):
            yield Finding("secrets", Health.BROKEN, f"others may use {path}", f"chmod 600 {path}")


def _database_file(settings: Settings) -> tuple[Path, ...]:
    """That of SQLite; a server guards its own."""
    kind, _, path = settings.database_url.partition(":///")
    return (Path(path),) if kind == "sqlite" else ()


def check_disk(home: Path) -> Finding:
    folder = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    says = f"{free / 1024**3:.1f} GiB free"
    if free < NO_DISK:
        return Finding("disk", Health.BROKEN, says, "make room: orders stop when the journal cannot be written")
    if free < LITTLE_DISK:
        return Finding("disk", Health.DOUBTFUL, says, "make room before the journal needs it")
    return Finding("disk", Health.WELL, says)


def check_clock(now_ts: int, synchronised: bool | None) -> Finding:
    if now_ts < OLDEST_TS:
        return Finding("clock", Health.BROKEN, f"it says {format_ts(now_ts)} UTC", "set the machine's clock")
    if synchronised is False:
        return Finding(
            "clock", Health.DOUBTFUL, "nothing keeps it right", "run a time service: timedatectl set-ntp true"
        )
    return Finding("clock", Health.WELL, f"{format_ts(now_ts)} UTC" + (", kept right" if synchronised else ""))


def synchronised() -> bool | None:
    """Whether a time service keeps the machine's clock right; None where the kernel cannot be asked."""
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None) if sys.platform == "linux" else None
    if adjtimex is None:
        return None
    answer = adjtimex(ctypes.create_string_buffer(512))  # a zeroed struct timex, with room to spare, only reads
    return None if answer < 0 else answer != UNSYNCHRONISED


def check_database(settings: Settings) -> Iterator[Finding]:
    """It opens, keeps what it is told, is of our revision, and agrees on the time."""
    from paddock.journal.database import Database

    if settings.database_url.startswith("sqlite"):
        yield check_sqlite(sqlite3.sqlite_version_info)
        if not any(path.exists() for path in _database_file(settings)):
            yield Finding("database", Health.WELL, "there is none yet; `paddock serve` makes it")
            return
    database = None
    try:
        database = Database.open(settings.database_url)
        yield check_revision(database)
        yield from check_storage(database)
    except PaddockError as error:
        yield Finding("database", Health.BROKEN, error.message, error.suggestion or error.rule)
    finally:
        if database is not None:
            database.close()


def check_sqlite(version: tuple[int, ...]) -> Finding:
    says = "SQLite " + ".".join(map(str, version))
    if version[:2] < OLDEST_SQLITE:
        return Finding("database", Health.BROKEN, says, "use a Python with SQLite 3.37 or newer, or PostgreSQL")
    return Finding("database", Health.WELL, says)


def check_revision(database: Database) -> Finding:
    from paddock.journal.upgrade import current, newest

    now, ours = current(database), newest()
    if now == ours:
        return Finding("schema", Health.WELL, f"revision {now}")
    return Finding("schema", Health.BROKEN, f"revision {now or 'none'}, ours is {ours}", "paddock db upgrade")


def check_storage(database: Database) -> Iterator[Finding]:
    with database.write() as conn:
        skew = abs(database.now_ts(conn) - time_ns() // 1_000_000)
        wrong = [f"{name} is {found}" for name, found, wanted in _modes(database.dialect, conn) if found != wanted]
    if wrong:
        mend = "what is committed must be on disk: mend the database's settings"
        yield Finding("database", Health.BROKEN, ", ".join(wrong), mend)
    else:
        yield Finding("database", Health.WELL, f"{database.dialect}: what is committed is on disk")
    if skew > SKEW_MS:
        yield Finding("clock", Health.DOUBTFUL, f"{skew} ms from the database's", "run a time service on both machines")


def _modes(dialect: str, conn: Connection) -> Iterator[tuple[str, object, object]]:
    """(setting, as it is, as it must be) of whatever makes a commit durable."""
    if dialect == "sqlite":
        for name, wanted in {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}.items():
            yield name, conn.exec_driver_sql(f"PRAGMA {name}").scalar_one(), wanted
        return
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        yield name, conn.exec_driver_sql(f"SHOW {name}").scalar_one(), "on"


def check_port(settings: Settings) -> Finding:
    """Whether `paddock serve` could listen, or already does."""
    try:
        ask(settings.home, "get_state")
        return Finding("port", Health.WELL, "`paddock serve` runs for this home")
    except TimedOut as error:
        return Finding("port", Health.BROKEN, error.message, "restart `paddock serve`: nothing is lost by that")
    except NotRunning:
        pass
    port = urlsplit(settings.url).port or 80
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            mend = f"end what listens on {port}, or serve on another port: paddock serve --port {port + 1}"
            return Finding("port", Health.BROKEN, f"{LOOPBACK}:{port}: {error.strerror}", mend)
    return Finding("port", Health.WELL, f"{LOOPBACK}:{port} is free")
