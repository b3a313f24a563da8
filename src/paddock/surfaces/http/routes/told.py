"""A run as a backtest would tell it: its whole result, and why it did what it did at a bar."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from paddock.engine.result import document
from paddock.surfaces.http.models.base import MAX_TS, InPath
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.routes.runs import own_run
from paddock.surfaces.http.scopes import Scope

routes = Routes("runs")

At = Annotated[int, Query(ge=0, le=MAX_TS, description="a moment within the bar, ms UTC")]


@routes.get("/runs/{run_id}/result", "getRunResult", Scope.READ)
def result(ask: Ask, run_id: InPath) -> dict[str, Any]:
    """The document `paddock/result@1` of what it did so far: metrics, trades, orders, equity."""
    with ask.services.database.read() as conn:
        record = ask.services.tell.record(conn, own_run(ask, conn, run_id))
    return document(record)


@routes.get("/runs/{run_id}/explain", "explainRun", Scope.READ)
def explain(ask: Ask, run_id: InPath, at: At) -> dict[str, Any]:
    """What each condition saw in a bar: why it traded, and why not. Of Python what it read and what `next` returned."""
    with ask.services.database.read() as conn:
        run = own_run(ask, conn, run_id)
    return ask.services.readings.read(run, at)
