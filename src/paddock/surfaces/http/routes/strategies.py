"""What strategies are made of, and what one says."""

from __future__ import annotations

from typing import Any

from paddock.strategy import english
from paddock.strategy.blocks.base import Block
from paddock.strategy.blocks.catalogue import CATALOGUE
from paddock.strategy.canonical import strategy_hash
from paddock.strategy.document import Graph
from paddock.strategy.risk import Risk
from paddock.strategy.schema import json_schema
from paddock.strategy.templates import TEMPLATES, Template, find_template
from paddock.strategy.validate import load_document, validate
from paddock.surfaces.http.models.base import InPath, Listed
from paddock.surfaces.http.models.market import BlockModel, Reading, StrategyShown, TemplateModel
from paddock.surfaces.http.models.runtime import ReportModel
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.routes.bots import report_model
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.palette import offered, sentences
from paddock.surfaces.report.told import tell

routes = Routes("strategies")


@routes.get("/strategies/blocks", "listBlocks", Scope.READ)
def blocks(_ask: Ask) -> Listed[BlockModel]:
    """All parts a graph is made of."""
    return Listed(items=[_block(block) for block in CATALOGUE.values()])


@routes.get("/strategies/risk", "getRiskPolicy", Scope.READ)
def risk(_ask: Ask) -> BlockModel:
    """What a strategy may be allowed to risk, in the form of a block."""
    return _block(Risk)


@routes.get("/strategies/templates", "listTemplates", Scope.READ)
def templates(_ask: Ask) -> Listed[TemplateModel]:
    """Complete strategies to start from."""
    return Listed(items=[_template(template) for template in TEMPLATES.values()])


@routes.get("/strategies/templates/{name}", "getTemplate", Scope.READ)
def template(_ask: Ask, name: InPath) -> TemplateModel:
    """One of them."""
    return _template(find_template(name))


@routes.get("/strategies/schema", "getStrategySchema", Scope.READ)
def schema(_ask: Ask) -> dict[str, Any]:
    """The JSON Schema of strategy documents."""
    return json_schema()


@routes.post("/strategies/validate", "validateStrategy", Scope.READ)
def check(_ask: Ask, shown: StrategyShown) -> ReportModel:
    """All its problems at once; nothing of it is run."""
    return report_model(validate(shown.strategy, shown.symbols), sentences(shown.strategy))


@routes.post("/strategies/explain", "explainStrategy", Scope.READ)
def explain(_ask: Ask, shown: StrategyShown) -> Reading:
    """What it does, in plain English."""
    document = load_document(shown.strategy, shown.symbols)
    told = tell(document)
    return Reading(
        name=document.name,
        strategy_hash=strategy_hash(document),
        text=english.explain(document),
        description=told.description,
        where=told.where,
        rules=[list(lines) for lines in told.rules],
        rule_nodes=list(told.rule_nodes),
        sentences=english.node_sentences(document.body) if isinstance(document.body, Graph) else {},
        risk=list(told.risk),
    )


def _template(found: Template) -> TemplateModel:
    return TemplateModel(name=found.name, title=found.title, description=found.description, strategy=found.document())


def _block(block: type[Block]) -> BlockModel:
    return BlockModel.model_validate(offered(block))
