"""Files into the lake, and the lake into files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from paddock.core.errors import Code, Invalid, NotFound, nearest
from paddock.core.instrument import InstrumentKind, fine_instrument
from paddock.market.files import replace_file
from paddock.market.lake import FUNDING, Change, Key, Lake, by_symbol
from paddock.market.load import admit
from paddock.market.material import SPOT, at_venue, unknown_symbol
from paddock.market.readers import CSV, FEATHER, SUFFIXES, Candles, Rates, files_under, read, symbols_in
from paddock.market.sift import sift, sift_rates


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file brought to one series."""

    file: str
    key: Key
    change: Change


def import_files(
    lake: Lake,
    paths: Sequence[Path],
    *,
    venue: str,
    symbols: Collection[str] | None = None,
    market: str | None = None,
    allow_gaps: bool = False,
) -> Iterator[Imported]:
    """Brings files and folders of them into the lake, series by series, each one when it is asked for.

    `market` chooses among several that a file holds (spot and perpetuals of one symbol must not become one series).
    Raises NotFound and Invalid (data.*): data.impossible for rows that cannot be true, unless `allow_gaps` leaves those
    out; what was yielded before stays imported.
    """
    files = [file for path in paths for file in files_under(path)]
    if symbols is not None:
        _require(symbols, files)
    for file in files:
        for part in read(file, symbols):
            frame = at_venue(part.frame, venue, part.source)
            if isinstance(part, Rates):
                rates = sift_rates(frame)
                admit([rates], part.source, allow_gaps)
                yield from _store(lake, rates.frame, venue, FUNDING, part.source)
            else:
                yield from _import_candles(
                    lake, replace(part, frame=_of_market(frame, market, part.source)), venue, allow_gaps
                )


def _require(symbols: Collection[str], files: Sequence[Path]) -> None:
    there = {symbol for file in files for symbol in symbols_in(file) or symbols}
    for symbol in sorted(set(symbols) - there):
        raise unknown_symbol(symbol, sorted(there), ", ".join(file.name for file in files[:3]))


def _import_candles(lake: Lake, candles: Candles, venue: str, allow_gaps: bool) -> Iterator[Imported]:
    sifted = sift(candles.frame, candles.interval)
    admit([sifted], candles.source, allow_gaps)
    yield from _store(lake, sifted.frame, venue, candles.interval, candles.source)
    if "market" in sifted.frame.columns:
        _note_spot(lake, sifted.frame.filter(pl.col("market") == SPOT), venue)


def _store(lake: Lake, frame: pl.DataFrame, venue: str, interval: str, source: str) -> Iterator[Imported]:
    for symbol, rows in by_symbol(frame).items():
        key = Key(venue, symbol, interval)
        yield Imported(source, key, lake.upsert(key, rows))


def _note_spot(lake: Lake, frame: pl.DataFrame, venue: str) -> None:
    """Lets the lake know which symbols are spot, where it does not know them better."""
    known = lake.instruments(venue)
    first = frame.group_by("symbol", maintain_order=True).agg(pl.col("close").first())
    spot = [
        replace(fine_instrument(venue, symbol, close), kind=InstrumentKind.SPOT, max_leverage=1)
        for symbol, close in first.iter_rows()
        if symbol not in known
    ]
    if spot:
        lake.save_instruments(venue, spot)


def _of_market(frame: pl.DataFrame, market: str | None, source: str) -> pl.DataFrame:
    if "market" not in frame.columns:
        return frame
    there = sorted(frame["market"].drop_nulls().unique())
    if market is None and len(there) > 1:
        raise Invalid(
            Code.DATA_VENUE,
            f"{source} holds several markets",
            where=source,
            seen=", ".join(there),
            rule="a symbol of the lake is one market: spot and perpetuals have different prices, costs and funding",
            suggestion=f"--market {there[0]}, and the other one under a venue of its own",
        )
    if market is not None and market not in there:
        raise Invalid(
            Code.DATA_VENUE,
            f"{source} has no rows of the market {market}",
            where=source,
            seen=market,
            rule=f"its markets are {', '.join(there)}",
            suggestion=nearest(market, there),
        )
    return frame if market is None else frame.filter(pl.col("market") == market)


def export_series(
    lake: Lake, keys: Sequence[Key], path: Path, *, start: int | None = None, end: int | None = None
) -> int:
    """Writes series of one interval to a Parquet, CSV or Feather file, as `import_files` reads it; returns the rows.

    Only rows with `start <= ts < end` (ms UTC) by stamp. The file appears whole or not at all. Raises NotFound
    (data.not_found) and Invalid (data.unreadable for another ending, data.empty).
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise Invalid(
            Code.DATA_UNREADABLE,
            f"{path.name} does not say its format",
            where=str(path),
            seen=path.suffix,
            rule=f"a data file ends in {', '.join(SUFFIXES)}",
        )
    if not keys:
        raise NotFound(
            Code.DATA_NOT_FOUND, "the lake has no such series", where=str(lake.root), rule="see `paddock data list`"
        )
    frame = pl.concat([lake.read(key, start, end) for key in sorted(keys)])
    if "open_interest" in frame.columns and frame["open_interest"].null_count() == frame.height:
        frame = frame.drop("open_interest")
    if not frame.height:
        raise Invalid(Code.DATA_EMPTY, "there are no rows in that range", where=str(path), rule="an export has rows")
    replace_file(path, lambda temporary: _write(frame, temporary, suffix))
    return frame.height


def _write(frame: pl.DataFrame, path: Path, suffix: str) -> None:
    if suffix in CSV:
        frame.write_csv(path)
    elif suffix in FEATHER:
        frame.write_ipc(path)
    else:
        frame.write_parquet(path)
