"""The strategies that are measured, as the documents a person would write."""

from __future__ import annotations

from typing import Any

from bench.market import symbols_of

Json = dict[str, Any]
FEE_BPS = 5.0
CASH_USD = 100_000_000  # never runs out: every engine then trades on every signal
QTY = 1.0


def _graph(name: str, symbols: int, nodes: list[Json], paths: list[str], *, unprotected: bool = False) -> Json:
    pairs = dict.fromkeys(
        (source, target) for path in paths for source, target in zip(path.split()[:-1], path.split()[1:], strict=True)
    )
    document: Json = {
        "schema": "paddock/strategy@1",
        "kind": "graph",
        "name": name,
        "scope": {"venue": "bench", "symbols": list(symbols_of(symbols)), "interval": "1m"},
        "risk": {"max_leverage": 1, "max_open_positions": symbols},
        "nodes": nodes,
        "edges": [{"source": source, "target": target} for source, target in pairs],
    }
    if unprotected:
        document["waivers"] = [{"rule": "entry_without_stop", "reason": "the peers run it without a stop too"}]
    return document


def _node(name: str, block: str, **params: object) -> Json:
    return {"id": name, "type": block, "params": params}


def _entry(name: str, block: str, qty: float) -> Json:
    return _node(name, block, size={"mode": "qty", "value": qty}, leverage=1)


def sma_cross(fast: int = 10, slow: int = 50, qty: float = QTY) -> Json:
    """W1: long from a cross above to a cross below."""
    return _graph(
        "SMA cross",
        1,
        [
            _node("start", "trigger"),
            _node("up", "sma_crosses_above", fast_period=fast, slow_period=slow),
            _node("down", "sma_crosses_below", fast_period=fast, slow_period=slow),
            _entry("buy", "open_long", qty),
            _node("leave", "close_position"),
        ],
        ["start up buy", "start down leave"],
        unprotected=True,
    )


def rsi_bracket(stop_pct: float = 2, take_pct: float = 4, qty: float = QTY) -> Json:
    """W2: while flat, long below RSI 30 and short above 70; out at the stop or the target only."""
    levels = {"stop_loss_pct": stop_pct, "take_profit_pct": take_pct}
    return _graph(
        "RSI bracket",
        1,
        [
            _node("start", "trigger"),
            _node("flat", "no_open_position"),
            _node("low", "rsi_below", period=14, value=30),
            _node("high", "rsi_above", period=14, value=70),
            _entry("buy", "open_long", qty),
            _node("buy_levels", "set_tpsl", **levels),
            _entry("sell", "open_short", qty),
            _node("sell_levels", "set_tpsl", **levels),
        ],
        ["start flat low buy buy_levels", "flat high sell sell_levels"],
    )


def rsi_portfolio(symbols: int = 50, qty: float = QTY) -> Json:
    """W4: each symbol long from below RSI 30 to above 70, all on one cash account."""
    return _graph(
        "RSI portfolio",
        symbols,
        [
            _node("start", "trigger"),
            _node("low", "rsi_below", period=14, value=30),
            _node("flat", "no_open_position"),
            _node("high", "rsi_above", period=14, value=70),
            _node("held", "has_position"),
            _entry("buy", "open_long", qty),
            _node("leave", "close_position"),
        ],
        ["start low flat buy", "start high held leave"],
        unprotected=True,
    )


def bot(kind: int, symbol: str, period: int, slow: int, level: int) -> Json:
    """W5: a bot on one symbol; `kind` picks its rules, the rest their numbers."""
    one, both = {"period": period}, {"fast_period": period, "slow_period": slow}
    enter, leave = (
        (("rsi_below", one | {"value": level}), ("rsi_above", one | {"value": 100 - level})),
        (("sma_crosses_above", both), ("sma_crosses_below", both)),
        (("ema_crosses_above", both), ("ema_crosses_below", both)),
        (("price_change_pct_below", one | {"value": -level / 40}), ("rsi_above", one | {"value": 55})),
        (("breakout_above_recent_high", one), ("breakout_below_recent_low", one)),
        (("ema_above", {"period": slow}), ("ema_below", {"period": slow})),
        (("volume_spike", one | {"value": 1 + level / 10}), ("sma_below", one)),
    )[kind]
    document = _graph(
        f"Bot {kind}",
        1,
        [
            _node("start", "trigger"),
            _node("flat", "no_open_position"),
            _node("held", "has_position"),
            _node("in", enter[0], **enter[1]),
            _node("out", leave[0], **leave[1]),
            _entry("buy", "open_long", QTY),
            _node("levels", "set_tpsl", stop_loss_pct=2, take_profit_pct=4),
            _node("leave", "close_position"),
        ],
        ["start flat in buy levels", "start held out leave"],
    )
    document["scope"]["symbols"] = [symbol]
    return document


OF: dict[str, Json] = {"W1": sma_cross(), "W2": rsi_bracket(), "W3": sma_cross(), "W4": rsi_portfolio()}
