"""Backtests: queued, watched, cancelled, read and compared. The same request is computed once."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import Connection, Row, insert, select, tuple_

from paddock.core.errors import Code, NotFound, Refused
from paddock.engine.costs import Costs
from paddock.journal import jobs
from paddock.journal.jobs import ENDED, JobState
from paddock.strategy.canonical import strategy_hash
from paddock.strategy.document import Document
from paddock.strategy.validate import load_document
from paddock.surfaces.backtests import Wanted, kind_of, payload_of, result_id, stored, wanted
from paddock.surfaces.http import cursor
from paddock.surfaces.http.models.backtests import BacktestModel, BacktestWanted, Comparison, FigureModel
from paddock.surfaces.http.models.base import ID_FORM, PAGE, After, ErrorModel, InPath, Limit, Listed
from paddock.surfaces.http.route import Ask, Asked, Routes
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.http.tables import backtests

routes = Routes("backtests")

MAX_ATTEMPTS = 3
MAX_WAITING = 20  # of one user
Ids = Annotated[list[Annotated[str, Query(pattern=ID_FORM)]], Query(min_length=2, max_length=10)]


@routes.post("/backtests", "createBacktest", Scope.READ, status=201)
def create(ask: Ask, body: BacktestWanted) -> BacktestModel:
    """Queue one; asked for again it is the one that there is, and a result that is known is there at once."""
    asked = _asked(ask, body)
    name = result_id(asked, ask.services.home)
    owner, now = ask.caller.user_id, ask.services.clock.now_ts()
    with ask.services.database.write() as conn:
        before = _same(conn, owner, name)
        if before is not None:
            return _model(conn, before)
        made = ask.services.ids.next_id()
        if stored(conn, name) is None:
            _require_room(conn, owner)
            payload = {"result_id": name, "wanted": payload_of(asked)}
            jobs.enqueue(conn, made, kind_of(asked), payload, now_ts=now, owner=owner, max_attempts=MAX_ATTEMPTS)
        row = {
            "backtest_id": made,
            "user_id": owner,
            "result_id": name,
            "job_id": made,
            "request": json.dumps(payload_of(asked)),
            "created_ts": now,
        }
        conn.execute(insert(backtests), row)
        return _model(conn, own_backtest(conn, owner, made))


@routes.get("/backtests", "listBacktests", Scope.READ)
def list_(ask: Ask, after: After = None, limit: Limit = PAGE) -> Listed[BacktestModel]:
    """Mine, the newest first."""
    order = (backtests.c.created_ts, backtests.c.backtest_id)
    query = select(backtests).where(backtests.c.user_id == ask.caller.user_id)
    if after is not None:
        query = query.where(tuple_(*order) < tuple_(*cursor.bound(after, int, str)))
    with ask.services.database.read() as conn:
        rows = conn.execute(query.order_by(*(column.desc() for column in order)).limit(limit + 1)).all()
        items = [_model(conn, row) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return Listed(items=items, next=None if last is None else cursor.to_text((last.created_ts, last.backtest_id)))


@routes.get("/backtests/compare", "compareBacktests", Scope.READ)
def compare(ask: Ask, ids: Ids) -> Comparison:
    """The figures of several that are done, side by side."""
    with ask.services.database.read() as conn:
        rows = [own_backtest(conn, ask.caller.user_id, name) for name in ids]
        documents = [result_of(conn, row) for row in rows]
        models = [_model(conn, row) for row in rows]
    names = list(dict.fromkeys(name for document in documents for name in document["metrics"]))
    return Comparison(backtests=models, figures=[_figure(name, documents) for name in names])


@routes.get("/backtests/{backtest_id}", "getBacktest", Scope.READ)
def get(ask: Ask, backtest_id: InPath) -> BacktestModel:
    """Where it stands."""
    with ask.services.database.read() as conn:
        return _model(conn, own_backtest(conn, ask.caller.user_id, backtest_id))


@routes.get("/backtests/{backtest_id}/result", "getBacktestResult", Scope.READ)
def result(ask: Ask, backtest_id: InPath) -> dict[str, Any]:
    """The document `paddock/result@1`, as `paddock backtest --json` prints it; 409 until it is done."""
    with ask.services.database.read() as conn:
        return result_of(conn, own_backtest(conn, ask.caller.user_id, backtest_id))


@routes.post("/backtests/{backtest_id}/cancel", "cancelBacktest", Scope.READ)
def cancel(ask: Ask, backtest_id: InPath) -> BacktestModel:
    """One that waits ends at once, one that runs soon; one that is done stays done."""
    with ask.services.database.write() as conn:
        row = own_backtest(conn, ask.caller.user_id, backtest_id)
        if _model(conn, row).state not in ENDED:
            jobs.cancel(conn, row.job_id, ask.services.clock.now_ts())
        return _model(conn, row)


def _asked(ask: Asked, body: BacktestWanted) -> Wanted:
    return wanted(
        _strategy(ask, body),
        venue=body.venue,
        symbols=tuple(body.symbols),
        interval=body.interval,
        start_ts=body.start_ts,
        end_ts=body.end_ts,
        start_usd=Decimal(body.start_usd),
        costs=Costs(**body.costs.model_dump()),
        allow_gaps=body.allow_gaps,
    )


def _strategy(ask: Asked, body: BacktestWanted) -> Document:
    if body.bot_id is None:
        return load_document(body.strategy)
    return load_document(dict(ask.services.bots.version(ask.caller.user_id, body.bot_id, body.version).document))


def _same(conn: Connection, owner: str, name: str) -> Row[Any] | None:
    """The newest of a user with this content, unless it came to nothing."""
    mine = (backtests.c.user_id == owner) & (backtests.c.result_id == name)
    row = conn.execute(select(backtests).where(mine).order_by(backtests.c.created_ts.desc()).limit(1)).first()
    if row is None or _model(conn, row).state in (JobState.DEAD, JobState.CANCELED):
        return None
    return row


def _require_room(conn: Connection, owner: str) -> None:
    """Raises Refused (backtest.queue) when a user has as many in the queue as one may have."""
    waiting = jobs.listed(conn, owner=owner, states=(JobState.QUEUED, JobState.RUNNING), limit=MAX_WAITING)
    if len(waiting) >= MAX_WAITING:
        raise Refused(
            Code.BACKTEST_QUEUE,
            f"{len(waiting)} backtests of yours are waiting",
            where="backtests",
            seen=len(waiting),
            rule=f"at most {MAX_WAITING} wait at once",
            suggestion="wait, or cancel one",
        )


def own_backtest(conn: Connection, owner: str, backtest_id: str) -> Row[Any]:
    """Raises NotFound (backtest.not_found), of another's as of none."""
    mine = (backtests.c.backtest_id == backtest_id) & (backtests.c.user_id == owner)
    row = conn.execute(select(backtests).where(mine)).first()
    if row is None:
        raise NotFound(
            Code.BACKTEST_NOT_FOUND, "there is no such backtest", where="backtest_id", seen=backtest_id, rule="yours"
        )
    return row


