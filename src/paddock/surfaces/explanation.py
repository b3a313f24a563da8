"""One bar of a run as a document (`paddock/explanation@1`): what each condition saw, and what came of it."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np

from paddock.core.orders import Side
from paddock.core.time import interval_ms
from paddock.engine.explain import (
    VERDICTS,
    BarReading,
    CodeReading,
    LogicReading,
    Reading,
    RuleReading,
    TestReading,
    explain,
    explain_python,
)
from paddock.engine.log import Run
from paddock.engine.result import Document, orders
from paddock.strategy.expr import All, Any, Const, Literal, Op, State, StateField, Value
from paddock.strategy.program import Action, ActionKind
from paddock.strategy.python import PythonProgram
from paddock.surfaces.figures import feature_label
from paddock.surfaces.simulation import Ready

SCHEMA = "paddock/explanation@1"
POSITION = {"all": "no open position", "any": "an open position"}
SYMBOLS = {
    Op.GT: ">",
    Op.LT: "<",
    Op.GE: ">=",
    Op.LE: "<=",
    Op.CROSS_ABOVE: "crosses above",
    Op.CROSS_BELOW: "crosses below",
}
STATES = {
    StateField.QTY: "position, quantity",
    StateField.NOTIONAL_USD: "position, USD",
    StateField.PNL_USD: "open PnL, USD",
    StateField.PNL_PCT: "open PnL, % of margin",
    StateField.DURATION_S: "seconds in position",
    StateField.SINCE_ENTRY_S: "seconds since last entry",
}


def explain_backtest(ready: Ready, at_ts: int) -> Document:
    """The reading of the bar that contains `at_ts` (ms UTC).

    Raises Invalid (run.explain) without such a bar, (strategy.python) when a Python strategy fails.
    """
    code, tape, start_usd, costs = ready.code, ready.tape, ready.request.start_usd, ready.request.costs
    reading: BarReading | CodeReading
    if isinstance(code, PythonProgram):
        reading = explain_python(code, tape, at_ts, start_usd=start_usd, costs=costs, window=ready.window)
    else:
        reading = explain(code, tape, at_ts, start_usd=start_usd, costs=costs, window=ready.window)
    return explanation_document(ready.run(), reading)


def explanation_document(record: Run, reading: BarReading | CodeReading) -> Document:
    """A bar of a run that was lived or simulated, as plain JSON values; what is not known is null.

    A graph has rules. Python has none: it has what it read, what it held, and what `next` returned.
    """
    interval, placed = record.tape.interval, orders(record)
    return {
        "schema": SCHEMA,
        "strategy_hash": record.program.strategy_hash,
        "strategy_name": record.program.name,
        "ts": reading.ts,
        "close_ts": reading.ts + interval_ms(interval),
        "interval": interval,
        **_decided(reading, interval),
        "orders": [placed[row] for row in np.flatnonzero(record.orders["bar"] == reading.row)],
        "refusals": [{"symbol": symbol, "reason": refusal.label} for symbol, refusal in reading.refusals],
    }


def _decided(reading: BarReading | CodeReading, interval: str) -> Document:
    if isinstance(reading, BarReading):
        return {"rules": [rule_document(rule, interval) for rule in reading.rules]}
    return {
        "rules": [],
        "read": [
            {
                "symbol": feature.symbol,
                "name": feature_label(feature, interval),
                "value": _known(now),
                "before": _known(before),
            }
            for feature, now, before in reading.read
        ],
        "held": [{"symbol": symbol, "qty": qty} for symbol, qty in reading.held],
        "returned": [_returned(action) for action in reading.returned],
    }


def _returned(action: Action) -> Document:
    """What `next` returned; of numbers only those that it gave."""
    levels = {name: value for name, value in asdict(action.protection).items() if value}
    sized = action.kind in (ActionKind.ENTER, ActionKind.REDUCE)
    size = {"mode": action.size.mode.name.lower(), "value": action.size.value} if sized else None
    leverage = action.leverage if action.kind in (ActionKind.ENTER, ActionKind.LEVERAGE) else None
    return {
        "action": _action(action), "symbol": action.symbol, "size": size, "leverage": leverage, "protection": levels,
    }  # fmt: skip


def rule_document(reading: RuleReading, interval: str) -> Document:
    """One rule as plain JSON values, its guard as a tree; `interval` is the tape's."""
    action = reading.rule.action
    return {
        "node": reading.rule.node,
        "action": _action(action),
        "symbol": action.symbol,
        "verdict": VERDICTS[reading.code],
        "guard": _guard(reading.guard, action.symbol, interval),
    }


def _guard(reading: Reading, symbol: str, interval: str) -> Document:
    """A guard as the tree that it is; what only asks for a position, or for none, is one branch that `says` so."""
    if isinstance(reading, TestReading):
        return _test(reading, symbol, interval)
    kind, fold = _kind(reading), min if isinstance(reading.logic, All) else max
    pairs = _pairs(reading)
    parts = [
        _guard(part, symbol, interval) for part in reading.parts if not any(part in pair for pair in pairs.values())
    ]
    for where, pair in pairs.items():
        tests, verdict = [_test(part, symbol, interval) for part in pair], VERDICTS[fold(part.code for part in pair)]
        says = POSITION[kind] + ("" if where == symbol else f" on {where}")
        parts.append({"kind": kind, "says": says, "verdict": verdict, "parts": tests})
    if pairs and len(parts) == 1:
        return parts[0]
    return {"kind": kind, "verdict": VERDICTS[reading.code], "parts": parts}


def _pairs(reading: LogicReading) -> dict[str, list[TestReading]]:
    """By symbol, two tests of a quantity against 0 side by side: neither above nor below it, or one of the two."""
    wanted = {All: (Op.GE, Op.LE), Any: (Op.GT, Op.LT)}.get(type(reading.logic), ())
    found: dict[str, list[TestReading]] = {}
    for part in reading.parts:
        if isinstance(part, TestReading) and part.test.op in wanted and part.test.right == Const(0):
            left = part.test.left
            if isinstance(left, State) and left.field is StateField.QTY:
                found.setdefault(left.symbol, []).append(part)
    return {symbol: pair for symbol, pair in found.items() if len(pair) == 2}


def _kind(reading: LogicReading) -> str:
    if isinstance(reading.logic, Literal):
        return "always" if reading.logic.value else "never"
    return type(reading.logic).__name__.lower()


def _action(action: Action) -> str:
    if action.kind is ActionKind.ENTER:
        return f"open {'long' if action.side is Side.BUY else 'short'}"
    return {
        ActionKind.CANCEL: "cancel orders",
        ActionKind.CLOSE: "close the position",
        ActionKind.REDUCE: "reduce the position",
        ActionKind.PROTECT: "set protection",
        ActionKind.LEVERAGE: "set leverage",
    }[action.kind]


def _test(reading: TestReading, symbol: str, interval: str) -> Document:
    test = reading.test
    return {
        "kind": "test",
        "left": _name(test.left, symbol, interval),
        "op": SYMBOLS[test.op],
        "right": _name(test.right, symbol, interval),
        "left_value": _known(reading.left),
        "right_value": _known(reading.right),
        "left_before": _known(reading.left_before),
        "right_before": _known(reading.right_before),
        "verdict": VERDICTS[reading.code],
    }


def _name(value: Value, symbol: str, interval: str) -> str:
    """A value in words; its symbol and interval only where they are not those of the rule."""
    if isinstance(value, Const):
        return f"{value.value:g}"
    label = STATES[value.field] if isinstance(value, State) else feature_label(value, interval)
    return label if value.symbol == symbol else f"{label} of {value.symbol}"


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
