"""Backtest of a Python strategy: the same session, stepped bar by bar, with the decisions made outside the kernel."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np

from paddock.core.errors import Code, Invalid
from paddock.core.time import interval_ms
from paddock.engine.backtest import Progress, check_window, finished
from paddock.engine.costs import Costs
from paddock.engine.guards import state_value
from paddock.engine.log import Run
from paddock.engine.pack import start_cash, step_of
from paddock.engine.rows import Table, table_of
from paddock.engine.session import Session
from paddock.engine.signals import no_decisions, pack_rules
from paddock.engine.state import Step
from paddock.market.features import Feature, FeatureStore
from paddock.market.tape import Floats, Tape
from paddock.strategy.expr import StateField
from paddock.strategy.program import Action
from paddock.strategy.python import PythonProgram

REPORT_EVERY = 16  # bars, each of which may take as long as the strategy likes


def backtest_python(
    strategy: PythonProgram,
    tape: Tape,
    *,
    start_usd: Decimal,
    costs: Costs,
    window: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run a Python strategy as `paddock.engine.backtest.backtest` runs a program of rules.

    Raises Invalid for a window or cash out of range, and (strategy.python) when the strategy itself fails, or reads
    more than can be held.
    """
    begin, end = check_window(window, tape)
    check_columns(strategy, tape)
    start = start_cash(start_usd)
    session = Session([strategy.program], tape, costs, [start], [0], begin, end)
    for row, _, _ in closes(strategy, tape, session):
        if progress is not None and (row + 1 == end or (row - begin) % REPORT_EVERY == 0):
            progress(row + 1 - begin, end - begin)
    return finished(strategy.program, tape, costs, session, start)


def closes(strategy: PythonProgram, tape: Tape, session: Session) -> Iterator[tuple[int, AtClose, tuple[Action, ...]]]:
    """Carry a session to its end, bar by bar: each row, what the strategy saw at its close, and what it wants.

    What it wants is done when the next one is asked for.
    """
    symbols = strategy.program.symbols
    idle, decider = no_decisions(pack_rules([strategy.program])), strategy.start()
    seen = AtClose(session, strategy.features, tape, symbols)
    places = {symbol: n for n, symbol in enumerate(symbols)}
    for row in range(session.begin, session.end):
        session.run(idle, row + 1)
        seen.move(row)
        actions = decider.decide(seen) if seen.present else ()
        yield row, seen, actions
        if actions:
            session.act(steps(actions, places))


def check_columns(strategy: PythonProgram, tape: Tape) -> None:
    """Raises Invalid (strategy.python) for a strategy whose features have more values on this tape than it may read."""
    values = len(strategy.features) * tape.bars
    if strategy.most_values is not None and values > strategy.most_values:
        raise Invalid(
            Code.STRATEGY_PYTHON,
            "the strategy reads more than can be held",
            where="init",
            seen=f"{len(strategy.features)} features over {tape.bars} bars",
            rule=f"features times bars are at most {strategy.most_values}",
            suggestion="read fewer features, or fewer symbols",
        )


def steps(actions: Sequence[Action], places: dict[str, int]) -> Table[Step]:
    """Actions as the kernel's rows; `places` numbers the slots by symbol."""
    rows = table_of(Step, len(actions))
    for n, action in enumerate(actions):
        rows[n] = step_of(action, places[action.symbol])
    return rows


class AtClose:
    """What a Python strategy may know at the close of the row it was moved to: nothing here takes a time."""

    def __init__(self, session: Session, features: Sequence[Feature], tape: Tape, symbols: tuple[str, ...]) -> None:
        store = FeatureStore(tape)
        self._columns: dict[Feature, Floats] = {feature: store.column(feature) for feature in features}
        self._session, self._ts, self._step = session, tape.ts, interval_ms(tape.interval)
        self._places = {symbol: n for n, symbol in enumerate(symbols)}
        self._closes = {symbol: tape.close[tape.row(symbol)] for symbol in symbols}
        self._row = session.begin - 1
        self._latest = {symbol: last_bar(close, session.begin) for symbol, close in self._closes.items()}
        self._before = dict(self._latest)
        self.present: tuple[str, ...] = ()

    def move(self, row: int) -> None:
        """See the close of `row`, the one after the last."""
        self._row = row
        self.present = tuple(symbol for symbol, close in self._closes.items() if not math.isnan(close[row]))
        for symbol in self.present:
            self._before[symbol], self._latest[symbol] = self._latest[symbol], row

    @property
    def close_ts(self) -> int:
        return int(self._ts[self._row]) + self._step

    def value(self, feature: Feature) -> float:
        return float(self._columns[feature][self._row])

    def before(self, symbol: str, feature: Feature) -> float:
        row = self._before[symbol]
        return float(self._columns[feature][row]) if row >= 0 else math.nan

    def state(self, symbol: str, field: StateField) -> float:
        slot = self._session.books.slots[self._places[symbol]]
        spec, s = self._session.spec, slot.symbol
        return float(state_value(int(field), slot, self.close_ts, float(spec.lot_scale[s]), float(spec.lot_value[s])))


def last_bar(close: Floats, before: int) -> int:
    """The last row below `before` at which the symbol has a bar, or -1."""
    rows = np.flatnonzero(~np.isnan(close[:before]))
    return int(rows[-1]) if len(rows) else -1
