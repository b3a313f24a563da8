"""From what was asked for to a finished run: strategy, tape, window and account brought together in one place."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np

from paddock.core.errors import Code, Invalid, NotFound
from paddock.core.time import format_ts, interval_ms
from paddock.engine.backtest import Progress, backtest
from paddock.engine.costs import Costs
from paddock.engine.log import Run
from paddock.engine.scripted import backtest_python
from paddock.market.coverage import coverage_of, require_coverage
from paddock.market.feature import Feature
from paddock.market.lake import Lake
from paddock.market.load import DEMO_VENUE, load_tape
from paddock.market.tape import Tape
from paddock.strategy.document import Document
from paddock.strategy.program import Program
from paddock.strategy.python import PythonProgram
from paddock.strategy.rescope import rescope
from paddock.surfaces.report.indicators import features_of
from paddock.surfaces.strategies import Compiled, Opened, open_strategy


@dataclass(frozen=True, slots=True)
class Request:
    """A backtest as asked for. Times are ms UTC; `data` empty means the lake under `home`.

    `venue`, `symbols` and `interval` replace those of the strategy's scope; symbols `("*",)` are all there are.
    """

    strategy: str
    home: Path
    data: tuple[Path, ...] = ()
    venue: str | None = None
    symbols: tuple[str, ...] = ()
    interval: str | None = None
    start_ts: int | None = None
    end_ts: int | None = None
    start_usd: Decimal = Decimal(10_000)
    costs: Costs = field(default=Costs())
    allow_gaps: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """A backtest that can be run."""

    request: Request
    document: Document
    code: Program | PythonProgram
    tape: Tape
    window: tuple[int, int]

    @property
    def program(self) -> Program:
        return self.code.program if isinstance(self.code, PythonProgram) else self.code

    @property
    def features(self) -> tuple[Feature, ...]:
        """The indicators that the strategy reads."""
        return self.code.features if isinstance(self.code, PythonProgram) else features_of(self.code)

    def run(self, progress: Progress | None = None) -> Run:
        """Raises Invalid (strategy.python) when a Python strategy fails on the way."""
        start_usd, costs = self.request.start_usd, self.request.costs
        if isinstance(self.code, PythonProgram):
            return backtest_python(
                self.code, self.tape, start_usd=start_usd, costs=costs, window=self.window, progress=progress
            )
        return backtest(
            self.code,
            self.tape,
            start_usd=start_usd,
            costs=costs,
            window=self.window,
            progress=progress,
            threads=os.cpu_count() or 1,
        )


def prepare(request: Request) -> Ready:
    """Open the strategy, load its tape, find the window.

    Raises Invalid and NotFound (strategy.*, data.*, run.range) for whatever cannot be used as it stands.
    """
    return prepare_opened(request, open_strategy(request.strategy))


def prepare_opened(request: Request, opened: Opened) -> Ready:
    """As prepare, with a strategy that is open already; the one that the request names is not looked at."""
    if request.start_ts is not None and request.end_ts is not None and request.start_ts >= request.end_ts:
        raise Invalid(
            Code.RUN_RANGE,
            "the start is not before the end",
            where="start",
            seen=f"{format_ts(request.start_ts)} to {format_ts(request.end_ts)}",
            rule="a run covers the bars that open at or after the start and before the end",
        )
    document = rescope(opened.document, symbols=request.symbols, interval=request.interval, venue=request.venue)
    tape = _tape(request, document, opened.compiled)
    code = opened.compiled(document, tape.symbols)
    rows = window(tape, request.start_ts, request.end_ts)
    if not request.allow_gaps:
        require_coverage(coverage_of(tape, *rows), tape.interval)
    return Ready(request, document, code, tape, rows)


def _symbols(document: Document, compiled: Compiled) -> set[str] | None:
    """The symbols that a strategy reads or trades; None where it takes whatever there is."""
    if document.scope.universe is not None:
        return None
    code = compiled(document, None)
    return set((code.program if isinstance(code, PythonProgram) else code).symbols)


def _tape(request: Request, document: Document, compiled: Compiled) -> Tape:
    scope, lake = document.scope, Lake(request.home)
    if not request.data:
        _require_venue(lake, scope.venue)
    return load_tape(
        request.data or lake,
        venue=scope.venue,
        interval=scope.interval,
        symbols=_symbols(document, compiled),
        specs=lake,
        funding=True,  # a strategy may read rates even when they are not charged
        allow_gaps=request.allow_gaps,
    )


def _require_venue(lake: Lake, venue: str) -> None:
    venues = {key.venue for key in lake.series()}
    if venue not in venues:
        raise NotFound(
            Code.DATA_NOT_FOUND,
            f"there are no candles of {venue}",
            where=str(lake.home),
            seen=", ".join(sorted(venues)) or "an empty lake",
            rule="candles come from files named with --data, or from the lake that `paddock data import` fills",
            suggestion="--venue demo runs on the generated market"
            if DEMO_VENUE in venues
            else "`paddock demo` generates a market to try things on",
        )


def window(tape: Tape, start_ts: int | None, end_ts: int | None) -> tuple[int, int]:
    """Rows of the bars that open at or after `start_ts` and before `end_ts`; raises Invalid (run.range) on none."""
    begin = 0 if start_ts is None else int(np.searchsorted(tape.ts, start_ts))
    end = tape.bars if end_ts is None else int(np.searchsorted(tape.ts, end_ts))
    if begin < end:
        return begin, end
    last = int(tape.ts[-1]) + interval_ms(tape.interval)
    raise Invalid(
        Code.RUN_RANGE,
        "no bar of the tape lies between start and end",
        where="start" if begin else "end",
        seen=" to ".join("?" if ts is None else format_ts(ts) for ts in (start_ts, end_ts)),
        rule=f"the tape goes from {format_ts(int(tape.ts[0]))} to {format_ts(last)}",
    )
