"""Reads what arrives on the socket: one function a channel.

Where our sources name a field differently [?] either name is taken. A channel that nobody knows is `Unread`, not an
error: the venue adds some every few months.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from paddock.venues.heard import Message
from paddock.venues.hyperliquid.codec import account as accounts
from paddock.venues.hyperliquid.codec import fills, history, markets, order_reports, standing
from paddock.venues.hyperliquid.codec.instruments import Listing, Market
from paddock.venues.hyperliquid.codec.numbers import micros
from paddock.venues.hyperliquid.codec.reading import Garbled, arr, decoded, obj, reads, text, whole
from paddock.venues.hyperliquid.codec.said import (
    AccountHeard,
    Acknowledged,
    Answered,
    BalancesHeard,
    ContextsHeard,
    Denied,
    FillsHeard,
    Frame,
    Idle,
    LedgerHeard,
    LeverageHeard,
    LiquidationHeard,
    MarketHeard,
    NoticeHeard,
    OpenOrdersHeard,
    OrdersHeard,
    PaymentsHeard,
    SpotHeard,
    TakenBackHeard,
    TwapsHeard,
    Unread,
)
from paddock.venues.hyperliquid.codec.subscriptions import key, key_of

GREETING: Final = "Websocket connection established."
EVENTS: Final = "userEvents"

_Read = Callable[[Any, Listing], Frame]
_pending: Final = re.compile(r"too many pending post requests id=([0-9]{1,18})").search


def frame(said: str | bytes, listing: Listing) -> Frame:
    """What a text frame says. Raises Unknown (venue.unclear)."""
    if said in (GREETING, GREETING.encode()):
        return Idle()
    return message(decoded(said), listing)


@reads("a frame")
def message(said: Any, listing: Listing) -> Frame:
    """What the JSON of a frame says. Raises Unknown (venue.unclear)."""
    whole_frame = obj(said)
    channel = text(whole_frame["channel"])
    read = _CHANNELS.get(channel)
    return read(whole_frame.get("data"), listing) if read else Unread(channel)


# --- markets ---


def _mids(data: Any, _: Listing) -> Frame:
    said = obj(data)
    return MarketHeard(key_of("allMids", dex=_dex(said)), (markets.mids(said["mids"]),))


def _trades(data: Any, listing: Listing) -> Frame:
    found = markets.trades(data, listing)
    coins = {text(obj(row)["coin"]) for row in arr(data)}
    if len(coins) > 1:
        raise Garbled("trades of several markets in one frame")
    return MarketHeard(key_of("trades", coin="".join(coins)), found.rows, found.unlisted)


def _of_one_market(kind: str, read: Callable[[Any, Market], Message]) -> _Read:
    def heard(data: Any, listing: Listing) -> Frame:
        coin = text(obj(data)["coin"])
        market = listing.get(coin)
        if market is None:
            return MarketHeard(key_of(kind, coin=coin), (), frozenset({coin}))
        return MarketHeard(key_of(kind, coin=coin), (read(data, market),))

    return heard


def _candle(data: Any, _: Listing) -> Frame:
    found = markets.candle(data)
    return MarketHeard(key_of("candle", coin=found.symbol, interval=found.interval), (found,))


def _context(data: Any, _: Listing) -> Frame:
    said = obj(data)
    coin = text(said["coin"])
    return ContextsHeard(key_of("activeAssetCtx", coin=coin), (markets.context(said["ctx"], coin),))


def _spot_context(data: Any, _: Listing) -> Frame:
    said = obj(data)
    coin = text(said["coin"])
    return SpotHeard(key_of("activeAssetCtx", coin=coin), (markets.spot_context(said["ctx"], coin),))


def _contexts(data: Any, listing: Listing) -> Frame:
    said = obj(data)
    dex = _dex(said)
    return _by_dex(key_of("assetCtxs", dex=dex), [[dex, said["ctxs"]]], listing)


def _all_contexts(data: Any, listing: Listing) -> Frame:
    return _by_dex(key_of("allDexsAssetCtxs"), arr(obj(data)["ctxs"]), listing)


def _by_dex(named: str, rows: list[Any], listing: Listing) -> Frame:
    said = {text(dex): contexts for dex, contexts in map(arr, rows)}
    known = {dex: listing.by_dex[dex] for dex in said if dex in listing.by_dex}
    found = tuple(one for dex in known for one in markets.contexts(said[dex], known[dex]))
    return ContextsHeard(named, found, frozenset(said.keys() - known.keys()))


def _spot_contexts(data: Any, _: Listing) -> Frame:
    return SpotHeard(key_of("spotAssetCtxs"), markets.spot_contexts(data))


# --- accounts ---


def _order_updates(data: Any, listing: Listing) -> Frame:
    return OrdersHeard(key_of("orderUpdates"), order_reports.order_updates(data, listing))


def _past_orders(data: Any, listing: Listing) -> Frame:
    said = obj(data)
    rows = _either(said, "orderHistory", "orders")
    return OrdersHeard(
        _users("userHistoricalOrders", said), order_reports.order_updates(rows, listing), _snapshot(said)
    )


def _open_orders(data: Any, listing: Listing) -> Frame:
    said = obj(data)
    return OpenOrdersHeard(_users("openOrders", said), order_reports.open_orders(said["orders"], listing))


def _fills(data: Any, listing: Listing) -> Frame:
    said = obj(data)
    return FillsHeard(_users("userFills", said), fills.fills(said["fills"], listing), _snapshot(said))


def _twap_fills(data: Any, listing: Listing) -> Frame:
    said = obj(data)
    found = fills.twap_fills(said["twapSliceFills"], listing)
    return FillsHeard(_users("userTwapSliceFills", said), found, _snapshot(said))


def _payments(data: Any, _: Listing) -> Frame:
    said = obj(data)
    return PaymentsHeard(_users("userFundings", said), fills.payments(said["fundings"]), _snapshot(said))


def _ledger(data: Any, _: Listing) -> Frame:
    said = obj(data)
    rows = _either(said, "nonFundingLedgerUpdates", "updates")
    return LedgerHeard(_users("userNonFundingLedgerUpdates", said), history.ledger(rows), _snapshot(said))


def _twap_history(data: Any, listing: Listing) -> Frame:
    said = obj(data)
    return TwapsHeard(_users("userTwapHistory", said), history.twap_history(said["history"], listing), _snapshot(said))


def _twap_states(data: Any, listing: Listing) -> Frame:
    said = obj(data)
    return TwapsHeard(_users("twapStates", said), history.running_twaps(said["states"], listing), snapshot=True)


def _account(data: Any, listing: Listing) -> Frame:
    said = obj(data)
    found = accounts.account(said["clearinghouseState"], listing)
    return AccountHeard(_users("clearinghouseState", said), found)


def _balances(data: Any, _: Listing) -> Frame:
    said = obj(data)
    return BalancesHeard(_users("spotState", said), accounts.balances(said["spotState"]))


def _leverage(data: Any, _: Listing) -> Frame:
    found = standing.active_asset(data)
    named = key_of("activeAssetData", coin=found.symbol, user=text(obj(data)["user"]))
    return LeverageHeard(named, found)


def _event(data: Any, listing: Listing) -> Frame:
    """One of several kinds. Funding without a time [?] cannot be told from another hour's: `userFundings` has it."""
    said = obj(data)
    if "fills" in said:
        return FillsHeard(EVENTS, fills.fills(said["fills"], listing))
    if "twapSliceFills" in said:
        return FillsHeard(EVENTS, fills.twap_fills(said["twapSliceFills"], listing))
    if "twapHistory" in said:
        return TwapsHeard(EVENTS, history.twap_history(said["twapHistory"], listing))
    if "funding" in said and "time" in obj(said["funding"]):
        return PaymentsHeard(EVENTS, (fills.payment(said["funding"]),))
    if "nonUserCancel" in said:
        rows = (obj(row) for row in arr(said["nonUserCancel"]))
        return TakenBackHeard(EVENTS, tuple((text(row["coin"]), whole(row["oid"])) for row in rows))
    return _liquidation(obj(said["liquidation"])) if "liquidation" in said else Unread("user")


