"""A strategy by name or by file, with the scope that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from paddock.core.errors import Code, NotFound
from paddock.core.time import interval_ms
from paddock.strategy.document import Document, Scope, Universe
from paddock.strategy.validate import load_document

EVERY_SYMBOL = "*"


@dataclass(frozen=True, slots=True)
class Overrides:
    """What replaces a part of the strategy's own scope; None and () leave it. Symbols `("*",)` mean all there are."""

    venue: str | None = None
    symbols: tuple[str, ...] = ()
    interval: str | None = None

    def apply(self, scope: Scope) -> Scope:
        """Raises Invalid (data.interval) for an interval that is none."""
        if self.interval is not None:
            interval_ms(self.interval)
            scope = replace(scope, interval=self.interval)
        if self.symbols == (EVERY_SYMBOL,):
            scope = replace(scope, symbols=(), universe=Universe())
        elif self.symbols:
            scope = replace(scope, symbols=tuple(sorted(set(self.symbols))), universe=None)
        return replace(scope, venue=self.venue or scope.venue)


def open_strategy(name: str, overrides: Overrides) -> Document:
    """The document behind a template's name or a .json or .py file, its scope replaced where asked for.

    Raises NotFound (strategy.not_found) and Invalid (strategy.*).
    """
    path = Path(name)
    if not path.is_file():
        raise NotFound(Code.STRATEGY_NOT_FOUND, f"{name} does not exist", seen=name, rule="a template's name or a file")
    document = load_document(path.read_bytes())
    return replace(document, scope=overrides.apply(document.scope))
