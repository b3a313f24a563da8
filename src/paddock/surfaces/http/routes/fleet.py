"""All bots of a user at once, for a dashboard."""

from __future__ import annotations

from paddock.runtime.bots import Bot
from paddock.runtime.health import judged
from paddock.runtime.runs import Run
from paddock.surfaces.http.alerts import alerts_of
from paddock.surfaces.http.fleet import Fleet, fleet_of
from paddock.surfaces.http.held import position_model
from paddock.surfaces.http.models.base import MAX_PAGE, After, Limit, money
from paddock.surfaces.http.models.held import FleetModel, FleetParity, FleetPoint, FleetRow, FleetRun
from paddock.surfaces.http.render import run_model
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.routes.bots import bot_model
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.http.standing import pnl_of, reasons

routes = Routes("fleet")


@routes.get("/fleet", "getFleet", Scope.READ)
def fleet(ask: Ask, after: After = None, limit: Limit = MAX_PAGE) -> FleetModel:
    """My bots by id with the runs that go on or hold something (else the newest), their worth, and what is wrong."""
    page = ask.services.bots.list(ask.caller.user_id, after=after or "", limit=limit)
    with ask.services.database.read() as conn:
        found = fleet_of(conn, ask.caller.user_id, page.items, ask.services.peaks)
        pnl = pnl_of(conn, [run for each in found.runs.values() for run in each])
    items = [row for bot in page.items for row in _rows(found, bot, pnl)]
    return FleetModel(items=items, next=page.next or None, alerts=alerts_of(found))


def _rows(found: Fleet, bot: Bot, pnl: dict[str, int]) -> list[FleetRow]:
    model = bot_model(bot)
    rows = [
        FleetRow(
            bot=model, account=found.accounts.get(run.account_id), current=_current(found, run, pnl.get(run.run_id))
        )
        for run in found.runs.get(bot.bot_id, ())
    ]
    return rows or [FleetRow(bot=model, account=None, current=None)]


def _current(found: Fleet, run: Run, pnl: int | None) -> FleetRun:
    health, worth, parity = judged(run, found.facts), found.worth[run.run_id], found.parities.get(run.run_id)
    return FleetRun(
        run=run_model(run, pnl),
        condition=health.condition,
        reasons=reasons(health),
        booked_usd=money(worth.booked),
        unrealised_usd=None if worth.unrealised is None else money(worth.unrealised),
        equity_usd=None if worth.equity is None else money(worth.equity),
        drawdown_pct=worth.drawdown_pct,
        parity=None if parity is None else FleetParity(ts=parity[0], bps_a_day=parity[1]),
        last_decision_ts=found.decided.get(run.run_id),
        positions=[position_model(one) for one in found.held.get(run.run_id, ())],
        equity=[FleetPoint(ts=ts, equity_usd=money(value)) for ts, value in found.curves.get(run.run_id, ())],
    )
