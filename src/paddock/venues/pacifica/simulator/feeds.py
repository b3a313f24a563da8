"""What each source of the socket brings: at its beginning, and after each step of the venue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from paddock.venues.pacifica.simulator import accounts, candles, markets, orders, twaps
from paddock.venues.pacifica.simulator.candles import Candles
from paddock.venues.pacifica.simulator.records import News
from paddock.venues.pacifica.simulator.venue import Venue

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topic:
    """One subscription: a source, and what it takes of a symbol, an account, an interval, an aggregation."""

    source: str
    symbol: str = ""
    account: str = ""
    interval: str = ""
    agg_level: int = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """`needs`: the parameters beside the source. `first`: what is sent when it begins; `then`: what a step brings.

    One that is `periodic` is looked at every so often instead, and sent whether or not it changed.
    """

    needs: tuple[str, ...] = ()
    first: Callable[[Venue, Topic], list[Frame]] | None = None
    then: Callable[[Venue, Topic, News], list[Frame]] | None = None
    periodic: bool = False


def _frame(topic: Topic, data: Any, li: int | None = None) -> Frame:
    return {"channel": topic.source, "data": data} | ({} if li is None else {"li": li})


def _prices(venue: Venue, topic: Topic) -> list[Frame]:
    return [_frame(topic, markets.prices(venue.exchange, venue.records.candles, venue.listing))]


def _book(venue: Venue, topic: Topic) -> list[Frame]:
    coin = venue.listing.live(topic.symbol)
    if coin is None:
        return []
    return [_frame(topic, markets.book(venue.exchange, coin, topic.agg_level, venue.records.li))]


def _best(venue: Venue, topic: Topic) -> list[Frame]:
    coin = venue.listing.live(topic.symbol)
    return [] if coin is None else [_frame(topic, markets.best(venue.exchange, coin, venue.records.li))]


def _trades(_: Venue, topic: Topic, news: News) -> list[Frame]:
    rows = news.trades.get(topic.symbol)
    return [_frame(topic, rows)] if rows else []


def _candle(venue: Venue, topic: Topic, news: News) -> list[Frame]:
    return _forming(venue, topic, venue.records.candles) if topic.symbol in news.trades else []


def _mark_candle(venue: Venue, topic: Topic, news: News) -> list[Frame]:
    return _forming(venue, topic, venue.records.marks) if topic.symbol in news.marked else []


def _forming(venue: Venue, topic: Topic, kept: Candles) -> list[Frame]:
    last = kept.last(topic.symbol, topic.interval)
    shown = None if last is None else candles.shown(last, venue.listing[topic.symbol], topic.interval)
    return [] if shown is None else [_frame(topic, shown)]


def _account(venue: Venue, topic: Topic) -> list[Frame]:
    member = venue.members.get(topic.account)
    return [] if member is None else [_frame(topic, accounts.account_lettered(venue.exchange, member))]


def _account_then(venue: Venue, topic: Topic, news: News) -> list[Frame]:
    return _account(venue, topic) if topic.account in news.touched else []


def _positions(venue: Venue, topic: Topic) -> list[Frame]:
    rows = accounts.positions_lettered(venue.exchange, venue.listing, topic.account)
    return [_frame(topic, rows, venue.records.li)]


def _positions_then(venue: Venue, topic: Topic, news: News) -> list[Frame]:
    return _positions(venue, topic) if topic.account in news.positions else []


def _orders(venue: Venue, topic: Topic) -> list[Frame]:
    shown = [one for one in venue.exchange.open_orders(topic.account) if orders.is_shown(one)]
    return [_frame(topic, [orders.open_lettered(one, venue.listing[one.asked.symbol]) for one in shown])]


def _orders_then(venue: Venue, topic: Topic, news: News) -> list[Frame]:
    return _orders(venue, topic) if topic.account in news.orders else []


def _updates(_: Venue, topic: Topic, news: News) -> list[Frame]:
    rows = news.orders.get(topic.account)
    return [_frame(topic, rows)] if rows else []


def _fills(_: Venue, topic: Topic, news: News) -> list[Frame]:
    rows = news.fills.get(topic.account)
    return [_frame(topic, rows)] if rows else []


def _margin(venue: Venue, topic: Topic, news: News) -> list[Frame]:
    return [
        _frame(topic, {"u": topic.account, "s": symbol, "i": held.isolated, "t": venue.exchange.now_ts})
        for symbol in news.settings.get(topic.account, ())
        for held in [venue.exchange.position(topic.account, symbol)]
    ]


def _leverage(venue: Venue, topic: Topic, news: News) -> list[Frame]:
    return [
        _frame(topic, {"u": topic.account, "s": symbol, "l": str(held.leverage), "t": venue.exchange.now_ts})
        for symbol in news.settings.get(topic.account, ())
        for held in [venue.exchange.position(topic.account, symbol)]
    ]


def _moves(_: Venue, topic: Topic, news: News) -> list[Frame]:
    return [_frame(topic, row) for row in news.moves.get(topic.account, ())]


def _twaps(venue: Venue, topic: Topic) -> list[Frame]:
    running = [twap for twap in venue.exchange.twaps(topic.account) if twap.running]
    return [_frame(topic, [twaps.lettered(twap, venue.listing[twap.asked.symbol]) for twap in running])]


def _twaps_then(venue: Venue, topic: Topic, news: News) -> list[Frame]:
    return _twaps(venue, topic) if topic.account in news.twaps else []


def _twap_updates(_: Venue, topic: Topic, news: News) -> list[Frame]:
    rows = news.twaps.get(topic.account)
    return [_frame(topic, rows)] if rows else []


_SYMBOL: Final = ("symbol",)
_ACCOUNT: Final = ("account",)
FEEDS: Final[Mapping[str, Feed]] = {
    "prices": Feed(first=_prices, periodic=True),
    "book": Feed(("symbol", "agg_level"), first=_book, periodic=True),
    "bbo": Feed(_SYMBOL, first=_best),
    "trades": Feed(_SYMBOL, then=_trades),
    "candle": Feed(("symbol", "interval"), then=_candle),
    "mark_price_candle": Feed(("symbol", "interval"), then=_mark_candle),
    "account_trades": Feed(_ACCOUNT, then=_fills),
    "account_order_updates": Feed(_ACCOUNT, then=_updates),
    "account_orders": Feed(_ACCOUNT, _orders, _orders_then),
    "account_positions": Feed(_ACCOUNT, _positions, _positions_then),
    "account_info": Feed(_ACCOUNT, _account, _account_then),
    "account_margin": Feed(_ACCOUNT, then=_margin),
    "account_leverage": Feed(_ACCOUNT, then=_leverage),
    "account_transfers": Feed(_ACCOUNT, then=_moves),
    "account_twap_orders": Feed(_ACCOUNT, _twaps, _twaps_then),
    "account_twap_order_updates": Feed(_ACCOUNT, then=_twap_updates),
}


def read(venue: Venue, params: Any) -> Topic | None:
    """What a subscription asks for; None for what there is not."""
    if not isinstance(params, dict):
        return None
    source = params.get("source")
    feed = FEEDS.get(source) if isinstance(source, str) else None
    if feed is None or not isinstance(source, str):
        return None
    level = params.get("agg_level", 1) if "agg_level" in feed.needs else 0
    texts = {name: params.get(name) for name in feed.needs if name != "agg_level"}
    if type(level) is not int or not all(isinstance(text, str) and text for text in texts.values()):
        return None
    topic = Topic(source, agg_level=level, **{name: str(text) for name, text in texts.items()})
    return topic if _exists(venue, topic) else None


def _exists(venue: Venue, topic: Topic) -> bool:
    return (
        (not topic.symbol or venue.listing.live(topic.symbol) is not None)
        and (not topic.interval or topic.interval in candles.INTERVALS)
        and (not topic.agg_level or topic.agg_level in markets.AGGREGATIONS)
    )
