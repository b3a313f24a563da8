"""A strategy that moves its levels while it holds."""

from __future__ import annotations

from paddock.strategy.templates.build import equity, graph, node, path

MOVES = graph(
    "Moves its levels",
    "Enters with a stop, and moves its levels while it holds.",
    [
        node("start", "trigger"),
        node("low", "rsi_below", period=14, value=45),
        node("buy", "open_long", size=equity(10), leverage=2),
        node("stop", "set_stop_loss", stop_loss_pct=6),
        node("held", "has_position"),
        node("high", "rsi_above", period=14, value=55),
        node("nearer", "set_tpsl", stop_loss_pct=3, take_profit_pct=9),
        node("higher", "rsi_above", period=14, value=60),
        node("trail", "set_trailing_stop", trailing_stop_pct=2),
    ],
    [
        path("start", "low", "buy", "stop"),
        path("start", "held", "high", "nearer"),
        path("held", "higher", "trail"),
    ],
    {"max_leverage": 3, "max_open_positions": 3, "max_drawdown_pct": 90},
)
