"""How figures are named and written for people, on the terminal and in the report alike.

Works on result documents (`paddock/result@1`): whatever can be shown is in the document.
"""

from __future__ import annotations

from typing import Any

from paddock.market.feature import Feature

MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{EN DASH}"

GROUPS: dict[str, dict[str, str]] = {
    "Account": {
        "net_pnl_usd": "Net PnL",
        "return_pct": "Return",
        "cagr_pct": "CAGR",
        "market_change_pct": "Market change",
    },
    "Risk": {
        "max_drawdown_pct": "Max drawdown",
        "max_drawdown_usd": "Max drawdown, USD",
        "time_under_water_days": "Longest time under water",
        "sharpe": "Sharpe",
        "sortino": "Sortino",
        "calmar": "Calmar",
        "sharpe_probability_pct": "Probability of Sharpe above 0",
        "track_record_needed_days": "Track record needed",
    },
    "Trades": {
        "trades": "Trades",
        "wins": "Wins",
        "draws": "Draws",
        "losses": "Losses",
        "win_rate_pct": "Win rate",
        "profit_factor": "Profit factor",
        "expectancy_usd": "Expectancy, USD",
        "expectancy_pct": "Expectancy",
        "sqn": "SQN",
        "average_win_usd": "Average win",
        "average_loss_usd": "Average loss",
        "best_trade_usd": "Best trade",
        "worst_trade_usd": "Worst trade",
        "longest_win_streak": "Longest win streak",
        "longest_loss_streak": "Longest loss streak",
        "average_trade_hours": "Average trade",
        "longest_trade_hours": "Longest trade",
        "gain_concentration": "Gain concentration",
    },
    "Activity": {
        "exposure_pct": "Exposure",
        "turnover": "Turnover",
        "fees_usd": "Fees",
        "funding_usd": "Funding",
        "rejected_entries": "Rejected entries",
        "capped_entries": "Capped entries",
        "ambiguous_bars": "Ambiguous bars",
    },
}
SIGNED = {
    "net_pnl_usd",
    "return_pct",
    "cagr_pct",
    "market_change_pct",
    "expectancy_usd",
    "expectancy_pct",
    "average_win_usd",
    "average_loss_usd",
    "best_trade_usd",
    "worst_trade_usd",
    "funding_usd",
}
_ACRONYMS = {name: name.upper() for name in ("sma", "ema", "rsi", "adx", "vwap", "macd")} | {"zscore": "z-score"}
_SUFFIX = {"%": " %", "days": " days", "hours": " h", "x start equity": "×"}
_DECIMALS = {"days": 1, "hours": 1, "x start equity": 1}


def number(value: float, decimals: int = 2, *, signed: bool = False) -> str:
    """A number with thousands separated, a real minus sign, and a plus where `signed` asks for it."""
    text = f"{abs(value):,.{decimals}f}"
    if not text.strip("0.,"):
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def dollars(text: str | None, *, signed: bool = False) -> str:
    """A decimal string of dollars, to the cent."""
    return UNKNOWN if text is None else number(float(text), signed=signed)


def figure(name: str, metric: dict[str, Any]) -> str:
    """A metric's value with its unit; a dash where it is not known (its reason says why)."""
    value, unit = metric["value"], metric["unit"]
    if value is None:
        return UNKNOWN
    signed = name in SIGNED
    if unit == "usd":
        return dollars(value, signed=signed) + " USD"
    if isinstance(value, int):
        return f"{value:,}"
    return number(value, _DECIMALS.get(unit, 2), signed=signed) + _SUFFIX.get(unit, "")


def listed(names: list[str], most: int = 6) -> str:
    """Names in a row, the rest counted."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def feature_label(feature: Feature, interval: str) -> str:
    """An indicator as people write it: "RSI(14)", "SMA(50) 4h"; its interval only where it is not `interval`."""
    name = _ACRONYMS.get(feature.name, words(feature.name))
    params = f"({', '.join(f'{value:g}' for value in feature.params)})" if feature.params else ""
    space = " " if params and name == words(feature.name) else ""
    return f"{name}{space}{params}" + ("" if feature.interval == interval else f" {feature.interval}")


def words(label: str) -> str:
    """An identifier as words: "stop_loss" is "stop loss"."""
    return label.replace("_", " ")
