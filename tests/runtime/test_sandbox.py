"""A Python strategy in a process of its own: the same actions as in ours, and only it fails when it fails."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pytest

from paddock.core.errors import Invalid, Unavailable
from paddock.engine.costs import Costs
from paddock.engine.orders_hash import orders_hash
from paddock.engine.scripted import backtest_python
from paddock.market.feature import Feature
from paddock.runtime import sandbox
from paddock.runtime.boxed import boxed
from paddock.runtime.sandbox import Sandbox, decide_all
from paddock.runtime.user_code import load_python
from paddock.strategy.program import Program
from paddock.strategy.python import compile_python
from tests.market.tapes import tape_of, walk
from tests.patience import PATIENCE_S
from tests.runtime.boxes import PATIENT, Close, document, started, strategy
from tests.runtime.rig import box_of
from tests.strategy.twins import SOURCES

CLASSES = {"rsi-mean-reversion": "RsiMeanReversion", "sma-crossover": "SmaCrossover", "twap-trend": "TwapTrend"}
BUYS = "return [open_long(now.symbol, equity_pct(10), stop_loss_pct=2) for now in view]"


@dataclass(frozen=True)
class Boxed:
    """A sandbox where a backtest expects a program."""

    box: Sandbox
    scope: tuple[str, ...]

    @property
    def program(self) -> Program:
        assert self.box.program is not None
        return self.box.program

    @property
    def features(self) -> Sequence[Feature]:
        return self.box.features

    most_values: int | None = None

    def start(self) -> Sandbox:
        return self.box


@pytest.mark.parametrize("name", SOURCES)
def test_a_strategy_trades_in_the_sandbox_as_it_does_in_a_backtest(name: str) -> None:
    missing = np.random.default_rng(11).random((2, 1000)) < 0.02
    tape, costs = tape_of(walk(11, 1000, 2), missing=missing), Costs(slippage_bps=3)
    source = document(SOURCES[name], CLASSES[name])
    own = compile_python(source, load_python(SOURCES[name], CLASSES[name]))
    expected = backtest_python(own, tape, start_usd=Decimal(10_000), costs=costs)
    with Sandbox(source, tape.symbols, seconds=time.monotonic, allowance=PATIENT) as box:
        box.start()
        assert (box.program, box.features) == (own.program, own.features)
        found = backtest_python(Boxed(box, own.scope), tape, start_usd=Decimal(10_000), costs=costs)
    assert len(expected.orders) > 10
    assert orders_hash(found) == orders_hash(expected)
    np.testing.assert_array_equal(found.equity, expected.equity)


def test_every_action_comes_back_as_it_was_given() -> None:
    source = strategy(
        before="from paddock.strategy.python import *\n",
        next_="""
return [
    cancel_orders("S0", "entries"), close_position("S1"), reduce_position("S0", position_pct(12.5)),
    set_tpsl("S0", 1.25, 2.5), set_stop_loss("S1", price=99.1), set_trailing_stop("S0", 0.1), update_leverage("S1", 3),
    open_long("S0", risk_pct(0.1 + 0.2), 7, stop_loss_pct=1e-3, max_slippage_pct=0.25),
    place_limit_order("S1", "short", qty(1 / 3), 2, offset_pct=-0.5, tif="alo", expire_seconds=60, stop_loss_pct=9),
    place_twap_order("S0", "long", notional_usd(123.456), duration_seconds=7200, trailing_stop_pct=4),
]
""",
    )
    own = compile_python(document(source), load_python(source, "Mine"))
    with started(source) as box:
        assert box.decide(Close()) == own.start().decide(Close())


def test_it_sees_what_the_engine_knows_and_only_of_symbols_with_a_bar() -> None:
    source = strategy(
        init='self.px = market.feature("close"); self.slow = market.feature("sma", 5, interval="4h")',
        next_="""
