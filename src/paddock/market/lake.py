"""The lake: history as Parquet month files under one folder.

    <home>/lake/<venue>/<symbol>/<interval or "funding">/2025-03.parquet
    <home>/lake/<venue>/instruments.json

A month is one immutable file that is replaced as a whole, so the same names work as keys of an object store. Writers
take a lock and replace files one by one; a reader sees each month before or after, never in between.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import polars as pl

from paddock.core.errors import Code, Invalid, NotFound, nearest
from paddock.core.instrument import Instrument
from paddock.core.time import INTERVALS, format_ts
from paddock.market import specs
from paddock.market.files import replace_file, sync
from paddock.market.frames import PRICES, check_symbol

FUNDING = "funding"
SERIES = (*INTERVALS, FUNDING)
VENUE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,31}$")
CANDLE_SCHEMA = pl.Schema({"ts": pl.Int64, **dict.fromkeys((*PRICES, "volume", "open_interest"), pl.Float64)})
FUNDING_SCHEMA = pl.Schema({"ts": pl.Int64, "rate": pl.Float64})


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One series of the lake: candles of an interval, or funding."""

    venue: str
    symbol: str
    interval: str  # or FUNDING

    @property
    def schema(self) -> pl.Schema:
        return FUNDING_SCHEMA if self.interval == FUNDING else CANDLE_SCHEMA


@dataclass(frozen=True, slots=True)
class Change:
    """What an upsert did, in rows."""

    added: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Change) -> Change:
        return Change(self.added + other.added, self.changed + other.changed, self.same + other.same)


@dataclass(frozen=True, slots=True)
class Stored:
    """What there is of a series: first and last stamp (ms UTC) and the number of rows."""

    key: Key
    first_ts: int
    last_ts: int
    rows: int
    size_bytes: int


class Lake:
    """History under `home`; nothing is created before the first write.

    Raises NotFound (data.not_found) where `home` is something else than a folder.
    """

    def __init__(self, home: Path) -> None:
        if home.exists() and not home.is_dir():
            raise NotFound(
                Code.DATA_NOT_FOUND,
                f"{home} is not a folder",
                where=str(home),
                seen=home,
                rule="the lake lies in a folder, PADDOCK_HOME or --home",
                suggestion=f"the folder that it lies in is {home.parent}; files are read with --data",
            )
        self.home = home
        self.root = home / "lake"

    def series(self, venue: str | None = None) -> list[Key]:
        """All series, sorted; of one venue, if it is named."""
        pattern = f"{check_venue(venue) if venue else '*'}/*/*/"
        folders = (folder.relative_to(self.root).parts for folder in self.root.glob(pattern))
        known = (parts for parts in folders if parts[2] in SERIES)
        return sorted(Key(place, decode(symbol), interval) for place, symbol, interval in known)

    def symbols(self, venue: str) -> list[str]:
        """The symbols that have candles."""
        return sorted({key.symbol for key in self.series(venue) if key.interval != FUNDING})

    def folder(self, key: Key) -> Path:
        if key.interval not in SERIES:
            raise Invalid(
                Code.DATA_INTERVAL,
                f'"{key.interval}" is not an interval',
                seen=key.interval,
                rule=f"a series is one of {', '.join(SERIES)}",
                suggestion=nearest(key.interval, SERIES),
            )
        return self.root / check_venue(key.venue) / encode(key.symbol) / key.interval

    def read(self, key: Key, start: int | None = None, end: int | None = None) -> pl.DataFrame:
        """Rows with `start <= ts < end` by time, with their symbol; only the months needed are opened.

        Raises NotFound (data.not_found) when the series is not in the lake.
        """
        months = self._months(key)
        wanted = [path for path in months if _overlaps(path.stem, start, end)]
        if not wanted:
            return pl.DataFrame(schema=key.schema).select(pl.lit(key.symbol).alias("symbol"), pl.all())
        lazy = pl.scan_parquet(wanted, glob=False)
        if start is not None:
            lazy = lazy.filter(pl.col("ts") >= start)
        if end is not None:
            lazy = lazy.filter(pl.col("ts") < end)
        return lazy.select(pl.lit(key.symbol).alias("symbol"), pl.all()).collect()

    def stored(self, key: Key) -> Stored:
        """Raises NotFound (data.not_found) when the series is not in the lake."""
        months = self._months(key)
        ends = pl.scan_parquet([months[0], months[-1]], glob=False).select("ts").collect()["ts"]
        rows = int(pl.scan_parquet(months, glob=False).select(pl.len()).collect().item())
        size = sum(path.stat().st_size for path in months)
        return Stored(key, int(ends[0]), int(ends[-1]), rows, size)

    def upsert(self, key: Key, rows: pl.DataFrame) -> Change:
        """Writes rows of one symbol; of rows with one stamp, and over what is stored, the last one stays.

        Each month is replaced whole and only where something changed, so the same rows again touch no file.
        """
        folder = self.folder(key)
        fresh = _shaped(rows, key).unique("ts", keep="last").sort("ts")
        change = Change()
        if not fresh.height:
            return change
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
            month = pl.from_epoch("ts", "ms").dt.strftime("%Y-%m")
            for (name,), part in fresh.group_by(month, maintain_order=True):
                change += _upsert_month(folder / f"{name}.parquet", part)
            sync(folder)
        return change

    def instruments(self, venue: str) -> dict[str, Instrument]:
        """Known specifications by symbol; raises Invalid (data.unreadable) when the file is damaged."""
        return specs.load(self._specs(venue))

    def save_instruments(self, venue: str, instruments: Iterable[Instrument]) -> None:
        """Adds specifications to those known, replacing those of the same symbols."""
        with self._writing():
            path = self._specs(venue)
            path.parent.mkdir(parents=True, exist_ok=True)
            known = specs.load(path) | {instrument.symbol: instrument for instrument in instruments}
            specs.save(path, known)
            sync(path.parent)

    def fingerprint(self, keys: Iterable[Key], venue: str) -> str:
        """A digest that changes whenever a file of these series or the venue's instruments is replaced."""
        digest = hashlib.sha256()
        files = [path for key in sorted(keys) for path in self._months(key)]
        for path in [*files, *(path for path in [self._specs(venue)] if path.exists())]:
            stat = path.stat()
            name = path.relative_to(self.root).as_posix()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}\n".encode())
        return digest.hexdigest()

    def _specs(self, venue: str) -> Path:
        return self.root / check_venue(venue) / "instruments.json"

    def _months(self, key: Key) -> list[Path]:
        months = sorted(self.folder(key).glob("*.parquet"))
        if not months:
            raise NotFound(
                Code.DATA_NOT_FOUND,
                f"the lake has no {key.interval} of {key.symbol} on {key.venue}",
                where=str(self.root),
                seen=f"{key.venue} {key.symbol} {key.interval}",
                rule="`paddock data list` shows what there is",
                suggestion=nearest(key.symbol, {other.symbol for other in self.series(key.venue)} - {key.symbol}),
            )
        return months

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time; the lock is the operating system's, so it ends with its holder."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def encode(symbol: str) -> str:
    """A symbol as a file name that is safe everywhere: capitals and digits stay, every other byte becomes %XX.

    Small letters too, so that kPEPE and KPEPE stay two folders where the disk does not tell cases apart.
    """
    plain = quote(check_symbol(symbol), safe="")
    return "".join(c if _stays(plain, i) else f"%{ord(c):02X}" for i, c in enumerate(plain))


