"""Pieces of English that blocks share."""

from __future__ import annotations

from paddock.strategy.blocks.kinds import ANY_SYMBOL, SCOPE_INTERVAL, num
from paddock.strategy.program import Protection, Size, SizeMode


def of(what: str, symbol: str, interval: str = SCOPE_INTERVAL) -> str:
    """ "RSI(14)", "RSI(14) on 4h", "BTC's RSI(14) on 4h"."""
    owner = "" if symbol == ANY_SYMBOL else f"{symbol}'s "
    bars = "" if interval == SCOPE_INTERVAL else f" on {interval}"
    return f"{owner}{what}{bars}"


def market(symbol: str) -> str:
    return "the market" if symbol == ANY_SYMBOL else symbol


def on(symbol: str) -> str:
    """ " on BTC", or nothing where each market of the scope is meant."""
    return "" if symbol == ANY_SYMBOL else f" on {symbol}"


def usd(value: float) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}${abs(value):,.2f}".removesuffix(".00")


def duration(seconds: float) -> str:
    """ "90 seconds", "5 minutes", "2 hours", "3 days"."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            return _count(seconds / length, unit)
    return _count(seconds, "second")


def _count(value: float, unit: str) -> str:
    return f"{num(value)} {unit}" if value == 1 else f"{num(value)} {unit}s"


def size(value: Size) -> str:
    amount = num(value.value)
    return {
        SizeMode.NOTIONAL_USD: f"{usd(value.value)} of notional",
        SizeMode.MARGIN_USD: f"{usd(value.value)} of margin",
        SizeMode.EQUITY_PCT: f"{amount}% of equity",
        SizeMode.RISK_PCT: f"a size that risks {amount}% of equity at the stop",
        SizeMode.QTY: f"{amount} units",
        SizeMode.POSITION_PCT: f"{amount}% of the position",
    }[value.mode]


def levels(value: Protection) -> str:
    """ "a stop loss 2% from the average entry and a take profit at 120", or an empty string."""
    parts = []
    if value.stop_loss_px or value.stop_loss_pct:
        parts.append(f"a stop loss {_level(value.stop_loss_pct, value.stop_loss_px)}")
    if value.trailing_stop_pct:
        parts.append(f"a trailing stop {num(value.trailing_stop_pct)}% behind the best price")
    if value.take_profit_px or value.take_profit_pct:
        parts.append(f"a take profit {_level(value.take_profit_pct, value.take_profit_px)}")
    return listed(parts)


def bracket(value: Protection) -> str:
    text = levels(value)
    return f", with {text}" if text else ""


def listed(parts: list[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _level(pct: float, px: float) -> str:
    return f"at {num(px)}" if px else f"{num(pct)}% from the average entry"
