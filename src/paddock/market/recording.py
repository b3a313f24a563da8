"""What a venue told as it happened: trades and books, and the gaps in what was heard of them.

    <home>/lake/<venue>/<symbol>/<"trades" or "books">/2026-11/<first stamp>.parquet

A file is of one month, by when its rows were heard. The newest is replaced as a whole by itself and what came since,
until it is full; then another begins. So whatever ends the process, what was kept stays whole.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import polars as pl
from polars.exceptions import PolarsError

from paddock.core.errors import Code, Invalid
from paddock.market.files import replace_file, sync
from paddock.market.lake import Key, Lake, Stored, check_venue, decode, encode


class Kind(StrEnum):
    TRADES = "trades"
    BOOKS = "books"


Level = tuple[float, float]  # price, and quantity in base units


@dataclass(frozen=True, slots=True)
class TradeSeen:
    """One trade: `seen_ts` by our clock, `venue_ts` by the venue's (ms UTC); `side` 1 when a buyer took, else -1."""

    seen_ts: int
    venue_ts: int
    trade_id: str
    side: int
    px: float
    qty: float


@dataclass(frozen=True, slots=True)
class BookSeen:
    """A book as of a moment, best levels first."""

    seen_ts: int
    venue_ts: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class GapSeen:
    """Between the row before and the row after, something may not have been heard."""

    seen_ts: int
    reason: str


Row = TradeSeen | BookSeen | GapSeen

_PRICES: Final = pl.List(pl.Float64)
_STAMPS: Final = {"seen_ts": pl.Int64, "venue_ts": pl.Int64, "gap": pl.String}
SCHEMAS: Final = {
    Kind.TRADES: pl.Schema(
        _STAMPS | {"trade_id": pl.String, "side": pl.Int8, "px": pl.Float64, "qty": pl.Float64},
    ),
    Kind.BOOKS: pl.Schema(_STAMPS | dict.fromkeys(("bid_px", "bid_qty", "ask_px", "ask_qty"), _PRICES)),
}
FULL: Final = {Kind.TRADES: 20_000, Kind.BOOKS: 2_000}  # rows; a file that holds as many is never touched again


class Recording:
    """One kind of one symbol of a venue. Nothing is created before the first write."""

    def __init__(self, lake: Lake, venue: str, symbol: str, kind: Kind) -> None:
        """Raises Invalid (data.venue, data.symbol) for names that cannot be."""
        self.key = Key(venue, symbol, kind)
        self.kind, self._schema = kind, SCHEMAS[kind]
        self.folder = lake.root / check_venue(venue) / encode(symbol) / kind

    def append(self, rows: Sequence[Row]) -> None:
        """Keep rows, in their order, behind those that are there."""
        if not rows:
            return
        fresh = pl.DataFrame([_cells(row) for row in rows], self._schema, orient="row")
        month = pl.from_epoch("seen_ts", "ms").dt.strftime("%Y-%m")
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._writing():
            for (name,), part in fresh.group_by(month, maintain_order=True):
                self._add(self.folder / str(name), part)

    def files(self) -> list[Path]:
        """Oldest first."""
        return sorted(self.folder.glob("*/*.parquet"))

    def read(self, start: int | None = None, end: int | None = None) -> pl.DataFrame:
        """Rows with `start <= seen_ts < end`, in the order of hearing. Raises Invalid (data.unreadable)."""
        lazy = self.scan()
        if start is not None:
            lazy = lazy.filter(pl.col("seen_ts") >= start)
        if end is not None:
            lazy = lazy.filter(pl.col("seen_ts") < end)
        with readable(self.folder):
            return lazy.collect()

    def scan(self) -> pl.LazyFrame:
        files = self.files()
        return pl.scan_parquet(files, glob=False) if files else pl.LazyFrame(schema=self._schema)

    def last(self, count: int) -> pl.DataFrame:
        """The newest rows of the newest file; none where that is damaged."""
        files = self.files()
        found = whole_file(files[-1]) if files else None
        return pl.DataFrame(schema=self._schema) if found is None else found.tail(count)

    def stored(self) -> Stored:
        """What there is, of a recording that has files. Raises Invalid (data.unreadable)."""
        ends = self.scan().select(pl.first("seen_ts"), pl.last("seen_ts").alias("last"), pl.len())
        with readable(self.folder):
            first_ts, last_ts, rows = ends.collect().row(0)
        return Stored(self.key, first_ts, last_ts, rows, sum(path.stat().st_size for path in self.files()))

    def _add(self, folder: Path, part: pl.DataFrame) -> None:
        """To the month's newest file, or to one that begins behind it: names are in the order of writing."""
        folder.mkdir(exist_ok=True)
        newest = max(folder.glob("*.parquet"), default=None)
        there = None if newest is None else whole_file(newest)
        if newest is not None and there is not None and there.height < FULL[self.kind]:
            path, part = newest, pl.concat([there, part])
        else:
            first_ts = max(int(part["seen_ts"][0]), int(newest.stem) + 1 if newest else 0)
            path = folder / f"{first_ts:014d}.parquet"
        replace_file(path, part.write_parquet)
        sync(folder)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time; the lock is the operating system's, so it ends with its holder."""
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def recordings(lake: Lake, venue: str | None = None) -> list[Recording]:
    """All that there are, sorted; of one venue, if it is named."""
    pattern = f"{check_venue(venue) if venue else '*'}/*/*/*/*.parquet"
    found = {path.relative_to(lake.root).parts[:3] for path in lake.root.glob(pattern)}
    kept = (parts for parts in found if parts[2] in set(Kind))
    made = (Recording(lake, place, decode(symbol), Kind(kind)) for place, symbol, kind in kept)
    return sorted(made, key=lambda recording: recording.key)


@contextmanager
def readable(where: Path) -> Iterator[None]:
    """Raises Invalid (data.unreadable) for files that are damaged."""
    try:
        yield
    except (PolarsError, OSError) as error:
        raise Invalid(
            Code.DATA_UNREADABLE,
            "a file of a recording cannot be read",
            where=str(where),
            seen=str(error)[:120],
            rule="the files of a recording are Parquet, as they were written",
            suggestion="`paddock data verify` names it; what is moved away is a gap, all else stays whole",
        ) from error


def whole_file(path: Path) -> pl.DataFrame | None:
    """None for a file that is damaged: it is added to no more."""
    try:
        return pl.read_parquet(path, glob=False)
    except (PolarsError, OSError):
        return None


def _cells(row: Row) -> tuple[Any, ...]:
    """In the order of the schema."""
    match row:
        case TradeSeen():
            return row.seen_ts, row.venue_ts, None, row.trade_id, row.side, row.px, row.qty
        case BookSeen():
            sides = [[level[part] for level in side] for side in (row.bids, row.asks) for part in (0, 1)]
            return row.seen_ts, row.venue_ts, None, *sides
        case GapSeen():
            return row.seen_ts, None, row.reason, None, None, None, None
