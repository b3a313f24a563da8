"""Looks for what is wrong with candles and funding rates; `paddock.market.findings` says what each finding means."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import polars as pl

from paddock.core.errors import Code, NotFound
from paddock.core.time import HOUR_MS, interval_ms, parse_ts
from paddock.market.coverage import MIN_COVERAGE
from paddock.market.findings import JUMP_SHARE, JUMP_SIGMAS, KINDS, Finding, Report, Severity, Span
from paddock.market.lake import FUNDING, Key, Lake
from paddock.market.material import SPOT, at_venue
from paddock.market.readers import Candles, files_under, read
from paddock.market.recording import Recording, recordings
from paddock.market.sift import IMPOSSIBLE, SAME_BAR, grid_phase, off_grid, sift, traded
from paddock.market.verify_recorded import report_of_recordings

EXTREME_RATE = 0.01
# Venues stamp a rate some ms past its hour (Hyperliquid up to 50), and some sources keep it so.
LATE_MS = 1_000
TWICE_MS = 60_000
AROUND = 9  # steps before and after that say what is usual
NORMAL = 1.4826  # median absolute value to standard deviation, for normal returns
# Binance spot stood still; its perpetuals traded on. A set without these bars is spot, whatever it is called.
SPOT_HALT = (parse_ts("2023-03-24T13:00"), parse_ts("2023-03-24T14:00"))


def reports_of_files(
    paths: Sequence[Path], *, venue: str | None, symbols: Collection[str] | None, interval: str | None
) -> Iterator[Report]:
    """A report for each set in the files; raises NotFound (data.not_found) where there is none, Invalid (data.*)."""
    empty = True
    for file in [file for path in paths for file in files_under(path)]:
        for part in read(file, symbols):
            named = part.interval if isinstance(part, Candles) else FUNDING
            if interval in (None, named):
                empty = False
                frame = part.frame if venue is None else at_venue(part.frame, venue, part.source)
                yield _report(frame, named, part.source)
    if empty:
        raise _nothing(", ".join(str(path) for path in paths), symbols, interval)


def reports_of_lake(
    lake: Lake, *, venue: str | None, symbols: Collection[str] | None, interval: str | None
) -> Iterator[Report]:
    """A report for each venue and interval of the lake; raises NotFound (data.not_found) where there is none."""
    sets: dict[tuple[str, str], list[Key]] = {}
    for key in lake.series(venue):
        if (symbols is None or key.symbol in symbols) and interval in (None, key.interval):
            sets.setdefault((key.venue, key.interval), []).append(key)
    recorded: dict[tuple[str, str], list[Recording]] = {}
    for one in recordings(lake, venue):
        if (symbols is None or one.key.symbol in symbols) and interval in (None, one.kind):
            recorded.setdefault((one.key.venue, one.kind), []).append(one)
    if not sets and not recorded:
        raise _nothing(f"the lake{f' of {venue}' if venue else ''}", symbols, interval)
    for (place, named), keys in sets.items():
        yield _report(pl.concat([lake.read(key) for key in keys]), named, f"lake of {place}")
    for (place, kind), these in recorded.items():
        yield report_of_recordings(these, kind, f"lake of {place}")


def _nothing(source: str, symbols: Collection[str] | None, interval: str | None) -> NotFound:
    wanted = " ".join([*([interval] if interval else []), *(["of", ", ".join(symbols)] if symbols else [])])
    return NotFound(
        Code.DATA_NOT_FOUND,
        f"{source} holds nothing{f' ({wanted})' if wanted else ''}",
        seen=wanted,
        rule="verification needs rows; `paddock data list` shows what the lake has",
    )


def _report(frame: pl.DataFrame, interval: str, source: str) -> Report:
    found = verify_rates(frame) if interval == FUNDING else verify_candles(frame, interval)
    return Report(source, interval, tuple(sorted(frame["symbol"].unique())), frame.height, tuple(found))


def verify_candles(frame: pl.DataFrame, interval: str) -> list[Finding]:
    """Findings over candles as they stand (see `paddock.market.frames`), worst first, then by symbol."""
    if not frame.height:
        return []
    step = interval_ms(interval)
    frame = _named(frame)
    bars = frame.sort("symbol", "ts", maintain_order=True)
    possible = sift(frame, interval).frame
    found = [
        *_marked(frame, "out_of_order", pl.col("ts") < pl.col("ts").cum_max().over("symbol")),
        *_doubled(bars),
        *(finding for rule, broken in IMPOSSIBLE.items() for finding in _marked(bars, rule, broken.fill_null(False))),
        *_marked(bars, "off_grid", off_grid(bars, interval)),
        *_gaps(bars, interval),
        *_volume(possible),
        *_marked(possible, "price_jump", _jump()),
        *_coverage(possible, step),
    ]
    if grid_phase(bars, interval):
        found += _whole(bars, "shifted_grid")
    if "market" in bars.columns:
        found += _whole(bars.filter(pl.col("market") == SPOT), "spot_market")
    return _sorted(found)


def verify_rates(frame: pl.DataFrame) -> list[Finding]:
    """Findings over funding rows as they stand, worst first, then by symbol."""
    if not frame.height:
        return []
    frame = _named(frame)
    rates = frame.sort("symbol", "ts", maintain_order=True)
    found = [
        *_marked(frame, "out_of_order", pl.col("ts") < pl.col("ts").cum_max().over("symbol")),
        *_doubled(rates),
        *_marked(rates, "rate_missing", pl.col("rate").is_finite().fill_null(False).not_()),
        *_marked(rates, "extreme_rate", pl.col("rate").is_finite() & (pl.col("rate").abs() > EXTREME_RATE)),
        *_marked(rates, "charged_twice", _soon_after()),
        *_stamps(rates.unique(SAME_BAR, maintain_order=True)),
    ]
    return _sorted(found)


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    """Symbols of different venues are different series."""
    if "venue" not in frame.columns:
        return frame
    return frame.with_columns(pl.format("{} on {}", "symbol", "venue").alias("symbol"))


def _sorted(found: list[Finding]) -> list[Finding]:
    order = list(KINDS)
    severities = list(Severity)
    return sorted(found, key=lambda f: (severities.index(f.kind.severity), order.index(f.code), f.symbol))


def _marked(frame: pl.DataFrame, code: str, mark: pl.Expr) -> Iterator[Finding]:
    """A finding a symbol for the rows where `mark` is true, rows next to each other as one span."""
    marked = frame.select("symbol", "ts", mark.alias("mark")).with_columns(
        pl.col("mark").rle_id().over("symbol").alias("run")
    )
    runs = marked.filter("mark").group_by("symbol", "run", maintain_order=True)
    yield from _findings(code, runs.agg(pl.col("ts").min(), pl.col("ts").max().alias("last"), pl.len().alias("rows")))


def _findings(code: str, spans: pl.DataFrame) -> Iterator[Finding]:
    """From rows of `symbol, ts, last, rows`."""
    for (symbol,), part in spans.group_by("symbol", maintain_order=True):
        yield Finding(code, str(symbol), tuple(Span(*row) for row in part.select("ts", "last", "rows").iter_rows()))


def _whole(frame: pl.DataFrame, code: str) -> list[Finding]:
    """A finding a symbol over all its rows."""
    return list(_marked(frame, code, pl.lit(True)))


def _doubled(sorted_rows: pl.DataFrame) -> Iterator[Finding]:
    """Rows with a stamp that was there already, the same rows and different ones apart."""
    again = (pl.col("ts").diff() == 0).over("symbol").fill_null(False)
    if not sorted_rows.select(again.any()).item():
        return
    different = sorted_rows.unique(maintain_order=True)
    yield from _marked(different, "conflicting", again)
    copies = sorted_rows.group_by(sorted_rows.columns, maintain_order=True).len("copies").filter(pl.col("copies") > 1)
    spans = copies.select("symbol", "ts", pl.col("ts").alias("last"), (pl.col("copies") - 1).alias("rows"))
    yield from _findings("duplicate", spans.sort("symbol", "ts"))


def _gaps(bars: pl.DataFrame, interval: str) -> Iterator[Finding]:
    step = interval_ms(interval)
    on_grid = bars.filter(~off_grid(bars, interval))
    ahead = (pl.col("ts") - pl.col("ts").shift(1)).over("symbol")
    gaps = on_grid.with_columns(ahead.alias("ahead")).filter(pl.col("ahead") > step).with_columns(
        (pl.col("ts") - pl.col("ahead") + step).alias("first"),
        (pl.col("ts") - step).alias("last"),
        (pl.col("ahead") // step - 1).alias("rows"),
    )  # fmt: skip
    spans = gaps.drop("ts").rename({"first": "ts"})
    yield from _findings("gap", spans)
    opens, closes = SPOT_HALT
    halt = spans.filter(
        (pl.col("ts") <= opens) & (pl.col("last") + step >= closes) & (pl.col("rows") * step < 4 * HOUR_MS)
    )
    if "market" in halt.columns:
        halt = halt.filter(pl.col("market") != SPOT)
    yield from _findings("spot_halt", halt)


def _volume(possible: pl.DataFrame) -> Iterator[Finding]:
    silent = pl.col("volume") == 0
    ever = pl.col("volume").max().over("symbol") > 0
    started = pl.col("volume").cum_max().over("symbol") > 0
    yield from _marked(possible, "leading_backfill", silent & ever & ~started)
    yield from _marked(possible, "no_volume", silent & started)
    yield from _whole(possible.filter(~ever), "no_volume_at_all")


def _jump() -> pl.Expr:
    before = pl.col("close").shift(1).over("symbol")
    usual = (pl.col("close") / before).log().abs().median().over("symbol") * NORMAL
    reach = pl.max_horizontal((pl.col("high") / before).log().abs(), (pl.col("low") / before).log().abs())
    return ((reach > JUMP_SIGMAS * usual) & (reach > JUMP_SHARE)).fill_null(False)


def _coverage(possible: pl.DataFrame, step: int) -> Iterator[Finding]:
    there = traded(possible).group_by("symbol", maintain_order=True)
    ends = there.agg(pl.col("ts").first(), pl.col("ts").last().alias("last"), pl.len().cast(pl.Int64).alias("there"))
    expected = (pl.col("last") - pl.col("ts")) // step + 1
    thin = ends.filter(pl.col("there") < MIN_COVERAGE * expected).with_columns(
        (expected - pl.col("there")).alias("rows")
    )
    yield from _findings("coverage", thin)


def _soon_after() -> pl.Expr:
    apart = pl.col("ts").diff().over("symbol")
    return ((apart > 0) & (apart < TWICE_MS)).fill_null(False)


def _stamps(rates: pl.DataFrame) -> Iterator[Finding]:
    """A step longer than is usual before and after it is a gap; a step that stays is a new spacing."""
    steps = _steps(rates)
    usual = pl.max_horizontal("before", "after")
    long = pl.col("hours") > 1.5 * usual
    yield from _findings("funding_gap", _missed(steps.filter(long).with_columns(usual.alias("usual"))))
    calm = steps.filter(~long.fill_null(False))
    stays = (pl.col("hours") == pl.col("after")) & (pl.col("hours").shift(1) == pl.col("before")).over("symbol")
    yield from _marked(calm, "spacing_change", (stays & (pl.col("hours") != pl.col("before"))).fill_null(False))
    spacing = (pl.min_horizontal("before", "after").clip(1) * HOUR_MS).cast(pl.Int64)
    second = pl.col("ts") // LATE_MS * LATE_MS
    timed = steps.with_columns(spacing.alias("spacing")).with_columns((second % pl.col("spacing")).alias("phase"))
    on_time = pl.col("phase").mode().min().over("symbol", "spacing")
    yield from _marked(timed, "late_stamp", (pl.col("phase") != on_time).fill_null(False))


def _steps(rates: pl.DataFrame) -> pl.DataFrame:
    """Each stamp with the hours since the one before, and what is usual before and after it."""
    hours = ((pl.col("ts") - pl.col("ts").shift(1)).over("symbol") / HOUR_MS).round()
    steps = rates.select("symbol", "ts", hours.alias("hours")).drop_nulls()
    before = pl.col("hours").rolling_median(AROUND, min_samples=1).shift(1)
    after = pl.col("hours").reverse().rolling_median(AROUND, min_samples=1).shift(1).reverse()
    return steps.with_columns(before.over("symbol").alias("before"), after.over("symbol").alias("after"))


def _missed(gaps: pl.DataFrame) -> pl.DataFrame:
    """The stamps that should have been in each gap."""
    step, usual = ((pl.col(name) * HOUR_MS).cast(pl.Int64) for name in ("hours", "usual"))
    return gaps.select(
        "symbol",
        (pl.col("ts") - step + usual).alias("ts"),
        (pl.col("ts") - usual).alias("last"),
        (pl.col("hours") / pl.col("usual") - 1).round().cast(pl.Int64).alias("rows"),
    )
