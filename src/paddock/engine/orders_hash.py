"""One hash over everything a run did in the market: equal hashes mean equal orders and fills, to the last lot.

It depends on what was done to which symbol, when and why; not on node ids, on how the strategy was written, on the
other symbols of the tape, or on the order in which a bar's symbols were visited.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paddock.engine.log import Run
from paddock.market.tape import Ints

_WIDTHS = {"i8": ("ts", "placed_ts", "lots", "filled"), "f8": ("px",), "i4": ("symbol",)}  # all others: one byte
_TYPES = {key: f">{width}" for width, keys in _WIDTHS.items() for key in keys}
_ORDER_KEYS = ("ts", "symbol", "kind", "side", "reason", "lots", "px", "filled", "state")
_FILL_KEYS = ("ts", "symbol", "kind", "side", "reason", "lots", "px", "placed_ts")
_HEADER = "paddock/orders@1"


def orders_hash(run: Run) -> str:
    """SHA-256 (hex) of the run's orders and fills in canonical order, packed as big-endian columns.

    Symbols enter by name and lot size, numbered in order of name among those that were traded.
    """
    names, numbers = _traded(run)
    order_columns = {key: run.orders[key] for key in _ORDER_KEYS} | {"symbol": numbers[run.orders["symbol"]]}
    parents = run.orders[run.fills["order"]]
    fill_columns = {key: run.fills[key] for key in ("ts", "side", "lots", "px")} | {
        "symbol": numbers[run.fills["symbol"]],
        "kind": parents["kind"],
        "reason": parents["reason"],
        "placed_ts": parents["ts"],
    }
    digest = hashlib.sha256()
    digest.update(json.dumps([_HEADER, names, len(run.orders), len(run.fills)]).encode())
    digest.update(_packed(order_columns, _ORDER_KEYS))
    digest.update(_packed(fill_columns, _FILL_KEYS))
    return digest.hexdigest()


def _traded(run: Run) -> tuple[list[list[object]], Ints]:
    """[name, lot decimals] of each symbol with an order, by name; and the number of each symbol index among them."""
    tape = run.tape
    used = sorted(np.unique(run.orders["symbol"]).tolist(), key=lambda row: tape.symbols[row])
    numbers = np.full(len(tape.symbols), -1, np.int64)
    numbers[used] = np.arange(len(used))
    return [[tape.symbols[row], tape.instruments[row].qty_decimals] for row in used], numbers


def _packed(columns: dict[str, NDArray[Any]], keys: tuple[str, ...]) -> bytes:
    """The columns in `keys`, sorted by all of them from left to right, as bytes; -0.0 is 0.0."""
    order = np.lexsort([columns[key] for key in reversed(keys)])
    return b"".join((columns[key][order] + 0).astype(_TYPES.get(key, ">i1")).tobytes() for key in keys)
