"""What a tape is made of, gathered from files or from the lake; nothing is judged here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from paddock.core.errors import Code, Invalid, NotFound, nearest
from paddock.core.instrument import Instrument, InstrumentKind
from paddock.core.time import interval_ms
from paddock.market.lake import FUNDING, Key, Lake
from paddock.market.readers import Candles, Rates, files_under, read, symbols_in

SPOT = "spot"


@dataclass(frozen=True, slots=True)
class Material:
    """Candles by interval and funding as they stand, what is known of the instruments, and which symbols are spot."""

    candles: Mapping[str, pl.DataFrame]
    rates: pl.DataFrame | None
    instruments: Mapping[str, Instrument]
    spot: frozenset[str]
    source: str


def from_files(
    paths: Sequence[Path], *, venue: str, symbols: Collection[str] | None, instruments: Mapping[str, Instrument]
) -> Material:
    """Everything in the files, or what they hold of `symbols`.

    Raises NotFound (data.not_found, data.symbol) and Invalid (data.*).
    """
    files = [file for path in paths for file in files_under(path)]
    parts = [part for file in files for part in read(file, symbols)]
    candles: dict[str, list[pl.DataFrame]] = {}
    for part in parts:
        if isinstance(part, Candles):
            candles.setdefault(part.interval, []).append(at_venue(part.frame, venue, part.source))
    rates = [at_venue(part.frame, venue, part.source) for part in parts if isinstance(part, Rates)]
    joined = {interval: pl.concat(frames, how="diagonal") for interval, frames in candles.items()}
    _require(symbols, joined, files)
    spot = {
        symbol
        for frame in joined.values()
        if "market" in frame.columns
        for symbol in frame.filter(pl.col("market") == SPOT)["symbol"].unique()
    }
    names = ", ".join(file.name for file in files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
    return Material(joined, pl.concat(rates) if rates else None, instruments, frozenset(spot), names)


def at_venue(frame: pl.DataFrame, venue: str, source: str) -> pl.DataFrame:
    """The rows of `venue` where the frame tells venues apart; raises Invalid (data.venue) when it has none of them."""
    if "venue" not in frame.columns:
        return frame
    here = frame.filter(pl.col("venue").str.to_lowercase() == venue.lower()).drop("venue")
    if not here.height:
        there = sorted(frame["venue"].drop_nulls().unique())
        raise Invalid(
            Code.DATA_VENUE,
            f"{source} has no rows of {venue}",
            where=source,
            seen=venue,
            rule=f"its venues are {', '.join(there)}",
            suggestion=nearest(venue, there),
        )
    return here


def lake_keys(lake: Lake, *, venue: str, interval: str, symbols: Collection[str] | None) -> list[Key]:
    """The series of the lake that a tape of `interval` is made of.

    That is for each symbol the interval itself, or else the next finer one that builds it, and the `widest` finer one.
    All symbols are those that can have it.
    Raises NotFound (data.not_found, data.symbol) and Invalid (data.interval).
    """
    there: dict[str, list[str]] = {}
    for key in lake.series(venue):
        there.setdefault(key.symbol, []).append(key.interval)
    traded = {symbol: [name for name in names if name != FUNDING] for symbol, names in there.items()}
    known = [symbol for symbol, names in traded.items() if names]
    if not known:
        raise NotFound(
            Code.DATA_NOT_FOUND,
            f"the lake has no candles of {venue}",
            where=str(lake.root),
            seen=venue,
            rule="candles are brought in with `paddock data import`",
            suggestion=nearest(venue, {key.venue for key in lake.series()}),
        )
    whole = interval_ms(interval)
    able = [symbol for symbol in known if any(whole % interval_ms(name) == 0 for name in traded[symbol])]
    keys: set[Key] = set()
    for symbol in sorted(symbols) if symbols is not None else able or known:
        if symbol not in known:
            raise unknown_symbol(symbol, known, f"the lake of {venue}")
        steps = steps_to(traded[symbol], interval, f"{symbol} in the lake of {venue}")
        finer = {name: lake.stored(Key(venue, symbol, name)).rows for name in steps if name != interval}
        keys |= {Key(venue, symbol, name) for name in {steps[0], *([widest(finer)] if finer else [])}}
        keys |= {Key(venue, symbol, FUNDING)} if FUNDING in there[symbol] else set()
    return sorted(keys)


def from_lake(lake: Lake, keys: Sequence[Key], *, venue: str) -> Material:
    """The whole history of these series."""
    frames: dict[str, list[pl.DataFrame]] = {}
    for key in keys:
        frames.setdefault(key.interval, []).append(lake.read(key))
    joined = {interval: pl.concat(parts) for interval, parts in frames.items()}
    rates = joined.pop(FUNDING, None)
    instruments = lake.instruments(venue)
    spot = frozenset(symbol for symbol, known in instruments.items() if known.kind is InstrumentKind.SPOT)
    return Material(joined, rates, instruments, spot, f"lake of {venue}")


def steps_to(intervals: Iterable[str], wanted: str, source: str = "the data") -> list[str]:
    """The intervals that are or build `wanted`, coarsest first; raises Invalid (data.interval) when none does."""
    whole = interval_ms(wanted)
    steps = sorted((name for name in intervals if whole % interval_ms(name) == 0), key=interval_ms, reverse=True)
    if not steps:
        raise Invalid(
            Code.DATA_INTERVAL,
            f"{source} has no bars that {wanted} bars can be built from",
            seen=", ".join(sorted(intervals, key=interval_ms)),
            rule="bars are built from bars of the same or a finer interval that divides it",
            suggestion="ask for an interval that is there, or a multiple of one",
        )
    return steps


def widest(rows: Mapping[str, int]) -> str:
    """Of intervals with their number of bars the one that covers most time, of equals the finest."""
    return max(rows, key=lambda name: (rows[name] * interval_ms(name), -interval_ms(name)))


def _require(symbols: Collection[str] | None, candles: Mapping[str, pl.DataFrame], files: Sequence[Path]) -> None:
    if symbols is None and candles:
        return
    found = {symbol for frame in candles.values() for symbol in frame["symbol"].unique()}
    missing = sorted(set(symbols or ()) - found)
    if missing or not candles:
        there = sorted({symbol for file in files for symbol in symbols_in(file)})
        raise unknown_symbol(missing[0] if missing else "", there, ", ".join(file.name for file in files[:3]))


def unknown_symbol(symbol: str, there: Sequence[str], source: str) -> NotFound:
    """The error for a symbol that is not among those `there`."""
    shown = ", ".join(there[:12]) + (f" and {len(there) - 12} more" if len(there) > 12 else "")
    return NotFound(
        Code.DATA_SYMBOL,
        f'"{symbol}" is not in {source}' if symbol else f"{source} holds no candles",
        where=source,
        seen=symbol,
        rule=f"its symbols are {shown}" if shown else "candles name their symbols",
        suggestion=nearest(symbol, there),
    )
