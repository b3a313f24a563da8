"""What is sent to those who subscribed: first when they do, then as it happens, or as it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from paddock.venues.hyperliquid.simulator import accounts, candles, fills, markets, of_markets, of_users
from paddock.venues.hyperliquid.simulator.asked import OfBook, OfFills, OfUser
from paddock.venues.hyperliquid.simulator.listing import BUILDER_DEX, SPOT_COIN
from paddock.venues.hyperliquid.simulator.records import News, Row
from paddock.venues.hyperliquid.simulator.topics import Topic
from paddock.venues.hyperliquid.simulator.venue import Venue

Data = list[Any]  # of each frame
First = Callable[[Venue, Topic], Data]
Then = Callable[[Venue, Topic, News], Data]

_SECOND_MS: Final = 1_000
_IDLE_MS: Final = 5_000
_FAST_MS: Final = 500


@dataclass(frozen=True, slots=True)
class Feed:
    """`first` is sent on subscription. What is `then` is sent after each step that brought it; without it, `first` is
    looked at again every `every_ms` (0: after each step) and sent where it changed, or `idle_ms` later all the same.
    """

    first: First
    then: Then | None = None
    every_ms: int = 0
    idle_ms: int = 0
    channel: str = ""


def _nothing(venue: Venue, topic: Topic) -> Data:
    return []


def _mids(venue: Venue, topic: Topic) -> Data:
    said = {} if topic.dex else markets.mids(venue.exchange, venue.listing)
    return [{"mids": said} | ({"dex": topic.dex} if topic.dex else {})]


def _book(venue: Venue, topic: Topic) -> Data:
    coin = venue.listing.get(topic.coin)
    if coin is None:
        return [of_markets.empty_book(venue)]
    if topic.fast:
        return [markets.book(venue.exchange, coin, levels=markets.FAST_LEVELS) | {"fast": True}]
    asked = OfBook(coin=topic.coin, nSigFigs=topic.sig_figs, mantissa=topic.mantissa)
    try:
        return [of_markets.book(venue, asked)]
    except of_markets.Broken:
        return []


def _best(venue: Venue, topic: Topic) -> Data:
    coin = venue.listing.get(topic.coin)
    if coin is None:
        return [{"coin": SPOT_COIN, "time": venue.exchange.now_ts, "bbo": [None, None]}]
    return [markets.best(venue.exchange, coin)]


def _trades(venue: Venue, topic: Topic) -> Data:
    return [list(venue.records.trades[topic.coin])]


def _more_trades(venue: Venue, topic: Topic, news: News) -> Data:
    rows = news.trades.get(topic.coin)
    return [rows] if rows else []


def _candle(venue: Venue, topic: Topic) -> Data:
    now_ts = venue.exchange.now_ts
    return _candles(venue, topic, now_ts)[-1:]


def _more_candles(venue: Venue, topic: Topic, news: News) -> Data:
    """Those that the new trades fell into: one that has closed meanwhile is told once more."""
    rows = news.trades.get(topic.coin)
    return _candles(venue, topic, rows[0]["time"]) if rows else []


def _candles(venue: Venue, topic: Topic, from_ts: int) -> Data:
    coin, now_ts = venue.listing.get(topic.coin), venue.exchange.now_ts
    if coin is None:
        return []
    found = venue.candles.between(coin.name, topic.interval, from_ts, now_ts, now_ts)
    return [candles.shown(candle, coin, topic.interval) for candle in found]


def _context(venue: Venue, topic: Topic) -> Data:
    coin = venue.listing.get(topic.coin)
    if coin is None:
        return [{"coin": SPOT_COIN, "ctx": markets.spot_contexts()[0]}]
    return [{"coin": coin.name, "ctx": markets.context(venue.exchange, venue.candles, coin)}]


def _contexts(venue: Venue, topic: Topic) -> Data:
    rows = [] if topic.dex else markets.contexts(venue.exchange, venue.candles, venue.listing)
    return [{"dex": topic.dex, "ctxs": rows}]


def _all_contexts(venue: Venue, topic: Topic) -> Data:
    rows = markets.contexts(venue.exchange, venue.candles, venue.listing)
    return [{"ctxs": [["", rows], [BUILDER_DEX, []]]}]


def _spot_contexts(venue: Venue, topic: Topic) -> Data:
    return [markets.spot_contexts()]


def _active_asset(venue: Venue, topic: Topic) -> Data:
    coin = venue.listing.get(topic.coin)
    return [] if coin is None else [accounts.active_asset(venue.exchange, coin, topic.user)]


def _snapshot(topic: Topic, name: str, rows: list[Row]) -> Data:
    return [{"isSnapshot": True, "user": topic.user, name: rows}]


def _more(topic: Topic, name: str, rows: list[Row] | None) -> Data:
    return [{"user": topic.user, name: rows}] if rows else []


def _fills(venue: Venue, topic: Topic) -> Data:
    asked = OfFills(user=topic.user, aggregateByTime=topic.aggregate)
    return _snapshot(topic, "fills", of_users.fills(venue, asked))


def _more_fills(venue: Venue, topic: Topic, news: News) -> Data:
    rows = news.fills.get(topic.user, [])
    return _more(topic, "fills", fills.aggregated(rows) if topic.aggregate else rows)


def _fundings(venue: Venue, topic: Topic) -> Data:
    return _snapshot(topic, "fundings", list(venue.records.of(topic.user).fundings))


def _more_fundings(venue: Venue, topic: Topic, news: News) -> Data:
    return _more(topic, "fundings", news.fundings.get(topic.user))


def _ledger(venue: Venue, topic: Topic) -> Data:
    return _snapshot(topic, "nonFundingLedgerUpdates", list(venue.records.of(topic.user).ledger))


def _more_ledger(venue: Venue, topic: Topic, news: News) -> Data:
    return _more(topic, "nonFundingLedgerUpdates", news.ledger.get(topic.user))


def _slices(venue: Venue, topic: Topic) -> Data:
    return _snapshot(topic, "twapSliceFills", of_users.twap_fills(venue, OfUser(user=topic.user)))


def _more_slices(venue: Venue, topic: Topic, news: News) -> Data:
    return _more(topic, "twapSliceFills", of_users.slices(news.fills.get(topic.user, [])))


def _twaps(venue: Venue, topic: Topic) -> Data:
    return _snapshot(topic, "history", list(venue.records.of(topic.user).twaps))


def _more_twaps(venue: Venue, topic: Topic, news: News) -> Data:
    return _more(topic, "history", news.twaps.get(topic.user))


def _history(venue: Venue, topic: Topic) -> Data:
    return _snapshot(topic, "orderHistory", of_users.historical_orders(venue, OfUser(user=topic.user)))


def _more_history(venue: Venue, topic: Topic, news: News) -> Data:
    changed = {row["order"]["oid"] for row in news.orders.get(topic.user, [])}
    rows = of_users.historical_orders(venue, OfUser(user=topic.user))[: len(changed)]
    return _more(topic, "orderHistory", rows)


def _orders(venue: Venue, topic: Topic, news: News) -> Data:
    rows = news.orders.get(topic.user)
    return [rows] if rows else []


def _events(venue: Venue, topic: Topic, news: News) -> Data:
    """One frame for each sort of event, none of which names the account."""
    user = topic.user
    traded = news.fills.get(user, [])
    slices = of_users.slices(traded)
    sorts: list[dict[str, Any]] = [{"fills": traded}] if traded else []
    sorts += [{"funding": row} for row in news.fundings.get(user, [])]
    sorts += [{"liquidation": row} for row in news.liquidations.get(user, [])]
    sorts += [{"nonUserCancel": news.cancelled[user]}] if user in news.cancelled else []
    sorts += [{"twapHistory": news.twaps[user]}] if user in news.twaps else []
    return sorts + ([{"twapSliceFills": slices}] if slices else [])


def _clearinghouse(venue: Venue, topic: Topic) -> Data:
    state = of_users.clearinghouse(venue, OfUser(user=topic.user, dex=topic.dex))
    return [{"dex": topic.dex, "user": topic.user, "clearinghouseState": state}]


def _open_orders(venue: Venue, topic: Topic) -> Data:
    rows = of_users.frontend_orders(venue, OfUser(user=topic.user, dex=topic.dex))
    return [{"dex": topic.dex, "user": topic.user, "orders": rows}]


def _twap_states(venue: Venue, topic: Topic) -> Data:
    states = [] if topic.dex else of_users.twap_states(venue, topic.user)
    return [{"dex": topic.dex, "user": topic.user, "states": states}]


def _spot(venue: Venue, topic: Topic) -> Data:
    state = of_users.spot(venue, OfUser(user=topic.user))
    free = [[balance["token"], balance["total"]] for balance in state["balances"]]
    return [{"user": topic.user, "spotState": state | {"tokenToAvailableAfterMaintenance": free}}]


def _web_data(venue: Venue, topic: Topic) -> Data:
    return [of_users.web_data(venue, OfUser(user=topic.user))]


FEEDS: Final[Mapping[str, Feed]] = {
    "allMids": Feed(_mids, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "trades": Feed(_trades, _more_trades),
    "l2Book": Feed(_book, idle_ms=_IDLE_MS),
    "bbo": Feed(_best),
    "candle": Feed(_candle, _more_candles),
    "activeAssetCtx": Feed(_context, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "activeAssetData": Feed(_active_asset, every_ms=_SECOND_MS),
    "assetCtxs": Feed(_contexts, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "allDexsAssetCtxs": Feed(_all_contexts, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "spotAssetCtxs": Feed(_spot_contexts, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "userFills": Feed(_fills, _more_fills),
    "userEvents": Feed(_nothing, _events, channel="user"),
    "orderUpdates": Feed(_nothing, _orders),
    "userFundings": Feed(_fundings, _more_fundings),
    "userNonFundingLedgerUpdates": Feed(_ledger, _more_ledger),
    "userTwapSliceFills": Feed(_slices, _more_slices),
    "userTwapHistory": Feed(_twaps, _more_twaps),
    "userHistoricalOrders": Feed(_history, _more_history),
    "clearinghouseState": Feed(_clearinghouse, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "openOrders": Feed(_open_orders, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "twapStates": Feed(_twap_states, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "spotState": Feed(_spot, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "webData2": Feed(_web_data, every_ms=_SECOND_MS, idle_ms=_IDLE_MS),
    "notification": Feed(_nothing, lambda venue, topic, news: []),
}


def channel(topic: Topic) -> str:
    if topic.kind == "activeAssetCtx" and topic.coin == SPOT_COIN:
        return "activeSpotAssetCtx"
    return FEEDS[topic.kind].channel or topic.kind


def every_ms(topic: Topic, venue: Venue) -> int:
    """How often a topic that is watched is looked at."""
    if topic.kind == "l2Book":
        return _FAST_MS if topic.fast else venue.terms.book_ms
    return FEEDS[topic.kind].every_ms
