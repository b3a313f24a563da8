"""Runs: bots at work. What is asked of one is done by its worker, at the next bar."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from sqlalchemy import Connection

from paddock.core.errors import Code, NotFound, Unavailable
from paddock.runtime.lifecycle import RunState
from paddock.runtime.runs import Run, run_of
from paddock.surfaces.http.models.base import ID_FORM, PAGE, After, InPath, Limit, Listed, micros
from paddock.surfaces.http.models.runtime import RunModel, RunWanted, StopWanted
from paddock.surfaces.http.render import run_model
from paddock.surfaces.http.route import Ask, Asked, Routes
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.http.standing import pnl_of

routes = Routes("runs")


@routes.get("/runs", "listRuns", Scope.READ)
def list_(
    ask: Ask,
    bot_id: Annotated[str | None, Query(pattern=ID_FORM, description="only those of this bot")] = None,
    state: Annotated[RunState | None, Query(description="only those in this state")] = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Listed[RunModel]:
    """Mine, by id."""
    page = ask.services.runs.list(ask.caller.user_id, bot_id=bot_id, state=state, after=after or "", limit=limit)
    with ask.services.database.read() as conn:
        pnl = pnl_of(conn, page.items)
    return Listed(items=[run_model(run, pnl.get(run.run_id)) for run in page.items], next=page.next or None)


@routes.post("/runs", "deployRun", Scope.PAPER, status=201)
def deploy(ask: Ask, wanted: RunWanted) -> RunModel:
    """A version of a bot on an account, with capital of its own, from the next bar on; 503 while feeds get ready."""
    owner = ask.caller.user_id
    ask.require_account(wanted.account_id)
    try:
        run = ask.services.runs.deploy(
            owner,
            wanted.bot_id,
            wanted.account_id,
            micros(wanted.capital_usd, "body.capital_usd"),
            feed=wanted.feed,
            version=wanted.version,
        )
    except NotFound as error:
        if error.code is Code.FEED_NOT_FOUND and (doing := ask.services.getting_ready()):
            raise _getting_ready(doing) from None
        raise
    return run_model(run, None)


@routes.get("/runs/{run_id}", "getRun", Scope.READ)
def get(ask: Ask, run_id: InPath) -> RunModel:
    """Where it stands, and what was asked of it."""
    return _shown(ask, ask.services.runs.get(ask.caller.user_id, run_id))


@routes.post("/runs/{run_id}/pause", "pauseRun", Scope.PAPER)
def pause(ask: Ask, run_id: InPath) -> RunModel:
    """No more entries; exits, stops and timeouts go on."""
    run = _steered(ask, run_id)
    return _shown(ask, ask.services.runs.pause(run.owner, run_id))


@routes.post("/runs/{run_id}/resume", "resumeRun", Scope.PAPER)
def resume(ask: Ask, run_id: InPath) -> RunModel:
    """Entries again."""
    run = _steered(ask, run_id)
    return _shown(ask, ask.services.runs.resume(run.owner, run_id))


@routes.post("/runs/{run_id}/stop", "stopRun", Scope.PAPER)
def stop(ask: Ask, run_id: InPath, wanted: StopWanted) -> RunModel:
    """The end, for good."""
    run = _steered(ask, run_id)
    return _shown(ask, ask.services.runs.stop(run.owner, run_id, wanted.mode))


def own_run(ask: Asked, conn: Connection, run_id: str) -> Run:
    """Raises NotFound (run.not_found), of another's as of none."""
    return run_of(conn, ask.caller.user_id, run_id)


def _getting_ready(doing: str) -> Unavailable:
    return Unavailable(
        Code.GETTING_READY,
        f"the worker gets ready: {doing}",
        where="feed",
        rule="a run is deployed on a feed, and feeds come with the worker",
        suggestion="ask again in a minute; nothing was deployed",
    )


def _shown(ask: Asked, run: Run) -> RunModel:
    with ask.services.database.read() as conn:
        return run_model(run, pnl_of(conn, [run]).get(run.run_id))


def _steered(ask: Asked, run_id: str) -> Run:
    run = ask.services.runs.get(ask.caller.user_id, run_id)
    ask.require_account(run.account_id)
    return run
