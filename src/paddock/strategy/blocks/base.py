"""What a block is: typed parameters, a meaning, a sentence and documentation, all in one class.

A block's instance is one node's parameters. Conditions lower to an expression, actions to what the engine does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any as AnyType
from typing import ClassVar, TypeVar, dataclass_transform

from paddock.core.errors import Problem, nearest
from paddock.market.feature import Feature
from paddock.strategy.blocks.kinds import ANY_SYMBOL, SCOPE_INTERVAL, Reject
from paddock.strategy.blocks.params import Param, params_of
from paddock.strategy.expr import Const, Expr, Literal, State, StateField
from paddock.strategy.program import Action, CancelScope, Protection, Size

Adapt = Callable[[dict[str, object]], dict[str, object]]
_T = TypeVar("_T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def block(cls: type[_T]) -> type[_T]:
    """Make a class a block: a frozen, slotted dataclass with keyword parameters."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a block; `adapt` turns that name's raw parameters into the block's (may raise Reject)."""

    name: str
    adapt: Adapt | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Orders:
    """What cancel blocks need to know of the other blocks: which working orders a label or a TWAP may mean."""

    labels: Mapping[str, CancelScope] = field(default_factory=dict)
    twaps: frozenset[CancelScope] = frozenset()


@dataclass(frozen=True, slots=True)
class At:
    """Where a block is lowered: for one symbol of the scope, at the scope's interval."""

    symbol: str
    interval: str
    symbols: tuple[str, ...] = ()
    orders: Orders = field(default=Orders())

    def on(self, symbol: str) -> str:
        return self.symbol if symbol == ANY_SYMBOL else symbol

    def every(self, interval: str) -> str:
        return self.interval if interval == SCOPE_INTERVAL else interval


class Block:
    """Base of all blocks. The class's docstring is its documentation."""

    __slots__ = ()
    type: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[str]
    aliases: ClassVar[tuple[Alias, ...]] = ()
    other_names: ClassVar[Mapping[str, str]] = {}  # raw parameters that `adapt` understands, and what they mean

    def sentence(self) -> str:
        """What it says, in English, as part of a sentence."""
        raise NotImplementedError

    @classmethod
    def adapt(cls, raw: dict[str, object]) -> dict[str, object]:
        """Raw parameters of another form turned into its own; may raise Reject."""
        return raw

    def check(self) -> Iterator[Reject]:
        """Rules between parameters that do not hold (each names its `param`)."""
        return iter(())

    def canonical(self) -> dict[str, object]:
        """All parameters, defaults filled in, in their one JSON form."""
        return {p.name: p.kind.dump(getattr(self, p.name)) for p in block_params(type(self))}


class Condition(Block):
    __slots__ = ()

    def lower(self, at: At) -> Expr:
        """The test this condition makes at a bar's close."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Lowered:
    """One action of an action block, and what must hold beyond the path that leads to it."""

    action: Action
    guard: Expr = field(default=Literal(True))


class ActionBlock(Block):
    __slots__ = ()

    def lower(self, at: At) -> tuple[Lowered, ...]:
        """What it does, in order. `Action.protection` of an entry holds only what the block itself sets."""
        raise NotImplementedError

    @property
    def is_entry(self) -> bool:
        """Does it increase exposure?"""
        return False

    @property
    def sets(self) -> Protection | None:
        """The levels it sets on a position, for a block that protects."""
        return None

    @property
    def order_size(self) -> Size | None:
        return None


_PARAMS: dict[type, tuple[Param, ...]] = {}


def block_params(cls: type) -> tuple[Param, ...]:
    """Parameters of a block class, in the order they are declared."""
    if cls not in _PARAMS:
        _PARAMS[cls] = params_of(cls)
    return _PARAMS[cls]


def documentation(cls: type[Block]) -> str:
    return inspect.cleandoc(cls.__doc__ or "")


def feature(at: At, symbol: str, interval: str, name: str, *params: float) -> Feature:
    return Feature(at.on(symbol), at.every(interval), name, tuple(float(p) for p in params))


def state(at: At, symbol: str, which: StateField) -> State:
    return State(at.on(symbol), which)


def const(value: float) -> Const:
    return Const(float(value))


def build(cls: type[Block], raw: Mapping[str, object], where: str) -> tuple[Block | None, list[Problem]]:
    """An instance from raw parameters, or None and everything that is wrong with them."""
    problems: list[Problem] = []
    given = _named(cls, raw, where, problems)
    values: dict[str, AnyType] = {}
    for p in block_params(cls):
        if p.name in given:
            key, value = given[p.name]
            try:
                values[p.name] = p.kind.parse(value)
            except Reject as reject:
                short_form = key in p.shorthands
                inner = Reject(reject.rule, reject.suggestion) if short_form else reject
                problems.append(_problem(inner, f"{where}.{key}", raw[key]))
        elif p.unless and p.unless in given:
            values[p.name] = p.absent
        else:
            values[p.name] = p.default
    if problems:
        return None, problems
    made = cls(**values)
    problems += [_problem(broken, where, broken.seen) for broken in made.check()]
    return (None if problems else made), problems


def _named(
    cls: type[Block], raw: Mapping[str, object], where: str, problems: list[Problem]
) -> dict[str, tuple[str, object]]:
    """Raw values by canonical parameter name, each with the name it was given under."""
    names, shorthands = _names(cls)
    given: dict[str, tuple[str, object]] = {}
    for key, value in raw.items():
        if key in names:
            target, final = names[key], value
        elif key in shorthands:
            target, convert = shorthands[key]
            try:
                final = convert(value)
            except Reject as reject:
                problems.append(_problem(reject, f"{where}.{key}", value))
                continue
        else:
            known = sorted({*names, *shorthands})
            rule = f"{cls.type} has the parameters {', '.join(p.name for p in block_params(cls)) or '(none)'}"
            problems.append(Problem("parameter.unknown", f"{where}.{key}", short(value), rule, nearest(key, known)))
            continue
        if target in given:
            rule = f"{target} is given twice, as {given[target][0]} and as {key}"
            problems.append(Problem("parameter.twice", f"{where}.{key}", short(value), rule, f"leave {key} out"))
        else:
            given[target] = (key, final)
    return given


_NAMES: dict[type, tuple[dict[str, str], dict[str, tuple[str, Callable[[object], object]]]]] = {}


def _names(cls: type[Block]) -> tuple[dict[str, str], dict[str, tuple[str, Callable[[object], object]]]]:
    if cls not in _NAMES:
        names: dict[str, str] = {}
        shorthands: dict[str, tuple[str, Callable[[object], object]]] = {}
        for p in block_params(cls):
            names |= dict.fromkeys((p.name, *p.aliases), p.name)
            shorthands |= {name: (p.name, convert) for name, convert in p.shorthands.items()}
        _NAMES[cls] = names, shorthands
    return _NAMES[cls]


def _problem(reject: Reject, where: str, seen: object) -> Problem:
    path = f"{where}.{reject.param}" if reject.param else where
    value = reject.seen if reject.param else seen
    return Problem("parameter.value", path, short(value), reject.rule, reject.suggestion)


def short(value: object, limit: int = 60) -> str:
    """A raw value as it may stand in a message."""
    if isinstance(value, str):
        text = value if value else '""'
    elif isinstance(value, bool) or value is None:
        text = {True: "true", False: "false", None: "null"}[value]
    elif isinstance(value, int) and value.bit_length() > 200:
        text = "a very large number"
    elif isinstance(value, list | dict):
        text = f"a {'list' if isinstance(value, list) else 'object'} of {len(value)}"
    else:
        text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
