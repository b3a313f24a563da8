"""`paddock data`: bring history in, look at it, doubt it, take it out."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import App, Parameter

from paddock.surfaces import settings
from paddock.surfaces.cli.download import download
from paddock.surfaces.cli.record import record

if TYPE_CHECKING:
    from paddock.market.findings import Finding, Report
    from paddock.market.lake import Lake, Stored
    from paddock.market.transfer import Imported

app = App(name="data", help="History: download, record, import, list, show, verify, export.")
app.command(download)
app.command(record)

Home = Annotated[Path | None, Parameter(help="Folder of the lake instead of PADDOCK_HOME.")]
Json = Annotated[bool, Parameter(negative="", help="Print one JSON document.")]
Symbols = Annotated[str | None, Parameter(help="Only these, separated by commas.")]
Start = Annotated[str | None, Parameter(help="From this UTC date or date-time on.")]
End = Annotated[str | None, Parameter(help="Up to this UTC date or date-time, itself not included.")]

T = TypeVar("T")
SHOWN = 5  # symbols of one kind of finding, unless all are asked for


@app.command(name="import")
def import_(
    *paths: Annotated[Path, Parameter(help="Parquet, CSV or Feather files, or folders of them.")],
    venue: Annotated[str, Parameter(help="Venue that the data is of, such as hyperliquid.")],
    symbols: Symbols = None,
    market: Annotated[str | None, Parameter(help="Only this market, where a file holds spot and perpetuals.")] = None,
    allow_gaps: Annotated[bool, Parameter(negative="", help="Leave out rows that cannot be true.")] = False,
    home: Home = None,
) -> None:
    """Bring files of candles and funding into the lake.

    Rows that are there already are replaced by stamp, so the same import twice changes nothing.
    """
    from paddock.market.transfer import import_files

    _require_paths(paths)
    wanted = _split(symbols)
    brought = import_files(_lake(home), paths, venue=venue, symbols=wanted, market=market, allow_gaps=allow_gaps)
    _print_brought(_watched(brought))


@app.command(name="list")
def list_(*, venue: str | None = None, home: Home = None, json: Json = False) -> None:
    """What the lake holds: each series with its range and size.

    Parameters
    ----------
    venue
        Only this venue.
    """
    from paddock.market.recording import recordings

    lake = _lake(home)
    stored = [lake.stored(key) for key in lake.series(venue)]
    stored += [recording.stored() for recording in recordings(lake, venue)]
    if json:
        _print_json({"home": str(lake.home), "series": [_series(entry) for entry in stored]})
    elif not stored:
        print(f"The lake in {lake.home} is empty. `paddock demo` makes a market, `paddock data import` brings one.")
    else:
        _table(("venue", "symbol", "interval", "from", "to", "rows", "size"), (_cells(entry) for entry in stored))


@app.command
def show(
    venue: str,
    symbol: str,
    /,
    interval: str = "1h",
    *,
    rows: Annotated[int, Parameter(help="How many of the last rows.")] = 10,
    start: Start = None,
    end: End = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """One series of the lake: its range and its last rows.

    Parameters
    ----------
    venue
        Venue, such as hyperliquid.
    symbol
        Symbol, such as BTC.
    interval
        Interval of the bars, or `funding`.
    """
    from paddock.core.time import format_ts
    from paddock.market.lake import Key

    lake, span = _lake(home), (_ts(start), _ts(end))
    stored = lake.stored(Key(venue, symbol, interval))
    frame = lake.read(stored.key, *span).tail(max(rows, 0)).drop("symbol")
    if json:
        _print_json({"series": _series(stored), "rows": frame.to_dicts()})
        return
    _table(("venue", "symbol", "interval", "from", "to", "rows", "size"), [_cells(stored)])
    used = [name for name in frame.columns if frame[name].null_count() < frame.height]
    _table(used, ([format_ts(row[0]), *(f"{value:.10g}" for value in row[1:])] for row in frame.select(used).rows()))


@app.command
def verify(
    *paths: Annotated[Path, Parameter(help="Files or folders to look at instead of the lake.")],
    venue: Annotated[str | None, Parameter(help="Only this venue of the lake, or of files that name venues.")] = None,
    symbols: Symbols = None,
    interval: Annotated[str | None, Parameter(help="Only this interval, or funding, trades, books.")] = None,
    every: Annotated[bool, Parameter(name="--all", negative="", help="Name every place, not the worst ones.")] = False,
    home: Home = None,
    json: Json = False,
) -> int:
    """Name what is wrong with files or with the lake; exits with 4 where a backtest would refuse.

    Gaps, duplicates, stamps out of order or off the grid, impossible rows, back-fill without volume, jumps.
    """
    from paddock.market.verify import reports_of_files, reports_of_lake

    wanted = _split(symbols)
    if paths:
        found = reports_of_files(paths, venue=venue, symbols=wanted, interval=interval)
    else:
        found = reports_of_lake(_lake(home), venue=venue, symbols=wanted, interval=interval)
    reports = list(_watched(found))
    errors = sum(finding.kind.severity == "error" for report in reports for finding in report.findings)
    if json:
        _print_json({"errors": errors, "sets": [report.as_dict() for report in reports]})
    else:
        for report in reports:
            _print_report(report, every)
    return 4 if errors else 0


@app.command
def export(
    path: Path,
    /,
    *,
    venue: Annotated[str, Parameter(help="Venue of the series.")],
    symbols: Symbols = None,
    interval: Annotated[str, Parameter(help="Interval of the bars, or funding.")] = "1h",
    start: Start = None,
    end: End = None,
    home: Home = None,
) -> None:
    """Write series of the lake to one file that `import` and `--data` can read.

    Parameters
    ----------
    path
        File to write; its ending chooses Parquet, CSV or Feather.
    """
    from paddock.market.lake import Key
    from paddock.market.transfer import export_series

    lake = _lake(home)
    named = _split(symbols)
    there = [key.symbol for key in lake.series(venue) if key.interval == interval]
    keys = [Key(venue, symbol, interval) for symbol in (there if named is None else named)]
    rows = export_series(lake, keys, path, start=_ts(start), end=_ts(end))
    print(f"{path}: {rows:,} rows of {len(keys)} symbols")


def _lake(home: Path | None) -> Lake:
    from paddock.market.lake import Lake

    return Lake(settings.load().home if home is None else home.expanduser())


def _split(symbols: str | None) -> list[str] | None:
    return None if symbols is None else [name.strip() for name in symbols.split(",") if name.strip()]


def _ts(text: str | None) -> int | None:
    from paddock.core.time import parse_ts

    return None if text is None else parse_ts(text)


def _require_paths(paths: tuple[Path, ...]) -> None:
    from paddock.core.errors import Code, Invalid

    if not paths:
        raise Invalid(Code.USAGE, "nothing to import", rule="import names at least one file or folder")


def _watched(steps: Iterable[T]) -> Iterator[T]:
    """The steps themselves, with a line on the terminal that says how far they are."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:,} series"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        for step in steps:
            yield step
            progress.advance(task)


