"""Markets as the venue shows them: what can be traded, prices, books."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from paddock.venues.exchange import Exchange
from paddock.venues.exchange.views import DepthLevel, MarketView
from paddock.venues.pacifica.simulator.candles import Candles
from paddock.venues.pacifica.simulator.listing import Coin, Listing
from paddock.venues.pacifica.simulator.numbers import decimal, fee_rate, funding_rate, px, px_near, usd
from paddock.venues.pacifica.simulator.terms import FEE_TIERS

LEVELS: Final = 10
AGGREGATIONS: Final = frozenset({1, 2, 5, 10, 100, 1000, 10000})

Row = dict[str, Any]


def info(exchange: Exchange, listing: Listing) -> list[Row]:
    return [_info(exchange.market(coin.symbol), coin) for coin in listing.coins]


def prices(exchange: Exchange, candles: Candles, listing: Listing) -> list[Row]:
    return [_prices(exchange, candles, coin) for coin in listing.coins]


def fees() -> list[Row]:
    return [
        {"level": level, "maker_fee_rate": fee_rate(tier.maker), "taker_fee_rate": fee_rate(tier.taker)}
        for level, tier in enumerate(FEE_TIERS)
    ]


def book(exchange: Exchange, coin: Coin, aggregation: int, li: int | None = None) -> Row:
    """Ten levels a side; `li` where the socket asks."""
    depth = exchange.depth(coin.symbol, LEVELS, aggregation * coin.contract.tick)
    sides = [[_level(level, coin) for level in side] for side in (depth.bids, depth.asks)]
    counted = {} if li is None else {"li": li}
    return {"s": coin.symbol, "l": sides, "t": exchange.now_ts, **counted}


def best(exchange: Exchange, coin: Coin, li: int) -> Row:
    """Zeros for a side without orders [?]."""
    depth = exchange.depth(coin.symbol, 1)
    bid, ask = (_level(side[0], coin) if side else {"p": "0", "a": "0"} for side in (depth.bids, depth.asks))
    return {
        "s": coin.symbol,
        "i": li,
        "t": exchange.now_ts,
        "b": bid["p"],
        "B": bid["a"],
        "a": ask["p"],
        "A": ask["a"],
        "li": li,
    }


def _info(view: MarketView, coin: Coin) -> Row:
    return {
        "symbol": coin.symbol,
        "tick_size": coin.tick_size,
        "min_tick": "0",
        "max_tick": coin.max_tick,
        "lot_size": coin.lot_size,
        "max_leverage": coin.max_leverage,
        "isolated_only": coin.isolated_only,
        "min_order_size": "10",
        "max_order_size": coin.max_order_size,
        "funding_rate": funding_rate(view.rate),
        "next_funding_rate": funding_rate(view.next_rate),
        "created_at": coin.created_at,
        "instrument_type": "perpetual",
        "base_asset": coin.symbol,
    }


def _prices(exchange: Exchange, candles: Candles, coin: Coin) -> Row:
    view = exchange.market(coin.symbol)
    began, traded = candles.day(coin.symbol, exchange.now_ts)
    return {
        "symbol": coin.symbol,
        "mark": px(view.mark),
        "mid": px_near(view.mid or Fraction(view.mark)),
        "oracle": px(view.oracle),
        "funding": funding_rate(view.rate),
        "next_funding": funding_rate(view.next_rate),
        "open_interest": decimal(view.open_interest, coin.qty_decimals),
        "volume_24h": usd(traded),
        "yesterday_price": px(began or view.mark),
        "timestamp": exchange.now_ts,
    }


def _level(level: DepthLevel, coin: Coin) -> Row:
    return {"p": px(level.px), "a": decimal(level.lots, coin.qty_decimals), "n": level.orders}
