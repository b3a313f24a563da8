"""What the environment may say. This is the only module that reads it; everything below gets values as arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from paddock.core.errors import Code, Invalid, nearest

TRUE_WORDS = ("1", "true", "yes", "on")
FALSE_WORDS = ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, what stands in for it, and what it means; documented in docs/settings.md."""

    name: str
    default: str
    meaning: str


HOME = Setting(
    "PADDOCK_HOME",
    "~/.paddock",
    "folder that holds the lake of candles and funding, the database, the local token and written reports",
)
DATABASE_URL = Setting(
    "PADDOCK_DATABASE_URL", "sqlite:///{home}/paddock.db", "database of the journal: sqlite:///FILE or postgresql://…"
)
URL = Setting("PADDOCK_URL", "http://127.0.0.1:8400", "where commands reach the API of a running `paddock serve`")
TOKEN_FILE = Setting("PADDOCK_TOKEN_FILE", "{home}/token", "file that holds the token which commands show the API")
LOG = Setting("PADDOCK_LOG", "auto", "shape of the log: auto (lines on a terminal, else JSON), console or json")
DEBUG = Setting("PADDOCK_DEBUG", "0", "show the traceback of an internal error instead of one line")
SETTINGS = (HOME, DATABASE_URL, URL, TOKEN_FILE, LOG, DEBUG)

LOGS = ("auto", "console", "json")


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment, parsed once. The database's URL may hold a password, and is never shown."""

    home: Path
    database_url: str = field(repr=False)
    url: str
    token_file: Path
    log: str
    debug: bool


def load(environ: Mapping[str, str] = os.environ, *, home: Path | None = None) -> Settings:
    """Settings from `environ`; an unset or empty variable takes its default, `home` goes before its variable.

    Raises Invalid (settings) for a value that cannot be read.
    """
    folder = _expanded(home or Path(environ.get(HOME.name) or HOME.default))

    def text(setting: Setting) -> str:
        return environ.get(setting.name) or setting.default.format(home=folder)

    return Settings(
        home=folder,
        database_url=text(DATABASE_URL),
        url=text(URL).rstrip("/"),
        token_file=_expanded(Path(text(TOKEN_FILE))),
        log=_one_of(LOG, text(LOG), LOGS),
        debug=_flag(DEBUG, environ.get(DEBUG.name, "")),
    )


def _one_of(setting: Setting, text: str, choices: Sequence[str]) -> str:
    word = text.strip().lower()
    if word in choices:
        return word
    raise Invalid(
        Code.SETTINGS,
        f'{setting.name} is not one of its words: "{text}"',
        where=setting.name,
        seen=text,
        rule=f"{setting.name} is one of {', '.join(choices)}",
        suggestion=nearest(word, choices),
    )


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise Invalid(
            Code.SETTINGS,
            f'no user folder is known for "{path}"',
            where=HOME.name,
            seen=path,
            rule="a leading ~ needs a home folder",
            suggestion=f"set {HOME.name} to an absolute path",
        ) from None


def _flag(setting: Setting, text: str) -> bool:
    word = text.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise Invalid(
        Code.SETTINGS,
        f'{setting.name} is neither on nor off: "{text}"',
        where=setting.name,
        seen=text,
        rule=f"{setting.name} is one of {', '.join((*TRUE_WORDS, *FALSE_WORDS[1:]))}",
    )
