"""What is recorded later changes nothing that was decided or done before: for every block, template and twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from paddock.core.orders import OrderKind
from paddock.core.time import interval_ms
from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.log import Run
from paddock.engine.scripted import backtest_python
from paddock.market import features
from paddock.market.align import truncate
from paddock.market.features import FEATURES, FeatureSpec
from paddock.market.series import HigherSeries, Series, TapeSeries
from paddock.market.tape import Floats, Tape
from paddock.runtime.user_code import load_python
from paddock.strategy.blocks.base import At, Condition
from paddock.strategy.blocks.catalogue import CATALOGUE
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.document import Document, PythonCode
from paddock.strategy.program import Program
from paddock.strategy.python import Strategy, compile_python
from paddock.strategy.rescope import rescope
from paddock.strategy.rules.scope import features_of
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document
from tests.engine import market as recorded
from tests.engine.probes import ACTIONS, CONDITIONS, action_program, condition_program, variants
from tests.engine.twins import TWINS
from tests.strategy.twins import SOURCES

START = Decimal(10_000)
COSTS = Costs(slippage_bps=3, participation_pct=0.05)
IMPACT = replace(COSTS, impact=0.5)  # reads a day of bars behind
DECIDED = ["bar", "ts", "symbol", "kind", "side", "reason", "tif", "capped", "lots", "px", "leverage"]
CONSTANT = {"always_true", "always_false"}
EARLIEST = recorded.LATE + 10  # every symbol has traded by then
ALWAYS_CUT = (EARLIEST, 301, 443)  # the second is in the middle of a stop of all trade
CUTS = 2  # more for each kind of decision, right after its first and its last

Play = Callable[[Tape], Run]
tape_of = cache(recorded.market)


def playing(program: Program, costs: Costs = COSTS) -> Play:
    return lambda tape: backtest(program, tape, start_usd=START, costs=costs)


def known_after(rows: int) -> Tape:
    """The market recorded again and stopped at the close of row `rows` - 1."""
    whole = tape_of()
    return tape_of(int(whole.ts[rows - 1]) + interval_ms(whole.interval))


def check(play: Play) -> Run:
    """Fails unless what happened by a close is the same when nothing after that close was recorded."""
    whole = play(tape_of())
    for rows in cuts(whole):
        early = play(known_after(rows))
        assert told(early, rows) == told(whole, rows), f"what comes after row {rows - 1} was known before"
    return whole


def cuts(run: Run) -> list[int]:
    """Rows after which to stop: some fixed, and some right after decisions, where a look at the next bar shows."""
    decided = run.orders[(run.orders["kind"] <= OrderKind.TWAP) & (run.orders["bar"] >= EARLIEST)]
    chosen = set(ALWAYS_CUT)
    for kind in np.unique(decided[["reason", "side"]]):
        bars = np.unique(decided["bar"][decided[["reason", "side"]] == kind])
        chosen |= {int(bars[i]) + 1 for i in np.linspace(0, len(bars) - 1, CUTS).astype(int)}
    return sorted(chosen)


def told(run: Run, rows: int) -> dict[str, object]:
    """All that was decided and done in the first `rows` bars."""
    by_bar = {"orders": "bar", "fills": "bar", "refusals": "bar", "trades": "exit_bar"}
    story = {name: (table := getattr(run, name))[table[bar] < rows] for name, bar in by_bar.items()}
    story["orders"] = story["orders"][DECIDED]
    return {name: table.tolist() for name, table in story.items()} | {"equity": run.equity[:rows].tolist()}


def test_the_market_is_rough() -> None:
    tape = tape_of()
    assert tape.bars < recorded.HOURS
    assert np.isnan(tape.close).any(axis=1).all()
    assert tape.fine is not None
    assert 0 < (tape.fine.end > tape.fine.start).sum() < tape.close.size / 1.5
    for column in (tape.funding_open, tape.funding_inside, tape.funding_last, tape.open_interest):
        assert (np.nan_to_num(column) != 0).sum() > 100


@pytest.mark.parametrize("rows", [EARLIEST, 299, 300, 301, 302, 450, 700])
def test_a_tape_cut_short_is_the_tape_of_a_shorter_record(rows: int) -> None:
    cut, short = truncate(tape_of(), rows), known_after(rows)
    for name in ("ts", "open", "close", "volume", "funding_open", "funding_inside", "funding_last", "open_interest"):
        np.testing.assert_array_equal(getattr(cut, name), getattr(short, name), err_msg=name)
    assert list(finer(cut)) == list(finer(short))


def finer(tape: Tape) -> Iterator[list[float]]:
    """The finer bars of each bar that has some."""
    if tape.fine is not None:
        for at in zip(*np.nonzero(tape.fine.end > tape.fine.start), strict=True):
            part = slice(tape.fine.start[at], tape.fine.end[at])
            yield [*at, *tape.fine.open[part], *tape.fine.high[part], *tape.fine.low[part]]


@pytest.mark.parametrize("name", CONDITIONS)
def test_no_condition_looks_ahead(name: str) -> None:
    never, always = (played(one).equity.tolist() for one in ("always_false", "always_true"))
    every = [check(playing(condition_program(name, params))) for params in variants(name, tape_of())]
    if name not in CONSTANT:
        assert every[0].equity.tolist() not in (never, always), "the condition decides nothing on this market"


@cache
def played(name: str) -> Run:
    return playing(condition_program(name, {}))(tape_of())


@pytest.mark.parametrize("name", ACTIONS)
def test_no_action_looks_ahead(name: str) -> None:
    alone = action_program(None, {})
    assert alone is not None
    untouched = told(playing(alone)(tape_of()), tape_of().bars)
    programs = [action_program(name, params) for params in variants(name, tape_of())]
    every = [check(playing(program)) for program in programs if program is not None]
    changed = [told(run, tape_of().bars) != untouched for run in every]
    assert any(changed), "the action does nothing on this market"


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_looks_ahead(name: str) -> None:
    program = compile_strategy(here(name), recorded.SYMBOLS)
    assert len(check(playing(program, IMPACT)).orders) > 5


def here(name: str) -> Document:
    raw = find_template(name).document()
    return rescope(load_document(raw), symbols=recorded.SYMBOLS, venue="test")


PYTHON = [
    *((name, cls) for name, cls in TWINS.items()),
    *((name, load_python(text, text.split("class ")[1].split("(")[0])) for name, text in SOURCES.items()),
]


@pytest.mark.parametrize(("name", "written"), PYTHON)
def test_no_python_strategy_looks_ahead(name: str, written: type[Strategy]) -> None:
    body = PythonCode(source="", class_name=written.__name__)
    program = compile_python(replace(here(name), body=body), written, recorded.SYMBOLS)
    run = check(lambda tape: backtest_python(program, tape, start_usd=START, costs=COSTS))
    assert len(run.orders) > 5


def reads(name: str) -> set[str]:
    """The features that a condition compares; those that combine others read none themselves."""
    block = CATALOGUE[name]()
    assert isinstance(block, Condition)
    return {feature.name for feature in features_of(block.lower(At("A", "1h", recorded.SYMBOLS)))}


def one_bar_ahead(honest: FeatureSpec) -> FeatureSpec:
    def compute(bars: Series, *params: float) -> Floats:
        found = honest.compute(bars, *params)
        column = found if honest.output is None else found[honest.output]
        return np.append(column[1:], [np.nan] * min(1, len(column)))

    return replace(honest, compute=compute, output=None)


@pytest.mark.parametrize("name", [name for name in CONDITIONS if reads(name)])
def test_a_feature_that_looks_one_bar_ahead_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = condition_program(name, variants(name, tape_of())[0])
    for feature in reads(name):
        monkeypatch.setitem(FEATURES, feature, one_bar_ahead(FEATURES[feature]))
    with pytest.raises(AssertionError, match="was known before"):
        check(playing(program))


@pytest.mark.parametrize("name", ["higher_timeframe_sma_above", "higher_timeframe_sma_below"])
def test_a_higher_bar_that_shows_before_it_has_closed_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hasty(HigherSeries):
        def __init__(self, lower: TapeSeries, bar_ms: int) -> None:
            super().__init__(lower, bar_ms)
            self._known = np.searchsorted(self.ts, lower.ts, side="right")

    monkeypatch.setattr(features, "HigherSeries", Hasty)
    program = condition_program(name, {"interval": "4h", "period": 5})
    with pytest.raises(AssertionError, match="was known before"):
        check(playing(program))
