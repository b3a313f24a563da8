"""What is there to start from? Complete strategies, each a document that validates as it stands."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

from paddock.core.errors import Code, NotFound, nearest
from paddock.strategy.templates import mean_reversion, orders, trend


@dataclass(frozen=True, slots=True)
class Template:
    """A named document; `document()` gives a copy that may be changed."""

    name: str
    raw: Mapping[str, object]

    @property
    def title(self) -> str:
        return str(self.raw["name"])

    @property
    def description(self) -> str:
        return str(self.raw["description"])

    def document(self) -> dict[str, object]:
        return copy.deepcopy(dict(self.raw))


TEMPLATES: Mapping[str, Template] = {
    name: Template(name, raw)
    for name, raw in {
        "rsi-mean-reversion": mean_reversion.RSI,
        "sma-crossover": trend.SMA_CROSSOVER,
        "breakout": trend.BREAKOUT,
        "momentum": trend.MOMENTUM,
        "exhaustion-fade": mean_reversion.EXHAUSTION_FADE,
        "trend-pullback": trend.TREND_PULLBACK,
        "zscore-adx": mean_reversion.ZSCORE_ADX,
        "twap-trend": orders.TWAP_TREND,
        "maker-reclaim": orders.MAKER_RECLAIM,
    }.items()
}


def find_template(name: str) -> Template:
    """The template of that name ("_" and "-" are the same); raises NotFound (strategy.not_found)."""
    key = name.lower().replace("_", "-")
    if key not in TEMPLATES:
        raise NotFound(
            Code.STRATEGY_NOT_FOUND,
            f'there is no template "{name}"',
            seen=name,
            rule=f"a template is one of {', '.join(TEMPLATES)}",
            suggestion=nearest(key, TEMPLATES),
        )
    return TEMPLATES[key]