def _print_brought(brought: Iterable[Imported]) -> None:
    """Says what was stored, even where an error ends the import half way: that much stays."""
    from paddock.market.lake import Change

    totals: dict[tuple[str, str], tuple[int, Change]] = {}
    try:
        for one in brought:
            series, change = totals.get((one.file, one.key.interval), (0, Change()))
            totals[one.file, one.key.interval] = (series + 1, change + one.change)
    finally:
        for (file, interval), (series, change) in totals.items():
            rows = f"{change.added:,} rows added, {change.changed:,} changed, {change.same:,} as they were"
            print(f"{file}: {interval} of {series} symbols, {rows}")


def _series(stored: Stored) -> dict[str, Any]:
    key = stored.key
    return {
        "venue": key.venue,
        "symbol": key.symbol,
        "interval": key.interval,
        "first_ts": stored.first_ts,
        "last_ts": stored.last_ts,
        "rows": stored.rows,
        "size_bytes": stored.size_bytes,
    }


def _cells(stored: Stored) -> list[str]:
    from paddock.core.time import format_ts

    key = stored.key
    size = f"{stored.size_bytes / 1e6:.2f} MB"
    ends = (format_ts(stored.first_ts), format_ts(stored.last_ts))
    return [key.venue, key.symbol, key.interval, *ends, f"{stored.rows:,}", size]


def _print_report(report: Report, every: bool) -> None:
    print(f"{report.source}: {report.rows:,} rows of {len(report.symbols)} symbols, {report.interval}")
    if not report.findings:
        print("  nothing to report")
    by_code: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_code.setdefault(finding.code, []).append(finding)
    for code, findings in by_code.items():
        kind = findings[0].kind
        print(f"  {kind.severity} {code}: {kind.meaning}")
        worst = sorted(findings, key=lambda finding: -finding.rows)
        for finding in worst if every else worst[:SHOWN]:
            _print_finding(finding, every)
        if len(worst) > SHOWN and not every:
            print(f"    and {len(worst) - SHOWN} more symbols (--all names them)")
        print(f"    {kind.mend}")


def _print_finding(finding: Finding, every: bool) -> None:
    from paddock.core.time import format_ts

    for span in finding.spans if every else [finding.longest]:
        ends = format_ts(span.first_ts) + (f" to {format_ts(span.last_ts)}" if span.last_ts > span.first_ts else "")
        places = len(finding.spans)
        longest = "" if every or places == 1 else f"{finding.rows:,} in {places:,} places, the longest "
        print(f"    {finding.symbol}: {longest}{span.rows:,} at {ends}")


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Columns of text, right-aligned after the second, plain enough for pipes."""
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        aligned = (
            f"{cell:<{width}}" if i < 2 else f"{cell:>{width}}"
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(aligned).rstrip())


def _print_json(document: dict[str, Any]) -> None:
    print(jsonlib.dumps(document, indent=2))
