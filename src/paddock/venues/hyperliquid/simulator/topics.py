"""What can be subscribed to, and how the venue writes a subscription back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field, ValidationError

from paddock.venues.hyperliquid.simulator.asked import Dex, Interval
from paddock.venues.hyperliquid.simulator.listing import SPOT_COIN, Listing
from paddock.venues.hyperliquid.simulator.said import Address, Said


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing to hear of. Two that are equal are the same subscription."""

    kind: str
    coin: str = ""
    interval: str = ""
    user: str = ""
    dex: str = ""
    sig_figs: int | None = None
    mantissa: int | None = None
    fast: bool = False
    aggregate: bool = False


class _Asked(Said):
    kind: str = Field(alias="type")
    coin: str | None = None
    interval: Interval | None = None
    user: Address | None = None
    dex: Dex = ""
    sig_figs: int | None = Field(None, alias="nSigFigs")
    mantissa: int | None = None
    fast: bool | None = None
    aggregate: bool | None = Field(None, alias="aggregateByTime")


_COIN: Final = ("coin",)
_USER: Final = ("user",)

# What each kind needs, in the order in which the venue writes it back.
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "allMids": (),
    "trades": _COIN,
    "l2Book": _COIN,
    "bbo": _COIN,
    "candle": ("interval", "coin"),
    "activeAssetCtx": _COIN,
    "activeAssetData": ("user", "coin"),
    "assetCtxs": (),
    "allDexsAssetCtxs": (),
    "spotAssetCtxs": (),
    "userFills": _USER,
    "userEvents": _USER,
    "orderUpdates": _USER,
    "userFundings": _USER,
    "userNonFundingLedgerUpdates": _USER,
    "userTwapSliceFills": _USER,
    "userTwapHistory": _USER,
    "userHistoricalOrders": _USER,
    "clearinghouseState": _USER,
    "openOrders": _USER,
    "twapStates": _USER,
    "spotState": _USER,
    "webData2": _USER,
    "notification": _USER,
}
_NAMES_DEX: Final = frozenset({"clearinghouseState", "openOrders", "twapStates"})  # the venue's own as well, as ""
_OF_DEX: Final = _NAMES_DEX | {"allMids", "assetCtxs"}


def read(subscription: Any) -> Topic | None:
    """None for what is no subscription of the venue's."""
    try:
        asked = _Asked.model_validate(subscription)
    except ValidationError:
        return None
    needs = NEEDS.get(asked.kind)
    if needs is None or any(getattr(asked, name) is None for name in needs):
        return None
    book = asked.kind == "l2Book"
    return Topic(
        asked.kind,
        (asked.coin or "") if "coin" in needs else "",
        (asked.interval or "") if "interval" in needs else "",
        (asked.user or "") if "user" in needs else "",
        (asked.dex or "") if asked.kind in _OF_DEX else "",
        asked.sig_figs if book else None,
        asked.mantissa if book else None,
        bool(asked.fast) and book,
        bool(asked.aggregate) and asked.kind == "userFills",
    )


def exists(topic: Topic, listing: Listing) -> bool:
    """Whether there is such a market."""
    return not topic.coin or topic.coin in listing.index or topic.coin == SPOT_COIN


def written(topic: Topic) -> dict[str, Any]:
    """As the venue writes it back."""
    said: dict[str, Any] = {"type": topic.kind} | {name: getattr(topic, name) for name in NEEDS[topic.kind]}
    if topic.kind == "l2Book":
        said |= {"nSigFigs": topic.sig_figs, "mantissa": topic.mantissa}
    if topic.dex or topic.kind in _NAMES_DEX:
        said["dex"] = topic.dex
    if topic.fast:
        said["fast"] = True
    if topic.kind == "userFills":
        said["aggregateByTime"] = topic.aggregate
    return said
