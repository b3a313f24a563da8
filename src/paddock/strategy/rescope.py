"""The same strategy somewhere else: other symbols, another interval, another venue."""

from __future__ import annotations

from collections.abc import Sequence

from paddock.strategy.canonical import canonical
from paddock.strategy.document import Document
from paddock.strategy.validate import load_document

EVERY_SYMBOL = "*"


def rescope(
    document: Document, *, symbols: Sequence[str] = (), interval: str | None = None, venue: str | None = None
) -> Document:
    """The document with parts of its scope replaced, held to all rules again; `("*",)` is every symbol of the tape.

    Raises Invalid (strategy.invalid), for example when a condition reads bars finer than the new interval.
    """
    if not symbols and interval is None and venue is None:
        return document
    raw = canonical(document)
    scope = dict(raw["scope"]) if isinstance(raw["scope"], dict) else {}
    if tuple(symbols) == (EVERY_SYMBOL,):
        scope.pop("symbols", None)
        scope["universe"] = "all"
    elif symbols:
        scope.pop("universe", None)
        scope["symbols"] = list(symbols)
    scope |= {key: value for key, value in (("interval", interval), ("venue", venue)) if value is not None}
    return load_document(raw | {"scope": scope})
