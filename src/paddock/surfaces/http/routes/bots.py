"""Bots: strategies with an owner, in versions."""

from __future__ import annotations

from paddock.runtime.bots import Bot, Version
from paddock.strategy.canonical import strategy_hash
from paddock.strategy.validate import Report
from paddock.surfaces.http.models.base import PAGE, After, InPath, Limit, Listed, ProblemModel
from paddock.surfaces.http.models.runtime import BotChange, BotCopy, BotModel, BotWanted, ReportModel, VersionModel
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.palette import sentences

routes = Routes("bots")


@routes.get("/bots", "listBots", Scope.READ)
def list_(ask: Ask, after: After = None, limit: Limit = PAGE) -> Listed[BotModel]:
    """Mine, by id."""
    page = ask.services.bots.list(ask.caller.user_id, after=after or "", limit=limit)
    return Listed(items=[bot_model(bot) for bot in page.items], next=page.next or None)


@routes.post("/bots", "createBot", Scope.PAPER, status=201)
def create(ask: Ask, wanted: BotWanted) -> BotModel:
    """A bot with a strategy as its first version; all problems of the document come at once."""
    return bot_model(ask.services.bots.create(ask.caller.user_id, wanted.name, wanted.strategy))


@routes.get("/bots/{bot_id}", "getBot", Scope.READ)
def get(ask: Ask, bot_id: InPath) -> BotModel:
    """One bot."""
    return bot_model(ask.services.bots.get(ask.caller.user_id, bot_id))


@routes.patch("/bots/{bot_id}", "changeBot", Scope.PAPER)
def change(ask: Ask, bot_id: InPath, wanted: BotChange) -> BotModel:
    """Another name, or another strategy."""
    bots, owner = ask.services.bots, ask.caller.user_id
    return bot_model(bots.change(owner, bot_id, name=wanted.name, document=wanted.strategy))


@routes.delete("/bots/{bot_id}", "deleteBot", Scope.PAPER)
def delete(ask: Ask, bot_id: InPath) -> None:
    """Once all its runs are stopped; its record stays."""
    ask.services.bots.delete(ask.caller.user_id, bot_id)


@routes.post("/bots/{bot_id}/clone", "cloneBot", Scope.PAPER, status=201)
def clone(ask: Ask, bot_id: InPath, wanted: BotCopy) -> BotModel:
    """A new bot with the newest version of this one as its first."""
    return bot_model(ask.services.bots.clone(ask.caller.user_id, bot_id, wanted.name))


@routes.get("/bots/{bot_id}/versions", "listBotVersions", Scope.READ)
def versions(ask: Ask, bot_id: InPath) -> Listed[VersionModel]:
    """All of them, the newest first."""
    found = ask.services.bots.versions(ask.caller.user_id, bot_id)
    return Listed(items=[_version(version) for version in found])


@routes.post("/bots/{bot_id}/validate", "validateBot", Scope.READ)
def validate(ask: Ask, bot_id: InPath) -> ReportModel:
    """What is wrong with the newest version by the rules of today."""
    bots, owner = ask.services.bots, ask.caller.user_id
    return report_model(bots.validate(owner, bot_id), sentences(dict(bots.version(owner, bot_id).document)))


def report_model(report: Report, said: dict[str, str]) -> ReportModel:
    return ReportModel(
        valid=report.document is not None,
        strategy_hash=None if report.document is None else strategy_hash(report.document),
        problems=[ProblemModel(**problem.as_dict()) for problem in report.problems],
        sentences=said,
    )


def bot_model(bot: Bot) -> BotModel:
    return BotModel(**{name: getattr(bot, name) for name in BotModel.model_fields})


def _version(version: Version) -> VersionModel:
    return VersionModel(
        version=version.version,
        strategy_hash=version.strategy_hash,
        created_ts=version.created_ts,
        strategy=dict(version.document),
    )
