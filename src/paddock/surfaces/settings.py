"""What the environment may say. This is the only module that reads it; everything below gets values as arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from paddock.core.errors import Code, Invalid, nearest
from paddock.engine.costs import Costs

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
SIGN_IN_DOMAINS = Setting("PADDOCK_SIGN_IN_DOMAINS", "", "pages whose visitors may sign in with a wallet, by comma")
PRIVY_APP_ID = Setting("PADDOCK_PRIVY_APP_ID", "", "application whose Privy tokens sign in")
PRIVY_KEY_FILE = Setting("PADDOCK_PRIVY_KEY_FILE", "", "PEM file of the public key that Privy signs them with")
ADMINS = Setting("PADDOCK_ADMINS", "", "addresses or DIDs of those who may do everything, by comma")
HOSTS = Setting("PADDOCK_HOSTS", "", "names besides those of loopback that the API answers to, by comma")
ORIGINS = Setting("PADDOCK_ORIGINS", "", "pages of other origins that may call the API, by comma")
HTTPS = Setting("PADDOCK_HTTPS", "0", "the API is reached over https only: its cookie travels no other way")
MASTER_KEYS = Setting(
    "PADDOCK_MASTER_KEYS",
    "",
    "keys that seal agents' keys, base64, the current first; else {home}/master.keys holds them",
)
PAPER_LATENCY = Setting("PADDOCK_PAPER_LATENCY_MS", "0", "how long an order at the paper venue is on its way, in ms")
DEBUG = Setting("PADDOCK_DEBUG", "0", "show the traceback of an internal error instead of one line")
SETTINGS = (
    *(HOME, DATABASE_URL, URL, TOKEN_FILE, LOG),
    *(SIGN_IN_DOMAINS, PRIVY_APP_ID, PRIVY_KEY_FILE, ADMINS, HOSTS, ORIGINS, HTTPS),
    MASTER_KEYS,
    PAPER_LATENCY,
    DEBUG,
)

LOGS = ("auto", "console", "json")


@dataclass(frozen=True, slots=True)
class Reach:
    """Who may reach the API, and from where. `privy_key` is None where no key is named."""

    sign_in_domains: tuple[str, ...]
    privy_app_id: str
    privy_key: Path | None
    admins: tuple[str, ...]
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    https: bool

    @property
    def guarded(self) -> bool:
        """Whether somebody can sign in other than with the local token."""
        return bool(self.sign_in_domains or (self.privy_app_id and self.privy_key))


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment, parsed once. The database's URL may hold a password, and is never shown."""

    home: Path
    database_url: str = field(repr=False)
    url: str
    token_file: Path
    log: str
    reach: Reach
    debug: bool
    master_keys: str = field(default="", repr=False)
    paper: Costs = field(default=Costs())


def load(environ: Mapping[str, str] = os.environ, *, home: Path | None = None) -> Settings:
    """Settings from `environ`; an unset or empty variable takes its default, `home` goes before its variable.

    Raises Invalid (settings) for a value that cannot be read.
    """
    folder = _expanded(HOME, home or Path(environ.get(HOME.name) or HOME.default))

    def text(setting: Setting) -> str:
        return environ.get(setting.name) or setting.default.format(home=folder)

    return Settings(
        home=folder,
        database_url=text(DATABASE_URL),
        url=text(URL).rstrip("/"),
        token_file=_expanded(TOKEN_FILE, Path(text(TOKEN_FILE))),
        log=_one_of(LOG, text(LOG), LOGS),
        reach=_reach(environ),
        debug=_flag(DEBUG, environ.get(DEBUG.name, "")),
        master_keys=environ.get(MASTER_KEYS.name, ""),
        paper=_paper(text(PAPER_LATENCY)),
    )


def _paper(text: str) -> Costs:
    """What trading at the paper venue costs."""
    try:
        return Costs(latency_ms=float(text))
    except (ValueError, Invalid):
        raise Invalid(
            Code.SETTINGS,
            f'{PAPER_LATENCY.name} is no time that an order may be on its way: "{text}"',
            where=PAPER_LATENCY.name,
            seen=text,
            rule=f"{PAPER_LATENCY.name} is a number of milliseconds, from 0 to 60000",
        ) from None


def _reach(environ: Mapping[str, str]) -> Reach:
    def listed(setting: Setting) -> tuple[str, ...]:
        return tuple(word for part in environ.get(setting.name, "").split(",") if (word := part.strip()))

    key = environ.get(PRIVY_KEY_FILE.name)
    return Reach(
        sign_in_domains=listed(SIGN_IN_DOMAINS),
        privy_app_id=environ.get(PRIVY_APP_ID.name, "").strip(),
        privy_key=_expanded(PRIVY_KEY_FILE, Path(key)) if key else None,
        admins=listed(ADMINS),
        hosts=listed(HOSTS),
        origins=listed(ORIGINS),
        https=_flag(HTTPS, environ.get(HTTPS.name, "")),
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


def _expanded(setting: Setting, path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise Invalid(
            Code.SETTINGS,
            f'no user folder is known for "{path}"',
            where=setting.name,
            seen=path,
            rule="a leading ~ needs a home folder",
            suggestion=f"set {setting.name} to an absolute path",
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
