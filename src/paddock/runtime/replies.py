"""What a strategy's process says, judged as a stranger's word: bounded, parsed strictly, held to the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from paddock.core.errors import Code, Invalid, NotFound, nearest
from paddock.core.time import INTERVALS
from paddock.market.feature import Feature
from paddock.market.features import validate
from paddock.strategy.blocks.action_params import MAX_LEVERAGE
from paddock.strategy.program import Action
from paddock.strategy.view import Declared

MOST_ACTIONS = 1_000  # of one decision
MOST_DECLARED = 200  # features, each for every symbol
HUGE = 1e12


class _Told(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Problem(_Told):
    message: str
    where: str
    seen: str
    rule: str
    suggestion: str


class Reply(_Told):
    n: int
    problem: Problem | None = None
    memory: str | None = None
    forgotten: str = ""


class Confined(Reply):
    walls: list[str] = []


class Started(Reply):
    declared: Annotated[list[tuple[str, list[float], str, str | None]], Field(max_length=MOST_DECLARED)] = []

    def asked_for(self) -> tuple[Declared, ...]:
        return tuple(Declared(plain(name), tuple(params), bars, symbol) for name, params, bars, symbol in self.declared)


class Decided(Reply):
    actions: Annotated[list[Action], Field(max_length=MOST_ACTIONS)] = []


def failed(what: str, seen: str, rule: str) -> Invalid:
    return Invalid(Code.STRATEGY_PYTHON, f"the strategy {what}", where="python", seen=seen, rule=rule)


def plain(text: str) -> str:
    """A stranger's text on one line, without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)[:500]


def features_of(
    declared: Sequence[Declared], scope: tuple[str, ...], interval: str, known: Sequence[str] | None
) -> tuple[Feature, ...]:
    """The columns that were asked for, once each; raises Invalid (value.feature, data.interval, data.symbol).

    `known` are the symbols that there are, None where nobody knows that yet.
    """
    for one in declared:
        if known is not None and one.symbol is not None and one.symbol not in known:
            raise NotFound(
                Code.DATA_SYMBOL,
                f"there are no bars of {one.symbol}",
                where="init",
                seen=one.symbol,
                rule="a feature is of a symbol of the market",
                suggestion=nearest(one.symbol, known),
            )
        validate(one.of(scope[0]))
        if INTERVALS[one.interval] % INTERVALS[interval]:
            raise Invalid(
                Code.DATA_INTERVAL,
                f"{one.interval} bars cannot be built from {interval} bars",
                where="init",
                seen=one.interval,
                rule="the interval of a feature is a multiple of the scope's",
            )
    return tuple(dict.fromkeys(one.of(symbol) for one in declared for symbol in scope))


def check_bounds(action: Action) -> None:
    """Raises Invalid (strategy.python) for numbers that no action function gives."""
    levels = action.protection
    numbers: dict[str, Any] = {
        "size": action.size.value,
        "px": action.px,
        "bound_pct": action.bound_pct,
        "expire_ms": action.expire_ms,
        "duration_ms": action.duration_ms,
        "stop_loss_pct": levels.stop_loss_pct,
        "stop_loss_px": levels.stop_loss_px,
        "take_profit_pct": levels.take_profit_pct,
        "take_profit_px": levels.take_profit_px,
        "trailing_stop_pct": levels.trailing_stop_pct,
    }
    wrong = {name: value for name, value in numbers.items() if not 0 <= value <= HUGE}
    if not 0 < action.leverage <= MAX_LEVERAGE:
        wrong["leverage"] = action.leverage
    if abs(action.offset_pct) > HUGE:
        wrong["offset_pct"] = action.offset_pct
    for name, value in wrong.items():
        raise failed("gave an action that no action function gives", f"{name} {value}", "actions come from functions")
