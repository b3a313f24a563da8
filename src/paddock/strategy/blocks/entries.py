"""Actions that open a position, and orders that may either open or reduce one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from paddock.core.orders import Side, Tif
from paddock.strategy.blocks import action_params as a
from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import ActionBlock, At, Lowered, block, const, state
from paddock.strategy.blocks.kinds import Reject, num
from paddock.strategy.blocks.phrases import bracket, duration, on, size
from paddock.strategy.expr import Literal, Op, StateField, Test
from paddock.strategy.program import Action, ActionKind, OrderType, Protection, Size

FAMILY = "entry"
SIDES = ("long", "short")
ALSO = {"buy": "long", "sell": "short", "bid": "long", "ask": "short"}


@block
class OpenPosition(ActionBlock):
    family = FAMILY
    side: ClassVar[Side]
    symbol: str = p.symbol("the market to trade")
    size: Size = a.entry_size()
    leverage: float = a.leverage()
    stop_loss_pct: float = a.stop_pct()
    take_profit_pct: float = a.take_pct()
    trailing_stop_pct: float = a.trail_pct()
    max_slippage_pct: float = a.slippage(0)

    @property
    def is_entry(self) -> bool:
        return True

    @property
    def sets(self) -> Protection:
        return Protection(
            stop_loss_pct=self.stop_loss_pct,
            take_profit_pct=self.take_profit_pct,
            trailing_stop_pct=self.trailing_stop_pct,
        )

    @property
    def order_size(self) -> Size:
        return self.size

    def lower(self, at: At) -> tuple[Lowered, ...]:
        action = Action(
            ActionKind.ENTER,
            at.on(self.symbol),
            side=self.side,
            size=self.size,
            leverage=self.leverage,
            bound_pct=self.max_slippage_pct,
            protection=self.sets,
        )
        return (Lowered(action),)

    def sentence(self) -> str:
        side = "long" if self.side is Side.BUY else "short"
        return (
            f"open a {side} position{on(self.symbol)} at market with {size(self.size)} at "
            f"{num(self.leverage)}x leverage{bracket(self.sets)}"
        )


@block
class OpenLong(OpenPosition):
    """Buy at market at the next bar's open.

    Levels given here, or by protection blocks behind it, take effect with the fill. They count from the average entry.
    """

    type = "open_long"
    title = "Open long"
    side = Side.BUY


@block
class OpenShort(OpenPosition):
    """Sell short at market at the next bar's open.

    Levels given here, or by protection blocks behind it, take effect with the fill. They count from the average entry.
    """

    type = "open_short"
    title = "Open short"
    side = Side.SELL


@block
class PlaceOrder(ActionBlock):
    """An order that opens a position or, with `reduce_only`, takes from one on the other side."""

    family = FAMILY
    order: ClassVar[OrderType]
    symbol: str = p.symbol("the market to trade")
    side: str = p.one_of("long", SIDES, "long buys, short sells", also=ALSO)
    size: Size = a.entry_size()
    leverage: float = a.leverage()
    stop_loss_pct: float = a.stop_pct()
    take_profit_pct: float = a.take_pct()
    trailing_stop_pct: float = a.trail_pct()
    reduce_only: bool = a.flag(False, "only reduce a position on the other side, never open one")
    client_order_id: str = a.label()

    @property
    def is_entry(self) -> bool:
        return not self.reduce_only

    @property
    def sets(self) -> Protection | None:
        if self.reduce_only:
            return None
        return Protection(
            stop_loss_pct=self.stop_loss_pct,
            take_profit_pct=self.take_profit_pct,
            trailing_stop_pct=self.trailing_stop_pct,
        )

    @property
    def order_size(self) -> Size:
        return self.size

    def check(self) -> Iterator[Reject]:
        if not self.reduce_only:
            return
        if self.size.mode not in a.REDUCE_MODES:
            rule = "a reduce-only order is sized by qty or notional_usd"
            yield Reject(rule, param="size", seen=self.size.mode.name.lower())
        for name in ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct"):
            if getattr(self, name):
                yield Reject(
                    "a reduce-only order sets no protection", "use set_tpsl", param=name, seen=getattr(self, name)
                )

    def terms(self) -> Action:
        """The action's fields that this kind of order sets; the rest is common."""
        raise NotImplementedError

    def manner(self) -> str:
        raise NotImplementedError

    def lower(self, at: At) -> tuple[Lowered, ...]:
        return (Lowered(self._action(at), self._guard(at)),)

    def _action(self, at: At) -> Action:
        terms, symbol = self.terms(), at.on(self.symbol)
        if self.reduce_only:
            return replace(terms, kind=ActionKind.REDUCE, symbol=symbol, size=self.size)
        side = Side.BUY if self.side == "long" else Side.SELL
        return replace(
            terms,
            symbol=symbol,
            side=side,
            size=self.size,
            leverage=self.leverage,
            protection=self.sets or Protection(),
        )

    def _guard(self, at: At) -> Test | Literal:
        """A reduce-only buy reduces a short position and nothing else."""
        if not self.reduce_only:
            return Literal(True)
        op = Op.LT if self.side == "long" else Op.GT
        return Test(op, state(at, self.symbol, StateField.QTY), const(0))

    def sentence(self) -> str:
        if self.reduce_only:
            held = "short" if self.side == "long" else "long"
            return f"reduce a {held} position{on(self.symbol)} by {size(self.size)} {self.manner()}"
        return (
            f"open a {self.side} position{on(self.symbol)} {self.manner()} with {size(self.size)} at "
            f"{num(self.leverage)}x leverage{bracket(self.sets or Protection())}"
        )


