"""What clients may say in the signed part of a request. A field that an operation does not have is refused."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_uuid: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch


def _whole_uuid(text: str) -> str:
    if _uuid(text) is None:
        raise ValueError("a client order id is a full UUID")
    return text


Uuid = Annotated[str, AfterValidator(_whole_uuid)]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,20}(\.[0-9]{1,20})?$")]
Symbol = Annotated[str, Field(max_length=40)]
Side = Literal["bid", "ask"]
Tif = Literal["GTC", "IOC", "ALO", "TOB"]
Source = Literal["mark_price", "last_trade_price", "mid_price"]


class Said(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Level(Said):
    """A stop or a target. Without `limit_price` it fills at the market, without `amount` it closes all there is."""

    stop_price: Number
    limit_price: Number | None = None
    amount: Number | None = None
    client_order_id: Uuid | None = None
    trigger_price_type: Source = "mark_price"


class _New(Said):
    symbol: Symbol
    amount: Number
    side: Side
    reduce_only: bool
    client_order_id: Uuid | None = None
    take_profit: Level | None = None
    stop_loss: Level | None = None
    builder_code: str | None = None


class Create(_New):
    price: Number
    tif: Tif


class CreateMarket(_New):
    slippage_percent: Number


class StopLevel(Level):
    amount: Number


class CreateStop(Said):
    symbol: Symbol
    side: Side
    reduce_only: bool
    stop_order: StopLevel
    builder_code: str | None = None


class SetLevels(Said):
    symbol: Symbol
    side: Side
    take_profit: Level | None = None
    stop_loss: Level | None = None
    builder_code: str | None = None


class ByRef(Said):
    symbol: Symbol
    order_id: int | None = None
    client_order_id: Uuid | None = None

    @property
    def ref(self) -> int | str | None:
        return self.order_id if self.order_id is not None else self.client_order_id


class Edit(ByRef):
    price: Number
    amount: Number


class CancelAll(Said):
    all_symbols: bool
    exclude_reduce_only: bool
    symbol: Symbol | None = None


class CreateTwap(Said):
    symbol: Symbol
    amount: Number
    side: Side
    reduce_only: bool
    slippage_percent: Number
    duration_in_seconds: Annotated[int, Field(gt=0)]
    client_order_id: Uuid | None = None


class SetLeverage(Said):
    symbol: Symbol
    leverage: int


class SetMarginMode(Said):
    symbol: Symbol
    is_isolated: bool


class AddMargin(Said):
    symbol: Symbol
    amount: Number


class Agent(Said):
    agent_wallet: Annotated[str, Field(max_length=64)]


class ApproveBuilder(Said):
    builder_code: Annotated[str, Field(min_length=1, max_length=40)]
    max_fee_rate: Number


class RevokeBuilder(Said):
    builder_code: str


class RevokeKey(Said):
    api_key: str


class Empty(Said):
    pass


class Anything(BaseModel):
    """Of what is refused whatever it says."""

    model_config = ConfigDict(extra="allow")


class Action(Said):
    """One element of a batch."""

    type: Literal["Create", "CreateMarket", "Cancel", "Edit", "SetPositionTpsl", "CancelStopOrder"]
    data: dict[str, Any]


class Batch(Said):
    actions: Annotated[list[Action], Field(min_length=1, max_length=10)]


class TwoStep(Said):
    """An account and its new sub-account, each with its signature."""

    main_account: str
    subaccount: str
    main_signature: str
    sub_signature: str
    timestamp: int
    expiry_window: int
