"""Trades as the venue tells them: of an account with what they did to it, and of everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from typing import Any, Final

from paddock.core.orders import Side
from paddock.venues.exchange.events import Funded, Method, Traded, TradeSide
from paddock.venues.exchange.units import HOUR_MS
from paddock.venues.hyperliquid.simulator.listing import Coin
from paddock.venues.hyperliquid.simulator.numbers import decimal, rate, rounded, usd
from paddock.venues.hyperliquid.simulator.orders import side

DELEVERAGED: Final = "Auto-Deleveraging"
NO_HASH: Final = "0x" + "0" * 64
_FINEST: Final = 8
_TRADE_IDS: Final = 2**50
_VENUES_ORDERS: Final = 500_000_000_000  # numbers of orders that the venue made by itself, outside of the book
_STRIDE: Final = 0x2545F4914F6CDD1D | 1  # odd, so that no two trades share an id, which do not rise with time


@cache
def address(account: str) -> str:
    """Of an account as others see it: the exchange's own, which have names only, get an address of their own."""
    return account if account.startswith("0x") else made_address(account)


def made_address(*about: object) -> str:
    """An address that nobody has a key of, made of what it is about."""
    return "0x" + hashlib.blake2b(repr(about).encode(), digest_size=20).hexdigest()


def trade_id(number: int) -> int:
    """The number of a trade as clients see it: below 2**50 and scattered."""
    return number * _STRIDE % _TRADE_IDS


def tx_hash(*about: object) -> str:
    """The hash of a transaction, made of what it is about."""
    return "0x" + hashlib.blake2b(repr(about).encode(), digest_size=32).hexdigest()


def public(event: Traded, coin: Coin) -> dict[str, Any]:
    """A row of `trades`; nothing in it tells a liquidation."""
    buyer, seller = (event.taker, event.maker) if event.taker.side is Side.BUY else (event.maker, event.taker)
    return {
        "coin": coin.name,
        "side": side(event.taker.side),
        "px": decimal(event.px, coin.px_decimals),
        "sz": decimal(event.lots, coin.sz_decimals),
        "time": event.ts,
        "hash": _hash(event),
        "tid": trade_id(event.trade_id),
        "users": [address(buyer.account), address(seller.account)],
    }


def own(event: Traded, party: TradeSide, coin: Coin, *, isolated: bool, note: str = "") -> dict[str, Any]:
    """A row of `userFills`. `closedPnl` is before the fee; the fee holds the builder's. `note` is that of its order."""
    said: dict[str, Any] = {
        "coin": coin.name,
        "px": decimal(event.px, coin.px_decimals),
        "sz": decimal(event.lots, coin.sz_decimals),
        "side": side(party.side),
        "time": event.ts,
        "startPosition": decimal(party.start_lots, coin.sz_decimals),
        "dir": note if note == DELEVERAGED else _direction(event, party, isolated=isolated),
        "closedPnl": usd(party.realised),
        "hash": _hash(event),
        "oid": party.order_id or _VENUES_ORDERS + event.trade_id,
        "crossed": not party.maker,
        "fee": usd(party.fee),
        "tid": trade_id(event.trade_id),
    }
    if party.client_id:
        said["cloid"] = party.client_id
    if party.builder_fee:
        said["builderFee"] = usd(party.builder_fee)
    if event.liquidated:
        method = "backstop" if event.method is Method.BACKSTOP else "market"
        said["liquidation"] = {
            "liquidatedUser": address(event.liquidated),
            "markPx": decimal(event.mark, coin.px_decimals),
            "method": method,
        }
    return said | {"feeToken": "USDC", "twapId": party.twap_id or None}


def aggregated(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fills of one order and one moment as one, at their average price; its id is that of the first."""
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = (row["oid"], row["time"], row["coin"], row["crossed"])
        merged[key] = _added(merged[key], row) if key in merged else row
    return list(merged.values())


def _added(first: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    size, more = Fraction(first["sz"]), Fraction(other["sz"])
    value = size * Fraction(first["px"]) + more * Fraction(other["px"])
    sums = {name: rounded(Fraction(first[name]) + Fraction(other[name]), _FINEST) for name in ("closedPnl", "fee")}
    return first | sums | {"px": rounded(value / (size + more), _FINEST), "sz": rounded(size + more, _FINEST)}


def hour_stamp(ts: int) -> int:
    """When the venue says that the funding of an hour was: some ms past it."""
    return ts + 2 + ts // HOUR_MS * 7 % 48


def funding(event: Funded, coin: Coin) -> dict[str, Any]:
    """A payment as the socket tells it."""
    return {
        "time": hour_stamp(event.ts),
        "coin": coin.name,
        "usdc": usd(event.amount),
        "szi": decimal(event.lots, coin.sz_decimals),
        "fundingRate": rate(event.rate),
        "nSamples": None,
    }


def _hash(event: Traded) -> str:
    """One transaction for all fills of a taker's order; slices of a TWAP are nobody's transaction."""
    return NO_HASH if event.taker.twap_id else tx_hash("order", event.taker.order_id)


def _direction(event: Traded, party: TradeSide, *, isolated: bool) -> str:
    if event.method is Method.SETTLEMENT:
        return "Settlement"
    if event.method is Method.BACKSTOP and party.account == event.liquidated:
        held = "Long" if party.start_lots > 0 else "Short"
        return f"Liquidated {'Isolated' if isolated else 'Cross'} {held}"
    start, end = party.start_lots, party.end_lots
    if start * end < 0:
        return "Long > Short" if start > 0 else "Short > Long"
    held = "Long" if (start or end) > 0 else "Short"
    return f"{'Open' if abs(end) > abs(start) else 'Close'} {held}"
