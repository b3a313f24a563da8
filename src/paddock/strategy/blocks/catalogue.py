"""All blocks by name. A class with a `type` in one of these modules is in the catalogue; nothing else is needed."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from paddock.core.errors import Code, NotFound, Problem, nearest
from paddock.strategy.blocks import (
    clock,
    compare,
    entries,
    exits,
    flow,
    logic,
    oscillators,
    position,
    price,
    protection,
    trend,
    volatility,
)
from paddock.strategy.blocks.base import Adapt, Block, build, short
from paddock.strategy.blocks.kinds import Reject

_MODULES = (
    price,
    trend,
    oscillators,
    volatility,
    flow,
    compare,
    clock,
    position,
    logic,
    entries,
    protection,
    exits,
)


def _blocks(module: ModuleType) -> list[type[Block]]:
    return [
        item
        for item in vars(module).values()
        if isinstance(item, type)
        and issubclass(item, Block)
        and "type" in vars(item)
        and item.__module__ == module.__name__
    ]


CATALOGUE: Mapping[str, type[Block]] = {cls.type: cls for module in _MODULES for cls in _blocks(module)}
_ALIASES = {alias.name: (cls, alias.adapt or cls.adapt) for cls in CATALOGUE.values() for alias in cls.aliases}
NAMES: tuple[str, ...] = tuple(sorted({*CATALOGUE, *_ALIASES}))


def find(name: str) -> tuple[type[Block], Adapt] | None:
    """The block of that name or alias, and what turns the name's raw parameters into the block's."""
    if name in CATALOGUE:
        return CATALOGUE[name], CATALOGUE[name].adapt
    return _ALIASES.get(name)


def read_block(raw: object, where: str) -> tuple[Block | None, list[Problem]]:
    """A block from {"type", "params"}, or None and everything that is wrong with it."""
    if not isinstance(raw, dict):
        return None, [Problem("node.shape", where, short(raw), "must be an object with type and params")]
    unknown = sorted(str(key) for key in raw if key not in ("type", "params"))
    if unknown:
        rule = "has the keys type and params"
        return None, [
            Problem("node.shape", f"{where}.{unknown[0]}", unknown[0], rule, nearest(unknown[0], ("type", "params")))
        ]
    return make_block(raw.get("type"), raw.get("params", {}), where)


def make_block(name: object, params: object, where: str) -> tuple[Block | None, list[Problem]]:
    """A block from its name or alias and raw parameters; `where` is the path of the node."""
    found = find(name) if isinstance(name, str) else None
    if found is None or not isinstance(name, str):
        rule = "type is the name of a block (paddock strategy blocks lists them)"
        suggestion = nearest(name, NAMES) if isinstance(name, str) else ""
        return None, [Problem("node.type", f"{where}.type", short(name), rule, suggestion)]
    if not isinstance(params, dict):
        return None, [Problem("node.shape", f"{where}.params", short(params), "params is an object")]
    cls, adapt = found
    try:
        params = adapt(dict(params))
    except Reject as reject:
        name = reject.param or "value"
        seen = short(reject.seen if reject.param else params.get("value"))
        return None, [Problem("parameter.value", f"{where}.params.{name}", seen, reject.rule, reject.suggestion)]
    return build(cls, params, f"{where}.params")


def look_up(name: str) -> type[Block]:
    """The block of that name or alias; raises NotFound (strategy.block)."""
    found = find(name)
    if found is None:
        raise NotFound(
            Code.STRATEGY_BLOCK,
            f'there is no block "{name}"',
            seen=name,
            rule="paddock strategy blocks lists the blocks",
            suggestion=nearest(name, NAMES),
        )
    return found[0]
