"""Where a page ends: the key of its last row, in a form that fits into a URL and that nobody needs to read."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, literal

from paddock.core.errors import Code, Invalid


def to_text(key: Sequence[int | str]) -> str:
    raw = json.dumps(list(key), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parse(text: str, *types: type[int] | type[str]) -> tuple[int | str, ...]:
    """The key; raises Invalid (request) for what is no cursor of this list."""
    try:
        found = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
    except (binascii.Error, UnicodeDecodeError, ValueError, RecursionError):
        found = None
    fits = isinstance(found, list) and len(found) == len(types)
    if not fits or not all(type(part) is kind and _storable(part) for part, kind in zip(found, types, strict=True)):
        raise Invalid(Code.REQUEST, "no cursor of this list", where="query.after", rule="`next` of the page before")
    return tuple(found)


def bound(text: str, *types: type[int] | type[str]) -> list[BindParameter[Any]]:
    """The key as values of a query; raises Invalid as above."""
    return [literal(part) for part in parse(text, *types)]


def _storable(part: int | str) -> bool:
    return 0 <= part < 2**63 if isinstance(part, int) else part.isprintable() and part.isascii()
