"""Candles and funding straight from Parquet, CSV and Feather files, as they stand: nothing is sorted or mended."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from paddock.core.errors import Code, Invalid, NotFound
from paddock.core.time import interval_ms
from paddock.market.frames import CANDLE_COLUMNS, FUNDING_COLUMNS, infer_interval, known_columns, require, typed

PARQUET, CSV, FEATHER = (".parquet", ".pq"), (".csv",), (".feather", ".arrow", ".ipc")
SUFFIXES = (*PARQUET, *CSV, *FEATHER)
# freqtrade: BTC_USDC_USDC-1h-futures.feather, HYPE_USDC-1h.feather, BTC_USDC_USDC-8h-funding_rate.feather
LAYOUT = re.compile(r"^(?P<pair>[^-]+)-(?P<interval>\d+[mhd])(?:-(?P<kind>[a-z_]+))?$")
UNUSED_KINDS = ("mark", "index", "premiumIndex")


@dataclass(frozen=True, slots=True)
class Candles:
    """Rows of one interval of one source; see `paddock.market.frames` for the columns."""

    frame: pl.DataFrame
    interval: str
    source: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Funding rows of one source."""

    frame: pl.DataFrame
    source: str


@dataclass(frozen=True, slots=True)
class _Named:
    """What a file says by its name."""

    symbol: str | None = None
    interval: str | None = None
    funding: bool = False


def files_under(path: Path) -> list[Path]:
    """The data files of a folder (sub-folders too), or the file itself; raises NotFound (data.not_found)."""
    if path.is_file():
        return [path]
    found = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in SUFFIXES and not _unused(file)]
    if not found:
        raise NotFound(
            Code.DATA_NOT_FOUND,
            f"{path} holds no data file" if path.is_dir() else f"{path} does not exist",
            where=str(path),
            seen=path,
            rule=f"data is a file or a folder of files ending in {', '.join(SUFFIXES)}",
        )
    return found


def symbols_in(path: Path) -> list[str]:
    """The symbols of a file, sorted, without reading its prices."""
    lazy, names, named = _open(path)
    column = next((theirs for theirs, ours in names.items() if ours == "symbol"), None)
    if column is None:
        return [named.symbol] if named.symbol else []
    return sorted(
        _collect(lazy.select(pl.col(column).cast(pl.String).unique()), path).to_series().drop_nulls().to_list()
    )


def read(path: Path, symbols: Collection[str] | None = None) -> Iterator[Candles | Rates]:
    """The rows of a file, all of them or those of `symbols`; one `Candles` for each interval that the file holds.

    A file that names no symbol, neither in a column nor by its own name, is taken for the only one asked for.
    Raises NotFound (data.not_found) and Invalid (data.unreadable, data.columns, data.empty, data.interval).
    """
    lazy, names, named = _open(path)
    funding = _holds_rates(names, named)
    only = named.symbol or (next(iter(symbols)) if symbols is not None and len(symbols) == 1 else None)
    if "symbol" in names.values():
        named = _Named()  # the rows say it themselves
    elif only:
        lazy = lazy.with_columns(pl.lit(only).alias("symbol"))
        names = {**names, "symbol": "symbol"}
    if named.funding and "rate" not in names.values():
        names = {theirs: "rate" if ours == "open" else ours for theirs, ours in names.items()}
    needed = FUNDING_COLUMNS if funding else CANDLE_COLUMNS
    require(names.values(), needed, path.name, lazy.collect_schema().names())
    extra = ("venue",) if funding else ("open_interest", "interval", "market", "venue")
    wanted = {theirs: ours for theirs, ours in names.items() if ours in (*needed, *extra)}
    lazy = lazy.select(pl.col(theirs).alias(ours) for theirs, ours in wanted.items())
    if symbols is not None:
        lazy = lazy.filter(pl.col("symbol").cast(pl.String).is_in(sorted(symbols)))
    frame = _collect(lazy, path)
    if not frame.height and symbols is None:
        raise _empty(path)
    if frame.height:
        columns = (*needed, *(name for name in extra if name in frame.columns))
        yield from _split(typed(frame, path.name).select(columns), funding, named, path.name)


def require_rates(path: Path) -> None:
    """Raises Invalid (data.columns) when a file, or one in a folder, holds something else than funding rates."""
    for file in files_under(path):
        lazy, names, named = _open(file)
        if not _holds_rates(names, named):
            raise Invalid(
                Code.DATA_COLUMNS,
                f"{file.name} holds no funding rates",
                where=str(file),
                seen=", ".join(lazy.collect_schema().names()),
                rule=f"funding has {', '.join(FUNDING_COLUMNS)}, and no prices",
                suggestion="candles are named with --data" if "close" in names.values() else "",
            )


def _holds_rates(names: Mapping[str, str], named: _Named) -> bool:
    says_so = named.funding and "symbol" not in names.values()  # rows that name their symbol speak for themselves
    return says_so or ("rate" in names.values() and "close" not in names.values())


def _split(frame: pl.DataFrame, funding: bool, named: _Named, source: str) -> Iterator[Candles | Rates]:
    if funding:
        yield Rates(frame, source)
    elif "interval" in frame.columns:
        for (interval,), part in frame.group_by("interval", maintain_order=True):
            interval_ms(str(interval))
            yield Candles(part.drop("interval"), str(interval), source)
    else:
        yield Candles(frame, named.interval or infer_interval(frame, source), source)


def _open(path: Path) -> tuple[pl.LazyFrame, dict[str, str], _Named]:
    files_under(path)
    suffix = path.suffix.lower()
    if not path.stat().st_size:
        raise _empty(path)
    try:
        if suffix in PARQUET:
            lazy = pl.scan_parquet(path, glob=False)
        elif suffix in CSV:
            lazy = pl.scan_csv(path, infer_schema=False, glob=False)
        elif suffix in FEATHER:
            lazy = pl.scan_ipc(path)
        else:
            raise _unreadable(path, f"a data file ends in {', '.join(SUFFIXES)}")
        columns = lazy.collect_schema().names()
    except pl.exceptions.NoDataError:
        raise _empty(path) from None
    except pl.exceptions.PolarsError as error:
        raise _unreadable(path, "", str(error)) from error
    return lazy, known_columns(columns), _by_name(path)


def _collect(lazy: pl.LazyFrame, path: Path) -> pl.DataFrame:
    try:
        return lazy.collect()
    except pl.exceptions.PolarsError as error:
        raise _unreadable(path, "", str(error)) from error


def _empty(path: Path) -> Invalid:
    return Invalid(Code.DATA_EMPTY, f"{path.name} has no rows", where=str(path), rule="a data file has rows")


def _unreadable(path: Path, rule: str = "", why: str = "") -> Invalid:
    return Invalid(
        Code.DATA_UNREADABLE,
        f"{path.name} cannot be read",
        where=str(path),
        seen=why.splitlines()[0] if why else path.suffix,
        rule=rule or f"the content is what the ending {path.suffix} says, whole and not damaged",
    )


def _unused(path: Path) -> bool:
    match = LAYOUT.match(path.stem)
    return match is not None and match["kind"] in UNUSED_KINDS


def _by_name(path: Path) -> _Named:
    match = LAYOUT.match(path.stem)
    if match is None:
        return _Named()
    parts = match["pair"].split("_")
    symbol = "/".join(parts) if len(parts) == 2 and not match["kind"] else parts[0]
    return _Named(symbol, match["interval"], match["kind"] == "funding_rate")
