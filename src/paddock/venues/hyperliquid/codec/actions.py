"""The actions that an agent sends, key by key in the order that is hashed.

Markets go by their number, prices and sizes as text (`numbers`), times in ms, money in micro-dollars. Nothing here
moves money out of an account, and `signing.sign` refuses what is not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from paddock.core.orders import Side, Tif
from paddock.venues.hyperliquid.codec.signing import Action

MOST_ITEMS: Final = 200  # of one action
LEAST_SCHEDULE_MS: Final = 5_000  # how far ahead a scheduled cancellation is at least

_TIFS: Final = {Tif.GTC: "Gtc", Tif.IOC: "Ioc", Tif.ALO: "Alo"}

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Builder:
    """Who is paid for an order, and how much at most: tenths of a basis point, which the user has approved."""

    address: str
    tenths_of_bp: int


def limit(tif: Tif) -> Item:
    """The type of an order that goes to the book."""
    return {"limit": {"tif": _TIFS[tif]}}


def trigger(trigger_px: str, *, take: bool, market: bool = True) -> Item:
    """The type of an order that waits for the mark price: a target (`take`) or a stop."""
    return {"trigger": {"isMarket": market, "triggerPx": trigger_px, "tpsl": "tp" if take else "sl"}}


def item(asset: int, side: Side, px: str, size: str, kind: Item, *, reduce_only: bool = False, cloid: str = "") -> Item:
    """One order; a trigger order has a price too, the worst that it may trade at."""
    order: Item = {"a": asset, "b": side is Side.BUY, "p": px, "s": size, "r": reduce_only, "t": kind}
    return order | {"c": cloid} if cloid else order


class Grouping(StrEnum):
    """What the orders of an action have to do with each other."""

    NONE = "na"
    WITH_ENTRY = "normalTpsl"  # the first is an entry, the others its stop and target, which come to life with it
    OF_POSITION = "positionTpsl"  # stop and target of the whole position, however large it is or becomes


def order(items: Sequence[Item], grouping: Grouping = Grouping.NONE, builder: Builder | None = None) -> Action:
    action: Action = {"type": "order", "orders": list(items), "grouping": grouping.value}
    return action | {"builder": {"b": builder.address.lower(), "f": builder.tenths_of_bp}} if builder else action


def cancel(orders: Sequence[tuple[int, int]]) -> Action:
    """Of orders by market and the venue's order id."""
    return {"type": "cancel", "cancels": [{"a": asset, "o": oid} for asset, oid in orders]}


def cancel_by_cloid(orders: Sequence[tuple[int, str]]) -> Action:
    return {"type": "cancelByCloid", "cancels": [{"asset": asset, "cloid": cloid} for asset, cloid in orders]}


def modify(ref: int | str, changed: Item) -> Action:
    """Another order in the place of one, which goes by order id or cloid; the new one gets a new order id."""
    return {"type": "modify", "oid": ref, "order": changed}


def batch_modify(changes: Sequence[tuple[int | str, Item]]) -> Action:
    return {"type": "batchModify", "modifies": [{"oid": ref, "order": changed} for ref, changed in changes]}


def schedule_cancel(at_ts: int | None) -> Action:
    """That all orders are cancelled at a time, unless another time is set before; None: not any more."""
    return {"type": "scheduleCancel"} if at_ts is None else {"type": "scheduleCancel", "time": at_ts}


def update_leverage(asset: int, leverage: int, *, cross: bool) -> Action:
    return {"type": "updateLeverage", "asset": asset, "isCross": cross, "leverage": leverage}


def update_isolated_margin(asset: int, micros: int) -> Action:
    """More (or, below 0, less) margin for an isolated position; the flag is always true, whatever its side."""
    return {"type": "updateIsolatedMargin", "asset": asset, "isBuy": True, "ntli": micros}


def twap_order(
    asset: int, side: Side, size: str, minutes: int, *, reduce_only: bool = False, randomize: bool = False
) -> Action:
    twap = {"a": asset, "b": side is Side.BUY, "s": size, "r": reduce_only, "m": minutes, "t": randomize}
    return {"type": "twapOrder", "twap": twap}


def twap_cancel(asset: int, twap_id: int) -> Action:
    return {"type": "twapCancel", "a": asset, "t": twap_id}


def reserve_request_weight(weight: int) -> Action:
    """Buys so many requests for the address."""
    return {"type": "reserveRequestWeight", "weight": weight}


def noop() -> Action:
    """Does nothing; its nonce is used up, so that another request with the same can no longer arrive."""
    return {"type": "noop"}


def weight(action: Action) -> int:
    """What an action takes from the allowance of an IP address."""
    return 1 + items_of(action) // 40


def items_of(action: Action) -> int:
    """How many orders or cancellations an action holds: what it takes from the allowance of an account's address."""
    return max(len(action.get("orders") or action.get("cancels") or action.get("modifies") or ()), 1)
