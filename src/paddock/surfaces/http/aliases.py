"""Paths of an earlier platform, for clients that know them: other names of routes that mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI

from paddock.surfaces.http.route import Routes

ALIASES: Final = {
    "GET /api/auth/me": "getSession",
    "POST /api/auth/privy/verify": "signInWithPrivy",
    "GET /api/bots": "listBots",
    "POST /api/bots": "createBot",
    "POST /api/bots/validate": "validateStrategy",
    "GET /api/bots/{bot_id}": "getBot",
    "PATCH /api/bots/{bot_id}": "changeBot",
    "DELETE /api/bots/{bot_id}": "deleteBot",
    "POST /api/bots/{bot_id}/validate": "validateBot",
    "GET /api/builder/blocks": "listBlocks",
    "GET /api/builder/templates": "listTemplates",
    "GET /api/backtests": "listBacktests",
    "POST /api/backtests": "createBacktest",
    "GET /api/backtests/runs": "listBacktests",
    "POST /api/backtests/runs/jobs": "createBacktest",
    "GET /api/backtests/runs/{backtest_id}": "getBacktest",
    "GET /api/stream/bots/{run_id}": "watchRun",
}


def add_aliases(app: FastAPI, resources: Sequence[Routes]) -> None:
    """Each with the access of the route that it stands for. They are not in the OpenAPI document."""
    declared = {each.name: each for routes in resources for each in routes.declared}
    for alias, name in ALIASES.items():
        _, _, path = alias.partition(" ")
        declared[name].mount(app, path=path, documented=False)
