"""Strategies that choose how to trade, not only when: sliced entries and resting orders."""

from __future__ import annotations

from paddock.strategy.templates.build import equity, graph, node, path

TWAP_TREND = graph(
    "TWAP trend entry",
    "Builds a long position over six hours while a strong trend is under way, and trails its stop.",
    [
        node("start", "trigger"),
        node("strong", "adx_above", period=14, value=25),
        node("above", "sma_above", period=50),
        node("trend", "higher_timeframe_sma_above", higher_interval="4h", period=20),
        node("flat", "no_open_position"),
        node("buy", "place_twap_order", side="long", size=equity(30), leverage=2, duration_seconds=21_600),
        node("stop", "set_stop_loss", stop_loss_pct=4),
        node("trail", "set_trailing_stop", trailing_stop_pct=5),
        node("broken", "sma_below", period=50),
        node("held", "has_position"),
        node("stop_buying", "cancel_twap_order"),
        node("leave", "close_position"),
    ],
    [
        path("start", "strong", "above", "trend", "flat", "buy", "stop"),
        path("buy", "trail"),
        path("start", "broken", "stop_buying"),
        path("broken", "held", "leave"),
    ],
    {"max_leverage": 3, "max_open_positions": 3, "cooldown_seconds": 21_600, "max_drawdown_pct": 40},
)

MAKER_RECLAIM = graph(
    "Maker reclaim",
    "Bids post-only below an oversold market, so that the entry earns the maker fee, and takes the bounce with it.",
    [
        node("start", "trigger"),
        node("oversold", "rsi_below", period=14, value=29),
        node("stretched", "bollinger_below_lower", period=20, value=2),
        node("traded", "volume_above", value=10_000_000),
        node("flat", "no_open_position"),
        node(
            "bid",
            "place_limit_order",
            side="long",
            size=equity(25),
            leverage=2,
            offset_pct=0.3,
            tif="alo",
            expire_seconds=14_400,
        ),
        node("stop", "set_stop_loss", stop_loss_pct=2.5),
        node("take", "set_take_profit", take_profit_pct=3),
        node("missed", "rsi_above", period=14, value=50),
        node("flat_too", "no_open_position"),
        node("withdraw", "cancel_orders", scope="entries"),
    ],
    [
        path("start", "oversold", "stretched", "traded", "flat", "bid", "stop"),
        path("bid", "take"),
        path("start", "missed", "flat_too", "withdraw"),
    ],
    {"max_leverage": 3, "max_open_positions": 3, "cooldown_seconds": 3600, "max_drawdown_pct": 40},
)
