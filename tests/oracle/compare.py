"""Where do an oracle's run and the engine's differ? The first difference, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from paddock.engine.log import Run

from .model import OracleRun

_PLACE = ("bar", "ts", "symbol")
FIELDS: dict[str, tuple[str, ...]] = {
    "orders": (*_PLACE, "kind", "side", "reason", "tif", "state", "capped", "lots", "filled", "px", "leverage"),
    "fills": ("order", *_PLACE, "side", "maker", "lots", "px", "value", "fee"),
    "trades": (
        *("symbol", "side", "reason", "lots", "entry_bar", "entry_ts", "entry_px", "exit_bar", "exit_ts", "exit_px"),
        *("realised", "fees", "funding", "pnl"),
    ),
    "refusals": (*_PLACE, "reason"),
    "positions": ("symbol", "side", "lots", "entry_ts", "entry_px", "unrealised", "stop_px", "take_px"),
}
TOTALS = ("fees", "funding", "realised", "cash", "bars_exposed", "bars_ambiguous")
PX_NOISE = 1e-12


def first_difference(oracle: OracleRun, run: Run) -> str | None:
    """None when the engine did exactly what the oracle did; else the earliest place where it did not."""
    found = [
        *(
            difference
            for name in ("orders", "fills", "trades", "refusals")
            if (difference := _in_rows(name, oracle, run))
        ),
        *_in_equity(oracle, run),
    ]
    if found:
        return min(found)[1]
    for name in TOTALS:
        if getattr(oracle, name) != getattr(run, name):
            return f"{name}: oracle {getattr(oracle, name)}, engine {getattr(run, name)}"
    late = _in_rows("positions", oracle, run)
    return late[1] if late else None


def _in_rows(name: str, oracle: OracleRun, run: Run) -> tuple[int, str] | None:
    ours, theirs = getattr(oracle, name), getattr(run, name)
    for i in range(max(len(ours), len(theirs))):
        if i >= len(ours):
            return _bar(theirs[i]), f"{name}[{i}]: only the engine has {_show(name, theirs[i])}"
        if i >= len(theirs):
            return _bar(ours[i]), f"{name}[{i}]: only the oracle has {_show(name, ours[i])}"
        for field in FIELDS[name]:
            left, right = getattr(ours[i], field), _field(theirs[i], field)
            if not _same(left, right):
                return min(_bar(ours[i]), _bar(theirs[i])), (
                    f"{name}[{i}].{field}: oracle {left}, engine {right}\n"
                    f"  oracle: {_show(name, ours[i])}\n  engine: {_show(name, theirs[i])}"
                )
    return None


def _in_equity(oracle: OracleRun, run: Run) -> Sequence[tuple[int, str]]:
    if len(oracle.equity) != len(run.equity):
        return [(run.start, f"equity: oracle has {len(oracle.equity)} bars, engine {len(run.equity)}")]
    for i, (left, right) in enumerate(zip(oracle.equity, run.equity.tolist(), strict=True)):
        if left != right:
            return [(run.start + i, f"equity at bar {run.start + i}: oracle {left}, engine {right}")]
    return []


def _field(row: Any, field: str) -> Any:
    return getattr(row, field) if hasattr(row, field) else row[field].item()


def _bar(row: Any) -> int:
    for field in ("exit_bar", "bar"):
        if hasattr(row, field) or (hasattr(row, "dtype") and field in row.dtype.names):
            return int(_field(row, field))
    return 1 << 62


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, Decimal) or isinstance(right, float):
        return math.isclose(float(left), float(right), rel_tol=PX_NOISE, abs_tol=0.0)
    return bool(left == right)


def _show(name: str, row: Any) -> str:
    return ", ".join(f"{field}={_word(_field(row, field))}" for field in FIELDS[name])


def _word(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float | Decimal) else str(value)
