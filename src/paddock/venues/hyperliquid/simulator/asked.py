"""What may be asked of `/info`: the arguments of each shape of question; unknown keys are ignored."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from paddock.venues.hyperliquid.simulator.candles import INTERVALS
from paddock.venues.hyperliquid.simulator.listing import BUILDER_DEX
from paddock.venues.hyperliquid.simulator.said import Address, Natural, OrderRef, Said


def _known_dex(dex: str | None) -> str:
    if dex not in {None, "", BUILDER_DEX}:
        raise ValueError("no such dex")
    return dex or ""


def _known_interval(interval: str) -> str:
    if interval not in INTERVALS:
        raise ValueError("no such interval")
    return interval


Dex = Annotated[str | None, AfterValidator(_known_dex)]
Interval = Annotated[str, AfterValidator(_known_interval)]


class Plain(Said):
    """A question without arguments."""


class OfDex(Said):
    dex: Dex = ""


class OfUser(Said):
    user: Address
    dex: Dex = ""


class OfCoin(Said):
    coin: str


class OfUserCoin(Said):
    user: Address
    coin: str


class OfBook(Said):
    coin: str
    sig_figs: int | None = Field(None, alias="nSigFigs")
    mantissa: int | None = None


class OfSpan(Said):
    """From and to are inclusive."""

    start_ts: Natural = Field(0, alias="startTime")
    end_ts: Natural | None = Field(None, alias="endTime")

    def holds(self, ts: int) -> bool:
        return self.start_ts <= ts and (self.end_ts is None or ts <= self.end_ts)


class CandleSpan(OfSpan):
    coin: str
    interval: Interval


class OfCandles(Said):
    req: CandleSpan


class OfFunding(OfSpan):
    coin: str
    start_ts: Natural = Field(alias="startTime")


class OfUserSpan(OfSpan):
    user: Address


class OfFillSpan(OfUserSpan):
    start_ts: Natural = Field(alias="startTime")
    aggregate: bool | None = Field(None, alias="aggregateByTime")
    reversed: bool | None = None


class OfFills(Said):
    user: Address
    aggregate: bool | None = Field(None, alias="aggregateByTime")


class OfOrder(Said):
    user: Address
    oid: OrderRef


class OfBuilder(Said):
    user: Address
    builder: Address


class OfVault(Said):
    vault: Address = Field(alias="vaultAddress")
    user: Address | None = None


class OfToken(Said):
    token: str = Field(alias="tokenId")


class OfTable(Said):
    number: Natural = Field(alias="id")
