"""The bars that runs really saw: packed, one row a bar, and as the tape that they make together."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, select

from paddock.journal.schema import insert_new
from paddock.market.growing import Bar
from paddock.market.tape import FineBars, Floats, Ints, Tape
from paddock.runtime.tables import seen_bars

_COLUMNS: Final = (
    "open", "high", "low", "close", "volume", "funding_open", "funding_inside", "funding_last", "open_interest",
)  # fmt: skip
_NOT_SAID: Final = {"funding_open": 0.0, "funding_inside": 0.0}
_HEAD: Final = struct.Struct(f"<I{len(_COLUMNS) + 1}?")  # symbols; which columns are there, and finer bars


def write_bar(conn: Connection, feed: str, bar: Bar) -> None:
    """Keep a bar as it was seen; one that is kept already stays as it is."""
    insert_new(conn, seen_bars, [{"feed": feed, "ts": bar.ts, "columns": packed(bar)}])


def read_bars(
    conn: Connection, feed: str, after_ts: int, until_ts: int | None = None, *, most: int | None = None
) -> list[Bar]:
    """Bars of a feed that open after `after_ts`, up to and with `until_ts`, in order; the first `most` of them."""
    wanted = select(seen_bars.c.ts, seen_bars.c.columns).where(seen_bars.c.feed == feed, seen_bars.c.ts > after_ts)
    if until_ts is not None:
        wanted = wanted.where(seen_bars.c.ts <= until_ts)
    return [unpacked(ts, columns) for ts, columns in conn.execute(wanted.order_by(seen_bars.c.ts).limit(most))]


def packed(bar: Bar) -> bytes:
    """A bar as bytes, little endian: the head, the columns that are there, then the finer bars of each symbol."""
    columns = [getattr(bar, name) for name in _COLUMNS]
    fine = bar.fine
    head = _HEAD.pack(len(bar.close), *(column is not None for column in columns), fine is not None)
    parts = [np.asarray(column, "<f8").tobytes() for column in columns if column is not None]
    if fine is not None:
        parts.append((fine.end - fine.start).astype("<i8").tobytes())
        parts += [np.asarray(column, "<f8").tobytes() for column in (fine.open, fine.high, fine.low)]
        parts.append(fine.interval.encode())
    return head + b"".join(parts)


def unpacked(ts: int, data: bytes) -> Bar:
    """The bar that was packed."""
    symbols, *flags = _HEAD.unpack_from(data)
    there = [name for name, flag in zip(_COLUMNS, flags[:-1], strict=True) if flag]
    at = _HEAD.size
    values: dict[str, Any] = {}
    for name in there:
        values[name] = np.frombuffer(data, "<f8", symbols, at).astype(np.float64)
        at += 8 * symbols
    return Bar(ts, **values, fine=_fine(data, at, symbols) if flags[-1] else None)


def _fine(data: bytes, at: int, symbols: int) -> FineBars:
    counts = np.frombuffer(data, "<i8", symbols, at).astype(np.int64)
    at, count = at + 8 * symbols, int(counts.sum())
    opens, highs, lows = np.frombuffer(data, "<f8", 3 * count, at).astype(np.float64).reshape(3, count)
    end = np.cumsum(counts)[:, None]
    return FineBars(data[at + 24 * count :].decode(), opens, highs, lows, end - counts[:, None], end)


def same(first: Bar, second: Bar) -> bool:
    """Whether two reports of one bar say the same."""
    return packed(first) == packed(second)


def bar_at(tape: Tape, row: int) -> Bar:
    """One row of a tape as a bar; what the tape does not have is None."""
    found: dict[str, Any] = {name: getattr(tape, name) for name in _COLUMNS}
    columns: dict[str, Any] = {name: column[:, row] if column.shape[1] else None for name, column in found.items()}
    return Bar(int(tape.ts[row]), **columns, fine=_fine_at(tape.fine, row) if tape.fine else None)


def _fine_at(fine: FineBars, row: int) -> FineBars:
    start, end = fine.start[:, row], fine.end[:, row]
    rows = np.concatenate([np.arange(a, b) for a, b in zip(start, end, strict=True)])
    last = np.cumsum(end - start)[:, None]
    return FineBars(
        fine.interval, fine.open[rows], fine.high[rows], fine.low[rows], last - (end - start)[:, None], last
    )


def extended(history: Tape, bars: Sequence[Bar]) -> Tape:
    """The history and the bars after it as one tape; of finer bars those of `bars` alone."""

    def longer(name: str) -> Floats:
        column: Floats = getattr(history, name)
        if column.shape[1] != history.bars or not bars:
            return column
        unsaid = np.full(len(column), _NOT_SAID.get(name, np.nan))
        said = [getattr(bar, name) for bar in bars]
        return np.column_stack([column, *(unsaid if values is None else values for values in said)])

    ts = np.concatenate((history.ts, np.array([bar.ts for bar in bars], np.int64)))
    columns: dict[str, Any] = {name: np.ascontiguousarray(longer(name)) for name in _COLUMNS}
    return replace(history, ts=ts, fine=_together(history, bars), **columns)


def _together(history: Tape, bars: Sequence[Bar]) -> FineBars | None:
    """The finer bars of all `bars` under the rows of the extended tape."""
    known = [bar.fine for bar in bars if bar.fine is not None]
    if not known:
        return None
    symbols = len(history.symbols)
    starts: list[Ints] = [np.zeros((symbols, history.bars), np.int64)]
    ends = [starts[0]]
    base = 0
    for bar in bars:
        none = np.full((symbols, 1), base)
        starts.append(none if bar.fine is None else bar.fine.start + base)
        ends.append(none if bar.fine is None else bar.fine.end + base)
        base += 0 if bar.fine is None else len(bar.fine.open)
    return FineBars(
        known[0].interval,
        np.concatenate([fine.open for fine in known]),
        np.concatenate([fine.high for fine in known]),
        np.concatenate([fine.low for fine in known]),
        np.concatenate(starts, axis=1),
        np.concatenate(ends, axis=1),
    )
