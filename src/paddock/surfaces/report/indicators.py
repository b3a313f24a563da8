"""Which of a strategy's indicators belong on its chart, and at which levels it watches them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from paddock.market.feature import Feature
from paddock.market.features import validate
from paddock.strategy.expr import All, Any, Const, Expr, Literal, Not, Test
from paddock.strategy.program import Program

ON_PRICE = frozenset(
    {"sma", "ema", "vwap", "highest", "lowest", "bollinger_upper", "bollinger_middle", "bollinger_lower"}
)
OSCILLATORS = frozenset({"0 to 100", "standard deviations"})
MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Drawn:
    """Indicators of one symbol: those on the scale of its price, and oscillators of one unit with their levels."""

    on_price: tuple[Feature, ...]
    oscillators: tuple[Feature, ...]
    levels: tuple[float, ...]

    @property
    def unit(self) -> str:
        return validate(self.oscillators[0]).unit if self.oscillators else ""


def features_of(program: Program) -> tuple[Feature, ...]:
    """Every feature that the rules read, in order of appearance."""
    found: dict[Feature, None] = {}
    for rule in program.rules:
        for test in _tests(rule.guard):
            found |= dict.fromkeys(side for side in (test.left, test.right) if isinstance(side, Feature))
    return tuple(found)


def drawn(program: Program, features: Sequence[Feature], symbol: str) -> Drawn:
    """What to draw for `symbol`: at most four lines a pane; of oscillators those that share the first one's unit."""
    own = [feature for feature in features if feature.symbol == symbol]
    units = {feature: validate(feature).unit for feature in own if feature.name not in ON_PRICE}
    scaled = [feature for feature, unit in units.items() if unit in OSCILLATORS]
    oscillators = [feature for feature in scaled if units[feature] == units[scaled[0]]][:MOST_LINES]
    on_price = [feature for feature in own if feature.name in ON_PRICE][:MOST_LINES]
    return Drawn(tuple(on_price), tuple(oscillators), tuple(sorted(_levels(program, oscillators))))


def _levels(program: Program, features: Iterable[Feature]) -> set[float]:
    """The constants that any of these features is compared with."""
    wanted = set(features)
    pairs = ((test.left, test.right) for rule in program.rules for test in _tests(rule.guard))
    return {
        level.value
        for left, right in pairs
        for feature, level in ((left, right), (right, left))
        if feature in wanted and isinstance(level, Const)
    }


def _tests(expr: Expr) -> Iterator[Test]:
    if isinstance(expr, Test):
        yield expr
    elif isinstance(expr, Not):
        yield from _tests(expr.part)
    elif isinstance(expr, All | Any):
        for part in expr.parts:
            yield from _tests(part)
    else:
        assert isinstance(expr, Literal)
