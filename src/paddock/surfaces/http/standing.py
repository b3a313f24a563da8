"""How does a run stand: what it came to, whether it is well, and how far it is from its backtest."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, func, select

from paddock.core.orders import OrderState
from paddock.journal.ledger import Book
from paddock.journal.tables import closures, decisions, equity_points, fills, orders
from paddock.runtime.desk_tables import desk_blocks, desk_levels
from paddock.runtime.feeds import feed_record
from paddock.runtime.health import Health, health_of
from paddock.runtime.parity import latest
from paddock.runtime.runs import Run
from paddock.runtime.tables import runs
from paddock.surfaces.http import books
from paddock.surfaces.http.held import held_by
from paddock.surfaces.http.models.base import money
from paddock.surfaces.http.models.runtime import BlockModel, HealthModel, MetricsModel, ParityModel, ReasonModel
from paddock.surfaces.http.worth import Peaks, worths


def pnl_of(conn: Connection, wanted: Sequence[Run]) -> dict[str, int]:
    """Micro-dollars that each run made by its last decision; without those that decided nothing yet."""
    points = equity_points.alias()
    mine = select(points.c.equity).where(points.c.run_id == runs.c.run_id).order_by(points.c.ts.desc()).limit(1)
    last = select(runs.c.run_id, mine.scalar_subquery().label("equity"))
    found = conn.execute(last.where(runs.c.run_id.in_([run.run_id for run in wanted])))
    equity = {run_id: int(now) for run_id, now in found if now is not None}
    return {run.run_id: equity[run.run_id] - run.capital for run in wanted if run.run_id in equity}


def metrics_of(conn: Connection, run: Run, peaks: Peaks) -> MetricsModel:
    """From the books alone; nothing is simulated."""
    pnl = pnl_of(conn, [run]).get(run.run_id)
    book = books.balances_of(conn, run.account_id, run.run_id)
    closed, won = conn.execute(
        select(func.count(), func.count().filter(closures.c.realised - closures.c.fees + closures.c.funding > 0)).where(
            closures.c.run_id == run.run_id
        )
    ).one()
    worth = worths(conn, [run], held_by(conn, [run]), peaks)[run.run_id]
    return MetricsModel(
        capital_usd=money(run.capital),
        equity_usd=None if pnl is None else money(run.capital + pnl),
        pnl_usd=None if pnl is None else money(pnl),
        return_pct=None if pnl is None else round(100 * pnl / run.capital, 6),
        realised_usd=money(-book.get(Book.REALISED, 0)),
        fees_usd=money(book.get(Book.FEES, 0)),
        funding_usd=money(-book.get(Book.FUNDING, 0)),
        booked_usd=money(worth.booked),
        unrealised_usd=None if worth.unrealised is None else money(worth.unrealised),
        worth_usd=None if worth.equity is None else money(worth.equity),
        drawdown_pct=worth.drawdown_pct,
        points=_count(conn, equity_points, run),
        closures=closed,
        wins=won,
        win_rate_pct=round(100 * won / closed, 6) if closed else None,
        orders=_count(conn, orders, run),
        fills=_count(conn, fills, run),
        decisions=_count(conn, decisions, run),
    )


def health_model(conn: Connection, run: Run) -> HealthModel:
    """The one judgement of a run's health, and the facts to act on."""
    health, feed = health_of(conn, run), feed_record(conn, run.feed)
    bare = select(desk_levels.c.symbol).where(desk_levels.c.run_id == run.run_id, desk_levels.c.bare_ts > 0)
    return HealthModel(
        condition=health.condition,
        reasons=reasons(health),
        state=run.state,
        feed_last_ts=feed.last_ts if feed.last_ts > feed.begin_ts else None,
        feed_stale_ts=feed.stale_ts,
        unresolved=_count(conn, orders, run, (OrderState.SENT, OrderState.UNKNOWN)),
        unprotected=sorted(conn.execute(bare).scalars()),
        blocks=_blocks(conn, run),
    )


def reasons(health: Health) -> list[ReasonModel]:
    """On the wire."""
    return [ReasonModel(text=one.text, since_ts=one.since_ts) for one in health.reasons]


def parity_of(conn: Connection, run: Run) -> ParityModel:
    """The newest measurement; empty before the first."""
    found = latest(conn, run.run_id)
    return ParityModel(ts=None, report=None) if found is None else ParityModel(ts=found.pop("ts"), report=found)


def _count(conn: Connection, table: Table, run: Run, states: tuple[OrderState, ...] = ()) -> int:
    query = select(func.count()).select_from(table).where(table.c.run_id == run.run_id)
    if states:
        query = query.where(table.c.state.in_(states))
    return int(conn.execute(query).scalar_one())


def _blocks(conn: Connection, run: Run) -> list[BlockModel]:
    mine = (desk_blocks.c.account_id == run.account_id) & desk_blocks.c.book.in_(("", run.run_id))
    rows = conn.execute(select(desk_blocks).where(mine).order_by(desk_blocks.c.symbol, desk_blocks.c.reason))
    return [BlockModel(symbol=r.symbol, reason=r.reason, detail=r.detail, since_ts=r.since_ts) for r in rows]