def _liquidation(said: dict[str, Any]) -> Frame:
    return LiquidationHeard(
        EVENTS,
        text(said["liquidated_user"]).lower(),
        text(said["liquidator"]).lower(),
        micros(said["liquidated_ntl_pos"]),
        micros(said["liquidated_account_value"]),
    )


def _notice(data: Any, _: Listing) -> Frame:
    return NoticeHeard(key_of("notification"), text(obj(data)["notification"]))


# --- the line itself ---


def _idle(_: Any, __: Listing) -> Frame:
    return Idle()


def _acknowledged(data: Any, _: Listing) -> Frame:
    said = obj(data)
    method = said["method"]
    if method not in ("subscribe", "unsubscribe"):
        raise Garbled(f"neither subscribed nor unsubscribed: {method!r:.40}")
    return Acknowledged(key(said["subscription"]), method)


def _error(data: Any, _: Listing) -> Frame:
    """The words for what we sent, and mostly a copy of it. What is there already is as good as acknowledged."""
    said = text(data)
    if found := _pending(said):
        return Answered(int(found[1]), "error", said)
    named = _named_in(said)
    if said.startswith("Already subscribed") and named:
        return Acknowledged(named, "subscribe")
    if said.startswith("Already unsubscribed") and named:
        return Acknowledged(named, "unsubscribe")
    return Denied(named, said[:300])


