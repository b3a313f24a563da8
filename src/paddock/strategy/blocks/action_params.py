"""Parameters that action blocks share."""

from __future__ import annotations

from typing import Any

from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.kinds import Flag, Label, Number, SizeKind
from paddock.strategy.program import Size, SizeMode

ENTRY_MODES = (SizeMode.NOTIONAL_USD, SizeMode.MARGIN_USD, SizeMode.EQUITY_PCT, SizeMode.RISK_PCT, SizeMode.QTY)
REDUCE_MODES = (SizeMode.POSITION_PCT, SizeMode.QTY, SizeMode.NOTIONAL_USD)
MAX_LEVERAGE = 100
MAX_STOP_PCT = 99
MAX_TAKE_PCT = 10_000


def _as(mode: str) -> p.Shorthand:
    return lambda raw: {"mode": mode, "value": raw}


def entry_size() -> Any:
    return p.param(
        SizeKind(ENTRY_MODES),
        Size(SizeMode.NOTIONAL_USD, 100.0),
        "how large; size_usd is notional (position value), whatever the leverage",
        shorthands={"size_usd": _as("notional_usd"), "quantity": _as("qty")},
    )


def reduce_size() -> Any:
    return p.param(
        SizeKind(REDUCE_MODES),
        Size(SizeMode.POSITION_PCT, 50.0),
        "how much of the position",
        shorthands={"pct": _as("position_pct"), "size_usd": _as("notional_usd"), "quantity": _as("qty")},
    )


def leverage() -> Any:
    return p.number(1, "leverage of the position", low=1, high=MAX_LEVERAGE, unit="x")


def stop_pct(default: float = 0, **rest: Any) -> Any:
    doc = "stop loss, in % of the average entry (0: none)"
    return p.number(default, doc, low=0, high=MAX_STOP_PCT, unit="%", **rest)


def take_pct(default: float = 0, **rest: Any) -> Any:
    doc = "take profit, in % of the average entry (0: none)"
    return p.number(default, doc, low=0, high=MAX_TAKE_PCT, unit="%", **rest)


def trail_pct(default: float = 0, **rest: Any) -> Any:
    doc = "trailing stop, in % of the best price since the entry (0: none)"
    return p.number(default, doc, low=0, high=MAX_STOP_PCT, unit="%", **rest)


def level_px(doc: str) -> Any:
    return p.number(0, doc, low=0, unit="price")


def slippage(default: float) -> Any:
    doc = "cancel when the fill would be more than this % worse than the decision's close (0: no bound)"
    return p.number(default, doc, low=0, high=100, unit="%", aliases=("slippage_percent", "slippage_pct"))


def label() -> Any:
    return p.param(Label(), "", "a name that cancel_order can refer to")


def flag(default: bool, doc: str) -> Any:
    return p.param(Flag(), default, doc)


def duration() -> Any:
    return p.param(Number(60, 2_592_000, whole=True), 3600, "time over which the order is sliced", unit="seconds")
