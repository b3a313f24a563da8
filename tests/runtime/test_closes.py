"""A Python strategy that lives in a sandbox trades as its backtest does, row for row."""

from __future__ import annotations

import time
from decimal import Decimal

import numpy as np
import pytest

from paddock.engine.backtest import check_window
from paddock.engine.costs import Costs
from paddock.engine.live import LiveSession
from paddock.engine.pack import start_cash
from paddock.engine.scripted import backtest_python
from paddock.market.align import truncate
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.closes import Closes
from paddock.runtime.sandbox import Sandbox
from paddock.runtime.user_code import load_python
from paddock.strategy.python import compile_python
from tests.engine.halves import Bridge, first_difference
from tests.market.tapes import tape_of, walk
from tests.runtime.boxes import PATIENT, document
from tests.strategy.twins import SOURCES

START, COSTS = Decimal(10_000), Costs(slippage_bps=3)
CLASSES = {"rsi-mean-reversion": "RsiMeanReversion", "sma-crossover": "SmaCrossover", "twap-trend": "TwapTrend"}


class Living(Bridge):
    """The bridge with one bot whose actions come out of a sandbox; it is taken up anew at bar `restart`."""

    def __init__(self, box: Sandbox, tape: Tape, begin: int, restart: int) -> None:
        assert box.program is not None
        super().__init__([box.program], tape, COSTS, START, begin)
        self.box, self.restart = box, restart
        self.begin_at(begin, None)

    def begin_at(self, row: int, state: bytes | None) -> None:
        history = truncate(self.tape, row)
        self.live = LiveSession(self.programs, history, starts=[start_cash(START)], features=self.box.features)
        if state is not None:
            self.live.restore([0], [state])
        self.closes = Closes(self.live, history, self.box.features)

    def step(self, bar: Bar) -> None:
        if self.live.bar == self.restart:
            self.begin_at(self.restart, self.live.states([0])[0])
            self.box.start(self.box.memory)
        self.take(self.live.book(list(self.reports(bar))))
        decided = self.live.close(bar)
        self.closes.move(bar)
        self.take(decided)
        self.send(decided)
        seen = self.closes.of(0, self.programs[0].symbols)
        if seen.present:
            acted = self.live.act({0: self.box.decide(seen)})
            self.take(acted)
            self.send(acted)
        self.equity.append(decided.equity)


@pytest.mark.parametrize("name", SOURCES)
def test_it_trades_as_its_backtest_also_over_a_restart(name: str) -> None:
    missing = np.random.default_rng(5).random((2, 900)) < 0.03
    tape = tape_of(walk(5, 900, 2), missing=missing)
    source = document(SOURCES[name], CLASSES[name])
    begin, end = check_window((123, 900), tape)
    own = compile_python(source, load_python(SOURCES[name], CLASSES[name]))
    run = backtest_python(own, tape, start_usd=START, costs=COSTS, window=(begin, end))
    with Sandbox(source, tape.symbols, seconds=time.monotonic, allowance=PATIENT) as box:
        box.start()
        living = Living(box, tape, begin, restart=500)
        living.run(end)
    assert len(run.trades) > 5
    assert first_difference(living, 0, run) == ""
