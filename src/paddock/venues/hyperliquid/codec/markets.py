"""What the venue says of its markets: books, trades, candles, mids, and the context that each market trades in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from paddock.venues.heard import Best, Book, Candle, Level, Mids, Rate, Trade
from paddock.venues.hyperliquid.codec.instruments import MAIN, Dex, Listing, Market, perps, spot
from paddock.venues.hyperliquid.codec.known import Known, known
from paddock.venues.hyperliquid.codec.numbers import lots, number, px
from paddock.venues.hyperliquid.codec.reading import Garbled, arr, obj, reads, side, text, whole


@dataclass(frozen=True, slots=True)
class Context:
    """A perp as of now. `rate` is the funding that an hour costs at the moment, a fraction of notional at the oracle.

    `open_interest` and `day_volume` are in units of the base asset. What a market without a book lacks is None.
    """

    symbol: str
    rate: float
    mark_px: float
    oracle_px: float
    open_interest: float
    day_notional: float
    prev_day_px: float
    premium: float | None = None
    mid_px: float | None = None
    impact_px: tuple[float, float] | None = None

    def funding(self, venue_ts: int = 0) -> Rate:
        return Rate(self.symbol, self.rate, venue_ts, self.mark_px, self.oracle_px)


@dataclass(frozen=True, slots=True)
class SpotContext:
    """A spot pair as of now."""

    symbol: str
    mark_px: float
    prev_day_px: float
    day_notional: float
    mid_px: float | None = None


@reads("metaAndAssetCtxs")
def meta_and_contexts(message: Any, dex: Dex = MAIN) -> tuple[Listing, tuple[Context, ...]]:
    """The perps of a dex, and how each trades. Raises Unknown."""
    meta, said = arr(message)
    listing = perps(meta, dex)
    return listing, contexts(said, tuple(listing.markets.values()), exact=True)


@reads("spotMetaAndAssetCtxs")
def spot_meta_and_contexts(message: Any) -> tuple[Listing, tuple[SpotContext, ...]]:
    meta, said = arr(message)
    return spot(meta), spot_contexts(said)


@reads("contexts")
def contexts(message: Any, markets: Sequence[Market], *, exact: bool = False) -> tuple[Context, ...]:
    """Of each market in the order of its number. Raises Unknown.

    Unless it is to be `exact`, the list may go on after the markets that are known: newer ones.
    """
    rows = arr(message)
    if len(rows) < len(markets) or (exact and len(rows) != len(markets)):
        raise Garbled(f"{len(rows)} contexts for {len(markets)} markets")
    return tuple(context(row, market.symbol) for row, market in zip(rows, markets, strict=False))


@reads("a context")
def context(message: Any, symbol: str) -> Context:
    row = obj(message)
    impact = row.get("impactPxs")
    return Context(
        symbol,
        number(row["funding"]),
        _px(row["markPx"]),
        _px(row["oraclePx"]),
        number(row["openInterest"]),
        number(row["dayNtlVlm"]),
        _px(row["prevDayPx"]),
        _number(row.get("premium")),
        _number(row.get("midPx")),
        None if impact is None else _pair(impact),
    )


@reads("spot contexts")
def spot_contexts(message: Any) -> tuple[SpotContext, ...]:
    """Those that name their pair; older replies do not. Raises Unknown."""
    return tuple(spot_context(row, text(row["coin"])) for row in map(obj, arr(message)) if "coin" in row)


@reads("a spot context")
def spot_context(message: Any, symbol: str) -> SpotContext:
    row = obj(message)
    return SpotContext(
        symbol, _px(row["markPx"]), _px(row["prevDayPx"]), number(row["dayNtlVlm"]), _number(row.get("midPx"))
    )


@reads("allMids")
def mids(message: Any) -> Mids:
    """Of every market that has a price. Raises Unknown."""
    read = {text(coin): number(value) for coin, value in obj(message).items()}
    return Mids({coin: value for coin, value in read.items() if value > 0.0})


@reads("l2Book")
def book(message: Any, market: Market) -> Book:
    """Raises Unknown; also for `null`, which the venue says of a market that it does not know."""
    said = obj(message)
    if said["coin"] != market.symbol:
        raise Garbled(f"a book of {said['coin']!r:.40}, not of {market.symbol}")
    bids, asks = said["levels"]
    decimals = market.instrument.qty_decimals
    return Book(market.symbol, _levels(bids, decimals), _levels(asks, decimals), whole(said["time"]))


@reads("bbo")
def best(message: Any, market: Market) -> Best:
    """Raises Unknown."""
    said = obj(message)
    decimals = market.instrument.qty_decimals
    bid, ask = (None if one is None else _level_of(one, decimals) for one in arr(said["bbo"]))
    return Best(market.symbol, bid, ask, whole(said["time"]))


@reads("trades")
def trades(message: Any, listing: Listing) -> Known[Trade]:
    """Raises Unknown."""
    return known(message, listing, _trade)


@reads("candleSnapshot")
def candles(message: Any) -> tuple[Candle, ...]:
    """The oldest first; the last may still be forming. Raises Unknown."""
    return tuple(candle(row) for row in arr(message))


@reads("a candle")
def candle(message: Any) -> Candle:
    row = obj(message)
    return Candle(
        text(row["s"]),
        text(row["i"]),
        whole(row["t"]),
        px(row["o"]),
        px(row["h"]),
        px(row["l"]),
        px(row["c"]),
        number(row["v"]),
        whole(row["n"]),
    )


@reads("fundingHistory")
def rates(message: Any) -> tuple[Rate, ...]:
    """What each hour cost, the oldest first; a time lies some milliseconds after its hour. Raises Unknown."""
    rows = (obj(row) for row in arr(message))
    return tuple(Rate(text(row["coin"]), number(row["fundingRate"]), whole(row["time"])) for row in rows)


@reads("perpsAtOpenInterestCap")
def capped(message: Any) -> frozenset[str]:
    """The perps whose open interest may not grow: nobody can open there. Raises Unknown."""
    return frozenset(text(coin) for coin in arr(message))


def _trade(row: dict[str, Any], market: Market) -> Trade:
    return Trade(
        market.symbol,
        str(whole(row["tid"])),
        side(row["side"]),
        px(row["px"]),
        lots(row["sz"], market.instrument.qty_decimals),
        whole(row["time"]),
    )


def _levels(rows: Any, decimals: int) -> tuple[Level, ...]:
    return tuple([_level(row["px"], row["sz"], row.get("n", 0), decimals) for row in arr(rows)])


def _level_of(row: Any, decimals: int) -> Level:
    said = obj(row)
    return _level(said["px"], said["sz"], said.get("n", 0), decimals)


@lru_cache(maxsize=16_384, typed=True)
def _level(level_px: str, size: str, orders: int, decimals: int) -> Level:
    """Kept, since a book is sent whole again and again and most of it stays."""
    return Level(px(level_px), lots(size, decimals), whole(orders))


def _px(value: Any) -> float:
    """A price, or 0 where there has been none yet."""
    found = number(value)
    if found < 0.0:
        raise Garbled(f"not a price: {value!r:.40}")
    return found


def _number(value: Any) -> float | None:
    return None if value is None else number(value)


def _pair(value: Any) -> tuple[float, float]:
    bid, ask = arr(value)
    return number(bid), number(ask)
