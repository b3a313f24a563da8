"""Every condition and action that people bring from elsewhere is understood, under its names and parameter names."""

import pytest

from paddock.strategy.blocks.catalogue import make_block

TF = {"symbol": "BTC", "timeframe": "1h"}
CONDITIONS = {
    "price_above": {"symbol": "BTC", "value": 1},
    "price_below": {"symbol": "BTC", "value": 1},
    "price_change_pct_above": TF | {"period": 5, "value": 1.0},
    "price_change_pct_below": TF | {"period": 5, "value": -1.2},
    "has_position": {"symbol": "BTC"},
    "position_side_is": {"symbol": "BTC", "side": "short"},
    "cooldown_elapsed": {"seconds": 0, "minutes": 5},
    "funding_rate_above": {"symbol": "BTC", "value": 0.01},
    "funding_rate_below": {"symbol": "BTC", "value": -0.01},
    "volume_above": {"symbol": "BTC", "value": 1e8},
    "volume_below": {"symbol": "BTC", "value": 2.5e7},
    "rsi_above": TF | {"period": 14, "value": 70},
    "rsi_below": TF | {"period": 14, "value": 30},
    "sma_above": TF | {"period": 20},
    "sma_below": TF | {"period": 20},
    "volatility_above": TF | {"period": 20, "value": 1.5},
    "volatility_below": TF | {"period": 20, "value": 0.7},
    "bollinger_above_upper": TF | {"period": 20, "value": 2.0},
    "bollinger_below_lower": TF | {"period": 20, "value": 2.0},
    "breakout_above_recent_high": TF | {"period": 20},
    "breakout_below_recent_low": TF | {"period": 20},
    "atr_above": TF | {"period": 14, "value": 1.1},
    "atr_below": TF | {"period": 14, "value": 0.6},
    "vwap_above": TF | {"period": 24},
    "vwap_below": TF | {"period": 24},
    "higher_timeframe_sma_above": TF | {"secondary_timeframe": "4h", "period": 20},
    "higher_timeframe_sma_below": TF | {"secondary_timeframe": "4h", "period": 20},
    "ema_crosses_above": TF | {"fast_period": 9, "slow_period": 21},
    "ema_crosses_below": TF | {"fast_period": 9, "slow_period": 21},
    "macd_crosses_above_signal": TF | {"fast_period": 12, "slow_period": 26, "signal_period": 9},
    "macd_crosses_below_signal": TF | {"fast": 12, "slow": 26, "signal_period": 9},
    "position_pnl_above": {"symbol": "BTC", "value": 75},
    "position_pnl_below": {"symbol": "BTC", "value": -75},
    "position_pnl_pct_above": {"symbol": "BTC", "value": 8},
    "position_pnl_pct_below": {"symbol": "BTC", "value": -5},
    "position_in_profit": {"symbol": "BTC"},
    "position_in_loss": {"symbol": "BTC"},
    "price_change_up": TF | {"period": 5, "value": 2},
    "price_change_down": TF | {"period": 5, "value": 2},
    "price_crosses_above": {"value": 100},
    "price_crosses_below": {"value": 100},
    "rsi_crosses_above": TF | {"period": 14, "value": 30},
    "rsi_crosses_below": TF | {"period": 14, "value": 70},
    "sma_crosses_above": TF | {"fast": 20, "slow": 50},
    "sma_crosses_below": TF | {"period": 50},
    "ema_above": TF | {"period": 20},
    "ema_below": TF | {"period": 20},
    "macd_above_signal": TF,
    "macd_below_signal": TF,
    "macd_histogram_positive": TF,
    "macd_histogram_negative": TF,
    "bollinger_squeeze": TF | {"period": 20, "value": 4.0},
    "volume_spike": TF | {"period": 20, "value": 2.0},
    "stochastic_above": TF | {"k": 14, "d": 3, "smooth": 3, "value": 80},
    "stochastic_below": TF | {"k": 14, "d": 3, "smooth": 3, "value": 20},
    "has_open_position": {"symbol": "BTC"},
    "no_open_position": {"symbol": "BTC"},
    "position_size_above": {"value": 100},
    "position_size_below": {"value": 100},
    "position_duration_above": {"seconds": 3600},
    "and": {"children": [{"type": "always_true"}]},
    "or": {"children": [{"type": "always_true"}]},
    "not": {"children": [{"type": "always_true"}]},
    "always_true": {},
    "always_false": {},
}
ACTIONS = {
    "open_long": {"symbol": "BTC", "size_usd": 90, "leverage": 4, "take_profit_pct": 0.8, "stop_loss_pct": 0.4},
    "open_short": {"symbol": "BTC", "quantity": 2, "leverage": 3, "take_profit_pct": 0.75, "stop_loss_pct": 0.45},
    "place_market_order": {"side": "buy", "size_usd": 5, "leverage": 2, "slippage_percent": 0.5, "reduce_only": False},
    "place_limit_order": {"side": "ask", "quantity": 1, "price": 5, "tif": "GTC", "client_order_id": "one"},
    "place_twap_order": {"side": "long", "size_usd": 5, "duration_seconds": 3600, "slippage_percent": 1},
    "close_position": {"symbol": "BTC"},
    "set_tpsl": {"symbol": "BTC", "take_profit_pct": 4, "stop_loss_pct": 2},
    "update_leverage": {"symbol": "BTC", "leverage": 3},
    "cancel_order": {"order_id": "one"},
    "cancel_twap_order": {"client_order_id": "one"},
    "cancel_all_orders": {"all_symbols": True, "exclude_reduce_only": False, "symbol": "BTC"},
    "reduce_position": {"symbol": "BTC", "pct": 50},
    "set_stop_loss": {"symbol": "BTC", "stop_loss_pct": 2},
    "set_take_profit": {"symbol": "BTC", "price": 120},
    "cancel_orders": {"symbol": "BTC", "scope": "protective"},
}


@pytest.mark.parametrize(("name", "params"), [*CONDITIONS.items(), *ACTIONS.items()])
def test_it_is_understood(name, params):
    block, problems = make_block(name, params, "nodes.x")
    assert problems == []
    assert block.sentence()


def block(name, **params):
    made, problems = make_block(name, params, "nodes.x")
    assert problems == []
    return made


def test_aliases_are_the_same_block():
    assert block("has_open_position") == block("has_position")
    assert block("no_position") == block("no_open_position")
    assert block("price_change_up", value=3) == block("price_change_pct_above", value=3)
    assert block("price_change_down", value=3) == block("price_change_pct_below", value=-3)
    assert block("trailing_stop", pct=3) == block("set_trailing_stop", trailing_stop_pct=3)


def test_minutes_count_only_without_seconds():
    assert block("cooldown_elapsed", minutes=5).seconds == 300
    assert block("cooldown_elapsed", minutes=5, seconds=-1).seconds == 300
    assert block("cooldown_elapsed", minutes=5, seconds=7).seconds == 7


def test_size_in_dollars_is_notional_whatever_the_leverage():
    assert (
        block("open_long", size_usd=90, leverage=4).size
        == block("open_long", size={"mode": "notional_usd", "value": 90}).size
    )
    assert block("open_short", quantity=2).size == block("open_short", size={"mode": "qty", "value": 2}).size
    assert (
        block("reduce_position", pct=10).size
        == block("reduce_position", size={"mode": "position_pct", "value": 10}).size
    )
