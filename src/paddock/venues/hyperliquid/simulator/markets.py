"""Markets as the venue shows them: books, mids, contexts."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from paddock.venues.exchange import Exchange
from paddock.venues.exchange.views import DepthLevel, MarketView
from paddock.venues.hyperliquid.simulator.candles import Candles
from paddock.venues.hyperliquid.simulator.listing import SPOT_COIN, SPOT_META, Coin, Listing
from paddock.venues.hyperliquid.simulator.numbers import decimal, rate, rounded, usd

LEVELS: Final = 20
FAST_LEVELS: Final = 5
_PREMIUM_PER_RATE: Final = 100  # premiums are 1e-12, and shown with the decimals of rates
_SPOT_PX: Final = "0.2"
_MANTISSAS: Final = frozenset({1, 2, 5})


def mid(view: MarketView, coin: Coin) -> str:
    """Between the best prices, or the mark where a side is empty."""
    px = view.mid or Fraction(view.mark)
    return rounded(px / 10**coin.px_decimals, coin.px_decimals + 1)


def mids(exchange: Exchange, listing: Listing) -> dict[str, str]:
    live = [coin for coin in listing.coins if not coin.delisted]
    return {coin.name: mid(exchange.market(coin.name), coin) for coin in live} | {SPOT_COIN: _SPOT_PX}


def book(exchange: Exchange, coin: Coin, *, levels: int = LEVELS, step: int = 1) -> dict[str, Any]:
    """Whole, best first; `step` in ticks, bids rounded down and asks up."""
    depth = exchange.depth(coin.name, levels, step)
    return {
        "coin": coin.name,
        "time": exchange.now_ts,
        "levels": [[_level(level, coin) for level in side] for side in (depth.bids, depth.asks)],
    }


def rounded_book(exchange: Exchange, coin: Coin, sig_figs: int, mantissa: int | None) -> dict[str, Any] | None:
    """A book with prices of so many significant figures, at 5 in steps of `mantissa`; None for what is not offered."""
    if not 2 <= sig_figs <= 5 or (mantissa is not None and (sig_figs != 5 or mantissa not in _MANTISSAS)):
        return None
    market = exchange.market(coin.name)
    figures = len(str(market.mark))
    step = (mantissa or 1) * 10 ** max(figures - sig_figs, 0)
    spread = max(market.ask - market.bid, 0) if market.bid and market.ask else 0
    return book(exchange, coin, step=step) | {"spread": decimal(spread, coin.px_decimals)}


def best(exchange: Exchange, coin: Coin) -> dict[str, Any]:
    depth = exchange.depth(coin.name, 1)
    tops = [_level(side[0], coin) if side else None for side in (depth.bids, depth.asks)]
    return {"coin": coin.name, "time": exchange.now_ts, "bbo": tops}


def context(exchange: Exchange, candles: Candles, coin: Coin) -> dict[str, Any]:
    """Of a perp; without a book it has no mid, no premium and no impact prices."""
    view, day = exchange.market(coin.name), candles.day(coin.name, exchange.now_ts)
    unit = 10**coin.px_decimals
    two_sided = bool(view.impact_bid and view.impact_ask)
    impacts = [rounded(px / unit, coin.px_decimals) for px in (view.impact_bid, view.impact_ask)]
    return {
        "funding": rate(0 if coin.delisted else view.next_rate),
        "openInterest": decimal(view.open_interest, coin.sz_decimals),
        "prevDayPx": decimal(day.open_px or view.mark, coin.px_decimals),
        "dayNtlVlm": usd(day.value),
        "premium": rate(_cut(view.premium)) if two_sided else None,
        "oraclePx": decimal(view.oracle, coin.px_decimals),
        "markPx": decimal(view.mark, coin.px_decimals),
        "midPx": mid(view, coin) if view.mid else None,
        "impactPxs": impacts if two_sided else None,
        "dayBaseVlm": decimal(day.lots, coin.sz_decimals),
    }


def contexts(exchange: Exchange, candles: Candles, listing: Listing) -> list[dict[str, Any]]:
    return [context(exchange, candles, coin) for coin in listing.coins]


def spot_contexts() -> list[dict[str, Any]]:
    """Nobody trades spot here."""
    supply = "598274922.6682500839"
    return [
        {
            "prevDayPx": _SPOT_PX,
            "dayNtlVlm": usd(0),
            "markPx": _SPOT_PX,
            "midPx": _SPOT_PX,
            "circulatingSupply": supply,
            "coin": pair["name"],
            "totalSupply": supply,
            "dayBaseVlm": usd(0),
        }
        for pair in SPOT_META["universe"]
    ]


def rate_of_hour(coin: Coin, ts: int, hourly: int, premium: int) -> dict[str, Any]:
    """A row of `fundingHistory`."""
    return {"coin": coin.name, "fundingRate": rate(hourly), "premium": rate(_cut(premium)), "time": ts}


def fundings_to_come(exchange: Exchange, listing: Listing, next_ts: int) -> list[list[Any]]:
    """`predictedFundings`; of other venues nothing is known here."""
    rows: list[list[Any]] = []
    for coin in listing.coins:
        ours: Mapping[str, Any] = {
            "fundingRate": rate(exchange.market(coin.name).next_rate),
            "nextFundingTime": next_ts,
            "fundingIntervalHours": 1,
        }
        rows.append([coin.name, [["BinPerp", None], ["HlPerp", ours], ["BybitPerp", None]]])
    return rows


def _level(level: DepthLevel, coin: Coin) -> dict[str, Any]:
    return {"px": decimal(level.px, coin.px_decimals), "sz": decimal(level.lots, coin.sz_decimals), "n": level.orders}


def _cut(premium: int) -> int:
    return premium // _PREMIUM_PER_RATE if premium >= 0 else -(-premium // _PREMIUM_PER_RATE)
