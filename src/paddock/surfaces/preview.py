"""What would this strategy have done lately? The last bars of a market put through the one kernel, for a chart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final

import numpy as np

from paddock.core.errors import Code, Invalid, NotFound, Unavailable, nearest
from paddock.core.orders import Reason, Side
from paddock.core.time import interval_ms
from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.log import Run
from paddock.market.coverage import coverage_of
from paddock.market.features import Feature, FeatureStore, lookback_bars
from paddock.market.growing import window
from paddock.market.lake import Lake
from paddock.market.load import DEMO_VENUE, load_tape
from paddock.market.tape import Ints, Tape
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.document import Document, Graph
from paddock.strategy.program import ActionKind, Program
from paddock.strategy.rescope import rescope
from paddock.surfaces.figures import feature_label
from paddock.surfaces.report.indicators import Drawn, drawn, features_of

MOST_BARS: Final = 2_000
MOST_SYMBOLS: Final = 12  # of a larger scope only the symbol that is shown is run
HISTORY: Final = 20_000  # bars that indicators are made of, where there are as many
SETTLED: Final = 10  # lookbacks after which an average has forgotten where it began
MOST_HISTORY: Final = 100_000
START_USD: Final = Decimal(10_000)
AT_ONCE: Final = 2
WAITING: Final = 8
PATIENCE_S: Final = 3.0
KEPT_S: Final = 60.0  # for whoever asks again
_KINDS: Final = {
    Reason.ENTRY: ActionKind.ENTER,
    Reason.CLOSE_POSITION: ActionKind.CLOSE,
    Reason.REDUCE_POSITION: ActionKind.REDUCE,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A valid graph, and which of its markets to show; None is its own venue, and the first symbol there is."""

    strategy: Document
    venue: str | None
    symbol: str | None
    bars: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A fill in the bar that opened at `ts`. `side` is the position's; `node` what asked for it, None for protection
    and where several nodes ask for the same; `pnl` is what an exit made, in micro-dollars."""

    ts: int
    px: float
    kind: str
    side: str
    reason: str
    node: str | None
    pnl: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator at each candle, NaN where it is not known: on the scale of the price, or on one of its own."""

    label: str
    on_price: bool
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """`candles` are [ts, open, high, low, close, volume] of the bars that are there, `symbols` those that can be shown.

    `levels` are the constants that the oscillators are held against. Money is micro-dollars, over all that was run.
    """

    venue: str
    symbol: str
    symbols: tuple[str, ...]
    interval: str
    source: str
    coverage: float
    candles: tuple[tuple[float, ...], ...]
    lines: tuple[Line, ...]
    levels: tuple[float, ...]
    unit: str
    marks: tuple[Mark, ...]
    trades: int
    net_pnl: int


class Previews:
    """Makes previews over the lake under `home`, few at a time, so that nobody's strategy keeps everybody waiting."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._pool = ThreadPoolExecutor(AT_ONCE, "preview")
        self._begun: list[_Begun] = []
        self._lock = Lock()

    def make(self, wanted: Wanted) -> Preview:
        """Raises Unavailable (serve.getting_ready) for what takes long, and as `preview` does. Who asks again for the
        same waits for what was begun, and gets it though it was done in between."""
        begun = self._begin(wanted)
        if not wait([begun.made], PATIENCE_S).done:
            raise _busy("the engine or the history is getting ready")
        self._forget(begun)
        return begun.made.result()

    def _begin(self, wanted: Wanted) -> _Begun:
        with self._lock:
            self._begun = [begun for begun in self._begun if monotonic() - begun.done_s < KEPT_S]
            for begun in self._begun:
                if begun.wanted == wanted:
                    return begun
            if sum(not begun.made.done() for begun in self._begun) >= AT_ONCE + WAITING:
                raise _busy("many previews are being made")
            begun = _Begun(wanted, self._pool.submit(preview, wanted, Lake(self._home)))
            self._begun.append(begun)
        begun.made.add_done_callback(begun.end)
        return begun

    def _forget(self, one: _Begun) -> None:
        with self._lock:
            self._begun = [begun for begun in self._begun if begun is not one]


@dataclass(slots=True)
class _Begun:
    wanted: Wanted
    made: Future[Preview]
    done_s: float = math.inf  # monotonic

    def end(self, _: Future[Preview]) -> None:
        self.done_s = monotonic()


def _busy(doing: str) -> Unavailable:
    rule = f"a preview is answered within {PATIENCE_S:g} s, or made ready for the next time"
    return Unavailable(Code.GETTING_READY, doing, rule=rule, suggestion="ask again")


def preview(wanted: Wanted, lake: Lake) -> Preview:
    """The end of the market's history, and what the strategy would have done there from a standing start.

    Without candles of its venue the generated market stands in for it. Raises Invalid (strategy.*, data.*) and NotFound
    (data.*).
    """
    if not isinstance(wanted.strategy.body, Graph):
        raise Invalid(
            Code.STRATEGY_PYTHON,
            "a preview is of a graph",
            where="strategy.kind",
            seen=wanted.strategy.kind,
            rule="a preview is drawn while a graph is edited; Python is backtested, in a sandbox",
            suggestion="backtest it",
        )
    venue, known = _venue(wanted, lake)
    symbols, symbol = _symbols(wanted, venue, known)
    run_on = symbols if len(symbols) <= MOST_SYMBOLS else (symbol,)
    document = rescope(wanted.strategy, symbols=run_on, venue=venue)
    program = compile_strategy(document, known)
    whole = load_tape(
        lake, venue=venue, interval=program.interval, symbols=program.symbols, specs=lake, allow_gaps=True
    )
    return _shown(program, whole, symbol, symbols, wanted.bars)


def _venue(wanted: Wanted, lake: Lake) -> tuple[str, list[str]]:
    """The venue to show and its symbols: the one asked for, or the strategy's, or the demo."""
    own = wanted.venue or wanted.strategy.scope.venue
    for venue in (own, DEMO_VENUE):
        known = lake.symbols(venue)
        if known:
            return venue, known
    raise NotFound(
        Code.DATA_NOT_FOUND,
        f"there are no candles of {own}",
        where="venue",
        seen=own,
        rule="a preview runs over candles of the lake",
        suggestion="import some with `paddock data import`, or `paddock demo` generates a market",
    )


