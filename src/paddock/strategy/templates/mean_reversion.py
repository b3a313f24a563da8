"""Strategies that expect an extreme to be taken back."""

from __future__ import annotations

from paddock.strategy.templates.build import equity, graph, node, path

RSI = graph(
    "RSI mean reversion",
    "Buys when the RSI is low and sells short when it is high; leaves in the middle, at a stop or at a target.",
    [
        node("start", "trigger"),
        node("oversold", "rsi_below", period=14, value=30),
        node("overbought", "rsi_above", period=14, value=70),
        node("flat", "no_open_position"),
        node("flat_too", "no_open_position"),
        node("buy", "open_long", size=equity(20), leverage=2),
        node("sell", "open_short", size=equity(20), leverage=2),
        node("buy_levels", "set_tpsl", stop_loss_pct=4, take_profit_pct=6),
        node("sell_levels", "set_tpsl", stop_loss_pct=4, take_profit_pct=6),
        node("is_long", "position_side_is", side="long"),
        node("is_short", "position_side_is", side="short"),
        node("recovered", "rsi_above", period=14, value=55),
        node("cooled", "rsi_below", period=14, value=45),
        node("leave", "close_position"),
    ],
    [
        path("start", "oversold", "flat", "buy", "buy_levels"),
        path("start", "overbought", "flat_too", "sell", "sell_levels"),
        path("start", "is_long", "recovered", "leave"),
        path("start", "is_short", "cooled", "leave"),
    ],
    {"max_leverage": 3, "max_open_positions": 3, "cooldown_seconds": 3600, "max_drawdown_pct": 40},
)

EXHAUSTION_FADE = graph(
    "Exhaustion fade",
    "Sells short what has run too far: RSI above 71 and the close above the upper band, in a market that trades.",
    [
        node("start", "trigger"),
        node("exhausted", "rsi_above", period=14, value=71),
        node("stretched", "bollinger_above_upper", period=20, value=2),
        node("traded", "volume_above", value=10_000_000),
        node("rested", "cooldown_elapsed", seconds=7200),
        node("flat", "no_open_position"),
        node("sell", "open_short", size=equity(20), leverage=2),
        node("stop", "set_stop_loss", stop_loss_pct=2.5),
        node("take", "set_take_profit", take_profit_pct=4),
    ],
    [
        path("start", "exhausted", "stretched", "traded", "rested", "flat", "sell", "stop"),
        path("sell", "take"),
    ],
    {"max_leverage": 3, "max_open_positions": 3, "cooldown_after_stop_seconds": 14_400, "max_drawdown_pct": 40},
)

ZSCORE_ADX = graph(
    "Z-score mean reversion with ADX filter",
    "Trades against a move of two standard deviations while no trend is under way (ADX below 25), and leaves when the "
    "price is back at its mean or three deviations away.",
    [
        node("start", "trigger"),
        node("calm", "adx_below", period=14, value=25),
        node("low", "zscore_below", period=20, value=-2),
        node("oversold", "rsi_below", period=14, value=30),
        node("under_band", "bollinger_below_lower", period=20, value=2),
        node("flat", "no_open_position"),
        node("buy", "open_long", size=equity(25), leverage=2),
        node("buy_stop", "set_stop_loss", stop_loss_pct=3),
        node("high", "zscore_above", period=20, value=2),
        node("overbought", "rsi_above", period=14, value=70),
        node("over_band", "bollinger_above_upper", period=20, value=2),
        node("flat_too", "no_open_position"),
        node("sell", "open_short", size=equity(25), leverage=2),
        node("sell_stop", "set_stop_loss", stop_loss_pct=3),
        node("held", "has_position"),
        node("back", "zscore_within", period=20, value=0.3),
        node("is_long", "position_side_is", side="long"),
        node("lower_still", "zscore_below", period=20, value=-3),
        node("is_short", "position_side_is", side="short"),
        node("higher_still", "zscore_above", period=20, value=3),
        node("leave", "close_position"),
    ],
    [
        path("start", "calm", "low", "oversold", "under_band", "flat", "buy", "buy_stop"),
        path("calm", "high", "overbought", "over_band", "flat_too", "sell", "sell_stop"),
        path("start", "held", "back", "leave"),
        path("start", "is_long", "lower_still", "leave"),
        path("start", "is_short", "higher_still", "leave"),
    ],
    {
        "max_leverage": 3,
        "max_open_positions": 3,
        "cooldown_after_stop_seconds": 1800,
        "position_timeout_seconds": 86_400,
        "daily_loss_pct": 8,
    },
)
