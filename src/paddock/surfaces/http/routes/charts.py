"""What is drawn of runs and backtests: bars, indicators, equity, and the report."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import Query
from sqlalchemy import Connection
from starlette.responses import Response

from paddock.core.time import interval_ms
from paddock.market.growing import Bar
from paddock.market.tape import Floats, Tape
from paddock.runtime.feeds import feed_record
from paddock.runtime.seen import read_bars
from paddock.runtime.watched import LevelKind, Market, levels_of
from paddock.surfaces.http.bars import COLUMNS, Bars, Before, Symbol, row_of
from paddock.surfaces.http.held import AVERAGE_DECIMALS
from paddock.surfaces.http.models.backtests import ChartModel
from paddock.surfaces.http.models.base import MAX_TS, InPath, Listed
from paddock.surfaces.http.models.held import LevelModel
from paddock.surfaces.http.models.market import CandlesModel, IndicatorsModel, LineModel
from paddock.surfaces.http.render import price
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.routes.backtests import own_backtest, result_of
from paddock.surfaces.http.routes.runs import own_run
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.indicators import indicators_of
from paddock.surfaces.preview import known

routes = Routes("charts")

From = Annotated[int, Query(ge=0, le=MAX_TS, description="only levels that stood then or later, ms UTC")]


class Report(Response):
    """A page that needs nothing else."""

    media_type = "text/html; charset=utf-8"


@routes.get("/runs/{run_id}/candles", "listRunCandles", Scope.READ)
def candles(ask: Ask, run_id: InPath, symbol: Symbol, limit: Bars = 500, before_ts: Before = None) -> CandlesModel:
    """The newest bars that its feed brought of a symbol, and those before them from history."""
    with ask.services.database.read() as conn:
        feed = own_run(ask, conn, run_id).feed
        history = ask.services.histories(feed)
        row = _row(history, symbol)
        seen = _seen(conn, feed, interval_ms(history.interval), limit, before_ts)
    ts, columns = _together(history, row, seen, limit, MAX_TS if before_ts is None else before_ts)
    return CandlesModel(
        venue=history.venue,
        symbol=symbol,
        interval=history.interval,
        step_ms=interval_ms(history.interval),
        px_decimals=history.instruments[row].px_decimals,
        ts=ts,
        **{name: [known(value) for value in column] for name, column in zip(COLUMNS, columns, strict=True)},
    )


@routes.get("/runs/{run_id}/levels", "listRunLevels", Scope.READ)
def levels(ask: Ask, run_id: InPath, symbol: Symbol, from_ts: From = 0) -> Listed[LevelModel]:
    """Entries, stops, targets and trailing stops that were watched over its positions, by their beginnings."""
    with ask.services.database.read() as conn:
        run = own_run(ask, conn, run_id)
        history = ask.services.histories(run.feed)
        row = _row(history, symbol)
        instrument = history.instruments[row]
        found = levels_of(conn, run, Market(instrument, row, interval_ms(history.interval)), from_ts)
    between = {LevelKind.ENTRY: AVERAGE_DECIMALS}
    return Listed(
        items=[
            LevelModel(
                kind=one.kind,
                px=price(one.px, instrument.px_decimals + between.get(one.kind, 0)),
                since_ts=one.since_ts,
                until_ts=one.until_ts,
                order_ts=one.order_ts,
            )
            for one in found
        ]
    )


@routes.get("/runs/{run_id}/indicators", "listRunIndicators", Scope.READ)
def indicators(ask: Ask, run_id: InPath, symbol: Symbol, limit: Bars = 500) -> IndicatorsModel:
    """What its rules read of a symbol, at the newest bars; nothing of a strategy in Python."""
    with ask.services.database.read() as conn:
        run = own_run(ask, conn, run_id)
        history = ask.services.histories(run.feed)
        _row(history, symbol)
        found = indicators_of(conn, run, history, symbol, limit)
    return IndicatorsModel(
        ts=found.ts,
        lines=[
            LineModel(
                label=line.label,
                pane="price" if line.on_price else "own",
                values=[known(value) for value in line.values],
            )
            for line in found.lines
        ],
        thresholds=list(found.thresholds),
        unit=found.unit,
    )


@routes.get("/backtests/{backtest_id}/chart", "getBacktestChart", Scope.READ)
def chart(ask: Ask, backtest_id: InPath, symbol: Symbol) -> ChartModel:
    """Price, indicators and the equity of every bar; 409 until it is done."""
    with ask.services.database.read() as conn:
        row = own_backtest(conn, ask.caller.user_id, backtest_id)
        result_of(conn, row)
    return ChartModel(**ask.services.redrawn.chart(row.result_id, row.request, symbol))


@routes.get("/backtests/{backtest_id}/report", "getBacktestReport", Scope.READ, response_class=Report)
def report(ask: Ask, backtest_id: InPath) -> Report:
    """The result as one page that needs nothing else, to keep and to share; 409 until it is done."""
    with ask.services.database.read() as conn:
        row = own_backtest(conn, ask.caller.user_id, backtest_id)
        document = result_of(conn, row)
    page = ask.services.redrawn.report(row.result_id, row.request, document)
    name = f"paddock-{document['strategy_hash'][:12]}.html"
    return Report(page, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _row(history: Tape, symbol: str) -> int:
    return row_of(history, symbol, f"{symbol} is not on the feed of this run", "a symbol of its feed")


def _seen(conn: Connection, feed: str, step: int, limit: int, before_ts: int | None) -> list[Bar]:
    """At most `limit` bars that the feed brought since its history."""
    last = feed_record(conn, feed).last_ts
    until = last if before_ts is None else min(last, before_ts - 1)
    return read_bars(conn, feed, until - limit * step, until)[-limit:]


def _together(history: Tape, row: int, seen: list[Bar], limit: int, before: int) -> tuple[list[int], list[Floats]]:
    """Stamps and columns of the bars that were seen, behind as many of the history as there is room for."""
    first = seen[0].ts if seen else before
    end = int(np.searchsorted(history.ts, min(first, before)))
    part = slice(max(end - (limit - len(seen)), 0), end)
    ts = [*history.ts[part].tolist(), *(bar.ts for bar in seen)]
    columns = [
        np.append(getattr(history, name)[row, part], [getattr(bar, name)[row] for bar in seen]) for name in COLUMNS
    ]
    return ts, columns