def _symbols(wanted: Wanted, venue: str, known: list[str]) -> tuple[tuple[str, ...], str]:
    """Those of the scope that have candles, and the one to show."""
    scope = wanted.strategy.scope
    there = scope.universe.pick(tuple(known)) if scope.universe else tuple(s for s in scope.symbols if s in known)
    chosen = wanted.symbol or next(iter(there), "")
    if chosen in there:
        return there, chosen
    seen = wanted.symbol or ", ".join(scope.symbols)
    raise NotFound(
        Code.DATA_SYMBOL,
        f"there are no candles of {seen} on {venue}",
        where="symbol",
        seen=seen,
        rule=f"a symbol of the strategy with candles: {', '.join(there[:MOST_SYMBOLS]) or 'there is none'}",
        suggestion=nearest(seen, there or known),
    )


def _shown(program: Program, whole: Tape, symbol: str, symbols: tuple[str, ...], bars: int) -> Preview:
    features = features_of(program)
    tape = tail(whole, bars + max(HISTORY, settling(features, program.interval)))
    begin, store = max(tape.bars - bars, 0), FeatureStore(tape)
    run = backtest(program, tape, start_usd=START_USD, costs=Costs(), window=(begin, tape.bars), store=store)
    row, part = tape.row(symbol), slice(begin, tape.bars)
    there = np.flatnonzero(~np.isnan(tape.close[row, part])) + begin
    columns = (tape.open, tape.high, tape.low, tape.close, tape.volume)
    candles = zip(tape.ts[there].tolist(), *(column[row, there].tolist() for column in columns), strict=True)
    indicators = drawn(program, features, symbol)
    found = [found for found in coverage_of(tape, begin, tape.bars) if found.symbol == symbol]
    return Preview(
        venue=tape.venue,
        symbol=symbol,
        symbols=symbols,
        interval=tape.interval,
        source=tape.fidelity,
        coverage=found[0].ratio if found else 0.0,
        candles=tuple(candles),
        lines=tuple(lines_of(store, indicators, there)),
        levels=indicators.levels,
        unit=indicators.unit,
        marks=tuple(_marks(run, row)),
        trades=len(run.trades),
        net_pnl=int(run.equity[-1]) - run.start_equity,
    )


def settling(features: tuple[Feature, ...], interval: str) -> int:
    """Bars before the first that is shown: enough for every indicator to be what it is over the whole history."""
    own = interval_ms(interval)
    needed = (SETTLED * lookback_bars(feature) * interval_ms(feature.interval) // own for feature in features)
    return min(max(needed, default=0), MOST_HISTORY)


def tail(tape: Tape, rows: int) -> Tape:
    """The last `rows` bars of a tape, finer bars included."""
    if rows >= tape.bars:
        return tape
    cut, fine = window(tape, rows, rows), tape.fine
    kept = fine and replace(fine, start=fine.start[:, -rows:].copy(), end=fine.end[:, -rows:].copy())
    return replace(cut, fine=kept)


def lines_of(store: FeatureStore, indicators: Drawn, rows: Ints) -> Iterator[Line]:
    for features, on_price in ((indicators.on_price, True), (indicators.oscillators, False)):
        for feature in features:
            label = feature_label(feature, store.tape.interval)
            values = store.column(feature)[rows].tolist()
            yield Line(label[0].upper() + label[1:], on_price, tuple(values))


def _marks(run: Run, symbol: int) -> Iterator[Mark]:
    """The fills on one symbol, in order. What a reducing fill closed follows in the order of the fills."""
    closed = iter(run.trades)
    for fill in run.fills:
        order = run.orders[int(fill["order"])]
        entry = Reason(int(order["reason"])) is Reason.ENTRY
        pnl = None if entry else int(next(closed)["pnl"])
        if int(fill["symbol"]) == symbol:
            bought = Side(int(fill["side"])) is Side.BUY
            yield Mark(
                ts=int(fill["ts"]),
                px=float(fill["px"]),
                kind="entry" if entry else "exit",
                side="long" if bought is entry else "short",
                reason=Reason(int(order["reason"])).label,
                node=_node(run, order),
                pnl=pnl,
            )


def _node(run: Run, order: Any) -> str | None:
    """The one node whose rule gives such an order."""
    kind = _KINDS.get(Reason(int(order["reason"])))
    symbol, side = run.tape.symbols[int(order["symbol"])], Side(int(order["side"]))
    nodes = {
        rule.node
        for rule in run.program.rules
        if rule.action.kind is kind and rule.action.symbol == symbol
        if kind is not ActionKind.ENTER or rule.action.side is side
    }
    return nodes.pop() if len(nodes) == 1 else None


def short(value: float) -> float:
    """A number to eight significant figures, which is more than a screen can show."""
    return float(f"{value:.8g}")


def known(value: float) -> float | None:
    """As short; None for what is not known."""
    return None if math.isnan(value) else short(value)
