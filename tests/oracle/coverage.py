"""What happened, and how often: a comparison over cases in which nothing happens would prove nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from paddock.core.orders import OrderKind, Reason, Refusal, Tif
from paddock.engine.log import CANCELED, EXPIRED, FILLED, WORKING

from .model import OracleRun

# What a living bot may be told from outside; a backtest has no outside.
OUTSIDE = (
    Refusal.PAUSED,
    Refusal.ORDER_UNKNOWN,
    Refusal.OPPOSITE_ON_ACCOUNT,
    Refusal.FEED_STALE,
    Refusal.FROZEN,
)


STATES = {WORKING: "working", FILLED: "filled", CANCELED: "canceled", EXPIRED: "expired"}
PROTECTIVE = (OrderKind.STOP, OrderKind.TRAIL, OrderKind.LIQUIDATION, OrderKind.TAKE)
NOTED = (
    "funding at the open",
    "funding inside the bar",
    *(f"{came} beyond {kind.name.lower()}" for came in ("gap", "entered") for kind in PROTECTIVE),
    "beyond its bound",
    "late",
    "late beyond its limit",
    "limit at the open",
    "limit traded through",
    "limit touched",
    "post-only would have taken",
    "ioc cancelled",
    "expired",
    "capped by volume",
    "entry waits for the other side",
    "opened by a later fill of an order",
    "both in one bar",
    "finer bars: adverse",
    "finer bars: target",
    "adverse after an entry within the bar",
    "target after an entry within the bar",
    "liquidated at the bankruptcy price",
    "halted by drawdown",
    "daily loss",
    "exit replaced",
    "entry cancelled by a rule",
    "exit cancelled by a rule",
    "protection cancelled",
)
WORKING_KINDS = (OrderKind.MARKET, OrderKind.LIMIT, OrderKind.TWAP)
EXPECTED = (
    *NOTED,
    *(f"{kind.name.lower()} {state}" for kind in WORKING_KINDS for state in STATES.values()),
    *(f"{kind.name.lower()} filled" for kind in PROTECTIVE),
    *(f"time in force {tif.name.lower()}" for tif in Tif),
    *(f"exit: {reason.label}" for reason in Reason if reason != Reason.ENTRY),
    *(f"refused: {refusal.label}" for refusal in Refusal if refusal not in OUTSIDE),
    "partial fill",
    "partial close",
    "flip",
    "open at the end",
)


def events(run: OracleRun) -> Counter[str]:
    """How often each thing of docs/engine.md happened in a run; names as in EXPECTED."""
    seen = Counter(run.events)
    for order in run.orders:
        seen[f"{order.kind.name.lower()} {STATES[order.state]}"] += 1
        seen[f"time in force {order.tif.name.lower()}"] += order.kind == OrderKind.LIMIT
        seen["partial fill"] += 0 < order.filled < order.lots
    seen.update(f"exit: {trade.reason.label}" for trade in run.trades)
    seen.update(f"refused: {refusal.reason.label}" for refusal in run.refusals)
    exits = {(trade.symbol, trade.exit_bar): trade for trade in run.trades}
    for fill in run.fills:
        closed = exits.get((fill.symbol, fill.bar))
        entry = run.orders[fill.order].reason == Reason.ENTRY
        seen["flip"] += bool(entry and closed and closed.side != fill.side)
    by_position = Counter((trade.symbol, trade.entry_bar) for trade in run.trades)
    seen["partial close"] += sum(number > 1 for number in by_position.values())
    seen["open at the end"] += len(run.positions)
    return +seen


def never(runs: Iterable[OracleRun]) -> list[str]:
    """What should have happened in some run and did in none."""
    total: Counter[str] = Counter()
    for run in runs:
        total += events(run)
    return [name for name in EXPECTED if not total[name]]
