"""What an account may ask of the exchange. Prices are ticks, quantities lots, rates 1e-10, times ms UTC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from paddock.core.orders import Side


class Tif(Enum):
    """Time in force."""

    GTC = "gtc"  # take what matches, rest with what is left
    IOC = "ioc"  # take what matches, end
    ALO = "alo"  # rest only (post-only): refused where it would match
    TOB = "tob"  # rest only, at the best price that does not match

    @property
    def post_only(self) -> bool:
        return self is Tif.ALO or self is Tif.TOB


class TriggerKind(Enum):
    """Which way the price has to go: a STOP fires on what hurts the position it closes, a TAKE on what helps it."""

    STOP = "stop"  # a buy fires at or above its price, a sell at or below
    TAKE = "take"  # a buy fires at or below its price, a sell at or above


class PriceSource(Enum):
    MARK = "mark"
    LAST = "last"
    MID = "mid"


@dataclass(frozen=True, slots=True)
class Trigger:
    """When an order leaves waiting. `whole_position`: it closes whatever the position then is, and `lots` is 0."""

    kind: TriggerKind
    px: int
    source: PriceSource = PriceSource.MARK
    whole_position: bool = False


@dataclass(frozen=True, slots=True)
class Builder:
    """Who is paid on top of the exchange's fee for each fill of the order, and how much of its value."""

    account: str
    rate: int


@dataclass(frozen=True, slots=True)
class Request:
    """One order as it is asked for.

    `px` is the limit; of a `market` order it is the worst price (0: any), and of a market order with a trigger 0 means
    the exchange's own tolerance around the mark at the moment of firing. A market order never rests, whatever its
    `tif`. `expires_ts`: when a resting or waiting order ends by itself; 0 never. `note` is kept for the wire's own use.
    """

    account: str
    symbol: str
    side: Side
    lots: int
    px: int
    tif: Tif = Tif.GTC
    market: bool = False
    reduce_only: bool = False
    client_id: str = ""
    trigger: Trigger | None = None
    expires_ts: int = 0
    builder: Builder | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TwapRequest:
    """`lots` in equal slices, one at once and one each interval (30 s) until `duration_ms` has passed.

    `randomised`: slices differ by up to a fifth, drawn from the exchange's generator. `slippage`: how far from the mark
    a slice may trade (1e-10; 0: the exchange's own).
    """

    account: str
    symbol: str
    side: Side
    lots: int
    duration_ms: int
    reduce_only: bool = False
    randomised: bool = False
    slippage: int = 0
    client_id: str = ""
    builder: Builder | None = None
    note: str = ""
