"""What a bot carries from bar to bar, as bytes: written and read by the names of the fields.

A later version that has one field more reads what an earlier one wrote, and starts the new field as a fresh bot does.
What the program and the session say (the policy, places of rows) is not carried.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paddock.core.errors import Code, Invalid
from paddock.engine.rows import Table, dtype_of, plain
from paddock.engine.state import BUSY, RESTING, Account, Books, Bot, Slot, Working
from paddock.market.tape import Ints

# In the order of their bytes; the first two have one and two rows for each slot.
TABLES: dict[str, type] = {"slots": Slot, "working": Working, "bots": Bot, "accounts": Account}
NOT_CARRIED = {
    "slots": {"bot", "account", "symbol", "allowed", "blocked"},
    "working": {"row"},
    "bots": {
        "account", "first_slot", "slots", "watched", "base", "max_leverage", "max_open_positions", "max_entries",
        "max_order", "capital", "cooldown_ms", "cooldown_after_stop_ms", "timeout_ms", "max_drawdown_pct", "flatten",
        "daily_loss_pct",
    },
    "accounts": {"first_slot", "slots"},
}  # fmt: skip
Layout = dict[str, list[list[str]]]


def _layout() -> Layout:
    def fields(name: str, row: type) -> list[list[str]]:
        dtype = dtype_of(row)
        assert dtype.names is not None
        return [[field, dtype[field].newbyteorder("<").str] for field in dtype.names if field not in NOT_CARRIED[name]]

    return {name: fields(name, row) for name, row in TABLES.items()}


_FIELDS = _layout()
LAYOUT = json.dumps(_FIELDS, separators=(",", ":"))  # goes wherever the bytes are kept, once
LAYOUT_ID = hashlib.sha256(LAYOUT.encode()).hexdigest()[:16]


def packed(table: Table[Any], fields: Sequence[Sequence[str]], chosen: Ints) -> NDArray[np.void]:
    """The carried fields of some rows of a table, without gaps."""
    rows = plain(table, len(table))
    out = np.empty(len(chosen), [(name, form) for name, form in fields])
    for name, _ in fields:
        out[name] = rows[name][chosen]
    return out


def states(books: Books, bots: Sequence[int]) -> list[bytes]:
    """The states of some bots (each on an account of its own), in LAYOUT."""
    chosen = np.array(bots, np.int64)
    first, counts = books.bots["first_slot"][chosen].astype(np.int64), books.bots["slots"][chosen].astype(np.int64)
    ends = np.cumsum(counts)
    rows = np.repeat(first - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)
    slots = packed(books.slots, _FIELDS["slots"], rows)
    working = packed(books.working, _FIELDS["working"], np.stack((2 * rows, 2 * rows + 1), axis=1).ravel())
    own = packed(books.bots, _FIELDS["bots"], chosen)
    accounts = packed(books.accounts, _FIELDS["accounts"], chosen)
    spans = zip((ends - counts).tolist(), ends.tolist(), strict=True)
    return [
        slots[start:end].tobytes() + working[2 * start : 2 * end].tobytes() + own[n].tobytes() + accounts[n].tobytes()
        for n, (start, end) in enumerate(spans)
    ]


def require_fit(books: Books, b: int, state: bytes, layout: str = LAYOUT) -> None:
    """Raises Invalid (run.state) when the bytes are not those of a bot with as many symbols as bot `b` has."""
    count = int(books.bots["slots"][b])
    size = sum(dtype.itemsize * rows for dtype, rows in zip(_dtypes(layout).values(), _rows(count), strict=True))
    if len(state) != size:
        raise Invalid(
            Code.RUN_STATE,
            "the state of a run does not fit its strategy",
            where="state",
            seen=f"{len(state)} bytes",
            rule=f"the state of {count} symbols has {size} bytes",
        )


def restore(books: Books, bots: Sequence[int], states: Sequence[bytes], layout: str = LAYOUT) -> None:
    """Give bots the states that were written in `layout`.

    Raises Invalid (run.state) when one does not fit; then none is given.
    """
    by_count: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
    for b, state in zip(bots, states, strict=True):
        require_fit(books, b, state, layout)
        by_count[int(books.bots["slots"][b])].append((b, state))
    for count, group in by_count.items():
        data = np.frombuffer(b"".join(state for _, state in group), np.uint8).reshape(len(group), -1)
        _restore_alike(books, np.array([b for b, _ in group], np.int64), data, count, layout)


def _restore_alike(books: Books, bots: Ints, data: NDArray[np.uint8], count: int, layout: str) -> None:
    """The same for bots of `count` symbols each, their bytes [bots, size]."""
    first = books.bots["first_slot"][bots].astype(np.int64)
    starts = {"slots": first, "working": 2 * first, "bots": bots, "accounts": bots}
    at = 0
    for (name, dtype), rows in zip(_dtypes(layout).items(), _rows(count), strict=True):
        end = at + dtype.itemsize * rows
        read = np.frombuffer(data[:, at:end].tobytes(), dtype)
        at = end
        into: Table[Any] = getattr(books, name)
        there = (starts[name][:, None] + np.arange(rows)).ravel()
        for field in set(read.dtype.names or ()) & set(dtype_of(TABLES[name]).names or ()) - NOT_CARRIED[name]:
            into[field][there] = read[field]
    slots = (first[:, None] + np.arange(count)).ravel()
    live = books.working["live"]
    idle = (books.slots["lots"][slots] == 0) & (live[2 * slots] == 0) & (live[2 * slots + 1] == 0)
    books.active[slots] = np.where(idle, RESTING, BUSY)


def _rows(count: int) -> tuple[int, int, int, int]:
    """Rows of a bot with `count` symbols, in the order of TABLES."""
    return count, 2 * count, 1, 1


@cache
def _dtypes(layout: str) -> dict[str, np.dtype[np.void]]:
    fields: Layout = json.loads(layout)
    return {name: np.dtype([(field, form) for field, form in fields[name]]) for name in TABLES}


def slot_of(state: bytes, layout: str) -> np.void:
    """The first slot of a state that was written in `layout`, by the names of its fields."""
    slot: np.void = np.frombuffer(state, _dtypes(layout)["slots"], 1)[0]
    return slot
