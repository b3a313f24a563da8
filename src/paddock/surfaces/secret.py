"""The local token: made once, kept where only its owner may read it."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from paddock.core.errors import Code, Invalid

OWNER_ONLY = 0o600
PREFIX = "pdl_"  # says what it is, to people and to whatever looks for leaked ones
BITS = 256
WORD = re.compile(rb"[!-~]{1,1000}")


@dataclass(frozen=True, slots=True)
class LocalToken:
    """`fresh` says that it was made just now, so that it can be told once."""

    text: str = field(repr=False)
    fresh: bool


def keep_private() -> None:
    """What this process writes from now on is its owner's alone: the database tells what a trader does."""
    os.umask(0o077)


def local_token(path: Path) -> LocalToken:
    """The token in the file, made where there is none.

    Raises Invalid (settings) when the file is empty, or when others may read it.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        return LocalToken(read_token(path), fresh=False)
    text = PREFIX + secrets.token_urlsafe(BITS // 8)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return LocalToken(text, fresh=True)


def read_token(path: Path) -> str:
    """The token in the file; raises Invalid (settings) as above, OSError when there is none."""
    if open_to_others(path):
        raise Invalid(
            Code.SETTINGS,
            "others may read the token",
            where=str(path),
            seen=f"mode {path.stat().st_mode & 0o777:03o}",
            rule="a token is read by its owner only",
            suggestion=f"chmod 600 {path}",
        )
    text = path.read_bytes().strip()
    if not WORD.fullmatch(text):
        raise Invalid(
            Code.SETTINGS,
            "the file of the token is empty" if not text else "the file of the token holds something else",
            where=str(path),
            rule="the file holds one token, a word of visible characters",
            suggestion=f"delete {path}; `paddock serve` then makes another",
        )
    return text.decode("ascii")


def open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)
