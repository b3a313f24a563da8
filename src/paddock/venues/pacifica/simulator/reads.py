"""Answers unsigned reads: anybody may read any account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from paddock.venues.pacifica.simulator import accounts, candles, markets, orders, twaps
from paddock.venues.pacifica.simulator.allowances import CALL, HEAVY, HEAVY_KEYED
from paddock.venues.pacifica.simulator.answers import FAILED, NO_ACCOUNT, NO_BOOK, Answer, bad, business
from paddock.venues.pacifica.simulator.listing import Coin
from paddock.venues.pacifica.simulator.members import Member
from paddock.venues.pacifica.simulator.numbers import fee_rate
from paddock.venues.pacifica.simulator.records import Log
from paddock.venues.pacifica.simulator.venue import Venue

Query = Mapping[str, str]
Row = dict[str, Any]

MOST_CANDLES: Final = 3_960
MOST_ROWS: Final = 4_000
_DEFAULT_ROWS: Final = 100
_FOREVER: Final = 2**53
_RANGES: Final = {"1d": 1, "7d": 7, "14d": 14, "30d": 30, "all": 10**6}
_DAY_MS: Final = 86_400_000


class Wrong(Exception):
    """Carries the answer to a question that cannot be answered."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Read:
    answer: Callable[[Venue, Query], Answer]
    heavy: bool = False

    def cost(self, *, keyed: bool) -> int:
        """In tenths of a credit."""
        return (HEAVY_KEYED if keyed else HEAVY) if self.heavy else CALL


def answer(venue: Venue, path: str, query: Query) -> Answer:
    """KeyError for a path that is not known."""
    try:
        return READS[path].answer(venue, query)
    except Wrong as why:
        return why.answer


# --- markets ---


def _info(venue: Venue, _: Query) -> Answer:
    return Answer(markets.info(venue.exchange, venue.listing))


def _prices(venue: Venue, _: Query) -> Answer:
    return Answer(markets.prices(venue.exchange, venue.records.candles, venue.listing))


def _fees(_: Venue, __: Query) -> Answer:
    return Answer(markets.fees())


def _book(venue: Venue, query: Query) -> Answer:
    coin, level = _coin(venue, query), _whole(query, "agg_level", 1)
    if level not in markets.AGGREGATIONS:
        return business("Invalid tick level", 4)
    return Answer(markets.book(venue.exchange, coin, level))


def _trades(venue: Venue, query: Query) -> Answer:
    rows = venue.records.trades[_coin(venue, query).symbol]
    return Answer(list(rows), more={"last_order_id": venue.records.li})


def _kline(venue: Venue, query: Query) -> Answer:
    return _candles(venue, query, venue.records.candles)


def _kline_mark(venue: Venue, query: Query) -> Answer:
    return _candles(venue, query, venue.records.marks)


def _candles(venue: Venue, query: Query, kept: candles.Candles) -> Answer:
    coin, interval = _coin(venue, query), query.get("interval", "")
    if interval not in candles.INTERVALS:
        return bad("Invalid interval")
    start_ts, end_ts = _whole(query, "start_time"), _whole(query, "end_time", _FOREVER)
    rows = kept.between(coin.symbol, interval, start_ts, end_ts)
    if len(rows) > MOST_CANDLES:
        return FAILED
    return Answer([candles.shown(row, coin, interval) for row in rows])


def _funding_rates(venue: Venue, query: Query) -> Answer:
    return _page(venue.records.rates[_coin(venue, query).symbol], query)


# --- an account ---


def _account(venue: Venue, query: Query) -> Answer:
    return Answer(accounts.account(venue.exchange, _member(venue, query)))


def _settings(venue: Venue, query: Query) -> Answer:
    rows = accounts.settings(venue.exchange, _member(venue, query))
    newer = {"auto_lend_disabled": None, "margin_settings": rows, "spot_settings": []}
    return Answer(newer if venue.terms.settings_as_object else rows)


def _positions(venue: Venue, query: Query) -> Answer:
    rows = accounts.positions(venue.exchange, venue.listing, _address(query))
    return Answer(rows, more={"last_order_id": venue.records.li})


def _orders(venue: Venue, query: Query) -> Answer:
    open_orders = [one for one in venue.exchange.open_orders(_address(query)) if orders.is_shown(one)]
    rows = [orders.open_named(order, venue.listing[order.asked.symbol]) for order in open_orders]
    return Answer(rows, more={"last_order_id": venue.records.li} if rows else {})


def _order_history(venue: Venue, query: Query) -> Answer:
    found = [venue.exchange.order(number) for number in _log(venue, query).orders]
    rows = [orders.past(order, venue.listing[order.asked.symbol]) for order in found if order is not None]
    return _page(rows, query)


def _order_events(venue: Venue, query: Query) -> Answer:
    number = _whole(query, "order_id")
    rows = venue.records.of_order.get(number)
    if not rows:
        return bad(f"Order history not found for order ID: {number}", 404)
    return Answer(rows[::-1])


