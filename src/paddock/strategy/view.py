"""What a Python strategy sees: the market and its own positions as of one bar's close, and nothing later.

A view holds no column and no row number: it asks an `Observation` that the engine hands over for one bar, and an
observation has no method that takes a time. Looking ahead is not forbidden, it cannot be said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from paddock.core.errors import Code, Invalid, nearest
from paddock.core.time import INTERVALS
from paddock.market.feature import Feature
from paddock.strategy.expr import StateField


class Observation(Protocol):
    """What the engine knows at one bar's close; NaN is unknown."""

    @property
    def close_ts(self) -> int:
        """Close time of the bar, ms UTC."""
        ...

    @property
    def present(self) -> tuple[str, ...]:
        """Symbols that have this bar, sorted; only they are decided on."""
        ...

    def value(self, feature: Feature) -> float:
        """A feature at this bar's close."""
        ...

    def before(self, symbol: str, feature: Feature) -> float:
        """A feature at the close of the previous bar of `symbol`."""
        ...

    def state(self, symbol: str, field: StateField) -> float:
        """The bot's own position on a symbol at this bar's close, before any action of this decision."""
        ...


@dataclass(frozen=True, slots=True)
class Declared:
    """A feature that `init` asked for; `symbol` None means whichever symbol it is read for."""

    name: str
    params: tuple[float, ...]
    interval: str
    symbol: str | None

    def of(self, symbol: str) -> Feature:
        return Feature(self.symbol or symbol, self.interval, self.name, self.params)


class Market:
    """Handed to `init`: what is there to read. Declared features are computed once for each symbol."""

    def __init__(self, symbols: tuple[str, ...], interval: str) -> None:
        self.symbols = symbols
        self.interval = interval
        self.asked: list[Declared] = []

    def feature(self, name: str, *params: float, interval: str | None = None, symbol: str | None = None) -> Declared:
        """Declare a feature, for example ("rsi", 14); parameters left out take their defaults.

        Raises Invalid (value.feature, data.interval) for what does not exist.
        """
        from paddock.market.features import FEATURES, validate

        bars = interval or self.interval
        chosen = params if params or name not in FEATURES else FEATURES[name].defaults
        declared = Declared(name, tuple(float(p) for p in chosen), bars, symbol)
        validate(declared.of(self.symbols[0]))
        own = INTERVALS[self.interval]
        if INTERVALS[bars] % own:
            fits = ", ".join(key for key, ms in INTERVALS.items() if ms % own == 0)
            raise Invalid(
                Code.DATA_INTERVAL,
                f"{bars} bars cannot be built from {self.interval} bars",
                where="init",
                seen=bars,
                rule=f"the interval of a feature is a multiple of the scope's: {fits}",
            )
        self.asked.append(declared)
        return declared

    def declared(self) -> tuple[Feature, ...]:
        """Every column that the strategy may read, once each."""
        found = (one.of(symbol) for one in self.asked for symbol in self.symbols)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class PositionView:
    """The bot's position on one symbol. What is unknown (all but the first two, when flat) is None."""

    qty: float
    notional_usd: float
    pnl_usd: float | None
    pnl_pct: float | None
    duration_s: float | None
    since_entry_s: float

    @property
    def is_flat(self) -> bool:
        return self.qty == 0

    @property
    def is_long(self) -> bool:
        return self.qty > 0

    @property
    def is_short(self) -> bool:
        return self.qty < 0


class SymbolView:
    """One symbol as of this bar's close."""

    __slots__ = ("_seen", "symbol")

    def __init__(self, symbol: str, seen: Observation) -> None:
        self.symbol = symbol
        self._seen = seen

    def value(self, feature: Declared) -> float | None:
        """The feature at this close, or None when it is not known."""
        return _known(self._seen.value(feature.of(self.symbol)))

    def previous(self, feature: Declared) -> float | None:
        """The feature at the close of this symbol's bar before, or None when it is not known."""
        return _known(self._seen.before(self.symbol, feature.of(self.symbol)))

    def crosses_above(self, left: Declared, right: Declared | float) -> bool | None:
        """At or below on the bar before and above now; None when one of the four values is not known."""
        return self._crosses(left, right, 1)

    def crosses_below(self, left: Declared, right: Declared | float) -> bool | None:
        """At or above on the bar before and below now; None when one of the four values is not known."""
        return self._crosses(left, right, -1)

    @property
    def position(self) -> PositionView:
        def read(field: StateField) -> float:
            return self._seen.state(self.symbol, field)

        return PositionView(
            qty=read(StateField.QTY),
            notional_usd=read(StateField.NOTIONAL_USD),
            pnl_usd=_known(read(StateField.PNL_USD)),
            pnl_pct=_known(read(StateField.PNL_PCT)),
            duration_s=_known(read(StateField.DURATION_S)),
            since_entry_s=read(StateField.SINCE_ENTRY_S),
        )

    def _crosses(self, left: Declared, right: Declared | float, sign: int) -> bool | None:
        level = right if isinstance(right, Declared) else None
        now = (self.value(left), float(right) if not isinstance(right, Declared) else self.value(right))
        before = (self.previous(left), now[1] if level is None else self.previous(level))
        if now[0] is None or now[1] is None or before[0] is None or before[1] is None:
            return None
        return sign * (before[0] - before[1]) <= 0 < sign * (now[0] - now[1])


class View:
    """Handed to `next`: everything as of this bar's close."""

    __slots__ = ("_seen", "symbols", "time")

    def __init__(self, seen: Observation, scope: tuple[str, ...]) -> None:
        self._seen = seen
        self.symbols = tuple(symbol for symbol in seen.present if symbol in scope)
        self.time = seen.close_ts

    def __getitem__(self, symbol: str) -> SymbolView:
        if symbol not in self.symbols:
            raise Invalid(
                Code.STRATEGY_PYTHON,
                f"{symbol} has no bar now",
                where="next",
                seen=symbol,
                rule="only symbols in view.symbols can be looked at",
                suggestion=nearest(symbol, self.symbols),
            )
        return SymbolView(symbol, self._seen)

    def __iter__(self) -> Iterator[SymbolView]:
        return (SymbolView(symbol, self._seen) for symbol in self.symbols)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
