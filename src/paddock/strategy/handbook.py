"""The catalogue of blocks as text: for the terminal and for the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from paddock.strategy.blocks.base import At, Block, Condition, block_params, documentation
from paddock.strategy.blocks.catalogue import CATALOGUE
from paddock.strategy.blocks.kinds import ANY_SYMBOL, num
from paddock.strategy.blocks.logic import Logic
from paddock.strategy.blocks.params import Param
from paddock.strategy.expr import Expr, Literal, Not, State, Test

FAMILIES = {
    "price": "Price",
    "trend": "Trend",
    "oscillator": "Oscillators",
    "volatility": "Volatility",
    "flow": "Volume, funding and open interest",
    "comparison": "Comparison of markets",
    "time": "Time",
    "position": "Position",
    "logic": "Logic",
    "entry": "Entries and orders",
    "protection": "Protection",
    "exit": "Exits and adjustments",
    "cancel": "Cancelling orders",
}


def by_family() -> Iterator[tuple[str, list[type[Block]]]]:
    """(title of the family, its blocks), in the order of the catalogue."""
    order = list(FAMILIES)
    ordered = sorted(CATALOGUE.values(), key=lambda cls: order.index(cls.family))
    for family, found in groupby(ordered, key=lambda cls: cls.family):
        yield FAMILIES[family], list(found)


def overview() -> str:
    """Every block with its first line of documentation."""
    lines = []
    for title, found in by_family():
        width = max(len(cls.type) for cls in found)
        lines += [title, *(f"  {cls.type:<{width}}  {first_line(cls)}" for cls in found), ""]
    return "\n".join(lines)


def block_text(cls: type[Block]) -> str:
    """One block, for a terminal."""
    lines = [f"{cls.type}: {cls.title}", "", documentation(cls), ""]
    if cls.aliases:
        lines += [f"Also: {', '.join(alias_text(cls))}", ""]
    for param in block_params(cls):
        names = f" (also {', '.join(other_names(param))})" if other_names(param) else ""
        unit = f", in {param.unit}" if param.unit else ""
        lines += [f"  {param.name}{names} = {default_text(param)}", f"      {param.doc}; {param.kind.text()}{unit}"]
    lines += [f"  {name}: {note}" for name, note in cls.other_names.items()]
    if reads(cls):
        lines += ["", f"Reads: {', '.join(reads(cls))}"]
    return "\n".join(lines) + "\n"


def first_line(cls: type[Block]) -> str:
    return documentation(cls).split("\n\n", 1)[0].replace("\n", " ")


def alias_text(cls: type[Block]) -> list[str]:
    return [f"{alias.name} ({alias.note})" if alias.note else alias.name for alias in cls.aliases]


def other_names(param: Param) -> tuple[str, ...]:
    return (*param.aliases, *param.shorthands)


def default_text(param: Param) -> str:
    value = param.kind.dump(param.default)
    if isinstance(value, dict):
        return f"{value['value']} {value['mode']}"
    if value is None or value in ("", []):
        return "none"
    return ", ".join(str(item) for item in value) if isinstance(value, list) else _word(value)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return num(value) if isinstance(value, int | float) else str(value)


def reads(cls: type[Block]) -> list[str]:
    """Features and position fields that the block reads with its defaults."""
    made = cls()
    at = At(ANY_SYMBOL, "1h", (ANY_SYMBOL,))
    if isinstance(made, Condition) and not isinstance(made, Logic):
        return sorted(_reads(made.lower(at)))
    return []


def _reads(expr: Expr) -> set[str]:
    if isinstance(expr, Test):
        sides = (expr.left, expr.right)
        return {_column(side) for side in sides if not hasattr(side, "value")}
    if isinstance(expr, Literal):
        return set()
    parts = (expr.part,) if isinstance(expr, Not) else expr.parts
    return {name for part in parts for name in _reads(part)}


def _column(side: object) -> str:
    return f"position {side.field.name.lower()}" if isinstance(side, State) else str(getattr(side, "name", ""))


def blocks_markdown() -> str:
    """The whole catalogue, a heading a family and a block."""
    parts = []
    for title, found in by_family():
        parts.append(f"## {title}")
        parts += [_block_markdown(cls) for cls in found]
    return "\n\n".join(parts)


def params_markdown(cls: type[Block]) -> str:
    """A table of the parameters of a block, or of the risk policy."""
    rows = [(_names(p), default_text(p), p.unit, f"{p.doc}; {p.kind.text()}") for p in block_params(cls)]
    lines = (" | ".join([row[0], *map(_cell, row[1:])]) for row in rows)
    return "\n".join(
        ["| parameter | default | unit | meaning |", "|---|---|---|---|", *(f"| {line} |" for line in lines)]
    )


def _block_markdown(cls: type[Block]) -> str:
    lines = [f"### {cls.type}", documentation(cls), f"> {cls().sentence()}"]
    if cls.aliases:
        lines.append(f"Also called {', '.join(_alias_markdown(cls))}.")
    if block_params(cls):
        lines.append(params_markdown(cls))
    lines += [f"Also takes `{name}`: {note}." for name, note in cls.other_names.items()]
    if reads(cls):
        lines.append(f"Reads {', '.join(f'`{name}`' for name in reads(cls))}.")
    return "\n\n".join(lines)


def _alias_markdown(cls: type[Block]) -> list[str]:
    return [f"`{alias.name}`" + (f" ({alias.note})" if alias.note else "") for alias in cls.aliases]


def _names(param: Param) -> str:
    also = ", ".join(f"`{name}`" for name in other_names(param))
    return f"`{param.name}`" + (f" (or {also})" if also else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")
