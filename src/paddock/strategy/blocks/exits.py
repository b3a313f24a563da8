"""Actions that reduce, cancel or adjust; none of them is ever blocked by a risk gate."""

from __future__ import annotations

from paddock.strategy.blocks import action_params as a
from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import ActionBlock, At, Lowered, block
from paddock.strategy.blocks.kinds import Label, num
from paddock.strategy.blocks.phrases import on, size
from paddock.strategy.program import Action, ActionKind, CancelScope, Size

FAMILY = "exit"
CANCEL_FAMILY = "cancel"
SCOPES = {
    "all": CancelScope.ALL,
    "entries": CancelScope.ENTRIES,
    "exits": CancelScope.EXITS,
    "protective": CancelScope.PROTECTION,
}


def _cancel(symbol: str, scope: CancelScope) -> Lowered:
    return Lowered(Action(ActionKind.CANCEL, symbol, cancel=scope))


@block
class ClosePosition(ActionBlock):
    """Close the whole position at market at the next bar's open. Nothing happens without a position."""

    family = FAMILY
    type = "close_position"
    title = "Close position"
    symbol: str = p.symbol("the market whose position is closed")

    def lower(self, at: At) -> tuple[Lowered, ...]:
        return (Lowered(Action(ActionKind.CLOSE, at.on(self.symbol))),)

    def sentence(self) -> str:
        return f"close the position{on(self.symbol)} at market"


@block
class ReducePosition(ActionBlock):
    """Close a part of the position at market at the next bar's open. Nothing happens without a position."""

    family = FAMILY
    type = "reduce_position"
    title = "Reduce position"
    symbol: str = p.symbol("the market whose position is reduced")
    size: Size = a.reduce_size()

    @property
    def order_size(self) -> Size:
        return self.size

    def lower(self, at: At) -> tuple[Lowered, ...]:
        return (Lowered(Action(ActionKind.REDUCE, at.on(self.symbol), size=self.size)),)

    def sentence(self) -> str:
        return f"reduce the position{on(self.symbol)} by {size(self.size)}"


@block
class UpdateLeverage(ActionBlock):
    """Set the leverage of the market's slot, if it is flat or margin allows."""

    family = FAMILY
    type = "update_leverage"
    title = "Set leverage"
    symbol: str = p.symbol("the market whose leverage is set")
    leverage: float = a.leverage()

    def lower(self, at: At) -> tuple[Lowered, ...]:
        return (Lowered(Action(ActionKind.LEVERAGE, at.on(self.symbol), leverage=self.leverage)),)

    def sentence(self) -> str:
        return f"set the leverage{on(self.symbol)} to {num(self.leverage)}x"


@block
class CancelOrders(ActionBlock):
    """Cancel working orders of the market: entries, exits, protective levels, or all of them."""

    family = CANCEL_FAMILY
    type = "cancel_orders"
    title = "Cancel orders"
    symbol: str = p.symbol("the market whose orders are cancelled")
    scope: str = p.one_of("all", tuple(SCOPES), "which orders", also={"protection": "protective"})

    def lower(self, at: At) -> tuple[Lowered, ...]:
        return (_cancel(at.on(self.symbol), SCOPES[self.scope]),)

    def sentence(self) -> str:
        which = {"all": "all orders and levels", "protective": "the protective levels"}.get(
            self.scope, f"the working {self.scope}"
        )
        return f"cancel {which}{on(self.symbol)}"


@block
class CancelOrder(ActionBlock):
    """Cancel the order that a place_… block labelled with `client_order_id`; without one, the working entry and exit.

    A market has at most one working entry and one working exit order, so the label says which of the two is meant.
    """

    family = CANCEL_FAMILY
    type = "cancel_order"
    title = "Cancel an order"
    symbol: str = p.symbol("the market whose order is cancelled")
    client_order_id: str = p.param(Label(), "", "label of the order", aliases=("order_id",))

    def lower(self, at: At) -> tuple[Lowered, ...]:
        own = at.orders.labels.get(self.client_order_id)
        scopes = (own,) if own is not None else (CancelScope.ENTRIES, CancelScope.EXITS)
        return tuple(_cancel(at.on(self.symbol), scope) for scope in scopes)

    def sentence(self) -> str:
        which = f'the order "{self.client_order_id}"' if self.client_order_id else "the working entry and exit orders"
        return f"cancel {which}{on(self.symbol)}"


@block
class CancelTwapOrder(ActionBlock):
    """Cancel a TWAP: the one labelled `client_order_id`, or those of the strategy's place_twap_order blocks."""

    family = CANCEL_FAMILY
    type = "cancel_twap_order"
    title = "Cancel a TWAP"
    symbol: str = p.symbol("the market whose TWAP is cancelled")
    client_order_id: str = p.param(Label(), "", "label of the order", aliases=("order_id",))

    def lower(self, at: At) -> tuple[Lowered, ...]:
        own = at.orders.labels.get(self.client_order_id)
        scopes = {own} if own is not None else at.orders.twaps
        return tuple(_cancel(at.on(self.symbol), scope) for scope in sorted(scopes))

    def sentence(self) -> str:
        which = f'the TWAP "{self.client_order_id}"' if self.client_order_id else "the working TWAP"
        return f"cancel {which}{on(self.symbol)}"


@block
class CancelAllOrders(ActionBlock):
    """Cancel all orders and protective levels, on every symbol of the scope unless `all_symbols` is false.

    With `exclude_reduce_only`, exits and protective levels stay and only entries are cancelled.
    """

    family = CANCEL_FAMILY
    type = "cancel_all_orders"
    title = "Cancel all orders"
    symbol: str = p.symbol("the market, when all_symbols is false")
    all_symbols: bool = a.flag(True, "on every symbol of the scope")
    exclude_reduce_only: bool = a.flag(False, "leave exits and protective levels as they are")

    def lower(self, at: At) -> tuple[Lowered, ...]:
        scope = CancelScope.ENTRIES if self.exclude_reduce_only else CancelScope.ALL
        symbols = at.symbols if self.all_symbols else (at.on(self.symbol),)
        return tuple(_cancel(symbol, scope) for symbol in symbols)

    def sentence(self) -> str:
        which = "all working entries" if self.exclude_reduce_only else "all orders and protective levels"
        return f"cancel {which}{' on every market of the scope' if self.all_symbols else on(self.symbol)}"
