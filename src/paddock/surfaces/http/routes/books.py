"""What a run did and what came of it, as the journal has it."""

from __future__ import annotations

from paddock.surfaces.http import books, render
from paddock.surfaces.http.held import held_by, position_model
from paddock.surfaces.http.models.base import PAGE, AfterNumber, InPath, Limit, Listed, Newest, Paged, Paging
from paddock.surfaces.http.models.held import PositionModel
from paddock.surfaces.http.models.runtime import (
    ClosureModel,
    DecisionModel,
    EquityModel,
    EventModel,
    FillModel,
    HealthModel,
    MetricsModel,
    OrderHistory,
    OrderModel,
    ParityModel,
)
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.routes.runs import own_run
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.http.standing import health_model, metrics_of, parity_of

routes = Routes("runs")


@routes.get("/runs/{run_id}/events", "listRunEvents", Scope.READ)
def events(
    ask: Ask, run_id: InPath, after: AfterNumber = None, limit: Limit = PAGE, newest: Newest = False
) -> Listed[EventModel]:
    """Oldest first, behind a position of the log."""
    paging = Paging(None if after is None else str(after), limit, newest)
    with ask.services.database.read() as conn:
        own_run(ask, conn, run_id)
        part = books.events_of(conn, f"run:{run_id}", paging)
    return Listed(items=[render.event_model(row) for row in part.rows], next=part.next)


@routes.get("/runs/{run_id}/decisions", "listRunDecisions", Scope.READ)
def decisions(ask: Ask, run_id: InPath, paging: Paged) -> Listed[DecisionModel]:
    """What it wanted and why, oldest first."""
    with ask.services.database.read() as conn:
        own_run(ask, conn, run_id)
        part = books.decisions_of(conn, run_id, paging)
    return Listed(items=[render.decision_model(row) for row in part.rows], next=part.next)


@routes.get("/runs/{run_id}/orders", "listRunOrders", Scope.READ)
def orders(ask: Ask, run_id: InPath, paging: Paged) -> Listed[OrderModel]:
    """Whatever became of them, oldest first."""
    with ask.services.database.read() as conn:
        own_run(ask, conn, run_id)
        part = books.orders_of(conn, run_id, paging)
        grid = books.qty_decimals(conn, run_id)
    return Listed(items=[render.order_model(row, grid) for row in part.rows], next=part.next)


@routes.get("/runs/{run_id}/orders/{order_id}", "getRunOrder", Scope.READ)
def order(ask: Ask, run_id: InPath, order_id: InPath) -> OrderHistory:
    """One order, and everything that happened to it, oldest first."""
    with ask.services.database.read() as conn:
        own_run(ask, conn, run_id)
        row = books.order_of(conn, run_id, order_id)
        happened = books.events_of_order(conn, row)
        grid = books.qty_decimals(conn, run_id)
    return OrderHistory(order=render.order_model(row, grid), events=[render.event_model(event) for event in happened])


@routes.get("/runs/{run_id}/fills", "listRunFills", Scope.READ)
def fills(ask: Ask, run_id: InPath, paging: Paged) -> Listed[FillModel]:
    """What traded, oldest first."""
    with ask.services.database.read() as conn:
        own_run(ask, conn, run_id)
        part = books.fills_of(conn, run_id, paging)
    return Listed(items=[render.fill_model(row) for row in part.rows], next=part.next)


@routes.get("/runs/{run_id}/closures", "listRunClosures", Scope.READ)
def closures(ask: Ask, run_id: InPath, paging: Paged) -> Listed[ClosureModel]:
    """What was closed and its profit, oldest first."""
    with ask.services.database.read() as conn:
        own_run(ask, conn, run_id)
        part = books.closures_of(conn, run_id, paging)
    return Listed(items=[render.closure_model(row) for row in part.rows], next=part.next)


@routes.get("/runs/{run_id}/positions", "listRunPositions", Scope.READ)
def positions(ask: Ask, run_id: InPath) -> Listed[PositionModel]:
    """What it holds, by symbol: what it is worth at the last price, and what protects it since when."""
    with ask.services.database.read() as conn:
        held = held_by(conn, [own_run(ask, conn, run_id)])
    return Listed(items=[position_model(one) for one in held.get(run_id, [])])


@routes.get("/runs/{run_id}/equity", "listRunEquity", Scope.READ)
def equity(ask: Ask, run_id: InPath, paging: Paged) -> Listed[EquityModel]:
    """What it was worth when it decided, oldest first; `result` has every close."""
    with ask.services.database.read() as conn:
        own_run(ask, conn, run_id)
        part = books.equity_of(conn, run_id, paging)
    return Listed(items=[render.equity_model(row) for row in part.rows], next=part.next)


@routes.get("/runs/{run_id}/metrics", "getRunMetrics", Scope.READ)
def metrics(ask: Ask, run_id: InPath) -> MetricsModel:
    """What it came to so far."""
    with ask.services.database.read() as conn:
        return metrics_of(conn, own_run(ask, conn, run_id), ask.services.peaks)


@routes.get("/runs/{run_id}/health", "getRunHealth", Scope.READ)
def health(ask: Ask, run_id: InPath) -> HealthModel:
    """Does it decide, and what stands in its way?"""
    with ask.services.database.read() as conn:
        return health_model(conn, own_run(ask, conn, run_id))


@routes.get("/runs/{run_id}/parity", "getRunParity", Scope.READ)
def parity(ask: Ask, run_id: InPath) -> ParityModel:
    """How far it is from a backtest over the bars that it saw; null before the first measurement."""
    with ask.services.database.read() as conn:
        return parity_of(conn, own_run(ask, conn, run_id))
