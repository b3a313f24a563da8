"""A preview is the backtest of the last bars: the same fills, nothing from later, and never for long."""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import numpy as np
import pytest

from paddock.core.errors import Code, Invalid, NotFound, Unavailable
from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.market.align import truncate
from paddock.market.lake import Lake
from paddock.market.load import load_tape
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.rescope import rescope
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document
from paddock.surfaces import preview as module
from paddock.surfaces.preview import START_USD, Previews, Wanted, preview, tail

BARS = 400


def template(name: str):
    return load_document(find_template(name).document())


def wanted(name: str, **changes) -> Wanted:
    return replace(Wanted(template(name), None, None, BARS), **changes)


@pytest.fixture(scope="module")
def lake(demo_home) -> Lake:
    return Lake(demo_home)


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_shows_what_a_backtest_of_these_bars_does(lake, name):
    made = preview(wanted(name, symbol="ETH"), lake)
    document = rescope(template(name), venue="demo")
    tape = load_tape(lake, venue="demo", interval="1h", symbols=document.scope.symbols, specs=lake)
    window = (tape.bars - BARS, tape.bars)
    run = backtest(compile_strategy(document, tape.symbols), tape, start_usd=START_USD, costs=Costs(), window=window)
    own = run.fills[run.fills["symbol"] == tape.row("ETH")]
    assert [(mark.ts, mark.px) for mark in made.marks] == list(zip(own["ts"].tolist(), own["px"].tolist(), strict=True))
    assert (made.trades, made.net_pnl) == (len(run.trades), int(run.equity[-1]) - run.start_equity)
    exits = [mark.pnl for mark in made.marks if mark.kind == "exit"]
    closed = run.trades[run.trades["symbol"] == tape.row("ETH")]
    assert exits == closed["pnl"].tolist()
    assert [candle[0] for candle in made.candles] == tape.ts[slice(*window)].tolist()
    assert (made.venue, made.symbol, made.symbols) == ("demo", "ETH", ("BTC", "ETH", "SOL"))


def test_nothing_of_later_bars_is_in_it(lake):
    """Without its last bars a market gives the same marks and lines before them."""
    whole = load_tape(lake, venue="demo", interval="1h", symbols=("BTC",), specs=lake)
    program = compile_strategy(rescope(template("rsi-mean-reversion"), venue="demo", symbols=("BTC",)))
    full = module._shown(program, whole, "BTC", ("BTC",), BARS)
    cut = module._shown(program, truncate(whole, whole.bars - 150), "BTC", ("BTC",), BARS - 150)
    last = cut.candles[-1][0]
    assert [mark for mark in full.marks if mark.ts <= last] == list(cut.marks) != []
    for longer, shorter in zip(full.lines, cut.lines, strict=True):
        assert longer.label == shorter.label
        assert np.array_equal(longer.values[: len(shorter.values)], shorter.values, equal_nan=True)


def test_a_mark_names_the_node_that_asked_for_it(lake):
    made = preview(wanted("rsi-mean-reversion"), lake)
    asked = {(mark.kind, mark.side, mark.reason): mark.node for mark in made.marks}
    assert asked["entry", "long", "entry"] == "buy"
    assert asked["exit", "long", "close_position"] == "leave"
    assert [line.label for line in made.lines] == ["RSI(14)"] and not made.lines[0].on_price
    assert made.levels == (30.0, 45.0, 55.0, 70.0)


def test_the_end_of_a_tape_decides_as_the_whole_does(lake):
    tape = load_tape(lake, venue="demo", interval="1h", symbols=("BTC",), specs=lake)
    end = tail(tape, 500)
    assert end.fine is not None and tape.fine is not None
    assert end.bars == 500 and np.array_equal(end.close, tape.close[:, -500:])
    assert np.array_equal(end.fine.start, tape.fine.start[:, -500:])
    assert tail(tape, tape.bars + 1) is tape


def test_a_market_that_is_not_there_is_named(lake):
    with pytest.raises(NotFound) as caught:
        preview(wanted("breakout", symbol="XRP"), lake)
    assert caught.value.code is Code.DATA_SYMBOL


def test_an_empty_lake_says_how_to_fill_it(tmp_path):
    with pytest.raises(NotFound) as caught:
        preview(wanted("breakout"), Lake(tmp_path))
    assert "paddock demo" in caught.value.suggestion


def test_code_is_not_run(lake):
    raw = {key: value for key, value in find_template("breakout").document().items() if key not in ("nodes", "edges")}
    code = load_document(raw | {"kind": "python", "python": {"source": "raise SystemExit", "class": "A"}})
    with pytest.raises(Invalid) as caught:
        preview(wanted("breakout", strategy=code), lake)
    assert (caught.value.code, caught.value.suggestion) == (Code.STRATEGY_PYTHON, "backtest it")


def test_what_takes_long_goes_on_without_whoever_asked(demo_home, monkeypatch):
    """As the first compilation does: nobody waits for it, and those that come meanwhile are turned away soon."""
    going, began = threading.Event(), threading.Semaphore(0)

    def slow(*_):
        began.release()
        assert going.wait(60)

    monkeypatch.setattr(module, "preview", slow)
    monkeypatch.setattr(module, "PATIENCE_S", 0.02)
    previews = Previews(demo_home)
    for more in range(module.AT_ONCE + module.WAITING):
        with pytest.raises(Unavailable) as caught:
            previews.make(wanted("breakout", bars=BARS + more))
        assert caught.value.code is Code.GETTING_READY
    with pytest.raises(Unavailable) as caught:
        previews.make(wanted("breakout", symbol="ETH"))
    assert caught.value.message == "many previews are being made"
    monkeypatch.setattr(module, "PATIENCE_S", 60)
    going.set()
    previews._pool.shutdown()
    monkeypatch.undo()
    assert not math.isnan(Previews(demo_home).make(wanted("breakout")).coverage)


def test_who_asks_again_gets_what_was_begun(demo_home, monkeypatch):
    """Though it always takes longer than anybody waits: it is made once, and kept for whoever asks next."""
    going, begun, made = threading.Event(), [], preview(wanted("breakout"), Lake(demo_home))

    def slow(asked: Wanted, _: Lake):
        begun.append(asked)
        assert going.wait(60)
        return made

    monkeypatch.setattr(module, "preview", slow)
    monkeypatch.setattr(module, "PATIENCE_S", 0.02)
    previews = Previews(demo_home)
    for _ in range(3):
        with pytest.raises(Unavailable):
            previews.make(wanted("breakout"))
    going.set()
    previews._begun[0].made.result(60)
    assert previews.make(wanted("breakout")) is made
    assert begun == [wanted("breakout")]
    monkeypatch.setattr(module, "PATIENCE_S", 60)
    assert previews.make(wanted("breakout")) is made and len(begun) == 2  # it was handed out: bars may have come since
