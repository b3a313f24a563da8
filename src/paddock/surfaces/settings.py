"""What the environment may say. This is the only module that reads it; everything below gets values as arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from paddock.core.errors import Code, Invalid

TRUE_WORDS = ("1", "true", "yes", "on")
FALSE_WORDS = ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, what stands in for it, and what it means; documented in docs/settings.md."""

    name: str
    default: str
    meaning: str


HOME = Setting("PADDOCK_HOME", "~/.paddock", "folder that holds the lake of candles and funding, and written reports")
DEBUG = Setting("PADDOCK_DEBUG", "0", "show the traceback of an internal error instead of one line")
SETTINGS = (HOME, DEBUG)


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment, parsed once."""

    home: Path
    debug: bool


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `environ`; an unset or empty variable takes its default.

    Raises Invalid (settings) for a value that cannot be read.
    """
    home = Path(environ.get(HOME.name) or HOME.default)
    return Settings(home=_expanded(home), debug=_flag(DEBUG, environ.get(DEBUG.name, "")))


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
