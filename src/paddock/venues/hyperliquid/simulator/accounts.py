"""An account as the venue shows it: worth, margin, positions, and how much it could trade."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from paddock.venues.exchange import Exchange
from paddock.venues.exchange.units import divided_up
from paddock.venues.exchange.views import PositionView
from paddock.venues.hyperliquid.codec import margin
from paddock.venues.hyperliquid.simulator.listing import Coin, Listing
from paddock.venues.hyperliquid.simulator.numbers import decimal, rounded, usd

_FINE: Final = 10  # decimals of what is no price and no amount


def clearinghouse(exchange: Exchange, listing: Listing, user: str) -> dict[str, Any]:
    """`clearinghouseState`. What an account is worth is its cash and its positions at the mark."""
    view = exchange.account(user)
    held = [position for position in view.positions if position.lots]
    crossed = [position for position in held if not position.isolated]
    needed = sum(int(margin.maintenance(held.value, listing[held.symbol].margin_tiers)) for held in crossed)
    return {
        "marginSummary": _summary(view.equity, held),
        "crossMarginSummary": _summary(view.cross_equity, crossed),
        "crossMaintenanceMarginUsed": usd(needed),
        "withdrawable": usd(view.withdrawable),
        "assetPositions": [
            {"type": "oneWay", "position": _position(position, listing[position.symbol])}
            for position in sorted(held, key=lambda held: listing.index[held.symbol])
        ],
        "time": exchange.now_ts,
    }


def nothing(now_ts: int) -> dict[str, Any]:
    """`clearinghouseState` on a dex where nothing is listed."""
    return {
        "marginSummary": _summary(0, []),
        "crossMarginSummary": _summary(0, []),
        "crossMaintenanceMarginUsed": usd(0),
        "withdrawable": usd(0),
        "assetPositions": [],
        "time": now_ts,
    }


def spot(micros: int) -> dict[str, Any]:
    """`spotClearinghouseState`: dollars are the only token that anybody has here."""
    if not micros:
        return {"balances": []}
    return {"balances": [{"coin": "USDC", "token": 0, "total": usd(micros), "hold": usd(0), "entryNtl": usd(0)}]}


def active_asset(exchange: Exchange, coin: Coin, user: str) -> dict[str, Any]:
    """`activeAssetData`: the leverage set for a market, and what it allows to buy and to sell."""
    position, account = exchange.position(user, coin.name), exchange.account(user)
    free = max(account.cross_equity - account.reserved, 0)
    closing = 2 * divided_up(position.value, position.leverage)
    rooms = [free + (closing if position.lots * sign < 0 else 0) for sign in (1, -1)]
    values = [room * position.leverage for room in rooms]
    px = position.mark * exchange.contracts[coin.name].lot
    sizes = [int(exchange.contracts[coin.name].tick_lots(value) / px) if px else 0 for value in values]
    return {
        "user": user,
        "coin": coin.name,
        "leverage": leverage(position),
        "maxTradeSzs": [decimal(size, coin.sz_decimals) for size in sizes],
        "availableToTrade": [usd(room) for room in rooms],
        "markPx": decimal(position.mark, coin.px_decimals),
    }


def leverage(position: PositionView) -> dict[str, Any]:
    if not position.isolated:
        return {"type": "cross", "value": position.leverage}
    raw = position.margin_used - _signed_value(position)
    return {"type": "isolated", "value": position.leverage, "rawUsd": usd(raw)}


def _summary(worth: int, held: Sequence[PositionView]) -> dict[str, Any]:
    return {
        "accountValue": usd(worth),
        "totalNtlPos": usd(sum(position.value for position in held)),
        "totalRawUsd": usd(worth - sum(_signed_value(position) for position in held)),
        "totalMarginUsed": usd(sum(_margin_used(position) for position in held)),
    }


def _margin_used(position: PositionView) -> int:
    """The venue cuts off what the exchange, which must not lend too much, rounds up."""
    return position.margin_used if position.isolated else margin.margin_used(position.value, position.leverage)


def _signed_value(position: PositionView) -> int:
    return position.value if position.lots > 0 else -position.value


def _position(position: PositionView, coin: Coin) -> dict[str, Any]:
    price_unit = 10**coin.px_decimals
    liquidation = position.liquidation_px / price_unit
    staked = Fraction(abs(position.cost), position.leverage)
    return {
        "coin": coin.name,
        "szi": decimal(position.lots, coin.sz_decimals),
        "leverage": leverage(position),
        "entryPx": rounded(position.entry / price_unit, coin.px_decimals),
        "positionValue": usd(position.value),
        "unrealizedPnl": usd(position.unrealised),
        "returnOnEquity": rounded(position.unrealised / staked if staked else Fraction(0), _FINE),
        "liquidationPx": rounded(liquidation, _FINE) if liquidation > 0 else None,
        "marginUsed": usd(_margin_used(position)),
        "maxLeverage": position.max_leverage,
        "cumFunding": {
            "allTime": usd(position.funding),
            "sinceOpen": usd(position.funding_since_open),
            "sinceChange": usd(position.funding_since_change),
        },
    }
