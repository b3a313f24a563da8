"""What can be read from the venue without a signature: path and query of each GET."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MOST_CANDLES: Final = 3950  # the documents promise 4,000; the venue fails from about 3,960 on


@dataclass(frozen=True, slots=True)
class Query:
    """`heavy`: it costs 3 to 12 credits instead of one, less with an API config key."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    heavy: bool = False


def info() -> Query:
    return Query("/info")


def prices() -> Query:
    return Query("/info/prices")


def fees() -> Query:
    return Query("/info/fees")


def candles(symbol: str, interval: str, start_ts: int, end_ts: int, *, mark: bool = False) -> Query:
    """Bars that open from `start_ts` to `end_ts`, at most `MOST_CANDLES`; of trades, or of the mark price."""
    span = {"start_time": str(start_ts), "end_time": str(end_ts)}
    path = "/kline/mark" if mark else "/kline"
    return Query(path, {"symbol": symbol, "interval": interval} | span, heavy=True)


def book(symbol: str, agg_level: int = 1) -> Query:
    """Ten levels a side; `agg_level` ticks make one: 1, 10, 100 or 1000, and others that our sources dispute [?]."""
    return Query("/book", {"symbol": symbol, "agg_level": str(agg_level)})


def recent_trades(symbol: str) -> Query:
    return Query("/trades", {"symbol": symbol})


def funding_rates(symbol: str, limit: int, cursor: str = "") -> Query:
    return Query("/funding_rate/history", {"symbol": symbol} | _page(limit, cursor))


def account(address: str) -> Query:
    return Query("/account", {"account": address})


def settings(address: str) -> Query:
    return Query("/account/settings", {"account": address})


def positions(address: str) -> Query:
    return Query("/positions", {"account": address})


def open_orders(address: str) -> Query:
    return Query("/orders", {"account": address})


def order_history(address: str, limit: int, cursor: str = "") -> Query:
    return Query("/orders/history", {"account": address} | _page(limit, cursor), heavy=True)


def order_events(order_id: int) -> Query:
    return Query("/orders/history_by_id", {"order_id": str(order_id)})


def trades(address: str, limit: int, cursor: str = "", start_ts: int = 0) -> Query:
    """Newest first, from `start_ts` on."""
    since = {"start_time": str(start_ts)} if start_ts else {}
    return Query("/trades/history", {"account": address} | since | _page(limit, cursor), heavy=True)


def funding_paid(address: str, limit: int, cursor: str = "") -> Query:
    return Query("/funding/history", {"account": address} | _page(limit, cursor), heavy=True)


def balance_changes(address: str, limit: int, cursor: str = "") -> Query:
    return Query("/account/balance/history", {"account": address} | _page(limit, cursor), heavy=True)


def equity_points(address: str, time_range: str) -> Query:
    """Over 1d, 7d, 14d, 30d or all."""
    return Query("/portfolio", {"account": address, "time_range": time_range})


def open_twaps(address: str) -> Query:
    return Query("/orders/twap", {"account": address})


def twap_history(address: str, limit: int, cursor: str = "") -> Query:
    return Query("/orders/twap/history", {"account": address} | _page(limit, cursor), heavy=True)


def twap_events(order_id: int) -> Query:
    return Query("/orders/twap/history_by_id", {"order_id": str(order_id)})


def builder_approvals(address: str) -> Query:
    return Query("/account/builder_codes/approvals", {"account": address})


def _page(limit: int, cursor: str) -> dict[str, str]:
    return {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