def _trade_history(venue: Venue, query: Query) -> Answer:
    start_ts, end_ts = _whole(query, "start_time"), _whole(query, "end_time", _FOREVER)
    symbol = query.get("symbol")
    rows = [
        fill.named
        for fill in _log(venue, query).fills
        if start_ts <= fill.event.ts <= end_ts and symbol in {None, fill.coin.symbol}
    ]
    return _page(rows, query)


def _funding_history(venue: Venue, query: Query) -> Answer:
    return _page(_log(venue, query).fundings, query)


def _balance_history(venue: Venue, query: Query) -> Answer:
    return _page(_log(venue, query).balances, query)


def _portfolio(venue: Venue, query: Query) -> Answer:
    days = _RANGES.get(query.get("time_range", ""))
    if days is None:
        return bad("Invalid time range")
    since_ts = venue.exchange.now_ts - days * _DAY_MS
    return Answer([row for row in _log(venue, query).equity if row["timestamp"] >= since_ts])


def _twaps(venue: Venue, query: Query) -> Answer:
    found = [twap for twap in venue.exchange.twaps(_address(query)) if twap.running]
    return Answer([twaps.named(twap, venue.listing[twap.asked.symbol]) for twap in found])


def _twap_history(venue: Venue, query: Query) -> Answer:
    found = venue.exchange.twaps(_address(query))
    return _page([twaps.named(twap, venue.listing[twap.asked.symbol]) for twap in found], query)


def _twap_events(venue: Venue, query: Query) -> Answer:
    number = _whole(query, "order_id")
    rows = venue.records.of_twap.get(number)
    if not rows:
        return bad(f"Order history not found for order ID: {number}", 404)
    return Answer(rows[::-1])


def _approvals(venue: Venue, query: Query) -> Answer:
    member = _member(venue, query)
    return Answer(
        [
            {"builder_code": code, "max_fee_rate": fee_rate(rate), "updated_at": member.builders_ts[code]}
            for code, rate in member.builders.items()
        ]
    )


def _nothing(_: Venue, __: Query) -> Answer:
    """Of what nobody has here."""
    return Answer([])


READS: Final[Mapping[str, Read]] = {
    "/info": Read(_info),
    "/info/prices": Read(_prices),
    "/info/fees": Read(_fees),
    "/kline": Read(_kline, heavy=True),
    "/kline/mark": Read(_kline_mark, heavy=True),
    "/book": Read(_book),
    "/trades": Read(_trades),
    "/funding_rate/history": Read(_funding_rates),
    "/account": Read(_account),
    "/account/settings": Read(_settings),
    "/positions": Read(_positions),
    "/orders": Read(_orders),
    "/orders/history": Read(_order_history, heavy=True),
    "/orders/history_by_id": Read(_order_events),
    "/trades/history": Read(_trade_history, heavy=True),
    "/funding/history": Read(_funding_history, heavy=True),
    "/account/balance/history": Read(_balance_history, heavy=True),
    "/portfolio": Read(_portfolio),
    "/orders/twap": Read(_twaps),
    "/orders/twap/history": Read(_twap_history, heavy=True),
    "/orders/twap/history_by_id": Read(_twap_events),
    "/account/builder_codes/approvals": Read(_approvals),
    "/builder/overview": Read(_nothing),
    "/builder/trades": Read(_nothing),
    "/leaderboard/builder_code": Read(_nothing),
    "/lake/list": Read(_nothing),
    "/loan_pool": Read(_nothing),
    "/spot_assets": Read(_nothing),
}


def _coin(venue: Venue, query: Query) -> Coin:
    coin = venue.listing.live(query.get("symbol", ""))
    if coin is None:
        raise Wrong(NO_BOOK)
    return coin


def _address(query: Query) -> str:
    address = query.get("account", "")
    if not address:
        raise Wrong(bad("Missing account"))
    return address


def _member(venue: Venue, query: Query) -> Member:
    member = venue.members.get(_address(query))
    if member is None:
        raise Wrong(NO_ACCOUNT)
    return member


def _log(venue: Venue, query: Query) -> Log:
    return venue.records.log(_address(query))


def _whole(query: Query, name: str, default: int = 0) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 18:
        raise Wrong(bad(f"Invalid {name}"))
    return int(text)


def _page(rows: Sequence[Row], query: Query) -> Answer:
    """Newest first of `rows`, which are oldest first; a cursor counts the rows that are still to come."""
    limit = min(_whole(query, "limit", _DEFAULT_ROWS), MOST_ROWS)
    left = min(_whole(query, "cursor", len(rows)), len(rows))
    start = max(left - limit, 0)
    more = {"next_cursor": str(start) if start else "", "has_more": start > 0}
    return Answer(list(rows[start:left])[::-1], more=more)
