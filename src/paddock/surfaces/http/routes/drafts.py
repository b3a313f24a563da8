"""A strategy while it is written: what it would have done, what changed in it, and what it is in Python."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from paddock.core.errors import Code, Unavailable
from paddock.strategy.canonical import strategy_hash
from paddock.strategy.difference import difference
from paddock.strategy.document import Document, Graph
from paddock.strategy.scripting import Script, script_of
from paddock.strategy.validate import invalid, load_document, validate
from paddock.surfaces.http.models.base import InPath, ProblemModel, money
from paddock.surfaces.http.models.preview import (
    Candle,
    ChangeModel,
    DifferenceModel,
    DifferenceWanted,
    LineModel,
    MarkModel,
    PreviewModel,
    PreviewWanted,
    ScriptModel,
    ScriptWanted,
)
from paddock.surfaces.http.route import Ask, Asked, Routes
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.preview import Preview, Wanted, known, short

routes = Routes("strategies")

Number = Annotated[int, Query(ge=1, le=1_000_000)]
Newest = Annotated[int | None, Query(ge=1, le=1_000_000, description="by default the newest")]


@routes.post("/strategies/preview", "previewStrategy", Scope.READ, once=False)
def preview(ask: Ask, wanted: PreviewWanted) -> PreviewModel:
    """What it would have done on the last bars of a market, for a chart; 503 while the engine gets ready."""
    if doing := ask.services.getting_ready():
        raise Unavailable(Code.GETTING_READY, f"getting ready: {doing}", rule="a preview is made by the engine")
    report = validate(wanted.strategy)
    if report.document is None:
        raise invalid(report)
    made = ask.services.previews.make(Wanted(report.document, wanted.venue, wanted.symbol, wanted.bars))
    return _preview(made, [ProblemModel(**problem.as_dict()) for problem in report.problems])


@routes.post("/strategies/diff", "compareStrategies", Scope.READ, once=False)
def compare(_ask: Ask, wanted: DifferenceWanted) -> DifferenceModel:
    """What changed in meaning between two documents."""
    return _difference(load_document(wanted.before), load_document(wanted.after))


@routes.get("/bots/{bot_id}/diff", "compareBotVersions", Scope.READ)
def compare_versions(ask: Ask, bot_id: InPath, before: Number, after: Newest = None) -> DifferenceModel:
    """What changed in meaning between two versions of a bot."""
    return _difference(_version(ask, bot_id, before), _version(ask, bot_id, after))


@routes.post("/strategies/python", "scriptStrategy", Scope.READ, once=False)
def script(_ask: Ask, wanted: ScriptWanted) -> ScriptModel:
    """The same strategy in Python: it gives the same orders. Of a strategy in Python its own source."""
    return _script(load_document(wanted.strategy))


@routes.get("/bots/{bot_id}/python", "scriptBot", Scope.READ)
def script_bot(ask: Ask, bot_id: InPath, version: Newest = None) -> ScriptModel:
    """A version of a bot in Python."""
    return _script(_version(ask, bot_id, version))


def _version(ask: Asked, bot_id: str, version: int | None) -> Document:
    return load_document(dict(ask.services.bots.version(ask.caller.user_id, bot_id, version).document))


def _script(document: Document) -> ScriptModel:
    if isinstance(document.body, Graph):
        made = script_of(document)
    else:
        made = Script(document.body.class_name, document.body.source)
    return ScriptModel(class_name=made.class_name, source=made.source)


def _difference(before: Document, after: Document) -> DifferenceModel:
    changes = [
        ChangeModel(kind=c.kind, where=c.where, what=c.what, before=c.before, after=c.after)
        for c in difference(before, after)
    ]
    return DifferenceModel(same=strategy_hash(before) == strategy_hash(after), changes=changes)


def _candle(ts: float, open_: float, high: float, low: float, close: float, volume: float) -> Candle:
    return int(ts), short(open_), short(high), short(low), short(close), known(volume)


def _preview(made: Preview, problems: list[ProblemModel]) -> PreviewModel:
    return PreviewModel(
        venue=made.venue,
        symbol=made.symbol,
        symbols=list(made.symbols),
        interval=made.interval,
        source=made.source,
        coverage=made.coverage,
        candles=[_candle(*candle) for candle in made.candles],
        lines=[
            LineModel(
                label=line.label,
                pane="price" if line.on_price else "own",
                values=[known(value) for value in line.values],
            )
            for line in made.lines
        ],
        levels=list(made.levels),
        unit=made.unit,
        marks=[
            MarkModel(
                ts=mark.ts,
                px=mark.px,
                kind=mark.kind,
                side=mark.side,
                reason=mark.reason,
                node=mark.node,
                pnl_usd=None if mark.pnl is None else money(mark.pnl),
            )
            for mark in made.marks
        ],
        trades=made.trades,
        net_pnl_usd=money(made.net_pnl),
        problems=problems,
    )
