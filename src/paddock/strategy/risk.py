"""The `risk` object of a document: the same typed parameters as a block, read into a RiskPolicy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paddock.core.errors import Problem
from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.action_params import MAX_LEVERAGE
from paddock.strategy.blocks.base import Block, block, build
from paddock.strategy.blocks.kinds import Kind, Number, Reject, Symbol
from paddock.strategy.blocks.params import enum_words
from paddock.strategy.limits import MAX_SYMBOLS
from paddock.strategy.program import OnDrawdown, RiskPolicy

DEFAULT = RiskPolicy()


@dataclass(frozen=True, slots=True)
class Optional:
    """A value, or null for no limit."""

    kind: Kind

    def parse(self, raw: object) -> Any:
        return None if raw is None else self.kind.parse(raw)

    def dump(self, value: Any) -> object:
        return None if value is None else self.kind.dump(value)

    def schema(self) -> dict[str, object]:
        return {"oneOf": [{"type": "null"}, self.kind.schema()]}

    def text(self) -> str:
        return f"{self.kind.text()}, or null for no limit"


@dataclass(frozen=True, slots=True)
class SymbolSet:
    """Symbols without order or repetition, held sorted by name."""

    def parse(self, raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list | tuple) or len(raw) > MAX_SYMBOLS:
            raise Reject(f"must be {self.text()}")
        return tuple(sorted({Symbol(any_symbol=False).parse(item) for item in raw}))

    def dump(self, value: tuple[str, ...]) -> object:
        return list(value)

    def schema(self) -> dict[str, object]:
        return {"type": "array", "items": Symbol(any_symbol=False).schema(), "maxItems": MAX_SYMBOLS}

    def text(self) -> str:
        return f"a list of up to {MAX_SYMBOLS} symbols"


def _hours(raw: object) -> object:
    return raw * 3600 if isinstance(raw, int | float) and not isinstance(raw, bool) else raw


def _limit(low: float, high: float, doc: str, unit: str, **rest: Any) -> Any:
    whole = rest.pop("whole", False)
    return p.param(Optional(Number(low, high, whole=whole, above=not whole)), None, doc, unit=unit, **rest)


@block
class Risk(Block):
    """What the bot may do. The gates apply to what increases exposure; an exit is never blocked."""

    type = "risk"
    title = "Risk policy"
    family = "risk"
    max_leverage: float = p.number(
        DEFAULT.max_leverage, "an entry with more leverage is refused", low=1, high=MAX_LEVERAGE, unit="x"
    )
    max_open_positions: int = p.param(
        Number(1, MAX_SYMBOLS, whole=True), DEFAULT.max_open_positions, "positions and working entries at once"
    )
    max_entries: int = p.param(
        Number(1, 100, whole=True), DEFAULT.max_entries, "entries on one side of one symbol before it is flat again"
    )
    max_order_usd: float | None = _limit(
        0, 1e9, "notional of one entry; a larger one is made smaller", "USD", aliases=("max_order_size_usd",)
    )
    allocated_capital_usd: float | None = _limit(
        0, 1e9, "sum of the margins of the bot; a larger entry is made smaller", "USD"
    )
    cooldown_seconds: int = p.seconds(DEFAULT.cooldown_seconds, "time between two entries on one symbol")
    cooldown_after_stop_seconds: int = p.seconds(
        DEFAULT.cooldown_after_stop_seconds, "time after a losing stop before the next entry on that symbol"
    )
    position_timeout_seconds: int | None = _limit(
        1, 31_536_000, "a position older than this is closed", "seconds", whole=True,
        shorthands={"position_timeout_hours": _hours},
    )  # fmt: skip
    max_drawdown_pct: float | None = _limit(0, 100, "fall of the bot's equity from its peak that stops it", "%")
    on_drawdown: str = p.one_of(
        DEFAULT.on_drawdown.name.lower(), enum_words(OnDrawdown), "flatten closes everything, halt only stops entries"
    )
    daily_loss_pct: float | None = _limit(
        0,
        100,
        "loss of a UTC day after which there are no entries until the next",
        "%",
        aliases=("daily_loss_limit_pct",),
    )
    allowed_symbols: tuple[str, ...] = p.param(SymbolSet(), (), "symbols that may be entered (empty: all of the scope)")

    def sentence(self) -> str:
        return "risk policy"

    def policy(self) -> RiskPolicy:
        return RiskPolicy(
            max_leverage=self.max_leverage,
            max_open_positions=self.max_open_positions,
            max_entries=self.max_entries,
            max_order_usd=self.max_order_usd,
            allocated_capital_usd=self.allocated_capital_usd,
            cooldown_seconds=self.cooldown_seconds,
            cooldown_after_stop_seconds=self.cooldown_after_stop_seconds,
            position_timeout_seconds=self.position_timeout_seconds,
            max_drawdown_pct=self.max_drawdown_pct,
            on_drawdown=OnDrawdown[self.on_drawdown.upper()],
            daily_loss_pct=self.daily_loss_pct,
            allowed_symbols=self.allowed_symbols,
        )


def read_risk(raw: object, where: str = "risk") -> tuple[RiskPolicy | None, list[Problem]]:
    """A policy from its JSON object, or None and everything that is wrong with it."""
    if not isinstance(raw, dict):
        return None, [Problem("document.shape", where, type(raw).__name__, "risk is an object")]
    made, problems = build(Risk, raw, where)
    return (made.policy() if isinstance(made, Risk) else None), problems


def canonical_risk(policy: RiskPolicy) -> dict[str, object]:
    """The one JSON form of a policy, every key present."""
    risk = Risk(
        max_leverage=policy.max_leverage,
        max_open_positions=policy.max_open_positions,
        max_entries=policy.max_entries,
        max_order_usd=policy.max_order_usd,
        allocated_capital_usd=policy.allocated_capital_usd,
        cooldown_seconds=policy.cooldown_seconds,
        cooldown_after_stop_seconds=policy.cooldown_after_stop_seconds,
        position_timeout_seconds=policy.position_timeout_seconds,
        max_drawdown_pct=policy.max_drawdown_pct,
        on_drawdown=policy.on_drawdown.name.lower(),
        daily_loss_pct=policy.daily_loss_pct,
        allowed_symbols=policy.allowed_symbols,
    )
    return risk.canonical()
