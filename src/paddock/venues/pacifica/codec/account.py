"""What the venue says of an account: money, margin, positions, settings, agents, and how the money came to be.

Money is in micro-dollars and exactly what the venue writes. By HTTP fields have names, on sockets letters: one row
reads both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from paddock.venues.broker import VenueFunding, VenuePosition
from paddock.venues.pacifica.codec.instruments import Listing, Rates
from paddock.venues.pacifica.codec.numbers import lots_of, micros
from paddock.venues.pacifica.codec.reading import Amount, Number, Positive, Said, Text, Ts, Whole, many, one
from paddock.venues.pacifica.codec.states import side_of


@dataclass(frozen=True, slots=True)
class Account:
    """Money of an account as of `venue_ts`.

    `equity` is what the venue shows: the balance, unrealised profit and spot holdings at market. Margin is covered by
    `cross_equity`, where spot holdings count with a haircut; it is None where the venue does not tell, as are `rates`.
    """

    balance: int
    equity: int
    available: int
    pending: int
    margin_used: int
    cross_maintenance: int
    fee_level: int
    positions: int
    orders: int
    stop_orders: int
    venue_ts: int
    cross_equity: int | None = None
    spot_value: int = 0
    spot_collateral: int = 0
    rates: Rates | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Signed lots of one symbol. `margin` is that of an isolated position, 0 else; `funding` since it opened.

    `liquidation_px` is None where the venue gives none, and below 0 where a long has more than enough collateral.
    """

    symbol: str
    lots: int
    entry_px: float
    margin: int
    funding: int
    isolated: bool
    liquidation_px: float | None
    venue_ts: int

    @property
    def held(self) -> VenuePosition:
        return VenuePosition(self.symbol, self.lots, self.entry_px)


@dataclass(frozen=True, slots=True)
class MarginSetting:
    """Of one symbol; those that are not named are cross, at the market's highest leverage."""

    symbol: str
    isolated: bool
    leverage: int


@dataclass(frozen=True, slots=True)
class Paid:
    """Funding of one hour on a position of signed `lots`; `payout` is received when positive."""

    history_id: int
    symbol: str
    lots: int
    payout: int
    rate: float
    venue_ts: int

    @property
    def event(self) -> VenueFunding:
        return VenueFunding(str(self.history_id), "", self.symbol, self.payout, self.venue_ts)


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """One change of the balance, and what it was then. `kind` is the venue's word: deposit, trade, funding…"""

    amount: int
    balance: int
    pending: int
    kind: str
    venue_ts: int


@dataclass(frozen=True, slots=True)
class EquityPoint:
    equity: int
    pnl: int
    venue_ts: int


@dataclass(frozen=True, slots=True)
class BuilderApproval:
    """Orders may name `code`, at no more than this fee (None: not told)."""

    code: str
    max_fee_rate: Decimal | None


def _either(name: str, letters: str) -> Any:
    return Field(validation_alias=AliasChoices(name, letters))


class _Account(Said):
    balance: Number = _either("balance", "b")
    equity: Number = _either("account_equity", "ae")
    available: Number = _either("available_to_spend", "as")
    pending: Number = _either("pending_balance", "pb")
    margin_used: Number = _either("total_margin_used", "mu")
    cross_mmr: Number = _either("cross_mmr", "cm")
    fee_level: Whole = _either("fee_level", "f")
    positions: Whole = _either("positions_count", "pc")
    orders: Whole = _either("orders_count", "oc")
    stop_orders: Whole = _either("stop_orders_count", "sc")
    updated_at: Ts = _either("updated_at", "t")
    cross_account_equity: Number | None = None
    spot_market_value: Number | None = None
    spot_collateral: Number | None = None
    maker_fee: Number | None = None
    taker_fee: Number | None = None


class _Position(Said):
    symbol: Text = _either("symbol", "s")
    side: Text = _either("side", "d")
    amount: Amount = _either("amount", "a")
    entry_price: Positive = _either("entry_price", "p")
    margin: Number = _either("margin", "m")
    funding: Number = _either("funding", "f")
    isolated: bool = _either("isolated", "i")
    liquidation_price: Number | None = Field(None, validation_alias=AliasChoices("liquidation_price", "l"))
    updated_at: Ts = _either("updated_at", "t")


class _Setting(Said):
    symbol: Text
    isolated: bool
    leverage: Annotated[int, Field(ge=1)]


class _Settings(Said):
    margin_settings: list[_Setting]


