"""Actions that set stops and targets: behind an entry as its bracket, or on a position that is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from paddock.strategy.blocks import action_params as a
from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import ActionBlock, Alias, At, Lowered, block
from paddock.strategy.blocks.kinds import Reject
from paddock.strategy.blocks.phrases import levels, on
from paddock.strategy.program import Action, ActionKind, Protection

FAMILY = "protection"


@block
class Protect(ActionBlock):
    family = FAMILY
    needs: ClassVar[str]
    symbol: str = p.symbol("the market whose position it protects")

    @property
    def sets(self) -> Protection:
        raise NotImplementedError

    def check(self) -> Iterator[Reject]:
        if self.sets == Protection():
            yield Reject(f"must set a level: {self.needs}", param=self.needs.split()[0], seen=0)

    def lower(self, at: At) -> tuple[Lowered, ...]:
        return (Lowered(Action(ActionKind.PROTECT, at.on(self.symbol), protection=self.sets)),)

    def sentence(self) -> str:
        return f"set {levels(self.sets)}{on(self.symbol)}"


@block
class SetStopLoss(Protect):
    """Set the stop loss, as a percentage of the average entry or as a price."""

    type = "set_stop_loss"
    title = "Set stop loss"
    needs = "stop_loss_pct or price above 0"
    stop_loss_pct: float = a.stop_pct(2, unless="price", absent=0.0)
    price: float = a.level_px("price of the stop, instead of a percentage")

    def check(self) -> Iterator[Reject]:
        yield from Protect.check(self)
        if self.price and self.stop_loss_pct:
            yield Reject("give stop_loss_pct or price, not both", param="price", seen=self.price)

    @property
    def sets(self) -> Protection:
        return Protection(stop_loss_pct=self.stop_loss_pct, stop_loss_px=self.price)


@block
class SetTakeProfit(Protect):
    """Set the take profit, as a percentage of the average entry or as a price."""

    type = "set_take_profit"
    title = "Set take profit"
    needs = "take_profit_pct or price above 0"
    take_profit_pct: float = a.take_pct(4, unless="price", absent=0.0)
    price: float = a.level_px("price of the target, instead of a percentage")

    def check(self) -> Iterator[Reject]:
        yield from Protect.check(self)
        if self.price and self.take_profit_pct:
            yield Reject("give take_profit_pct or price, not both", param="price", seen=self.price)

    @property
    def sets(self) -> Protection:
        return Protection(take_profit_pct=self.take_profit_pct, take_profit_px=self.price)


@block
class SetTrailingStop(Protect):
    """Set a trailing stop: it follows the best price since the entry and never moves back."""

    type = "set_trailing_stop"
    title = "Set trailing stop"
    aliases = (Alias("trailing_stop"),)
    needs = "trailing_stop_pct above 0"
    trailing_stop_pct: float = a.trail_pct(2, aliases=("pct",))

    @property
    def sets(self) -> Protection:
        return Protection(trailing_stop_pct=self.trailing_stop_pct)


@block
class SetTpsl(Protect):
    """Set take profit and stop loss together, as percentages of the average entry; 0 leaves one out."""

    type = "set_tpsl"
    title = "Set target and stop"
    needs = "stop_loss_pct or take_profit_pct above 0"
    stop_loss_pct: float = a.stop_pct(2)
    take_profit_pct: float = a.take_pct(4)

    @property
    def sets(self) -> Protection:
        return Protection(stop_loss_pct=self.stop_loss_pct, take_profit_pct=self.take_profit_pct)
