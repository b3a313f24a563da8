"""Bots that live on a growing tape do, bar by bar, what a backtest of the same bars does: row for row, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from paddock.core.errors import Invalid
from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.fleet import Fleet
from paddock.engine.log import Run
from paddock.market import growing
from paddock.market.align import truncate
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.program import Program
from paddock.strategy.rescope import rescope
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document
from tests.market.tapes import tape_of, walk

START, COSTS = Decimal(10_000), Costs(slippage_bps=3, funding=False)
HISTORY = 300
SYMBOLS = ("S0", "S1", "S2")


def holed_tape() -> Tape:
    missing = np.random.default_rng(5).random((3, 800)) < 0.03
    return tape_of(walk(5, 800, 3), missing=missing)


def program(name: str) -> Program:
    document = load_document(find_template(name).document())
    return compile_strategy(rescope(document, symbols=SYMBOLS), SYMBOLS)


def bars(tape: Tape, first: int) -> Iterator[Bar]:
    for t in range(first, tape.bars):
        columns = (tape.open, tape.high, tape.low, tape.close, tape.volume)
        yield Bar(int(tape.ts[t]), *(column[:, t] for column in columns))


def live(programs: list[Program], tape: Tape) -> tuple[Fleet, np.ndarray]:
    """A fleet over all bars after the history, and its equity [accounts, bars]."""
    fleet = Fleet(programs, truncate(tape, HISTORY), start_usd=START, costs=COSTS)
    equity = []
    for bar in bars(tape, HISTORY):
        fleet.step(bar)
        equity.append(fleet.equity.copy())
    return fleet, np.array(equity).T


def replay(one: Program, tape: Tape) -> Run:
    return backtest(one, tape, start_usd=START, costs=COSTS, window=(HISTORY, tape.bars))


@pytest.mark.parametrize("name", TEMPLATES)
def test_one_bot_is_its_backtest(name: str) -> None:
    tape = holed_tape()
    fleet, equity = live([program(name)], tape)
    run = replay(program(name), tape)
    assert fleet.orders.tobytes() == run.orders.tobytes()
    assert fleet.session.fills.tobytes() == run.fills.tobytes()
    assert fleet.session.trades.tobytes() == run.trades.tobytes()
    assert fleet.session.refusals.tobytes() == run.refusals.tobytes()
    np.testing.assert_array_equal(equity[0], run.equity)


def test_many_bots_do_not_touch_each_other() -> None:
    tape = holed_tape()
    programs = [program(name) for name in TEMPLATES]
    fleet, equity = live(programs, tape)
    assert len(fleet.session.trades) > 50
    for account, one in enumerate(programs):
        run = replay(one, tape)
        np.testing.assert_array_equal(equity[account], run.equity)
        mine = fleet.session.trades[fleet.session.trades["bot"] == account]
        np.testing.assert_array_equal(mine["pnl"], run.trades["pnl"])


@pytest.mark.parametrize("name", ["breakout", "twap-trend"])
def test_a_window_that_moves_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "ROOM", 7)
    tape = holed_tape()
    fleet, equity = live([program(name)], tape)
    run = replay(program(name), tape)
    assert fleet.growing.dropped > HISTORY
    assert fleet.orders.tobytes() == run.orders.tobytes()
    assert fleet.session.fills.tobytes() == run.fills.tobytes()
    assert fleet.session.trades.tobytes() == run.trades.tobytes()
    assert fleet.session.refusals.tobytes() == run.refusals.tobytes()
    np.testing.assert_array_equal(equity[0], run.equity)


def test_a_bar_from_the_past_is_refused() -> None:
    tape = holed_tape()
    fleet = Fleet([program("breakout")], tape, start_usd=START, costs=COSTS)
    with pytest.raises(Invalid, match="not later"):
        fleet.step(next(bars(tape, tape.bars - 1)))