def _stays(plain: str, i: int) -> bool:
    char = plain[i]
    return char.isdigit() or char.isupper() or char == "%"


def decode(name: str) -> str:
    return unquote(name)


def check_venue(venue: str) -> str:
    """The venue itself; raises Invalid (data.venue) when it cannot be a folder's name."""
    if not VENUE.match(venue):
        raise Invalid(
            Code.DATA_VENUE,
            f"{venue!r} cannot be a venue",
            seen=venue,
            rule="a venue is 1 to 32 small letters, digits, - and _",
            suggestion=f"for example {venue.lower()!r}" if VENUE.match(venue.lower()) else "",
        )
    return venue


def _shaped(rows: pl.DataFrame, key: Key) -> pl.DataFrame:
    absent = [pl.lit(None, pl.Float64).alias("open_interest")] if "open_interest" not in rows.columns else []
    return rows.with_columns(absent).select(key.schema.names()).cast(key.schema)


def _upsert_month(path: Path, part: pl.DataFrame) -> Change:
    old = pl.read_parquet(path, glob=False) if path.exists() else part.clear()
    merged = pl.concat([old, part]).unique("ts", keep="last", maintain_order=True).sort("ts")
    added = merged.height - old.height
    same = part.join(old, on=part.columns, how="semi", nulls_equal=True).height
    if same < part.height:
        replace_file(path, merged.write_parquet)
    return Change(added, part.height - added - same, same)


def _overlaps(month: str, start: int | None, end: int | None) -> bool:
    """Whether the month "2025-03" holds a time in `[start, end)`."""
    return (start is None or month >= format_ts(start)[:7]) and (end is None or month <= format_ts(end - 1)[:7])


def by_symbol(frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """Each symbol's rows."""
    return {str(symbol): part for (symbol,), part in frame.group_by("symbol", maintain_order=True)}
