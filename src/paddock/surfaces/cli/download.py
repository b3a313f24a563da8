"""`paddock data download`: what a venue still knows of the past, into the lake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from paddock.surfaces import settings

if TYPE_CHECKING:
    from paddock.market.lake import Lake
    from paddock.runtime.download import Brought, Span, Tell
    from paddock.venues.archive import Archive


def download(
    venue: Annotated[str, Parameter(help="Venue: hyperliquid or pacifica.")],
    /,
    *symbols: Annotated[str, Parameter(help="Symbols as the venue writes them, such as BTC kPEPE.")],
    interval: Annotated[str, Parameter(help="Interval of the bars.")] = "1h",
    since: Annotated[str | None, Parameter(help="From this UTC date or date-time on; else all that there is.")] = None,
    until: Annotated[str | None, Parameter(help="Up to this UTC date or date-time; else up to now.")] = None,
    url: Annotated[str | None, Parameter(help="Where a simulator of the venue listens.")] = None,
    into: Annotated[
        str | None, Parameter(help="Venue of the lake to keep it as; VENUE, and of a simulator VENUE_simulator.")
    ] = None,
    home: Annotated[Path | None, Parameter(help="Folder of the lake instead of PADDOCK_HOME.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print one JSON document.")] = False,
) -> None:
    """Bring candles and hourly funding from a venue into the lake; no key is needed.

    Only closed bars that are missing are asked for, so the same command again goes on where it ended.
    """
    from paddock.core.errors import Code, Invalid
    from paddock.core.time import interval_ms, parse_ts
    from paddock.market.lake import Lake, check_venue
    from paddock.runtime.download import Span, check_span
    from paddock.surfaces.archives import SIMULATED, archive_at
    from paddock.surfaces.cli.terminal import show_json

    if not symbols:
        raise Invalid(
            Code.USAGE, "nothing to download", where="symbols", rule="at least one symbol", suggestion="for example BTC"
        )
    interval_ms(interval)
    since_ts, until_ts = (None if text is None else parse_ts(text) for text in (since, until))
    lake = Lake(settings.load().home if home is None else home.expanduser())
    place = check_venue(into or venue + (SIMULATED if url else ""))
    named = tuple(dict.fromkeys(symbols))
    with archive_at(venue, url, named) as archive:
        span = Span(since_ts, until_ts, archive.now_ts())
        check_span(span)
        brought = _bring(archive, lake, _Wanted(place, named, interval, span), quiet=json)
        if json:
            rows = [_row(one) for one in brought]
            show_json({"venue": venue, "keeps_candles": archive.keeps, "series": rows})
            return
        for one in brought:
            for line in _lines(one, venue, archive.keeps, since_ts):
                print(line)


@dataclass(frozen=True, slots=True)
class _Wanted:
    place: str
    symbols: tuple[str, ...]
    interval: str
    span: Span


def _bring(archive: Archive, lake: Lake, wanted: _Wanted, *, quiet: bool) -> Iterator[Brought]:
    """Series by series; no symbol is begun before all are known."""
    from dataclasses import replace

    from paddock.market.lake import Key
    from paddock.runtime.download import download_candles, download_rates, reach_ts

    known = [archive.instrument(symbol) for symbol in wanted.symbols]
    lake.save_instruments(wanted.place, [replace(instrument, venue=wanted.place) for instrument in known])
    since_ts = wanted.span.since_ts
    if since_ts is None:
        since_ts = reach_ts(archive, wanted.interval, wanted.span.now_ts)
    for symbol in wanted.symbols:
        with _bar(f"{symbol} {wanted.interval}", quiet=quiet) as tell:
            key = Key(wanted.place, symbol, wanted.interval)
            brought = download_candles(archive, lake, key, wanted.span, tell)
        yield brought
        with _bar(f"{symbol} funding", quiet=quiet) as tell:
            brought = download_rates(archive, lake, symbol, wanted.place, replace(wanted.span, since_ts=since_ts), tell)
        yield brought


@contextmanager
def _bar(name: str, *, quiet: bool) -> Iterator[Tell]:
    from paddock.surfaces.cli.terminal import progress

    with progress(quiet=quiet) as bar:
        task = bar.add_task(name, total=None, note="")

        def tell(done: int, of: int) -> None:
            bar.update(task, completed=done, total=max(of, 1), note=f"{done:,} of {of:,}")

        yield tell


def _row(brought: Brought) -> dict[str, Any]:
    key = brought.key
    return {
        "venue": key.venue,
        "symbol": key.symbol,
        "interval": key.interval,
        "added": brought.added,
        "rows": brought.rows,
        "first_ts": brought.first_ts if brought.rows else None,
        "last_ts": brought.last_ts if brought.rows else None,
        "gaps": brought.gaps,
        "impossible": brought.impossible,
        "forgotten_ts": brought.forgotten_ts,
    }


def _lines(brought: Brought, venue: str, keeps: int, since_ts: int | None) -> Iterator[str]:
    from paddock.core.time import format_ts

    name = f"{brought.key.symbol} {brought.key.interval}"
    if not brought.rows:
        yield f"{name}: {venue} has nothing of that range"
    else:
        ends = f"{format_ts(brought.first_ts)} to {format_ts(brought.last_ts)}"
        yield f"{name}: {brought.added:,} rows added, {brought.rows:,} there, {ends}"
    if brought.forgotten_ts is not None and since_ts is not None:
        yield (
            f"  asked from {format_ts(since_ts)}: {venue} keeps only the newest {keeps:,} candles of an interval,"
            f" none before {format_ts(brought.forgotten_ts)}; a longer interval reaches further back"
        )
    if brought.gaps:
        yield f"  {venue} has no {brought.gaps:,} of these rows: it was down, or nobody traded"
    if brought.impossible:
        yield f"  {brought.impossible:,} rows cannot be true and were left out"