now = view["S1"]
told = (view.symbols, view.time, now.value(self.px), now.previous(self.slow), now.position.qty)
raise RuntimeError(repr(told))
""",
    )
    with started(source) as box, pytest.raises(Invalid, match=r"\(\('S1',\), 7, 0.30000000000000004, -0.7, 0.0\)"):
        box.decide(Close(7, 0.1 + 0.2, ("S1", "S7")))


def test_what_is_not_known_is_none() -> None:
    source = strategy(init='self.px = market.feature("close")', next_='raise RuntimeError(view["S0"].value(self.px))')
    with started(source) as box, pytest.raises(Invalid, match="RuntimeError: None"):
        box.decide(Close(px=float("nan")))


def test_prints_reach_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    source = strategy("import sys\nprint('x' * 100_000)\nsys.stderr.write('y')\n" + BUYS, before="print('hello')\n")
    with started(source) as box:
        assert [action.symbol for action in box.decide(Close())] == ["S0", "S1"]
        assert len(box.decide(Close())) == 2
    assert capfd.readouterr() == ("", "")


def test_it_is_taken_up_where_it_was_left() -> None:
    counts = "self.n += 1\nreturn [close_position('S0')] * self.n"
    source = strategy(counts, init="self.n = 0")
    with started(source) as box:
        for n in range(1, 4):
            assert len(box.decide(Close(n))) == n
        memory = box.memory
    with started(source, memory) as again:
        assert len(again.decide(Close(4))) == 4


def test_what_cannot_be_kept_says_why() -> None:
    with started(strategy(BUYS, init="self.f = lambda: 1")) as box:
        assert box.memory is None
        assert "being kept" in box.forgotten
    with started(strategy(BUYS, init="self.f = bytes(1_000_000)")) as box:
        assert box.memory is None
        assert "bytes" in box.forgotten


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (strategy("1 / 0"), r"ZeroDivisionError"),
        (strategy("pass", init="1 / 0"), r"failed in init: ZeroDivisionError"),
        ("def broken(", r"not Python"),
        ("x = 1", r'no strategy class "Mine"'),
        (strategy("return 7"), "no action"),
        (strategy("return ['buy']"), "no action"),
        (strategy("return [open_long('S7', equity_pct(1), stop_loss_pct=1)]"), "S7 is not in the scope"),
        (strategy("return [open_long('S0', equity_pct(1))]"), "has no stop"),
        (strategy("pass", init="market.feature('magic')"), 'no feature "magic"'),
        (strategy("pass", init="market.feature('rsi', 1)"), "n is a whole number"),
        (strategy("pass", init="market.feature('rsi', interval='5m')"), "cannot be built"),
    ],
)
def test_a_strategy_that_is_wrong_says_how(source: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason), started(source) as box:
        box.decide(Close())


P9 = {
    "raises": ("raise KeyError('x')", "KeyError"),
    "raises what is no exception": ("raise KeyboardInterrupt", "ended its process"),
    "loops": ("while True: pass", "took too long"),
    "loops deaf to signals": (
        "import _signal\nfor n in (2, 15, 24): _signal.signal(n, _signal.SIG_IGN)\nwhile True: pass",
        "took too long",
    ),
    "sleeps": ("import time\ntime.sleep(3600)", "took too long"),
    "yields without end": ("while True: yield close_position('S0')", "took too long|MemoryError"),
    "a list of 10 GB": ("x = [0] * (10 << 27)", "MemoryError"),
    "memory bit by bit": ("x = []\nwhile True: x.append(bytes(1 << 20))", "MemoryError|ended its process"),
    "recursion": ("def f(): f()\nf()", "RecursionError"),
    "recursion without bounds": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n) + [n]\nimport json\nx = []\n"
        "for _ in range(10**6): x = [x]\nrepr(x)",
        "RecursionError|ended its process|MemoryError|took too long",
    ),
    "fork": ("import os\nos.fork()", "PermissionError|BlockingIOError"),
    "a fork bomb": ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "took too long"),
    "threads": ("import _thread\n_thread.start_new_thread(print, ())", "RuntimeError|PermissionError"),
    "exit": ("import sys\nsys.exit(3)", "SystemExit"),
    "exit at once": ("import os\nos._exit(3)", "ended its process"),
    "abort": ("import os\nos.abort()", "ended its process"),
    "kills itself": ("import os\nos.kill(os.getpid(), 9)", "PermissionError|ended its process"),
    "closes its descriptors": ("import os\nos.closerange(0, 100)", "ended its process|closed its connection"),
    "closes them and lives on": (
        "import os\nos.closerange(3, 100)\nwhile True: pass",
        "closed its connection|took too long",
    ),
    "writes nonsense": ("import os\nos.write(CHANNEL, b'nonsense' * 99)\nwhile True: pass", "answer that is none"),
    "says it is large": ("import os\nos.write(CHANNEL, b'\\xff' * 4)\nwhile True: pass", "answer that is none"),
    "drips": (
        "import os, time\nos.write(CHANNEL, b'\\x00\\x00\\xff\\xff')\nwhile True:\n    os.write(CHANNEL, b' ')\n"
        "    time.sleep(0.05)",
        "took too long",
    ),
    "answers what was not asked": (
        "import os\nfor _ in range(9): os.write(CHANNEL, b'\\x00\\x00\\x00\\x07{\"n\":9}')",
        "answer that is none",
    ),
    "nests deep": (
        "import os\nbody = b'[' * 200_000\nos.write(CHANNEL, len(body).to_bytes(4, 'big') + body)\nwhile True: pass",
        "answer that is none",
    ),
    "numbers that are none": (
        'import os\nbody = b\'{"n":1,"actions":[{"kind":1,"symbol":"S0","px":NaN}]}\'\n'
        "os.write(CHANNEL, len(body).to_bytes(4, 'big') + body)\nwhile True: pass",
        "answer that is none",
    ),
    "numbers beyond all bounds": (
        "from paddock.strategy.program import Action, ActionKind\n"
        "return [Action(ActionKind.LEVERAGE, 'S0', leverage=1e9)]",
        "no action function gives",
    ),
    "a thousand and one actions": ("return [close_position('S0')] * 1001", "answer that is none"),
}


@pytest.mark.parametrize("name", P9)
def test_p09_a_strategy_that_fails_fails_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body, reason = P9[name]
    if "closed its connection" not in reason:
        monkeypatch.setattr(sandbox, "ENDING_S", PATIENCE_S)
    channel = "import sys\nCHANNEL = int(sys.argv[1])\n"
    allowed = {"answer_s": 0.5} if "took too long" in reason else {}
    with (
        started(strategy(body, before=channel), memory_mb=256, **allowed) as bad,
        started(strategy(BUYS)) as good,
    ):
        pid = process_of(bad)
        answers = dict(decide_all({"bad": (bad, Close()), "good": (good, Close())}))
        assert isinstance(answers["bad"], Invalid)
        assert answers["bad"].code == "strategy.python"
        assert re.search(reason, answers["bad"].message)
        assert len(answers["good"]) == 2
        assert len(good.decide(Close())) == 2
        assert gone(pid)
        with pytest.raises(Invalid, match="is not running"):
            bad.decide(Close())


def test_p09_the_others_answer_before_the_slow_one_is_given_up() -> None:
    quick, order = strategy(BUYS), []

    def seconds() -> float:
        """Time stands still until the others have answered."""
        return 2 * PATIENCE_S if {"a", "b"} <= set(order) else 0.0

    source = document(strategy("while True: pass"))
    with Sandbox(source, seconds=seconds, allowance=PATIENT) as slow, started(quick) as a, started(quick) as b:
        slow.start()
        for name, _ in decide_all({"slow": (slow, Close()), "a": (a, Close()), "b": (b, Close())}):
            order.append(name)
    assert order[-1] == "slow"


def test_p09_a_source_that_never_ends_does_not_start() -> None:
    with pytest.raises(Invalid, match="took too long"), started("while True: pass", start_s=1.0):
        pass


def test_p09_processor_time_ends() -> None:
    with (
        started(strategy("while True: pass"), cpu_s=1) as box,
        pytest.raises(Invalid, match="ended its process") as raised,
    ):
        box.decide(Close())
    assert raised.value.seen in ("ended by SIGXCPU", "ended by SIGKILL")


def test_one_that_is_tried_has_so_long_altogether() -> None:
    clock = [0.0]
    allowed = replace(PATIENT, life_s=500.0)
    with Sandbox(document(strategy(BUYS)), seconds=lambda: clock[0], allowance=allowed) as box:
        box.start()
        box.decide(Close())
        clock[0] = 501.0
        with pytest.raises(Invalid, match="took too long") as raised:
            box.decide(Close())
        assert "500 s altogether" in raised.value.seen
        assert not box.running


def test_one_that_is_tried_remembers_nothing() -> None:
    with started(strategy(BUYS), remember=False) as box:
        box.decide(Close())
        assert (box.memory, box.forgotten) == (None, "")


def test_one_that_is_tried_acts_so_often_and_reads_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    tape = tape_of(walk(11, 100, 2))
    source = document(strategy(BUYS, init="market.feature('close')"), symbols=tape.symbols)
    monkeypatch.setattr("paddock.runtime.boxed.MOST_ACTIONS", 3)
    for values, reason in ((200, "acts too often"), (199, "reads more than can be held")):
        monkeypatch.setattr("paddock.runtime.boxed.MOST_VALUES", values)
        with boxed(source, tape.symbols, box_of) as tried, pytest.raises(Invalid, match=reason):
            backtest_python(tried, tape, start_usd=Decimal(10_000), costs=Costs())


def test_what_the_settings_ask_for_must_hold() -> None:
    with pytest.raises(Invalid, match="cannot hold a strategy in"), started(strategy(BUYS), walls=frozenset({"moat"})):
        pass
    with started(strategy(BUYS)) as box:
        assert "limits" in box.walls
        held = box.walls
    with started(strategy(BUYS), walls=held) as box:
        assert box.walls == held


def no_descriptors() -> None:
    raise OSError(errno.EMFILE, "too many open files")


@pytest.mark.parametrize(
    ("name", "value"), [("sys.executable", "/nowhere/python"), ("socket.socketpair", no_descriptors)]
)
def test_without_a_process_to_be_had_it_says_later(name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name, value)
    with pytest.raises(Unavailable, match="no process could be started"), started(strategy(BUYS)):
        pass


def test_sets_have_one_order_in_every_process() -> None:
    told = set()
    for _ in range(3):
        with (
            started(strategy("raise RuntimeError({str(n) for n in range(50)})")) as box,
            pytest.raises(Invalid) as error,
        ):
            box.decide(Close())
        told.add(error.value.message)
    assert len(told) == 1


def test_chance_begins_alike_in_every_run_of_a_source() -> None:
    drawn = "raise RuntimeError(repr((random.random(), numpy.random.random(), random.getrandbits(64))))"

    def told(source: str) -> str:
        with started(source) as box, pytest.raises(Invalid, match="RuntimeError") as error:
            box.decide(Close())
        return error.value.message

    source = strategy(drawn, before="import random, numpy\n")
    assert told(source) == told(source) != told(source + "# another\n")


def test_it_ends_when_whoever_asked_has_gone() -> None:
    with started(strategy(BUYS)) as box:
        pid = process_of(box)
        box.stop()
        assert gone(pid)


def process_of(box: Sandbox) -> int:
    assert box._process is not None
    return box._process.pid


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
