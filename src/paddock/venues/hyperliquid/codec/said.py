"""What can be heard on the socket. `key` is that of the subscription (`subscriptions.key`); `snapshot`: what was so
before, sent when it begins, and again after each reconnection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from paddock.venues.broker import VenueFunding
from paddock.venues.heard import Message, Rate
from paddock.venues.hyperliquid.codec.account import Account, Balance
from paddock.venues.hyperliquid.codec.fills import Fill
from paddock.venues.hyperliquid.codec.history import LedgerEntry, TwapReport
from paddock.venues.hyperliquid.codec.known import Known
from paddock.venues.hyperliquid.codec.markets import Context, SpotContext
from paddock.venues.hyperliquid.codec.order_reports import OrderReport
from paddock.venues.hyperliquid.codec.standing import ActiveAsset


@dataclass(frozen=True, slots=True)
class MarketHeard:
    """Mids, trades, a book, its best levels, a candle. `unlisted`: coins that the listing does not hold."""

    key: str
    messages: tuple[Message, ...]
    unlisted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ContextsHeard:
    """How perps trade now. `unlisted`: dexes that the listing does not hold."""

    key: str
    contexts: tuple[Context, ...]
    unlisted: frozenset[str] = frozenset()

    @property
    def messages(self) -> tuple[Rate, ...]:
        return tuple(context.funding() for context in self.contexts)


@dataclass(frozen=True, slots=True)
class SpotHeard:
    """How spot pairs trade now."""

    key: str
    contexts: tuple[SpotContext, ...]


@dataclass(frozen=True, slots=True)
class FillsHeard:
    key: str
    fills: Known[Fill]
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class OrdersHeard:
    """What became of orders; of a snapshot, or of past orders, the newest first."""

    key: str
    orders: Known[OrderReport]
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class OpenOrdersHeard:
    """All that rests on a dex: what is not in it rests no more."""

    key: str
    orders: Known[OrderReport]


@dataclass(frozen=True, slots=True)
class PaymentsHeard:
    key: str
    payments: tuple[VenueFunding, ...]
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class LedgerHeard:
    key: str
    entries: tuple[LedgerEntry, ...]
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class TwapsHeard:
    key: str
    twaps: Known[TwapReport]
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class AccountHeard:
    key: str
    account: Account


@dataclass(frozen=True, slots=True)
class BalancesHeard:
    """Spot."""

    key: str
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class LeverageHeard:
    """What an account has set for a market, and how much it may trade there."""

    key: str
    asset: ActiveAsset


@dataclass(frozen=True, slots=True)
class LiquidationHeard:
    """An account was liquidated: its positions' value and its own at that moment, in micro-dollars."""

    key: str
    user: str
    liquidator: str
    notional: int
    value: int


@dataclass(frozen=True, slots=True)
class TakenBackHeard:
    """Orders (coin, order id) that the venue cancelled, not the user."""

    key: str
    orders: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class NoticeHeard:
    """What the venue tells a person."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A subscription that began, or one that ended. It may come after the first message of it."""

    key: str
    method: Literal["subscribe", "unsubscribe"]


@dataclass(frozen=True, slots=True)
class Denied:
    """The venue did not take what we sent; `key` is empty where it does not say which subscription that was."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """To a question the data, to an action its reply (`replies`), or the text of an error."""

    request_id: int
    kind: Literal["info", "action", "error"]
    payload: Any


@dataclass(frozen=True, slots=True)
class Idle:
    """A greeting, or the answer to a heartbeat."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A channel that is new to us, or one whose contents nobody here has a use for."""

    channel: str


Frame = (
    MarketHeard
    | ContextsHeard
    | SpotHeard
    | FillsHeard
    | OrdersHeard
    | OpenOrdersHeard
    | PaymentsHeard
    | LedgerHeard
    | TwapsHeard
    | AccountHeard
    | BalancesHeard
    | LeverageHeard
    | LiquidationHeard
    | TakenBackHeard
    | NoticeHeard
    | Acknowledged
    | Denied
    | Answered
    | Idle
    | Unread
)
