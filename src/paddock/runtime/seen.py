"""The bars that runs really saw: packed, one row a bar, and as the tape that they make together."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, func, select

from paddock.journal.schema import insert_new
from paddock.market.growing import Bar
from paddock.market.tape import FineBars, Floats, Tape, reshaped
from paddock.runtime.tables import seen_bars

PAGE: Final = 4_096  # bars that are unpacked together
Row = tuple[int, bytes]  # a bar as it is kept: its open (ms UTC), and packed
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
    symbols, there, is_fine = _head(data)
    at = _HEAD.size
    values: dict[str, Any] = {}
    for name in there:
        values[name] = np.frombuffer(data, "<f8", symbols, at).astype(np.float64)
        at += 8 * symbols
    return Bar(ts, **values, fine=_fine(data, at, symbols) if is_fine else None)


def _head(data: bytes) -> tuple[int, list[str], bool]:
    """How many symbols a packed bar has, which columns, and whether it has finer bars."""
    symbols, *flags = _HEAD.unpack_from(data)
    return symbols, [name for name, flag in zip(_COLUMNS, flags[:-1], strict=True) if flag], flags[-1]


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


def lived(
    conn: Connection,
    feed: str,
    history: Tape,
    until_ts: int | None = None,
    *,
    symbols: Sequence[str] | None = None,
) -> Tape:
    """The history of a feed and all that was seen after it, up to and with the bar that opened at `until_ts`.

    Of finer bars it has those that were seen; of `symbols` only those, if they are given. It is read a page at a time,
    straight into the columns of the tape: a long life has too many bars for each to be an object.
    """
    c = seen_bars.c
    after = [c.feed == feed, c.ts > int(history.ts[-1]), *([] if until_ts is None else [c.ts <= until_ts])]
    count = conn.execute(select(func.count()).where(*after)).scalar_one()
    rows = conn.execute(select(c.ts, c.columns).where(*after).order_by(c.ts), execution_options={"yield_per": PAGE})
    return extended(history, count, rows.partitions(), symbols)


def extended(history: Tape, count: int, pages: Iterable[Sequence[Row]], symbols: Sequence[str] | None = None) -> Tape:
    """The history and `count` packed bars after it, which come in pages, as one tape of these symbols (None: all)."""
    every = len(history.symbols)
    rows_of = list(range(every)) if symbols is None else [history.row(symbol) for symbol in symbols]
    history = history if symbols is None else _only(history, rows_of)
    bars = history.bars + count
    ts = np.concatenate((history.ts, np.zeros(count, np.int64)))
    columns: dict[str, Any] = {name: getattr(history, name) for name in _COLUMNS}
    columns = {name: _longer(column, bars) if column.shape[1] else column for name, column in columns.items()}
    fine: dict[int, FineBars] = {}
    at = history.bars
    for page in pages:
        for head, rows in groupby(page, key=lambda row: row[1][: _HEAD.size]):
            alike = list(rows)
            place = slice(at, at + len(alike))
            ts[place] = [row[0] for row in alike]
            _, there, is_fine = _head(head)
            said = _columns_of(alike, every, len(there))[:, rows_of]
            for name, column in columns.items():
                if column.shape[1]:
                    column[:, place] = said[there.index(name)] if name in there else _NOT_SAID.get(name, np.nan)
            if is_fine:
                behind = _HEAD.size + 8 * every * len(there)
                fine |= {at + n: _fine(data, behind, every) for n, (_, data) in enumerate(alike)}
            at += len(alike)
    return replace(history, ts=ts, fine=_together(rows_of, bars, fine), **columns)


def _only(history: Tape, rows: Sequence[int]) -> Tape:
    """A copy of these symbols, without finer bars."""
    less = reshaped(history, history.ts, lambda column: column[rows])
    names, instruments = history.symbols, history.instruments
    return replace(
        less, symbols=tuple(names[row] for row in rows), instruments=tuple(instruments[row] for row in rows), fine=None
    )


def _longer(column: Floats, bars: int) -> Floats:
    """A copy with room for `bars` bars."""
    longer = np.empty((len(column), bars))
    longer[:, : column.shape[1]] = column
    return longer


def _columns_of(rows: Sequence[Row], symbols: int, columns: int) -> Floats:
    """The columns of bars that have the same ones, [columns, S, bars]."""
    end = _HEAD.size + 8 * symbols * columns
    values = np.frombuffer(b"".join(data[_HEAD.size : end] for _, data in rows), "<f8")
    return values.reshape(len(rows), columns, symbols).transpose(1, 2, 0)


def _together(symbols: Sequence[int], bars: int, fine: Mapping[int, FineBars]) -> FineBars | None:
    """The finer bars of some bars of a tape, under all of them, for some of its rows; None without any."""
    if not fine:
        return None
    starts, ends = np.zeros((2, len(symbols), bars), np.int64)
    base = 0
    for row, one in fine.items():
        starts[:, row], ends[:, row] = one.start[symbols, 0] + base, one.end[symbols, 0] + base
        base += len(one.open)
    known = list(fine.values())
    return FineBars(
        known[0].interval,
        np.concatenate([one.open for one in known]),
        np.concatenate([one.high for one in known]),
        np.concatenate([one.low for one in known]),
        starts,
        ends,
    )
