"""What clients may send: the bodies of actions, typed strictly. The venue ignores keys that it does not know."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from paddock.venues.hyperliquid.simulator.numbers import number

_address: Final = re.compile(r"0x[0-9a-fA-F]{40}").fullmatch
_cloid: Final = re.compile(r"0x[0-9a-fA-F]{32}").fullmatch


def _lower_address(text: str) -> str:
    if not _address(text):
        raise ValueError("an address is 0x and 40 hex digits")
    return text.lower()


def _lower_cloid(text: str) -> str:
    if not _cloid(text):
        raise ValueError("a cloid is 0x and 32 hex digits")
    return text.lower()


def _decimal(value: Any) -> Fraction:
    said = number(value) if isinstance(value, str) else None
    if said is None:
        raise ValueError("a number is a plain decimal text")
    return said


Address = Annotated[str, AfterValidator(_lower_address)]
Cloid = Annotated[str, AfterValidator(_lower_cloid)]
Decimal = Annotated[Fraction, BeforeValidator(_decimal)]
Natural = Annotated[int, Field(ge=0, lt=2**63)]
OrderRef = Natural | Cloid


class Said(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, arbitrary_types_allowed=True)


class Envelope(Said):
    """What is posted to `/exchange`."""

    action: dict[str, Any]
    nonce: Natural
    signature: dict[str, Any]
    vault: Address | None = Field(None, alias="vaultAddress")
    expires_after: Natural | None = Field(None, alias="expiresAfter")


class Limit(Said):
    tif: Literal["Gtc", "Ioc", "Alo", "FrontendMarket"]


class Trigger(Said):
    market: bool = Field(alias="isMarket")
    px: Decimal = Field(alias="triggerPx")
    tpsl: Literal["tp", "sl"]


class Kind(Said):
    limit: Limit | None = None
    trigger: Trigger | None = None


class OrderSaid(Said):
    asset: Natural = Field(alias="a")
    buys: bool = Field(alias="b")
    px: Decimal = Field(alias="p")
    size: Decimal = Field(alias="s")
    reduce_only: bool = Field(alias="r")
    kind: Kind = Field(alias="t")
    cloid: Cloid | None = Field(None, alias="c")


class BuilderSaid(Said):
    address: Address = Field(alias="b")
    fee: Natural = Field(alias="f")


class Priority(Said):
    fee: Natural = Field(alias="p")


class Place(Said):
    orders: list[OrderSaid]
    grouping: Literal["na", "normalTpsl", "positionTpsl"] | Priority
    builder: BuilderSaid | None = None


class CancelSaid(Said):
    asset: Natural = Field(alias="a")
    oid: Natural = Field(alias="o")


class Cancel(Said):
    cancels: list[CancelSaid]


class CancelCloidSaid(Said):
    asset: Natural
    cloid: Cloid


class CancelByCloid(Said):
    cancels: list[CancelCloidSaid]


class Modify(Said):
    oid: OrderRef
    order: OrderSaid
    always: bool = Field(False, alias="a")


class BatchModify(Said):
    modifies: list[Modify]


class ScheduleCancel(Said):
    time: Natural | None = None


class UpdateLeverage(Said):
    asset: Natural
    cross: bool = Field(alias="isCross")
    leverage: Natural


class UpdateIsolatedMargin(Said):
    asset: Natural
    ntli: int


class TopUpIsolated(Said):
    asset: Natural
    leverage: Decimal


class TwapSaid(Said):
    asset: Natural = Field(alias="a")
    buys: bool = Field(alias="b")
    size: Decimal = Field(alias="s")
    reduce_only: bool = Field(alias="r")
    minutes: Natural = Field(alias="m")
    randomised: bool = Field(alias="t")


class PlaceTwap(Said):
    twap: TwapSaid


class CancelTwap(Said):
    asset: Natural = Field(alias="a")
    twap_id: Natural = Field(alias="t")


class Nothing(Said):
    """An action without fields of its own."""


class ReserveWeight(Said):
    weight: Natural


class CreateSub(Said):
    name: str


class MoveSub(Said):
    sub: Address = Field(alias="subAccountUser")
    deposit: bool = Field(alias="isDeposit")
    usd: Natural


class VaultMove(Said):
    vault: Address = Field(alias="vaultAddress")
    deposit: bool = Field(alias="isDeposit")
    usd: Natural


class Referrer(Said):
    code: str


class SetAbstraction(Said):
    abstraction: Literal["i", "u", "p"]


class ApproveAgent(Said):
    agent: Address = Field(alias="agentAddress")
    name: str | None = Field(None, alias="agentName")
    nonce: Natural


class ApproveBuilderFee(Said):
    builder: Address
    rate: Annotated[str, Field(alias="maxFeeRate", pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?%$")]
    nonce: Natural


class UsdSend(Said):
    destination: Address
    amount: Decimal
    time: Natural


class ClassTransfer(Said):
    amount: str
    to_perp: bool = Field(alias="toPerp")
    nonce: Natural


class SendAsset(Said):
    destination: Address
    source_dex: str = Field(alias="sourceDex")
    destination_dex: str = Field(alias="destinationDex")
    token: str
    amount: Decimal
    nonce: Natural


class UserSetAbstraction(Said):
    user: Address
    abstraction: str
    nonce: Natural