@block
class PlaceMarketOrder(PlaceOrder):
    """A market order at the next bar's open, cancelled when its price would be too far from the decision's close."""

    type = "place_market_order"
    title = "Market order"
    order = OrderType.MARKET
    max_slippage_pct: float = a.slippage(0.5)

    def terms(self) -> Action:
        return Action(ActionKind.ENTER, "", bound_pct=self.max_slippage_pct)

    def manner(self) -> str:
        bound = f", at most {num(self.max_slippage_pct)}% worse than the close," if self.max_slippage_pct else ""
        return f"at market{bound}"


@block
class PlaceLimitOrder(PlaceOrder):
    """A limit order that rests from the next bar on.

    Its price is `price`, or lies `offset_pct` percent from the decision's close on the better side (a buy below it).
    `tif`: gtc rests, ioc fills at once or is cancelled, alo only rests (post-only).
    """

    type = "place_limit_order"
    title = "Limit order"
    order = OrderType.LIMIT
    price: float = a.level_px("limit price (0: use offset_pct)")
    offset_pct: float = p.number(0, "distance from the close to the better side", low=-50, high=90, unit="%")
    tif: str = p.one_of("gtc", ("gtc", "ioc", "alo"), "time in force", also={"post_only": "alo"})
    expire_seconds: int = p.seconds(0, "cancel what has not filled after this time (0: never)")

    def check(self) -> Iterator[Reject]:
        yield from PlaceOrder.check(self)
        if self.price and self.offset_pct:
            yield Reject(
                "give price or offset_pct, not both", "leave offset_pct out", param="offset_pct", seen=self.offset_pct
            )

    def terms(self) -> Action:
        return Action(
            ActionKind.ENTER,
            "",
            order=OrderType.LIMIT,
            px=self.price,
            offset_pct=self.offset_pct,
            tif=Tif[self.tif.upper()],
            expire_ms=self.expire_seconds * 1000,
        )

    def manner(self) -> str:
        if self.price:
            where = f"with a limit order at {num(self.price)}"
        elif self.offset_pct:
            where = f"with a limit order {num(self.offset_pct)}% better than the close"
        else:
            where = "with a limit order at the close"
        how = {"gtc": "", "ioc": ", at once or not at all,", "alo": ", post-only,"}[self.tif]
        until = f" (cancelled after {duration(self.expire_seconds)})" if self.expire_seconds else ""
        return f"{where}{how}{until}"


@block
class PlaceTwapOrder(PlaceOrder):
    """An order sliced evenly over `duration_seconds`, one slice at each bar's open."""

    type = "place_twap_order"
    title = "TWAP order"
    order = OrderType.TWAP
    duration_seconds: int = a.duration()
    max_slippage_pct: float = a.slippage(0)

    def terms(self) -> Action:
        return Action(
            ActionKind.ENTER,
            "",
            order=OrderType.TWAP,
            duration_ms=self.duration_seconds * 1000,
            bound_pct=self.max_slippage_pct,
        )

    def manner(self) -> str:
        return f"in slices over {duration(self.duration_seconds)}"
