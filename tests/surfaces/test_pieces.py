"""Small things that surfaces write: a table for spreadsheets, a comparison, one bar as a tree."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

from paddock.engine.explain import LogicReading, Reading, RuleReading, TestReading
from paddock.engine.result import document
from paddock.market.feature import Feature
from paddock.strategy.expr import FALSE, TRUE, UNKNOWN, All, Any, Const, Literal, Not, Op, State, StateField, Test
from paddock.strategy.program import Action, ActionKind, Rule
from paddock.surfaces.cli.main import main
from paddock.surfaces.cli.perform import TRADE_COLUMNS, trades_csv
from paddock.surfaces.cli.reading import lines
from paddock.surfaces.cli.screen import comparison
from paddock.surfaces.cli.terminal import show
from paddock.surfaces.explanation import rule_document
from tests.engine.runs import run

NAN = float("nan")
QTY = State("BTC", StateField.QTY)
RSI = Feature("BTC", "1h", "rsi", (14.0,))


def test_a_table_of_trades_holds_no_formula() -> None:
    trades = [dict.fromkeys(TRADE_COLUMNS, "-1") | {"symbol": name} for name in ("=1+1", "+A", "-A", "@A", "A=1")]
    rows = list(csv.DictReader(StringIO(trades_csv({"trades": trades}))))
    assert [row["symbol"] for row in rows] == ["'=1+1", "'+A", "'-A", "'@A", "A=1"]
    assert {row["pnl_usd"] for row in rows} == {"-1"}


def test_a_comparison_marks_who_was_halted(capsys: pytest.CaptureFixture[str]) -> None:
    doc = document(run([10_000_000_000, 10_100_000_000]))
    halted = doc | {"strategy_name": "Deep", "warnings": [{"code": "drawdown_halt", "message": ""}]}
    show(comparison([doc, halted]))
    marked = [line for line in capsys.readouterr().out.splitlines() if "halted by drawdown" in line]
    assert [line.split()[0] for line in marked] == ["Deep"]


def reading(op: Op, left: float, right: float, code: int, of: State | Feature = RSI) -> TestReading:
    return TestReading(Test(op, of, Const(right)), left, right, NAN, NAN, code)


def group(logic: type[All] | type[Any], *parts: Reading, code: int) -> LogicReading:
    return LogicReading(logic(()), parts, code)


def told(guard: Reading) -> list[str]:
    rule = Rule(Action(ActionKind.CLOSE, "BTC"), Literal(True), "out")
    doc = {"strategy_name": "S", "interval": "1h", "ts": 0, "orders": [], "refusals": []}
    return list(lines(doc | {"rules": [rule_document(RuleReading(rule, guard.code, guard), "1h")]}))[2:-2]


def test_a_guard_is_shown_as_the_tree_that_it_is() -> None:
    flat = (reading(Op.GE, 0.5, 0, TRUE, QTY), reading(Op.LE, 0.5, 0, FALSE, QTY))
    low, high = reading(Op.LT, 25, 30, TRUE), reading(Op.GT, NAN, 70, UNKNOWN)
    either = group(Any, low, LogicReading(Not(Literal(True)), (high,), UNKNOWN), code=TRUE)
    assert told(group(All, *flat, either, code=FALSE)) == [
        "✗ close the position BTC (node out): failed",
        "    ✗ all of:",
        "        ✓ one of:",
        "            ✓ RSI(14) 25 < 30",
        "            ? not:",
        "                ? RSI(14) not known > 70",
        "        ✗ no open position (quantity 0.5)",
    ]
    held = (reading(Op.GT, 0.5, 0, TRUE, QTY), reading(Op.LT, 0.5, 0, FALSE, QTY))
    assert told(group(Any, *held, code=TRUE))[1:] == ["    ✓ an open position (quantity 0.5)"]
    assert told(group(Any, *flat, code=TRUE))[1:] == [
        "    ✓ one of:",
        "        ✓ position, quantity 0.5 >= 0",
        "        ✗ position, quantity 0.5 <= 0",
    ]
    assert told(LogicReading(Literal(False), (), FALSE))[1:] == ["    ✗ never"]


def test_show_takes_an_interval_by_place_or_by_name(demo_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    shown = []
    for words in (["funding"], ["--interval", "funding"]):
        assert main(["data", "show", "demo", "BTC", *words, "--home", str(demo_home)]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert "funding" in shown[0]
