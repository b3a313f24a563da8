"""The JSON Schema of strategy documents, made from the same blocks and parameters that read them.

It describes form: names, types, bounds. Rules of meaning (cycles, stops, contradictions) are `validate`'s.
"""

from __future__ import annotations

from paddock.strategy import limits
from paddock.strategy.blocks.base import Block, block_params
from paddock.strategy.blocks.catalogue import CATALOGUE
from paddock.strategy.blocks.kinds import Interval, Symbol
from paddock.strategy.blocks.params import Param
from paddock.strategy.document import SCHEMA
from paddock.strategy.reader import WAIVABLE
from paddock.strategy.risk import Risk

Json = dict[str, object]
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Json:
    """The schema of `paddock/strategy@1` (JSON Schema 2020-12)."""
    common: Json = {
        "schema": {"const": SCHEMA},
        "name": {"type": "string", "minLength": 1, "maxLength": limits.MAX_NAME},
        "description": {"type": "string", "maxLength": limits.MAX_TEXT},
        "scope": _scope(),
        "risk": _params_schema(Risk),
        "waivers": {"type": "array", "items": _waiver(), "maxItems": len(WAIVABLE)},
    }
    nodes = {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 1, "maxItems": limits.MAX_NODES}
    edges = {"type": "array", "items": _edge(), "maxItems": limits.MAX_EDGES}
    graph = {"kind": {"const": "graph"}, "nodes": nodes, "edges": edges}
    python = {"kind": {"const": "python"}, "python": _python()}
    return {
        "$schema": DRAFT,
        "title": "Paddock strategy",
        "oneOf": [
            _object(common | graph, ("schema", "kind", "name", "scope", "nodes", "edges")),
            _object(common | python, ("schema", "kind", "name", "scope", "python")),
        ],
        "$defs": {"node": {"oneOf": [_node(cls) for cls in CATALOGUE.values()]}},
    }


def block_schema(cls: type[Block]) -> Json:
    """What a builder needs to offer a block: names, words, parameters with defaults and bounds."""
    return {
        "type": cls.type,
        "title": cls.title,
        "family": cls.family,
        "aliases": [alias.name for alias in cls.aliases],
        "params": [param.form() for param in block_params(cls)],
    }


def _object(properties: Json, required: tuple[str, ...] = ()) -> Json:
    made: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | ({"required": list(required)} if required else {})


def _scope() -> Json:
    symbol, most = Symbol(any_symbol=False).schema(), limits.MAX_SYMBOLS
    symbols = {"type": "array", "items": symbol, "minItems": 1, "maxItems": most}
    picked = _object(
        {
            "exclude": {"type": "array", "items": symbol, "maxItems": most},
            "max_symbols": {"oneOf": [{"type": "null"}, {"type": "integer", "minimum": 1, "maximum": most}]},
        }
    )
    venue = {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,31}$"}
    interval = Interval(scope=False).schema()
    either = {"symbols": symbols, "universe": {"oneOf": [{"const": "all"}, picked]}}
    made = _object({"venue": venue, "interval": interval} | either, ("venue", "interval"))
    return made | {"oneOf": [{"required": ["symbols"]}, {"required": ["universe"]}]}


def _waiver() -> Json:
    reason = {"type": "string", "minLength": 10, "maxLength": limits.MAX_TEXT}
    return _object({"rule": {"enum": list(WAIVABLE)}, "reason": reason}, ("rule", "reason"))


def _edge() -> Json:
    text = {"type": "string"}
    return _object({"id": text, "source": text, "target": text}, ("source", "target"))


def _python() -> Json:
    source = {"type": "string", "minLength": 1, "maxLength": limits.MAX_SOURCE}
    return _object({"source": source, "class": {"type": "string"}}, ("source", "class"))


def _node(cls: type[Block]) -> Json:
    properties: Json = {
        "id": {"type": "string", "minLength": 1, "maxLength": limits.MAX_NAME},
        "type": {"enum": [cls.type, *(alias.name for alias in cls.aliases)]},
        "params": _params_schema(cls),
        "position": {},
    }
    return _object(properties, ("id", "type")) | {"title": cls.title}


def _params_schema(cls: type[Block]) -> Json:
    """Every name a parameter may be given under; what shorthands take is checked where they are read."""
    properties: Json = {}
    for param in block_params(cls):
        described = param.kind.schema() | _annotations(param)
        properties |= dict.fromkeys((param.name, *param.aliases), described)
        properties |= {name: {"description": f"shorthand for {param.name}"} for name in param.shorthands}
    properties |= {name: {"description": note} for name, note in cls.other_names.items()}
    return _object(properties)


def _annotations(param: Param) -> Json:
    unit = f" ({param.unit})" if param.unit else ""
    return {"description": f"{param.doc}{unit}", "default": param.kind.dump(param.default)}