def _named_in(said: str) -> str:
    """The key of the subscription that an error quotes; empty where it quotes none."""
    try:
        quoted = obj(json.loads(said[said.index("{") :]))
        return key(quoted.get("subscription", quoted))
    except (LookupError, ValueError, RecursionError):
        return ""


def _answered(data: Any, _: Listing) -> Frame:
    said = obj(data)
    response = obj(said["response"])
    kind, payload = response["type"], response["payload"]
    match kind:
        case "info":
            return Answered(whole(said["id"]), "info", obj(payload)["data"])
        case "action":
            return Answered(whole(said["id"]), "action", obj(payload))
        case "error":
            return Answered(whole(said["id"]), "error", text(payload))
        case _:
            raise Garbled(f"no kind of answer: {kind!r:.40}")


def _users(kind: str, said: dict[str, Any]) -> str:
    return key_of(kind, user=text(said["user"]), dex=_dex(said))


def _dex(said: dict[str, Any]) -> str:
    dex = said.get("dex")
    return "" if dex is None else text(dex)


def _snapshot(said: dict[str, Any]) -> bool:
    return said.get("isSnapshot") is True


def _either(said: dict[str, Any], name: str, other: str) -> Any:
    return said[name] if name in said else said[other]


_CHANNELS: Final[Mapping[str, _Read]] = {
    "allMids": _mids,
    "trades": _trades,
    "l2Book": _of_one_market("l2Book", markets.book),
    "bbo": _of_one_market("bbo", markets.best),
    "candle": _candle,
    "activeAssetCtx": _context,
    "activeSpotAssetCtx": _spot_context,
    "assetCtxs": _contexts,
    "allDexsAssetCtxs": _all_contexts,
    "spotAssetCtxs": _spot_contexts,
    "orderUpdates": _order_updates,
    "userHistoricalOrders": _past_orders,
    "openOrders": _open_orders,
    "userFills": _fills,
    "userTwapSliceFills": _twap_fills,
    "userFundings": _payments,
    "userNonFundingLedgerUpdates": _ledger,
    "userTwapHistory": _twap_history,
    "twapStates": _twap_states,
    "clearinghouseState": _account,
    "spotState": _balances,
    "activeAssetData": _leverage,
    "user": _event,
    "notification": _notice,
    "pong": _idle,
    "subscriptionResponse": _acknowledged,
    "error": _error,
    "post": _answered,
}
