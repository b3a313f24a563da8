"""Parameters of blocks: a kind, a default, names, a unit and a word of help, declared as fields of the block."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from paddock.strategy.blocks.kinds import ANY_SYMBOL, SCOPE_INTERVAL, Choice, Interval, Kind, Number, Symbol
from paddock.strategy.limits import MAX_PERIOD

_HUGE = 1e12
Shorthand = Callable[[object], object]


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a block.

    `aliases` are other names for it; `shorthands` are names whose raw value is turned into this one's; `unless` names
    a parameter that, when given, replaces this one (whose value then is `absent`).
    """

    name: str
    kind: Kind
    default: Any
    doc: str
    unit: str = ""
    aliases: tuple[str, ...] = ()
    shorthands: Mapping[str, Shorthand] = field(default_factory=dict)
    unless: str = ""
    absent: Any = None

    def form(self) -> dict[str, object]:
        """What a builder needs to draw an input for it."""
        return {
            "name": self.name,
            "label": self.name.replace("_", " "),
            "default": self.kind.dump(self.default),
            "unit": self.unit,
            "help": self.doc,
            "schema": self.kind.schema(),
        }


def param(kind: Kind, default: object, doc: str, **rest: Any) -> Any:
    """A dataclass field of a block that is a parameter."""
    return field(default=default, metadata={"param": (kind, default, doc, rest)})


def params_of(block: type) -> tuple[Param, ...]:
    """Parameters of a block class, in the order they are declared."""
    found = []
    for item in dataclasses.fields(block):
        kind, default, doc, rest = item.metadata["param"]
        found.append(Param(item.name, kind, default, doc, **rest))
    return tuple(found)


def period(default: int, doc: str = "bars it looks at", *, low: int = 1, **rest: Any) -> Any:
    return param(Number(low, MAX_PERIOD, whole=True), default, doc, unit="bars", **rest)


def number(default: float, doc: str, *, low: float = -_HUGE, high: float = _HUGE, unit: str = "", **rest: Any) -> Any:
    above = rest.pop("above", False)
    return param(Number(low, high, above=above), float(default), doc, unit=unit, **rest)


def seconds(default: int, doc: str, **rest: Any) -> Any:
    return param(Number(0, 31_536_000, whole=True), default, doc, unit="seconds", **rest)


def symbol(doc: str = "the market it looks at") -> Any:
    return param(Symbol(), ANY_SYMBOL, doc)


def interval(doc: str = "interval of the bars") -> Any:
    return param(Interval(), SCOPE_INTERVAL, doc, aliases=("timeframe",))


def one_of(default: str, words: tuple[str, ...], doc: str, **rest: Any) -> Any:
    return param(Choice(words, rest.pop("also", {})), default, doc, **rest)


def enum_words(enum: type[IntEnum]) -> tuple[str, ...]:
    return tuple(member.name.lower() for member in enum)
