"""What is asked of the socket: subscriptions and their keys, questions and actions over it, and the heartbeat.

A subscription is the object that the venue takes. Its `key` names it among others of a connection, whatever the
venue adds to it when it answers, and every message heard on it carries the same key. The messages of `orderUpdates`
and `userEvents` name no account, so a connection has each for one account only.
"""

from __future__ import annotations

import json
from typing import Any, Final

from paddock.venues.hyperliquid.codec.instruments import MAIN_DEX
from paddock.venues.hyperliquid.codec.reading import obj, text

Subscription = dict[str, Any]

PING: Final = '{"method":"ping"}'
SILENCE_MS: Final = 60_000  # the server closes a connection on which nothing was sent for so long

_ANONYMOUS: Final = frozenset({"orderUpdates", "userEvents"})
_PARTS: Final = ("coin", "interval", "user", "dex")


def all_mids(dex: str = MAIN_DEX) -> Subscription:
    return _named("allMids", dex=dex)


def trades(symbol: str) -> Subscription:
    return _named("trades", coin=symbol)


def book(symbol: str, *, fast: bool = False) -> Subscription:
    """Whole books, 20 levels a side; `fast` asks newer servers for 5 levels ten times as often [?]."""
    return _named("l2Book", coin=symbol) | ({"fast": True} if fast else {})


def best(symbol: str) -> Subscription:
    return _named("bbo", coin=symbol)


def candles(symbol: str, interval: str) -> Subscription:
    return _named("candle", coin=symbol, interval=interval)


def context(symbol: str) -> Subscription:
    """Of a perp or a spot pair: mark, oracle, funding."""
    return _named("activeAssetCtx", coin=symbol)


def contexts(dex: str = MAIN_DEX) -> Subscription:
    """Of every perp of a dex."""
    return {"type": "assetCtxs", "dex": dex}


def fills(user: str) -> Subscription:
    return _named("userFills", user=user)


def orders(user: str) -> Subscription:
    return _named("orderUpdates", user=user)


def events(user: str) -> Subscription:
    """Fills, funding, liquidations, cancellations by the venue, TWAPs: without a first snapshot."""
    return _named("userEvents", user=user)


def payments(user: str) -> Subscription:
    return _named("userFundings", user=user)


def ledger(user: str) -> Subscription:
    return _named("userNonFundingLedgerUpdates", user=user)


def twap_fills(user: str) -> Subscription:
    return _named("userTwapSliceFills", user=user)


def twap_history(user: str) -> Subscription:
    return _named("userTwapHistory", user=user)


def account(user: str, dex: str = MAIN_DEX) -> Subscription:
    return _named("clearinghouseState", user=user, dex=dex)


def open_orders(user: str, dex: str = MAIN_DEX) -> Subscription:
    return _named("openOrders", user=user, dex=dex)


def spot_account(user: str) -> Subscription:
    return _named("spotState", user=user)


def active_asset(user: str, symbol: str) -> Subscription:
    return _named("activeAssetData", user=user, coin=symbol)


def subscribe(subscription: Subscription) -> str:
    return _text({"method": "subscribe", "subscription": subscription})


def unsubscribe(subscription: Subscription) -> str:
    return _text({"method": "unsubscribe", "subscription": subscription})


def ask(request_id: int, query: dict[str, Any]) -> str:
    """A question that `/info` would take."""
    return _text({"method": "post", "id": request_id, "request": {"type": "info", "payload": query}})


def act(request_id: int, body: dict[str, Any]) -> str:
    """A signed action that `/exchange` would take."""
    return _text({"method": "post", "id": request_id, "request": {"type": "action", "payload": body}})


def key(subscription: Any) -> str:
    """Of a subscription as we send it, or as the venue gives it back; raises LookupError or ValueError for another."""
    said = obj(subscription)
    kind = text(said["type"])
    parts = {name: text(said[name]) for name in _PARTS if said.get(name)}
    if kind in _ANONYMOUS:
        parts.pop("user", None)
    return key_of(kind, **parts)


def key_of(kind: str, *, coin: str = "", interval: str = "", user: str = "", dex: str = MAIN_DEX) -> str:
    """The key of what was heard on a channel."""
    return ":".join(part for part in (kind, coin, interval, user.lower(), dex) if part)


def _named(kind: str, **parts: str) -> Subscription:
    said = {"type": kind} | {name: value for name, value in parts.items() if value}
    return said | {"user": said["user"].lower()} if "user" in said else said


def _text(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))
