"""Secrets that name their holder: made here, kept elsewhere as a hash only, compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

Entropy = Callable[[int], bytes]
"""So many bytes that nobody can guess."""

ID_BYTES: Final = 8
SECRET_BYTES: Final = 32
_FORM = re.compile(r"(pd[st])_([0-9a-f]{16})_([\w-]{43})", re.ASCII)


class Sort(StrEnum):
    """The prefix says what a credential is, to people and to whatever looks for leaked ones."""

    SESSION = "pds"
    TOKEN = "pdt"


@dataclass(frozen=True, slots=True)
class Minted:
    """A new credential: `text` goes to its holder once, `id` and `digest` are kept."""

    id: str
    digest: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A credential as somebody shows it."""

    sort: Sort
    id: str
    secret: str = field(repr=False)


def mint(sort: Sort, entropy: Entropy) -> Minted:
    name = entropy(ID_BYTES).hex()
    secret = base64.urlsafe_b64encode(entropy(SECRET_BYTES)).rstrip(b"=").decode("ascii")
    return Minted(name, digest(secret), f"{sort}_{name}_{secret}")


def parse(text: str) -> Shown | None:
    """None for what has not the form of one."""
    found = _FORM.fullmatch(text)
    return Shown(Sort(found[1]), found[2], found[3]) if found else None


def digest(secret: str) -> str:
    """SHA-256 in hex; enough for secrets of 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(secret: str, kept: str) -> bool:
    """Whether a secret is the one that `kept` is the digest of; takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(digest(secret), kept)