class _Paid(Said):
    history_id: Whole
    symbol: Text
    side: Text
    amount: Number
    payout: Number
    rate: Number
    created_at: Ts


class _Change(Said):
    amount: Number
    balance: Number
    pending_balance: Number
    event_type: Text
    created_at: Ts


class _Point(Said):
    account_equity: Number
    pnl: Number
    timestamp: Ts


class _Agents(Said):
    agent_wallets: list[Text]


class _Approval(Said):
    builder_code: Text
    max_fee_rate: Number | None = None


def account(data: object) -> Account:
    """From `/account` (an object, or a list of one in older replies) and the channel `account_info`.

    Raises Unknown (venue.unclear).
    """
    row = one(_Account, data[0] if type(data) is list and len(data) == 1 else data, "an account")
    rates = Rates(row.maker_fee, row.taker_fee) if row.maker_fee is not None and row.taker_fee is not None else None
    return Account(
        balance=micros(row.balance),
        equity=micros(row.equity),
        available=micros(row.available),
        pending=micros(row.pending),
        margin_used=micros(row.margin_used),
        cross_maintenance=micros(row.cross_mmr),
        fee_level=row.fee_level,
        positions=row.positions,
        orders=row.orders,
        stop_orders=row.stop_orders,
        venue_ts=row.updated_at,
        cross_equity=None if row.cross_account_equity is None else micros(row.cross_account_equity),
        spot_value=micros(row.spot_market_value or Decimal(0)),
        spot_collateral=micros(row.spot_collateral or Decimal(0)),
        rates=rates,
    )


def settings(data: object) -> tuple[MarginSetting, ...]:
    """From `/account/settings`: a list of what is not as by default, or newer, an object that holds one.

    Raises Unknown (venue.unclear).
    """
    if isinstance(data, Mapping):
        rows = one(_Settings, data, "account settings").margin_settings
    else:
        rows = many(_Setting, data, "account settings")
    return tuple(MarginSetting(row.symbol, row.isolated, row.leverage) for row in rows)


def positions(data: object, listing: Listing) -> tuple[Position, ...]:
    """All open ones, from `/positions` and the channel `account_positions`.

    Raises Unknown (venue.unclear), NotFound (data.symbol).
    """
    return tuple(_position(row, listing) for row in many(_Position, data, "a position"))


def funding_paid(data: object, listing: Listing) -> tuple[Paid, ...]:
    """From `/funding/history`, newest first. Raises Unknown (venue.unclear), NotFound (data.symbol)."""
    return tuple(_paid(row, listing) for row in many(_Paid, data, "a funding payment"))


def balance_changes(data: object) -> tuple[BalanceChange, ...]:
    """From `/account/balance/history`, newest first. Raises Unknown (venue.unclear)."""
    return tuple(
        BalanceChange(
            micros(row.amount), micros(row.balance), micros(row.pending_balance), row.event_type, row.created_at
        )
        for row in many(_Change, data, "a change of the balance")
    )


def equity_points(data: object) -> tuple[EquityPoint, ...]:
    """From `/portfolio`. Raises Unknown (venue.unclear)."""
    rows = many(_Point, data, "an equity point")
    return tuple(EquityPoint(micros(row.account_equity), micros(row.pnl), row.timestamp) for row in rows)


def agents(data: object) -> tuple[str, ...]:
    """The addresses that may sign for the account, from `list_agent_wallets`. Raises Unknown (venue.unclear)."""
    return tuple(one(_Agents, data, "agents").agent_wallets)


def builder_approvals(data: object) -> tuple[BuilderApproval, ...]:
    """From `/account/builder_codes/approvals`. Raises Unknown (venue.unclear)."""
    rows = many(_Approval, data, "a builder code")
    return tuple(BuilderApproval(row.builder_code, row.max_fee_rate) for row in rows)


def _position(row: _Position, listing: Listing) -> Position:
    return Position(
        symbol=row.symbol,
        lots=int(side_of(row.side)) * lots_of(listing[row.symbol], row.amount),
        entry_px=float(row.entry_price),
        margin=micros(row.margin),
        funding=micros(row.funding),
        isolated=row.isolated,
        liquidation_px=None if row.liquidation_price is None else float(row.liquidation_price),
        venue_ts=row.updated_at,
    )


def _paid(row: _Paid, listing: Listing) -> Paid:
    lots = int(side_of(row.side)) * lots_of(listing[row.symbol], row.amount)
    return Paid(row.history_id, row.symbol, lots, micros(row.payout), float(row.rate), row.created_at)
