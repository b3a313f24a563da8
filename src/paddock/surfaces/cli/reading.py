"""Why, and why not: one bar of a run, condition by condition, as lines or as a document."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from typing import Any

from paddock.core.errors import Code, Invalid
from paddock.core.orders import Side
from paddock.core.time import format_ts, interval_ms
from paddock.engine.explain import VERDICTS, BarReading, RuleReading, TestReading, explain
from paddock.engine.result import document
from paddock.strategy.expr import Const, Op, State, StateField, Value
from paddock.strategy.program import Action, ActionKind
from paddock.strategy.python import PythonProgram
from paddock.surfaces.cli.screen import progress, working
from paddock.surfaces.figures import feature_label, words
from paddock.surfaces.simulation import Ready, Request, prepare

SCHEMA = "paddock/explanation@1"
MARKS = {"passed": "✓", "failed": "✗", "unknown": "?"}
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


def show_bar(request: Request, at_ts: int, *, as_json: bool) -> None:
    """Print what every condition saw in the bar that contains `at_ts`; raises Invalid (run.explain) without one."""
    with progress(quiet=as_json) as bar:
        bar.add_task(working("Replaying up to the bar"), total=None, note="")
        ready = prepare(request)
        doc = explanation(ready, at_ts)
    if as_json:
        sys.stdout.write(json.dumps(doc, allow_nan=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(doc))


def explanation(ready: Ready, at_ts: int) -> dict[str, Any]:
    """The reading of one bar as plain JSON values; what is not known is null.

    Raises Invalid (run.explain) without such a bar, and for a Python strategy.
    """
    request = ready.request
    if isinstance(ready.code, PythonProgram):
        raise Invalid(
            Code.RUN_EXPLAIN,
            "a Python strategy decides in code of its own, which has no conditions to read",
            where="explain",
            seen=ready.program.name,
            rule="a bar of a graph can be explained",
        )
    reading = explain(
        ready.program, ready.tape, at_ts, start_usd=request.start_usd, costs=request.costs, window=ready.window
    )
    orders = document(ready.run())["orders"]
    return {
        "schema": SCHEMA,
        "strategy_hash": ready.program.strategy_hash,
        "strategy_name": ready.program.name,
        "ts": reading.ts,
        "close_ts": reading.ts + interval_ms(ready.tape.interval),
        "interval": ready.tape.interval,
        "rules": [_rule(rule, ready.tape.interval) for rule in reading.rules],
        "orders": [orders[row] for row in reading.orders],
        "refusals": _refusals(reading),
    }


def _refusals(reading: BarReading) -> list[dict[str, str]]:
    return [{"symbol": symbol, "reason": refusal.label} for symbol, refusal in reading.refusals]


def _rule(reading: RuleReading, interval: str) -> dict[str, Any]:
    action = reading.rule.action
    return {
        "node": reading.rule.node,
        "action": _action(action),
        "symbol": action.symbol,
        "verdict": VERDICTS[reading.code],
        "tests": [_test(test, action.symbol, interval) for test in reading.tests],
    }


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


def _test(reading: TestReading, symbol: str, interval: str) -> dict[str, Any]:
    test = reading.test
    return {
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


def lines(doc: dict[str, Any]) -> Iterator[str]:
    """The explanation for people."""
    yield f"{doc['strategy_name']}: the {doc['interval']} bar of {format_ts(doc['ts'])} UTC, decided at its close"
    for rule in doc["rules"]:
        yield ""
        yield f"{MARKS[rule['verdict']]} {rule['action']} {rule['symbol']} ({rule['node']}): {rule['verdict']}"
        yield from (f"    {MARKS[test['verdict']]} {_sentence(test)}" for test in rule["tests"])
    yield ""
    for order in doc["orders"]:
        yield f"→ {order['side']} {order['qty']} {order['symbol']}, {order['kind']}, {words(order['reason'])}"
    for refusal in doc["refusals"]:
        yield f"→ entry on {refusal['symbol']} refused: {words(refusal['reason'])}"
    if not doc["orders"] and not doc["refusals"]:
        yield "→ nothing was ordered"


def _sentence(test: dict[str, Any]) -> str:
    text = f"{_with(test['left'], test['left_value'])} {test['op']} {_with(test['right'], test['right_value'])}"
    if test["op"].startswith("crosses"):
        text += f"; before: {_number(test['left_before'])} and {_number(test['right_before'])}"
    return text


def _with(name: str, value: float | None) -> str:
    shown = _number(value)
    return name if name == shown else f"{name} {shown}"


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:.6g}"
