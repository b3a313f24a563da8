"""Brings what a venue still knows of the past into the lake: only what is missing there, so it can end at any time.

It stands here because this is the lowest room that knows both venues and the lake.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from paddock.core.errors import Code, Invalid, NotFound
from paddock.core.time import HOUR_MS, format_ts, interval_ms
from paddock.market.lake import FUNDING, Key, Lake
from paddock.market.sift import sift, sift_rates
from paddock.venues.archive import Archive, Page
from paddock.venues.heard import Candle, Rate

SETTLED_MS: Final = 5_000  # after its close the venue may still count a trade into a bar
Tell = Callable[[int, int], None]  # how many of the rows that were missing have been asked for, and how many those are

_CANDLE: Final = ("ts", "open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Span:
    """Stamps with `since_ts <= ts < until_ts`; what is None goes as far as the venue does. `now_ts` is the venue's."""

    since_ts: int | None
    until_ts: int | None
    now_ts: int


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a series. `first_ts`, `last_ts` and `rows` are what the lake has of the span now; 0 for nothing.

    `gaps` are stamps after the first for which the venue has nothing, `impossible` rows of its that cannot be true.
    `forgotten_ts`: the venue keeps nothing from before it, though that was asked for and is not in the lake; else None.
    """

    key: Key
    added: int
    rows: int
    first_ts: int
    last_ts: int
    gaps: int
    impossible: int
    forgotten_ts: int | None


def check_span(span: Span) -> None:
    """Raises Invalid (data.range) for one that can hold nothing."""
    end_ts = span.now_ts if span.until_ts is None else min(span.until_ts, span.now_ts)
    if span.since_ts is not None and span.since_ts >= end_ts:
        raise Invalid(
            Code.DATA_RANGE,
            "nothing lies in that range",
            where="since",
            seen=f"{format_ts(span.since_ts)} to {format_ts(end_ts)}",
            rule="history begins before it ends, and ends by now",
            suggestion=f"a time before {format_ts(end_ts)}",
        )


def reach_ts(archive: Archive, interval: str, now_ts: int) -> int:
    """The open of the oldest bar that a venue can still have."""
    step = interval_ms(interval)
    return now_ts // step * step - (archive.keeps - 1) * step


def download_candles(archive: Archive, lake: Lake, key: Key, span: Span, tell: Tell) -> Brought:
    """Closed bars of `key`. Each page is in the lake before the next is asked for.

    Raises what the archive raises, and Invalid (data.interval); what came before stays.
    """
    step = interval_ms(key.interval)
    remembered_ts = reach_ts(archive, key.interval, span.now_ts)
    wanted = _stamps(span, remembered_ts, step, lasts_ms=step)
    missing = _missing(lake, key, wanted, step)
    reachable = missing[bisect_left(missing, remembered_ts) :]

    def page(start_ts: int, end_ts: int) -> tuple[pl.DataFrame, int, int]:
        found = archive.candles(key.symbol, key.interval, start_ts, end_ts)
        sifted = sift(_candles(found, key.symbol), key.interval)
        return sifted.frame, sifted.left_out.get("impossible", 0), found.until_ts

    added, impossible = _fill(lake, key, reachable, page, tell)
    return _brought(lake, key, wanted, step, added, impossible, remembered_ts if missing != reachable else None)


def download_rates(archive: Archive, lake: Lake, symbol: str, venue: str, span: Span, tell: Tell) -> Brought:
    """Hourly funding, as far back as `span.since_ts`, which must be given. Raises as `download_candles` does."""
    key = Key(venue, symbol, FUNDING)
    wanted = _stamps(span, span.now_ts, HOUR_MS, lasts_ms=0)

    def page(start_ts: int, end_ts: int) -> tuple[pl.DataFrame, int, int]:
        found = archive.rates(symbol, start_ts, end_ts)
        sifted = sift_rates(_rates(found, symbol))
        return sifted.frame, sifted.left_out.get("rate_missing", 0), found.until_ts

    added, impossible = _fill(lake, key, _missing(lake, key, wanted, HOUR_MS), page, tell)
    return _brought(lake, key, wanted, HOUR_MS, added, impossible, None)


def _stamps(span: Span, default_ts: int, step: int, lasts_ms: int) -> range:
    """All stamps of a span that are over, `lasts_ms` and a while after they began."""
    since_ts = default_ts if span.since_ts is None else span.since_ts
    over_ts = span.now_ts - SETTLED_MS - lasts_ms + 1
    until_ts = over_ts if span.until_ts is None else min(span.until_ts, over_ts)
    return range(-(-since_ts // step) * step, until_ts, step)


def _missing(lake: Lake, key: Key, wanted: range, step: int) -> list[int]:
    """Those that the lake has no row of; one stamped a little later counts, as some sources have it."""
    there = {ts // step * step for ts in _stored(lake, key, wanted, step)}
    return [ts for ts in wanted if ts not in there]


def _stored(lake: Lake, key: Key, wanted: range, step: int) -> list[int]:
    if not wanted:
        return []
    try:
        return [int(ts) for ts in lake.read(key, wanted[0], wanted[-1] + step)["ts"]]
    except NotFound:
        return []


def _fill(
    lake: Lake,
    key: Key,
    missing: Sequence[int],
    page: Callable[[int, int], tuple[pl.DataFrame, int, int]],
    tell: Tell,
) -> tuple[int, int]:
    """Asks page by page for what is missing, and keeps just that; gives the rows added and those that cannot be."""
    done = added = impossible = 0
    tell(done, len(missing))
    while done < len(missing):
        rows, bad, until_ts = page(missing[done], missing[-1])
        after = max(bisect_left(missing, until_ts), done + 1)
        fresh = rows.filter(pl.col("ts").is_in(missing[done:after]))
        added += lake.upsert(key, fresh).added
        impossible += bad
        done = after
        tell(done, len(missing))
    return added, impossible


def _brought(
    lake: Lake, key: Key, wanted: range, step: int, added: int, impossible: int, forgotten_ts: int | None
) -> Brought:
    there = _stored(lake, key, wanted, step)
    first_ts, last_ts = (there[0], there[-1]) if there else (0, 0)
    stamps = {ts // step * step for ts in there}
    gaps = sum(ts not in stamps for ts in wanted if ts > first_ts) if there else 0
    return Brought(key, added, len(there), first_ts, last_ts, gaps, impossible, forgotten_ts)


def _candles(page: Page[Candle], symbol: str) -> pl.DataFrame:
    rows = [(bar.open_ts, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in page.rows]
    schema = {"ts": pl.Int64, **dict.fromkeys(_CANDLE[1:], pl.Float64)}
    return pl.DataFrame(rows, schema, orient="row").select(pl.lit(symbol).alias("symbol"), pl.all())


def _rates(page: Page[Rate], symbol: str) -> pl.DataFrame:
    rows = [(rate.venue_ts, rate.rate) for rate in page.rows]
    frame = pl.DataFrame(rows, {"ts": pl.Int64, "rate": pl.Float64}, orient="row")
    return frame.select(pl.lit(symbol).alias("symbol"), pl.all())
