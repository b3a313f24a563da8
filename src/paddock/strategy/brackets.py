"""Which protection belongs to which entry: what stands behind it with nothing but actions between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from paddock.strategy.blocks.base import ActionBlock, Block
from paddock.strategy.blocks.kinds import ANY_SYMBOL
from paddock.strategy.program import Protection
from paddock.strategy.topology import Topology

FIELDS = ("stop_loss_pct", "stop_loss_px", "take_profit_pct", "take_profit_px", "trailing_stop_pct")


def is_entry(block: Block | None) -> bool:
    return isinstance(block, ActionBlock) and block.is_entry


def is_protection(block: Block | None) -> bool:
    return isinstance(block, ActionBlock) and not block.is_entry and block.sets is not None


def symbol_of(block: Block) -> str:
    """The symbol a block names, or "*"."""
    found: str = getattr(block, "symbol", ANY_SYMBOL)
    return found


def belongs(protection: Block, entry: Block, symbol: str) -> bool:
    """A protection that names no symbol, or the entry's, is the entry's; `symbol` is the instance's."""
    own = symbol_of(protection)
    entered = symbol if symbol_of(entry) == ANY_SYMBOL else symbol_of(entry)
    return own in (ANY_SYMBOL, entered)


@dataclass(frozen=True, slots=True)
class Behind:
    """Which entries lead to a protection node: `direct` over actions only, `tested` through a condition as well.

    A path counts from the last entry on it. Both are sorted by id.
    """

    direct: tuple[str, ...]
    tested: tuple[str, ...]


def behind_entries(graph: Topology, blocks: Mapping[str, Block | None]) -> dict[str, Behind]:
    """For each protection node (of those that have an order: not in a cycle or behind one)."""
    entries = sorted(name for name in graph.order if is_entry(blocks[name]))
    bit = {name: 1 << number for number, name in enumerate(entries)}
    direct: dict[str, int] = {}
    tested: dict[str, int] = {}
    for node in graph.order:
        direct[node] = tested[node] = 0
        for source in graph.sources[node]:
            if source in bit:
                direct[node] |= bit[source]
            elif isinstance(blocks[source], ActionBlock):
                direct[node] |= direct[source]
                tested[node] |= tested[source]
            else:
                tested[node] |= direct[source] | tested[source]
    return {
        node: Behind(_named(direct[node], entries), _named(tested[node], entries))
        for node in graph.order
        if is_protection(blocks[node])
    }


def brackets_of(graph: Topology, blocks: Mapping[str, Block | None]) -> dict[str, tuple[str, ...]]:
    """The protection nodes behind each entry with nothing but actions between, sorted by id."""
    found: dict[str, list[str]] = {name: [] for name in graph.order if is_entry(blocks[name])}
    for protection, behind in sorted(behind_entries(graph, blocks).items()):
        for entry in behind.direct:
            found[entry].append(protection)
    return {entry: tuple(names) for entry, names in found.items()}


def _named(bits: int, entries: list[str]) -> tuple[str, ...]:
    return tuple(name for number, name in enumerate(entries) if bits >> number & 1) if bits else ()


def before(protection: str, graph: Topology, blocks: Mapping[str, Block | None]) -> list[str]:
    """Everything that leads to a protection node over plain actions, in topological order: up to entries and tests."""
    seen: set[str] = set()
    stack = [protection]
    while stack:
        for source in graph.sources[stack.pop()]:
            block = blocks.get(source)
            if source not in seen:
                seen.add(source)
                if isinstance(block, ActionBlock) and not block.is_entry:
                    stack.append(source)
    return [node for node in graph.order if node in seen]


def merge(parts: Iterable[Protection]) -> Protection:
    """All levels together. Of two levels for the same thing the tighter one holds (validation refuses the case)."""
    made = dict.fromkeys(FIELDS, 0.0)
    for part in parts:
        for name in FIELDS:
            value = getattr(part, name)
            if value:
                made[name] = min(value, made[name]) if made[name] else value
    return Protection(**made)


def clashes(parts: Iterable[Protection]) -> list[str]:
    """Kinds of level that are set more than once, to different values."""
    kinds = {
        "stop loss": ("stop_loss_pct", "stop_loss_px"),
        "take profit": ("take_profit_pct", "take_profit_px"),
        "trailing stop": ("trailing_stop_pct",),
    }
    found = list(parts)
    return [
        kind
        for kind, names in kinds.items()
        if len({(name, getattr(part, name)) for part in found for name in names if getattr(part, name)}) > 1
    ]
