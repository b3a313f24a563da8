"""What living Python strategies are shown at a close: features, at the bar before as well, and their own positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paddock.core.time import interval_ms
from paddock.engine.live import LiveSession
from paddock.market.feature import Feature
from paddock.market.features import FeatureStore
from paddock.market.growing import Bar
from paddock.market.tape import Floats, Tape
from paddock.strategy.expr import StateField


class Closes:
    """The newest close of a session, and of each symbol its bar before, as far as `features` go.

    `history` is what the session began with, and `features` are some that it carries.
    """

    def __init__(self, session: LiveSession, history: Tape, features: Sequence[Feature]) -> None:
        self.session = session
        self.step = interval_ms(history.interval)
        self.ts = 0
        self.present: frozenset[str] = frozenset()
        carried = {feature: n for n, feature in enumerate(session.stream.features)}
        self._place = {feature: n for n, feature in enumerate(features)}
        self._carried = np.array([carried[feature] for feature in features], np.int64)
        self._row = {symbol: n for n, symbol in enumerate(history.symbols)}
        self._now: Floats = session.stream.values[self._carried]
        self._latest = self._at_last_bars(history)  # of each symbol: every feature at its last bar
        self._before = self._latest.copy()

    def move(self, bar: Bar) -> None:
        """Note the close of `bar`, which the session has just taken."""
        there = ~np.isnan(bar.close)
        self._now = self.session.stream.values[self._carried]
        self._before[there] = self._latest[there]
        self._latest[there] = self._now
        self.ts = bar.ts + self.step
        self.present = frozenset(symbol for symbol, row in self._row.items() if there[row])

    def of(self, bot: int, symbols: tuple[str, ...]) -> BotClose:
        """What a bot of the session with these symbols may know."""
        return BotClose(self, bot, tuple(symbol for symbol in symbols if symbol in self.present))

    def value(self, feature: Feature) -> float:
        return float(self._now[self._place[feature]])

    def before(self, symbol: str, feature: Feature) -> float:
        return float(self._before[self._row[symbol], self._place[feature]])

    def _at_last_bars(self, tape: Tape) -> Floats:
        """Every feature at the last bar of each symbol, [S, F]; NaN where a symbol has none."""
        out = np.full((len(tape.symbols), len(self._place)), np.nan)
        store = FeatureStore(tape)
        for row, close in enumerate(tape.close):
            there = np.flatnonzero(~np.isnan(close))
            if len(there) and there[-1] == tape.bars - 1:
                out[row] = self._now
            elif len(there):
                out[row] = [store.column(feature)[there[-1]] for feature in self._place]
        return out


@dataclass(frozen=True, slots=True)
class BotClose:
    """An `Observation` (see paddock.strategy.view) of one bot."""

    closes: Closes
    bot: int
    present: tuple[str, ...]

    @property
    def close_ts(self) -> int:
        return self.closes.ts

    def value(self, feature: Feature) -> float:
        return self.closes.value(feature)

    def before(self, symbol: str, feature: Feature) -> float:
        return self.closes.before(symbol, feature)

    def state(self, symbol: str, field: StateField) -> float:
        return self.closes.session.position_state(self.bot, symbol, field)
