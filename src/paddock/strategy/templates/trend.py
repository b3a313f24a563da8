"""Strategies that go with a move."""

from __future__ import annotations

from paddock.strategy.templates.build import equity, graph, node, path

SMA_CROSSOVER = graph(
    "SMA crossover",
    "Always on the side of the faster average: long when SMA 20 crosses above SMA 50, short when it crosses below.",
    [
        node("start", "trigger"),
        node("up", "sma_crosses_above", fast_period=20, slow_period=50),
        node("down", "sma_crosses_below", fast_period=20, slow_period=50),
        node("is_short", "position_side_is", side="short"),
        node("is_long", "position_side_is", side="long"),
        node("leave", "close_position"),
        node("buy", "open_long", size=equity(25), leverage=1),
        node("buy_stop", "set_stop_loss", stop_loss_pct=5),
        node("sell", "open_short", size=equity(25), leverage=1),
        node("sell_stop", "set_stop_loss", stop_loss_pct=5),
    ],
    [
        path("start", "up", "buy", "buy_stop"),
        path("up", "is_short", "leave"),
        path("start", "down", "sell", "sell_stop"),
        path("down", "is_long", "leave"),
    ],
    {"max_leverage": 3, "max_open_positions": 3, "max_drawdown_pct": 40},
)

BREAKOUT = graph(
    "Breakout",
    "Follows a close beyond the extreme of the last 20 bars on unusual volume, and trails its stop.",
    [
        node("start", "trigger"),
        node("busy", "volume_spike", period=20, value=1.5),
        node("above", "breakout_above_recent_high", period=20),
        node("below", "breakout_below_recent_low", period=20),
        node("flat", "no_open_position"),
        node("flat_too", "no_open_position"),
        node("buy", "open_long", size=equity(25), leverage=2),
        node("buy_stop", "set_stop_loss", stop_loss_pct=2.5),
        node("buy_trail", "set_trailing_stop", trailing_stop_pct=4),
        node("sell", "open_short", size=equity(25), leverage=2),
        node("sell_stop", "set_stop_loss", stop_loss_pct=2.5),
        node("sell_trail", "set_trailing_stop", trailing_stop_pct=4),
    ],
    [
        path("start", "busy", "above", "flat", "buy", "buy_stop"),
        path("buy", "buy_trail"),
        path("busy", "below", "flat_too", "sell", "sell_stop"),
        path("sell", "sell_trail"),
    ],
    {"max_leverage": 3, "max_open_positions": 3, "cooldown_after_stop_seconds": 7200, "max_drawdown_pct": 40},
)

MOMENTUM = graph(
    "Momentum",
    "Buys when the fast EMA crosses above the slow one while the 4-hour trend is up and the market trades.",
    [
        node("start", "trigger"),
        node("turn", "ema_crosses_above", fast_period=5, slow_period=13),
        node("trend", "higher_timeframe_sma_above", higher_interval="4h", period=50),
        node("traded", "volume_above", value=10_000_000),
        node("rested", "cooldown_elapsed", seconds=3600),
        node("flat", "no_open_position"),
        node("buy", "open_long", size=equity(25), leverage=2),
        node("levels", "set_tpsl", stop_loss_pct=2, take_profit_pct=4),
        node("held", "has_position"),
        node("back", "ema_crosses_below", fast_period=5, slow_period=13),
        node("leave", "close_position"),
    ],
    [
        path("start", "turn", "trend", "traded", "rested", "flat", "buy", "levels"),
        path("start", "held", "back", "leave"),
    ],
    {"max_leverage": 3, "max_open_positions": 3, "max_drawdown_pct": 40},
)

TREND_PULLBACK = graph(
    "Trend pullback",
    "Buys the end of a dip in an up-trend: above the 4-hour average, the RSI comes back above 42.",
    [
        node("start", "trigger"),
        node("trend", "higher_timeframe_sma_above", higher_interval="4h", period=50),
        node("reclaim", "rsi_crosses_above", period=14, value=42),
        node("rested", "cooldown_elapsed", seconds=7200),
        node("flat", "no_open_position"),
        node("buy", "open_long", size=equity(25), leverage=2),
        node("levels", "set_tpsl", stop_loss_pct=2.5, take_profit_pct=5),
        node("held", "has_position"),
        node("broken", "higher_timeframe_sma_below", higher_interval="4h", period=50),
        node("leave", "close_position"),
    ],
    [
        path("start", "trend", "reclaim", "rested", "flat", "buy", "levels"),
        path("start", "held", "broken", "leave"),
    ],
    {"max_leverage": 3, "max_open_positions": 3, "max_drawdown_pct": 40},
)
