"""Answers about accounts. An address that nobody has is answered like an account that holds nothing."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from paddock.venues.exchange import Order
from paddock.venues.exchange.units import DAY_MS
from paddock.venues.hyperliquid.codec.info import MOST_FILLS, MOST_RATES
from paddock.venues.hyperliquid.simulator import accounts, markets, orders, twaps
from paddock.venues.hyperliquid.simulator.asked import (
    OfBuilder,
    OfFills,
    OfFillSpan,
    OfOrder,
    OfUser,
    OfUserCoin,
    OfUserSpan,
)
from paddock.venues.hyperliquid.simulator.fees import user_fees
from paddock.venues.hyperliquid.simulator.fills import aggregated
from paddock.venues.hyperliquid.simulator.numbers import usd
from paddock.venues.hyperliquid.simulator.of_markets import Broken
from paddock.venues.hyperliquid.simulator.records import Row, funding_row
from paddock.venues.hyperliquid.simulator.venue import Venue

MOST_ORDERS: Final = 2_000
PERIODS: Final = {"day": DAY_MS, "week": 7 * DAY_MS, "month": 30 * DAY_MS, "allTime": 0}


def clearinghouse(venue: Venue, asked: OfUser) -> dict[str, Any]:
    if asked.dex:
        return accounts.nothing(venue.exchange.now_ts)
    return accounts.clearinghouse(venue.exchange, venue.listing, asked.user)


def spot(venue: Venue, asked: OfUser) -> dict[str, Any]:
    member = venue.members.get(asked.user)
    return accounts.spot(0 if member is None else member.spot)


def open_orders(venue: Venue, asked: OfUser) -> list[Row]:
    return [orders.plain(order, venue.listing[order.asked.symbol]) for order in _open(venue, asked)]


def frontend_orders(venue: Venue, asked: OfUser) -> list[Row]:
    return [orders.full(order, venue.listing[order.asked.symbol]) for order in _open(venue, asked)]


def order_status(venue: Venue, asked: OfOrder) -> dict[str, Any]:
    ref = asked.oid
    order = venue.exchange.order(ref) if isinstance(ref, int) else venue.exchange.find(asked.user, ref)
    if order is None or order.asked.account != asked.user:
        return {"status": "unknownOid"}
    return {"status": "order", "order": orders.told(order, venue.listing[order.asked.symbol])}


def historical_orders(venue: Venue, asked: OfUser) -> list[Row]:
    """The last to change first."""
    ids = islice(reversed(venue.records.of(asked.user).orders), MOST_ORDERS)
    found = (venue.exchange.order(order_id) for order_id in ids)
    return [orders.told(order, venue.listing[order.asked.symbol]) for order in found if order is not None]


def fills(venue: Venue, asked: OfFills) -> list[Row]:
    """The newest first."""
    rows = list(reversed(venue.records.of(asked.user).fills))
    return (aggregated(rows) if asked.aggregate else rows)[:MOST_FILLS]


def fills_by_time(venue: Venue, asked: OfFillSpan) -> list[Row]:
    """The oldest first, unless asked the other way round."""
    rows = [row for row in venue.records.of(asked.user).fills if asked.holds(row["time"])]
    ordered = rows[::-1] if asked.reversed else rows
    return (aggregated(ordered) if asked.aggregate else ordered)[:MOST_FILLS]


def fundings(venue: Venue, asked: OfUserSpan) -> list[Row]:
    rows = venue.records.of(asked.user).fundings
    return [funding_row(row) for row in rows if asked.holds(row["time"])][:MOST_RATES]


def ledger(venue: Venue, asked: OfUserSpan) -> list[Row]:
    return [row for row in venue.records.of(asked.user).ledger if asked.holds(row["time"])][:MOST_FILLS]


def twap_fills(venue: Venue, asked: OfUser) -> list[Row]:
    """The newest first."""
    return slices(list(reversed(venue.records.of(asked.user).fills)))[:MOST_FILLS]


def slices(rows: list[Row]) -> list[Row]:
    """The fills among them that are of TWAPs, beside the TWAP's number."""
    return [_slice(row) for row in rows if row["twapId"] is not None]


def twap_history(venue: Venue, asked: OfUser) -> list[Row]:
    return venue.records.of(asked.user).twaps[::-1]


def twap_states(venue: Venue, user: str) -> list[list[Any]]:
    """Of those that run."""
    running = [twap for twap in venue.exchange.twaps(user) if twap.running]
    return [[twap.twap_id, twaps.state(twap, venue.listing[twap.asked.symbol])] for twap in running]


def fees(venue: Venue, asked: OfUser) -> dict[str, Any]:
    return user_fees(venue.exchange.fees(asked.user), venue.records.of(asked.user), venue.exchange.now_ts)


