"""Conditions on the bot's own position on a market. All but its presence are unknown without a position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import Alias, At, block, const, state
from paddock.strategy.blocks.kinds import Number, Reject, num
from paddock.strategy.blocks.phrases import duration, on, usd
from paddock.strategy.blocks.shapes import WORDS, OnSymbol
from paddock.strategy.expr import All, Any, Expr, Op, StateField, Test

FAMILY = "position"


@block
class HasPosition(OnSymbol):
    """True while the bot holds a position on the market, long or short."""

    family = FAMILY
    type = "has_position"
    title = "Has a position"
    aliases = (Alias("has_open_position"),)

    def lower(self, at: At) -> Expr:
        qty = state(at, self.symbol, StateField.QTY)
        return Any((Test(Op.GT, qty, const(0)), Test(Op.LT, qty, const(0))))

    def sentence(self) -> str:
        return f"there is a position{on(self.symbol)}"


@block
class NoOpenPosition(OnSymbol):
    """True while the bot holds no position on the market."""

    family = FAMILY
    type = "no_open_position"
    title = "No position"
    aliases = (Alias("no_position"),)

    def lower(self, at: At) -> Expr:
        qty = state(at, self.symbol, StateField.QTY)
        return All((Test(Op.GE, qty, const(0)), Test(Op.LE, qty, const(0))))

    def sentence(self) -> str:
        return f"there is no position{on(self.symbol)}"


@block
class PositionSideIs(OnSymbol):
    """True while the bot holds a position on the given side; false without a position."""

    family = FAMILY
    type = "position_side_is"
    title = "Position side"
    side: str = p.one_of("long", ("long", "short"), "side of the position", also={"bid": "long", "ask": "short"})

    def lower(self, at: At) -> Expr:
        op = Op.GT if self.side == "long" else Op.LT
        return Test(op, state(at, self.symbol, StateField.QTY), const(0))

    def sentence(self) -> str:
        return f"the position{on(self.symbol)} is {self.side}"


@block
class PositionLevel(OnSymbol):
    family = FAMILY
    family = FAMILY
    op: ClassVar[Op]
    reads: ClassVar[StateField]
    label: ClassVar[str]
    value: float

    def lower(self, at: At) -> Expr:
        return Test(self.op, state(at, self.symbol, self.reads), const(self.value))

    def amount(self) -> str:
        return usd(self.value)

    def sentence(self) -> str:
        return f"{self.label} of the position{on(self.symbol)} {WORDS[self.op]} {self.amount()}"


@block
class PositionPnl(PositionLevel):
    reads = StateField.PNL_USD
    label = "the unrealised profit"
    value: float = p.number(0, "unrealised profit, gross of fees (a loss is negative)", unit="USD")


@block
class PositionPnlAbove(PositionPnl):
    """True while the unrealised profit of the position is above `value` dollars. Unknown without a position."""

    type = "position_pnl_above"
    title = "Position profit above"
    op = Op.GT


@block
class PositionPnlBelow(PositionPnl):
    """True while the unrealised profit of the position is below `value` dollars. Unknown without a position."""

    type = "position_pnl_below"
    title = "Position profit below"
    op = Op.LT


@block
class PositionPnlPct(PositionLevel):
    reads = StateField.PNL_PCT
    label = "the unrealised profit"
    value: float = p.number(0, "unrealised profit in % of the position's margin", low=-1e6, high=1e6, unit="%")

    def amount(self) -> str:
        return f"{num(self.value)}% of its margin"


@block
class PositionPnlPctAbove(PositionPnlPct):
    """True while the unrealised profit is above `value` percent of the margin. Unknown without a position."""

    type = "position_pnl_pct_above"
    title = "Position profit % above"
    op = Op.GT


@block
class PositionPnlPctBelow(PositionPnlPct):
    """True while the unrealised profit is below `value` percent of the margin. Unknown without a position."""

    type = "position_pnl_pct_below"
    title = "Position profit % below"
    op = Op.LT


@block
class PositionInProfit(OnSymbol):
    """True while the position's unrealised profit is above 0. Unknown without a position."""

    family = FAMILY
    type = "position_in_profit"
    title = "Position in profit"

    def lower(self, at: At) -> Expr:
        return Test(Op.GT, state(at, self.symbol, StateField.PNL_USD), const(0))

    def sentence(self) -> str:
        return f"the position{on(self.symbol)} is in profit"


@block
class PositionInLoss(OnSymbol):
    """True while the position's unrealised profit is below 0. Unknown without a position."""

    family = FAMILY
    type = "position_in_loss"
    title = "Position in loss"

    def lower(self, at: At) -> Expr:
        return Test(Op.LT, state(at, self.symbol, StateField.PNL_USD), const(0))

    def sentence(self) -> str:
        return f"the position{on(self.symbol)} is in loss"


@block
class PositionSize(PositionLevel):
    reads = StateField.NOTIONAL_USD
    label = "the value"
    value: float = p.number(0, "value of the position at the close; 0 without a position", low=0, unit="USD")


@block
class PositionSizeAbove(PositionSize):
    """True while the position is worth more than `value` dollars at the close."""

    type = "position_size_above"
    title = "Position larger than"
    op = Op.GT


@block
class PositionSizeBelow(PositionSize):
    """True while the position is worth less than `value` dollars at the close (also without a position)."""

    type = "position_size_below"
    title = "Position smaller than"
    op = Op.LT


@block
class PositionDurationAbove(OnSymbol):
    """True once the position has been held for more than `seconds`. Unknown without a position."""

    family = FAMILY
    type = "position_duration_above"
    title = "Position older than"
    seconds: int = p.seconds(3600, "age of the position", aliases=("value",))

    def lower(self, at: At) -> Expr:
        return Test(Op.GT, state(at, self.symbol, StateField.DURATION_S), const(self.seconds))

    def sentence(self) -> str:
        return f"the position{on(self.symbol)} is older than {duration(self.seconds)}"


def _minutes(raw: dict[str, object]) -> dict[str, object]:
    """`minutes` counts when `seconds` is left out or not positive."""
    if "minutes" not in raw:
        return raw
    own = raw.get("seconds", 0)
    rest = {key: value for key, value in raw.items() if key not in ("minutes", "seconds")}
    if isinstance(own, int | float) and not isinstance(own, bool) and own > 0:
        return rest | {"seconds": own}
    try:
        minutes = Number(0, 525_600).parse(raw["minutes"])
    except Reject as reject:
        raise Reject(reject.rule, reject.suggestion, param="minutes", seen=raw["minutes"]) from None
    return rest | {"seconds": round(minutes * 60)}


@block
class CooldownElapsed(OnSymbol):
    """True once `seconds` have passed since the bot's last entry on the market was decided, and before the first one.

    `minutes` may be given instead; it counts when `seconds` is left out or 0.
    """

    family = FAMILY
    type = "cooldown_elapsed"
    title = "Cooldown elapsed"
    other_names: ClassVar[Mapping[str, str]] = {"minutes": "counts when seconds is left out or 0"}
    seconds: int = p.seconds(60, "time since the last entry")

    @classmethod
    def adapt(cls, raw: dict[str, object]) -> dict[str, object]:
        return _minutes(raw)

    def lower(self, at: At) -> Expr:
        return Test(Op.GE, state(at, self.symbol, StateField.SINCE_ENTRY_S), const(self.seconds))

    def sentence(self) -> str:
        return f"the last entry{on(self.symbol)} is at least {duration(self.seconds)} ago"
