"""What a result looks like on a terminal: the same document as everywhere, in lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numba
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from paddock.core.time import format_ts
from paddock.engine.result import Document
from paddock.surfaces.figures import GROUPS, MINUS, UNKNOWN, dollars, figure, listed, number, words

BLOCKS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 48
LEFT, RIGHT = ("Account", "Risk", "Activity"), ("Trades",)


def working(what: str) -> str:
    """What is being done; before anything was ever compiled here, why it takes longer this once."""
    folder = getattr(numba.config, "CACHE_DIR", "")
    fresh = bool(folder) and next(Path(folder).rglob("*.nbi"), None) is None
    return f"{what} (compiling the engine, first run only)" if fresh else what


def toned(text: str) -> Text:
    """A signed figure in the colour of its sign; the sign itself says the same without colour."""
    style = {"+": "green", MINUS: "red", UNKNOWN: "dim"}.get(text[:1], "")
    return Text(text, style=style)


def summary(doc: Document) -> Group:
    """Everything about a run that fits on a screen."""
    parts: list[Any] = [_head(doc), "", _curve(doc), ""]
    columns = Table.grid(padding=(0, 5))
    columns.add_row(_figures(doc, LEFT), _figures(doc, RIGHT))
    parts += [Padding(columns, (0, 2)), ""]
    sharpe = doc["metrics"]["sharpe"]
    parts.append(Text(f"  Annualised from daily equity, UTC days, 365 a year, n = {sharpe['n']}.", style="dim"))
    if doc["warnings"]:
        parts += ["", Text("  Before you believe it", style="bold yellow")]
        parts += [Padding(Text(f"- {warning['message']}"), (0, 2)) for warning in doc["warnings"]]
    return Group(*parts)


def _head(doc: Document) -> Group:
    tape, costs = doc["tape"], doc["costs"]
    coverage = min(c["ratio"] for c in tape["coverage"].values())
    dates = f"{format_ts(tape['start_ts'])} to {format_ts(tape['end_ts'])} UTC"
    lines = [
        f"{listed(tape['symbols'])} on {tape['venue']}, {tape['interval']}, {dates}",
        f"{tape['bars']:,} bars, coverage {100 * coverage:.4g} %, simulated on {tape['fidelity']}, {tape['source']}",
        f"Costs: {_costs(costs)}",
        f"Strategy {doc['strategy_hash'][:12]}, orders {doc['orders_hash'][:12]}",
    ]
    return Group(
        Text(f"  {doc['strategy_name']}", style="bold"), *(Padding(Text(line, style="dim"), (0, 2)) for line in lines)
    )


def _costs(costs: Document) -> str:
    fees = costs["fees"].values()
    taker, maker = (sorted({fee[key] for fee in fees}) for key in ("taker_bps", "maker_bps"))
    parts = [f"taker {_spread(taker)} bps", f"maker {_spread(maker)} bps", f"slippage {costs['slippage_bps']:g} bps"]
    if costs["impact"]:
        parts.append(f"square-root impact {costs['impact']:g}")
    if costs["latency_ms"]:
        parts.append(f"latency {costs['latency_ms']:g} ms")
    if costs["funding"]:
        parts.append("real funding")
    elif "funding" not in costs["off"]:
        parts.append("no funding rates on the tape")
    if costs["off"]:
        parts.append(f"OFF: {', '.join(words(name) for name in costs['off'])}")
    return ", ".join(parts)


def _spread(values: list[float]) -> str:
    return f"{values[0]:g}" if len(values) == 1 else f"{values[0]:g} to {values[-1]:g}"


def _curve(doc: Document) -> Group:
    account, worst = doc["account"], doc["worst_drawdown"]
    values = [float(account["start_usd"]), *(float(point["usd"]) for point in doc["equity"])]
    spark = Text.assemble(
        ("  Equity  ", ""),
        (sparkline(values), "cyan"),
        f"  {dollars(account['start_usd'])} → {dollars(account['end_usd'])} USD",
    )
    return Group(spark, Text.assemble("  Worst drawdown  ", drawdown_line(worst)))


def drawdown_line(worst: Document | None) -> str:
    """The worst drawdown with its dates, in words."""
    if worst is None:
        return "none, equity never fell"
    until = f"recovered {format_ts(worst['recovered_ts'])}" if worst["recovered_ts"] else "not recovered by the end"
    dates = f"from {format_ts(worst['peak_ts'])} to {format_ts(worst['trough_ts'])} UTC"
    return f"{number(-worst['pct'])} % {dates}, {until}"


def sparkline(values: list[float], width: int = SPARK_WIDTH) -> str:
    """Values as bars of eighths; with more values than width, each bar is the last of its stretch."""
    if len(values) > width:
        values = [values[(i + 1) * len(values) // width - 1] for i in range(width)]
    low, high = min(values), max(values)
    if high == low:
        return BLOCKS[3] * len(values)
    return "".join(BLOCKS[min(int((value - low) / (high - low) * len(BLOCKS)), len(BLOCKS) - 1)] for value in values)


def _figures(doc: Document, groups: tuple[str, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    for number_, group in enumerate(groups):
        if number_:
            table.add_row()
        table.add_row(Text(group, style="bold"))
        for key, label in GROUPS[group].items():
            table.add_row(Text(label, style="dim"), toned(figure(key, doc["metrics"][key])))
    return table


def comparison(docs: list[Document]) -> Table:
    """Runs side by side, one a row."""
    shown = {
        "return_pct": "Return",
        "max_drawdown_pct": "Drawdown",
        "sharpe": "Sharpe",
        "trades": "Trades",
        "win_rate_pct": "Win rate",
        "fees_usd": "Fees, USD",
    }
    table = Table(box=None, padding=(0, 1, 0, 2), header_style="dim")
    table.add_column("Strategy", no_wrap=True)
    table.add_column("Equity", no_wrap=True)
    for label in shown.values():
        table.add_column(label, justify="right", no_wrap=True)
    for doc in docs:
        values = [float(doc["account"]["start_usd"]), *(float(point["usd"]) for point in doc["equity"])]
        cells = [toned(figure(key, doc["metrics"][key]).removesuffix(" USD")) for key in shown]
        halted = any(warning["code"] == "drawdown_halt" for warning in doc["warnings"])
        name = Text.assemble((doc["strategy_name"], "bold"), (" (halted by drawdown)" if halted else "", "yellow"))
        table.add_row(name, Text(sparkline(values, 16), style="cyan"), *cells)
    return table
