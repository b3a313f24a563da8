"""Actions for Python strategies: the same blocks, bounds and meaning as in a graph, as plain functions.

Each returns an `Action`; raises Invalid (strategy.python) when a parameter is out of its bounds. Percentages of levels
count from the average entry; sizes are made by `notional_usd`, `margin_usd`, `equity_pct`, `risk_pct` and `qty`.
"""

from __future__ import annotations

from paddock.core.errors import Code, Invalid
from paddock.strategy.blocks import entries, exits, protection
from paddock.strategy.blocks.base import ActionBlock, At, build
from paddock.strategy.program import Action, Size, SizeMode


def notional_usd(value: float) -> Size:
    """A position worth so many dollars, whatever the leverage."""
    return Size(SizeMode.NOTIONAL_USD, value)


def margin_usd(value: float) -> Size:
    """A position of so many dollars of margin, times the leverage."""
    return Size(SizeMode.MARGIN_USD, value)


def equity_pct(value: float) -> Size:
    """A position worth so many percent of the bot's equity."""
    return Size(SizeMode.EQUITY_PCT, value)


def risk_pct(value: float) -> Size:
    """A position that loses so many percent of the bot's equity at its stop loss."""
    return Size(SizeMode.RISK_PCT, value)


def qty(value: float) -> Size:
    """A position of so many base units."""
    return Size(SizeMode.QTY, value)


def position_pct(value: float) -> Size:
    """So many percent of the open position (for reduce_position)."""
    return Size(SizeMode.POSITION_PCT, value)


def open_long(symbol: str, size: Size, leverage: float = 1, **levels: float) -> Action:
    """Buy at market at the next open.

    `levels`: stop_loss_pct, take_profit_pct, trailing_stop_pct, max_slippage_pct.
    """
    return _action(entries.OpenLong, symbol, size=size, leverage=leverage, **levels)


def open_short(symbol: str, size: Size, leverage: float = 1, **levels: float) -> Action:
    """Sell short at market at the next open; `levels` as in open_long."""
    return _action(entries.OpenShort, symbol, size=size, leverage=leverage, **levels)


def place_limit_order(
    symbol: str,
    side: str,
    size: Size,
    leverage: float = 1,
    *,
    price: float = 0,
    offset_pct: float = 0,
    tif: str = "gtc",
    expire_seconds: int = 0,
    **levels: float,
) -> Action:
    """An entry that rests at `price`, or `offset_pct` better than the close; `side` is "long" or "short"."""
    terms = {"price": price, "offset_pct": offset_pct, "tif": tif, "expire_seconds": expire_seconds}
    given = {name: value for name, value in terms.items() if value}
    return _action(entries.PlaceLimitOrder, symbol, side=side, size=size, leverage=leverage, **given, **levels)


def place_twap_order(
    symbol: str, side: str, size: Size, leverage: float = 1, *, duration_seconds: int = 3600, **levels: float
) -> Action:
    """An entry sliced evenly over its duration, one slice at each open."""
    return _action(
        entries.PlaceTwapOrder,
        symbol,
        side=side,
        size=size,
        leverage=leverage,
        duration_seconds=duration_seconds,
        **levels,
    )


def close_position(symbol: str) -> Action:
    """Close the whole position at the next open."""
    return _action(exits.ClosePosition, symbol)


def reduce_position(symbol: str, size: Size) -> Action:
    """Close a part of the position at the next open."""
    return _action(exits.ReducePosition, symbol, size=size)


def set_stop_loss(symbol: str, stop_loss_pct: float = 0, *, price: float = 0) -> Action:
    """Set the stop of an open position, in percent of its average entry or as a price."""
    return _action(protection.SetStopLoss, symbol, stop_loss_pct=stop_loss_pct, price=price)


def set_take_profit(symbol: str, take_profit_pct: float = 0, *, price: float = 0) -> Action:
    """Set the target of an open position, in percent of its average entry or as a price."""
    return _action(protection.SetTakeProfit, symbol, take_profit_pct=take_profit_pct, price=price)


def set_trailing_stop(symbol: str, trailing_stop_pct: float) -> Action:
    """Trail the best price of an open position."""
    return _action(protection.SetTrailingStop, symbol, trailing_stop_pct=trailing_stop_pct)


def set_tpsl(symbol: str, stop_loss_pct: float = 0, take_profit_pct: float = 0) -> Action:
    """Set stop and target of an open position together."""
    return _action(protection.SetTpsl, symbol, stop_loss_pct=stop_loss_pct, take_profit_pct=take_profit_pct)


def update_leverage(symbol: str, leverage: float) -> Action:
    """Set the leverage of a market."""
    return _action(exits.UpdateLeverage, symbol, leverage=leverage)


def cancel_orders(symbol: str, scope: str = "all") -> Action:
    """Cancel working orders: "all", "entries", "exits" or "protective"."""
    return _action(exits.CancelOrders, symbol, scope=scope)


def _action(block: type[ActionBlock], symbol: str, **params: object) -> Action:
    made, problems = build(block, {"symbol": symbol, **params}, block.type)
    if not isinstance(made, ActionBlock):
        first = problems[0]
        raise Invalid(
            Code.STRATEGY_PYTHON,
            f"{first.where}: {first.rule}",
            where=first.where,
            seen=first.seen,
            rule=first.rule,
            suggestion=first.suggestion,
            problems=problems,
        )
    (lowered,) = made.lower(At(symbol, ""))
    return lowered.action
