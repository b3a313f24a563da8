"""From frames to a tape: one clock for several symbols, with what is missing left missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from paddock.core.errors import Code, Invalid
from paddock.core.instrument import Instrument, fine_instrument
from paddock.core.time import interval_ms
from paddock.market.funding import attach
from paddock.market.sift import traded
from paddock.market.tape import FineBars, Floats, Ints, Tape, reshaped

COLUMNS = ("open", "high", "low", "close", "volume", "open_interest")


@dataclass(frozen=True, slots=True)
class Finer:
    """Sifted bars of a finer interval than the tape's."""

    frame: pl.DataFrame
    interval: str


def build_tape(
    bars: pl.DataFrame,
    interval: str,
    *,
    venue: str,
    source: str,
    instruments: Mapping[str, Instrument] | None = None,
    rates: pl.DataFrame | None = None,
    finer: Finer | None = None,
) -> Tape:
    """A tape from sifted candles of one interval (see `paddock.market.sift`), all of them.

    Bars without volume are missing where the symbol has volume at all. A symbol that `instruments` does not know gets a
    grid too fine to change a price. `rates` are funding rows sorted by symbol and stamp. Raises Invalid (data.empty).
    """
    bars = traded(bars)
    if not bars.height:
        raise Invalid(Code.DATA_EMPTY, f"{source} has no bars that traded", seen=source, rule="a tape has bars")
    step = interval_ms(interval)
    stamps = bars["ts"].to_numpy()
    slices = dict(_slices(bars))
    ts = np.unique(stamps)
    rows = {symbol: _rows(ts, stamps[part]) for symbol, part in slices.items()}
    matrices = {name: _matrix(bars[name].to_numpy(), slices, rows, len(ts)) for name in COLUMNS if name in bars.columns}
    if "open_interest" not in matrices or np.isnan(matrices["open_interest"]).all():
        matrices["open_interest"] = np.empty((len(slices), 0))
    known = instruments or {}
    closes = bars["close"].to_numpy()
    opens = {symbol: stamps[part] for symbol, part in slices.items()}
    funding = attach(rates, opens, rows, len(ts), step)
    fine = _fine(finer, ts, rows, step) if finer is not None else None
    return Tape(
        venue=venue,
        interval=interval,
        symbols=tuple(slices),
        instruments=tuple(
            known.get(symbol) or fine_instrument(venue, symbol, float(closes[part.start]))
            for symbol, part in slices.items()
        ),
        ts=ts,
        **matrices,
        funding_open=funding.at_open,
        funding_inside=funding.inside,
        funding_last=funding.last,
        fine=fine,
        funding_coverage=funding.coverage,
        fidelity=_fidelity(interval, fine, bars.height),
        source=source,
    )


def truncate(tape: Tape, rows: int) -> Tape:
    """The tape as it was after its first `rows` bars: nothing later is left on it, finer bars included.

    Instruments, symbols and labels stay, so a symbol that has not traded yet keeps its (empty) row.
    """
    shorter = reshaped(tape, tape.ts[:rows].copy(), lambda matrix: matrix[:, :rows].copy())
    return replace(shorter, fine=tape.fine and _cut_fine(tape.fine, rows))


def _cut_fine(fine: FineBars, rows: int) -> FineBars:
    start, end = fine.start[:, :rows].copy(), fine.end[:, :rows].copy()
    edges = np.zeros(len(fine.open) + 1, dtype=np.int64)
    np.add.at(edges, start, 1)
    np.add.at(edges, end, -1)
    past = np.cumsum(edges)[:-1] > 0
    open_, high, low = (np.where(past, column, np.nan) for column in (fine.open, fine.high, fine.low))
    return replace(fine, start=start, end=end, open=open_, high=high, low=low)


def _slices(frame: pl.DataFrame) -> Iterator[tuple[str, slice]]:
    """Each symbol and its rows, in a frame that is sorted by symbol."""
    start = 0
    for length, symbol in frame["symbol"].rle().struct.unnest().iter_rows():
        yield symbol, slice(start, start + length)
        start += length


def _rows(clock: Ints, opens: Ints) -> slice | Ints:
    """Where a symbol's bars lie on the clock: a slice where they lie side by side, which copies without an index."""
    first = int(np.searchsorted(clock, opens[0]))
    last = first + len(opens)
    if last <= len(clock) and clock[last - 1] == opens[-1]:
        return slice(first, last)
    return np.searchsorted(clock, opens)


def _matrix(values: Floats, slices: dict[str, slice], rows: dict[str, slice | Ints], bars: int) -> Floats:
    out = np.full((len(slices), bars), np.nan)
    for row, (symbol, part) in enumerate(slices.items()):
        out[row, rows[symbol]] = values[part]
    return out


def _fine(finer: Finer, clock: Ints, rows: dict[str, slice | Ints], step: int) -> FineBars:
    bars = traded(finer.frame.filter(pl.col("symbol").is_in(list(rows))))
    stamps = bars["ts"].to_numpy()
    start = np.zeros((len(rows), len(clock)), dtype=np.int64)
    end = np.zeros_like(start)
    parts = dict(_slices(bars))
    for row, (symbol, present) in enumerate(rows.items()):
        part = parts.get(symbol, slice(0, 0))
        opens = clock[present]
        start[row, present] = part.start + np.searchsorted(stamps[part], opens)
        end[row, present] = part.start + np.searchsorted(stamps[part], opens + step)
    columns = {name: np.ascontiguousarray(bars[name].to_numpy()) for name in ("open", "high", "low")}
    return FineBars(finer.interval, start=start, end=end, **columns)


def _fidelity(interval: str, fine: FineBars | None, bars: int) -> str:
    if fine is None:
        return f"{interval} bars"
    decided = np.count_nonzero(fine.end > fine.start) / bars
    share = "" if decided == 1 else f", {decided:.0%} of them"
    return f"{interval} bars{share} decided by {fine.interval} bars"
