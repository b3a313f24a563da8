"""What an account may do at the venue and what that costs: fees, allowances, roles, agents; and what it is part of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from paddock.venues.hyperliquid.codec.account import Account, Balance, account, balances
from paddock.venues.hyperliquid.codec.instruments import Listing, Micros, Number, Said, Whole
from paddock.venues.hyperliquid.codec.reading import arr, obj, reads, text, whole


class Discount(Said):
    share: Number = Field(alias="discount")


class FeeTier(Said):
    """From a volume of `floor` micro-dollars in 14 days on: rates as fractions of notional."""

    floor: Micros = Field(alias="ntlCutoff")
    taker: Number = Field(alias="cross")
    maker: Number = Field(alias="add")


class MakerTier(Said):
    """From a share of all makers' volume on."""

    floor: Number = Field(alias="makerFractionCutoff")
    maker: Number = Field(alias="add")


class FeeTiers(Said):
    volume: list[FeeTier] = Field(alias="vip")
    makers: list[MakerTier] = Field(alias="mm")


class FeeSchedule(Said):
    taker: Number = Field(alias="cross")
    maker: Number = Field(alias="add")
    tiers: FeeTiers
    referral: Number = Field(0.0, alias="referralDiscount")


class Fees(Said):
    """What this account pays, as fractions of notional before the referral discount; a negative rate is received."""

    taker: Number = Field(alias="userCrossRate")
    maker: Number = Field(alias="userAddRate")
    spot_taker: Number | None = Field(None, alias="userSpotCrossRate")
    spot_maker: Number | None = Field(None, alias="userSpotAddRate")
    referral_discount: Number = Field(0.0, alias="activeReferralDiscount")
    staking: Discount | None = Field(None, alias="activeStakingDiscount")
    schedule: FeeSchedule = Field(alias="feeSchedule")


class Allowance(Said):
    """Requests of an address: `used` of `cap`, which grows with its volume in micro-dollars; `surplus` was bought."""

    volume: Micros = Field(alias="cumVlm")
    used: Whole = Field(alias="nRequestsUsed")
    cap: Whole = Field(alias="nRequestsCap")
    surplus: Whole = Field(0, alias="nRequestsSurplus")

    @property
    def left(self) -> int:
        return max(self.cap + self.surplus - self.used, 0)


class Master(Said):
    """Whom an agent or a sub-account belongs to."""

    user: str = ""
    master: str = ""


class Role(Said):
    """What an address is; `missing` was never funded."""

    role: Literal["missing", "user", "vault", "agent", "subAccount"]
    data: Master | None = None

    @property
    def owner(self) -> str:
        """The account behind an agent or a sub-account, in lower case; empty for others."""
        return (self.data.user or self.data.master).lower() if self.data else ""


class Agent(Said):
    """A named agent; `valid_until_ts` 0 where it does not end by itself."""

    name: str
    address: str
    valid_until_ts: Annotated[int, BeforeValidator(lambda value: 0 if value is None else whole(value))] = Field(
        0, alias="validUntil"
    )


class Leverage(Said):
    kind: Literal["cross", "isolated"] = Field(alias="type")
    value: Whole


class ActiveAsset(Said):
    """The leverage an account has set for a market, and the largest sizes to buy and to sell, in the base asset."""

    symbol: str = Field(alias="coin")
    leverage: Leverage
    largest: Annotated[list[Number], Field(alias="maxTradeSzs", min_length=2, max_length=2)]
    mark_px: Number | None = Field(None, alias="markPx")


class Status(Said):
    """Of the whole venue; `special` is not empty when something is out of the ordinary."""

    venue_ts: Whole = Field(alias="time")
    special: Any = Field(None, alias="specialStatuses")


class VaultEquity(Said):
    """What an account has in a vault, in micro-dollars; it may leave after `locked_until_ts` (0: at any time)."""

    vault: str = Field(alias="vaultAddress")
    equity: Micros
    locked_until_ts: Whole = Field(0, alias="lockedUntilTimestamp")


class SubAccount(Said):
    name: str
    address: str = Field(alias="subAccountUser")
    master: str


@reads("userFees")
def fees(message: Any) -> Fees:
    """Raises Unknown, as all of these do."""
    return Fees.model_validate(message)


@reads("userRateLimit")
def allowance(message: Any) -> Allowance:
    return Allowance.model_validate(message)


@reads("userRole")
def role(message: Any) -> Role:
    return Role.model_validate(message)


@reads("extraAgents")
def agents(message: Any) -> tuple[Agent, ...]:
    return tuple(Agent.model_validate(row) for row in arr(message))


@reads("maxBuilderFee")
def max_builder_fee(message: Any) -> int:
    """What an account lets a builder take, in tenths of a basis point."""
    return whole(message)


@reads("activeAssetData")
def active_asset(message: Any) -> ActiveAsset:
    return ActiveAsset.model_validate(message)


@reads("exchangeStatus")
def status(message: Any) -> Status:
    return Status.model_validate(message)


@reads("userAbstraction")
def abstraction(message: Any) -> str:
    """How an account's money is pooled: `default`, `unifiedAccount`, `portfolioMargin`, `disabled`, or a newer word."""
    return text(message)


@reads("subAccounts")
def sub_accounts(message: Any, listing: Listing) -> list[tuple[SubAccount, Account, tuple[Balance, ...]]]:
    """Each with what it is worth; none where the venue says null."""
    found = []
    for row in map(obj, [] if message is None else arr(message)):
        worth = account(row["clearinghouseState"], listing)
        found.append((SubAccount.model_validate(row), worth, balances(row["spotState"])))
    return found


@reads("userVaultEquities")
def vault_equities(message: Any) -> tuple[VaultEquity, ...]:
    return tuple(VaultEquity.model_validate(row) for row in arr(message))