def rate_limit(venue: Venue, asked: OfUser) -> dict[str, Any]:
    volume, used = venue.exchange.fees(asked.user).volume, venue.allowances.used(asked.user)
    cap = venue.allowances.cap(asked.user, volume)
    return {
        "cumVlm": usd(volume),
        "nRequestsUsed": used.actions,
        "nRequestsCap": cap - used.reserved,
        "nRequestsSurplus": used.reserved,
    }


def role(venue: Venue, asked: OfUser) -> dict[str, Any]:
    member = venue.members.get(asked.user)
    if member is not None:
        return {"role": "subAccount", "data": {"master": member.master}} if member.master else {"role": "user"}
    agent = venue.members.agent(asked.user, venue.wall.now_ts())
    if agent is None:
        return {"role": "missing"}
    return {"role": "agent", "data": {"user": venue.members.master_of(asked.user)}}


def agents(venue: Venue, asked: OfUser) -> list[Row]:
    """Those with a name."""
    member, now_ts = venue.members.get(asked.user), venue.wall.now_ts()
    named = [] if member is None else [one for one in member.agents if one.name and now_ts <= one.until_ts]
    return [{"address": one.address, "name": one.name, "validUntil": one.until_ts} for one in named]


def sub_accounts(venue: Venue, asked: OfUser) -> list[Row] | None:
    member = venue.members.get(asked.user)
    if member is None or not member.subs:
        return None
    return [
        {
            "name": name,
            "subAccountUser": address,
            "master": member.address,
            "clearinghouseState": clearinghouse(venue, OfUser(user=address)),
            "spotState": spot(venue, OfUser(user=address)),
        }
        for name, address in member.subs.items()
    ]


def active_asset(venue: Venue, asked: OfUserCoin) -> dict[str, Any]:
    coin = venue.listing.get(asked.coin)
    if coin is None:
        raise Broken
    return accounts.active_asset(venue.exchange, coin, asked.user)


def builder_fee(venue: Venue, asked: OfBuilder) -> int:
    member = venue.members.get(asked.user)
    return 0 if member is None else member.builders.get(asked.builder, 0)


def abstraction(venue: Venue, asked: OfUser) -> str:
    member = venue.members.get(asked.user)
    return "default" if member is None else member.abstraction


def referral(venue: Venue, asked: OfUser) -> dict[str, Any]:
    """Nobody is paid for referring here."""
    member = venue.members.get(asked.user)
    code = "" if member is None else member.referrer
    return {
        "referredBy": {"referrer": asked.user, "code": code} if code else None,
        "cumVlm": usd(venue.exchange.fees(asked.user).volume),
        "unclaimedRewards": usd(0),
        "claimedRewards": usd(0),
        "builderRewards": usd(0),
        "tokenToState": [],
        "referrerState": {"stage": "needToCreateCode"},
        "rewardHistory": [],
    }


def portfolio(venue: Venue, asked: OfUser) -> list[list[Any]]:
    """No history of worth is kept: each period has the value now, and what was traded in it."""
    now_ts, worth = venue.exchange.now_ts, usd(venue.exchange.account(asked.user).equity)
    days = venue.records.of(asked.user).days
    rows: list[list[Any]] = []
    for prefix in ("", "perp"):
        for name, length in PERIODS.items():
            first = (now_ts - length) // DAY_MS if length else 0
            volume = sum(sum(values) for day, values in days.items() if day >= first)
            named = f"{prefix}{name[0].upper()}{name[1:]}" if prefix else name
            history = {"accountValueHistory": [[now_ts, worth]], "pnlHistory": [[now_ts, "0.0"]], "vlm": usd(volume)}
            rows.append([named, history])
    return rows


def web_data(venue: Venue, asked: OfUser) -> dict[str, Any]:
    """What the venue's own page shows of an account."""
    user = asked.user
    return {
        "clearinghouseState": clearinghouse(venue, asked),
        "leadingVaults": [],
        "totalVaultEquity": usd(0),
        "openOrders": frontend_orders(venue, asked),
        "agentAddress": None,
        "agentValidUntil": None,
        "cumLedger": usd(0),
        "meta": venue.listing.meta(),
        "assetCtxs": markets.contexts(venue.exchange, venue.candles, venue.listing),
        "serverTime": venue.exchange.now_ts,
        "isVault": False,
        "user": user,
        "twapStates": twap_states(venue, user),
        "spotState": spot(venue, asked),
        "spotAssetCtxs": markets.spot_contexts(),
        "perpsAtOpenInterestCap": [],
    }


def _open(venue: Venue, asked: OfUser) -> list[Order]:
    """The newest first; none on a dex where nothing is listed."""
    found = [] if asked.dex else venue.exchange.open_orders(asked.user)
    return [order for order in reversed(found) if orders.is_open(order)]


def _slice(row: Row) -> Row:
    return {"fill": {name: value for name, value in row.items() if name != "twapId"}, "twapId": row["twapId"]}
