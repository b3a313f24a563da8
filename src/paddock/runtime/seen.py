"""The bars that runs really saw: packed, one row a bar, and as the tape that they make together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from sqlalchemy import Connection, select

from paddock.journal.schema import insert_new
from paddock.market.growing import Bar
from paddock.market.tape import Floats, Tape
from paddock.runtime.tables import seen_bars

_COLUMNS = tuple(item.name for item in fields(Bar) if item.name != "ts")
_NOT_SAID = {"funding_open": 0.0, "funding_inside": 0.0}


def bar_at(tape: Tape, row: int) -> Bar:
    """One row of a tape as a bar; what the tape does not have is None."""
    columns = ((name, getattr(tape, name)) for name in _COLUMNS)
    return Bar(int(tape.ts[row]), **{name: column[:, row] if column.shape[1] else None for name, column in columns})


def write_bar(conn: Connection, feed: str, bar: Bar) -> None:
    """Keep a bar as it was seen; one that is kept already stays as it is."""
    insert_new(conn, seen_bars, [{"feed": feed, "ts": bar.ts, "columns": packed(bar)}])


def read_bars(conn: Connection, feed: str, after_ts: int, until_ts: int | None = None) -> list[Bar]:
    """Bars of a feed that open after `after_ts`, up to and with `until_ts` where that is given, in order."""
    wanted = select(seen_bars.c.ts, seen_bars.c.columns).where(seen_bars.c.feed == feed, seen_bars.c.ts > after_ts)
    if until_ts is not None:
        wanted = wanted.where(seen_bars.c.ts <= until_ts)
    return [unpacked(ts, columns) for ts, columns in conn.execute(wanted.order_by(seen_bars.c.ts))]


def packed(bar: Bar) -> bytes:
    """The columns of a bar as bytes: a flag for each, then those that are there, little endian, in a bar's order."""
    columns = [getattr(bar, name) for name in _COLUMNS]
    there = bytes(column is not None for column in columns)
    return there + b"".join(np.asarray(column, "<f8").tobytes() for column in columns if column is not None)


def unpacked(ts: int, data: bytes) -> Bar:
    """The bar that was packed."""
    there = [name for name, flag in zip(_COLUMNS, data, strict=False) if flag]
    columns = np.frombuffer(data, "<f8", offset=len(_COLUMNS)).reshape(len(there), -1)
    return Bar(ts, **dict(zip(there, columns.astype(np.float64), strict=True)))


def same(first: Bar, second: Bar) -> bool:
    """Whether two reports of one bar say the same."""
    return packed(first) == packed(second)


def extended(history: Tape, bars: Sequence[Bar]) -> Tape:
    """The history and the bars after it as one tape; finer bars are left behind."""

    def longer(name: str) -> Floats:
        column: Floats = getattr(history, name)
        if column.shape[1] != history.bars or not bars:
            return column
        unsaid = np.full(len(column), _NOT_SAID.get(name, np.nan))
        said = [getattr(bar, name) for bar in bars]
        return np.column_stack([column, *(unsaid if values is None else values for values in said)])

    ts = np.concatenate((history.ts, np.array([bar.ts for bar in bars], np.int64)))
    return replace(history, ts=ts, fine=None, **{name: np.ascontiguousarray(longer(name)) for name in _COLUMNS})