def result_of(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    """Raises Refused (backtest.not_done) while there is none."""
    body = stored(conn, row.result_id)
    if body is None:
        raise Refused(
            Code.BACKTEST_NOT_DONE,
            "the backtest has no result",
            where="backtest_id",
            seen=_model(conn, row).state,
            rule="there is a result when its state is done",
        )
    found: dict[str, Any] = json.loads(body)
    return found


def _model(conn: Connection, row: Row[Any]) -> BacktestModel:
    asked = json.loads(row.request)
    state, progress, error = _standing(conn, row)
    return BacktestModel(
        backtest_id=row.backtest_id,
        result_id=row.result_id,
        state=state,
        progress=progress,
        strategy_name=asked["strategy"]["name"],
        strategy_hash=strategy_hash(load_document(asked["strategy"])),
        wanted=asked,
        created_ts=row.created_ts,
        error=error,
    )


def _standing(conn: Connection, row: Row[Any]) -> tuple[JobState, float, ErrorModel | None]:
    if stored(conn, row.result_id) is not None:
        return JobState.DONE, 1.0, None
    job = jobs.get(conn, row.job_id)
    told = ErrorModel.model_validate_json(job.error) if job.error.startswith("{") else None
    return job.state, job.progress, told


def _figure(name: str, documents: list[dict[str, Any]]) -> FigureModel:
    metrics = [document["metrics"].get(name) for document in documents]
    unit = next(metric["unit"] for metric in metrics if metric is not None)
    return FigureModel(name=name, unit=unit, values=[None if metric is None else metric["value"] for metric in metrics])
