"""What history there is, how whole it is, and which feeds bring what is new."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import numpy as np
from fastapi import Query

from paddock.core.time import interval_ms
from paddock.market.coverage import Coverage, coverage_of, gaps_of
from paddock.market.lake import Lake, Stored
from paddock.market.load import load_tape
from paddock.market.tape import Tape
from paddock.runtime.feeds import FeedRecord, feed_records
from paddock.surfaces.http.bars import COLUMNS, Bars, Before, Symbol, row_of
from paddock.surfaces.http.models.base import INTERVAL_FORM, VENUE_FORM, Listed
from paddock.surfaces.http.models.market import CandlesModel, CoverageModel, FeedModel, SeriesModel
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.preview import known

routes = Routes("data")

MOST_GAPS = 200  # of a symbol

Venue = Annotated[str, Query(pattern=VENUE_FORM)]
Interval = Annotated[str, Query(pattern=INTERVAL_FORM)]


@routes.get("/data/series", "listSeries", Scope.READ)
def series(
    ask: Ask,
    venue: Annotated[str | None, Query(pattern=VENUE_FORM, description="only of this one")] = None,
) -> Listed[SeriesModel]:
    """All series of the lake."""
    lake = Lake(ask.services.home)
    return Listed(items=[_series(lake.stored(key)) for key in lake.series(venue)])


@routes.get("/data/coverage", "getCoverage", Scope.READ)
def coverage(ask: Ask, venue: Venue, interval: Interval) -> Listed[CoverageModel]:
    """How whole the candles of a venue are."""
    tape = load_tape(Lake(ask.services.home), venue=venue, interval=interval, allow_gaps=True)
    return Listed(items=[_coverage(tape, found) for found in coverage_of(tape, 0, tape.bars)])


@routes.get("/data/candles", "listCandles", Scope.READ)
def candles(
    ask: Ask, venue: Venue, interval: Interval, symbol: Symbol, limit: Bars = 500, before_ts: Before = None
) -> CandlesModel:
    """The last bars of a symbol in the lake, each place of the calendar between them: null where there is no bar."""
    tape = load_tape(Lake(ask.services.home), venue=venue, interval=interval, allow_gaps=True)
    row, step = _row(tape, symbol), interval_ms(interval)
    there = np.flatnonzero(~np.isnan(tape.close[row]))
    end = there.size if before_ts is None else int(np.searchsorted(tape.ts[there], before_ts))
    last = tape.ts[there[max(end - 1, 0)]]
    shown = there[:end][tape.ts[there[:end]] > last - limit * step]
    ts = np.arange(tape.ts[shown[0]], last + step, step) if shown.size else tape.ts[:0]
    columns = {name: np.full(ts.size, np.nan) for name in COLUMNS}
    for name, column in columns.items():
        column[np.searchsorted(ts, tape.ts[shown])] = getattr(tape, name)[row, shown]
    return CandlesModel(
        venue=venue,
        symbol=symbol,
        interval=interval,
        step_ms=step,
        px_decimals=tape.instruments[row].px_decimals,
        ts=ts.tolist(),
        **{name: [known(value) for value in column] for name, column in columns.items()},
    )


@routes.get("/feeds", "listFeeds", Scope.READ)
def feeds(ask: Ask) -> Listed[FeedModel]:
    """Markets that runs can be put on."""
    with ask.services.database.read() as conn:
        return Listed(items=[_feed(record) for record in feed_records(conn)])


def _row(tape: Tape, symbol: str) -> int:
    missing = f"{tape.venue} has no {tape.interval} bars of {symbol}"
    return row_of(tape, symbol, missing, "a symbol with bars of this interval in the lake")


def _series(stored: Stored) -> SeriesModel:
    return SeriesModel(
        venue=stored.key.venue,
        symbol=stored.key.symbol,
        interval=stored.key.interval,
        first_ts=stored.first_ts,
        last_ts=stored.last_ts,
        rows=stored.rows,
        size_bytes=stored.size_bytes,
    )


def _coverage(tape: Tape, found: Coverage) -> CoverageModel:
    return CoverageModel(**asdict(found), ratio=found.ratio, gaps=gaps_of(tape, found.symbol, MOST_GAPS))


def _feed(record: FeedRecord) -> FeedModel:
    values = {name: getattr(record, name) for name in FeedModel.model_fields}
    return FeedModel(**values | {"symbols": list(record.symbols)})
