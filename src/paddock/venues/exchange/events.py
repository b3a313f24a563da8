"""What happened, in one ordered list. Every event carries its number (`seq`, from 1, without gaps) and its time.

Orders, trades and positions of house accounts (who only make the market) give no order or position events; their trades
are told like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from paddock.core.orders import Side
from paddock.venues.exchange.refusals import Refused


class Change(StrEnum):
    """What became of an order. ACCEPTED comes first, with FILLED, CANCELLED and REJECTED it has ended."""

    ACCEPTED = "accepted"  # it has an id, and nothing else has happened
    WAITING = "waiting"  # for its parent's fill, or its trigger (the order's status says which)
    TRIGGERED = "triggered"
    OPEN = "open"  # it rests in the book
    RESIZED = "resized"  # its size followed a position or a parent
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class CancelReason(StrEnum):
    USER = "user"
    MODIFIED = "modified"
    NO_MATCH = "no_match"  # an IOC or market order that met nobody at its price
    IOC_REST = "ioc_rest"  # what an IOC or market order left after its fills
    SELF_TRADE = "self_trade"
    REDUCE_ONLY = "reduce_only"
    SIBLING_FILLED = "sibling_filled"
    PARENT = "parent"
    MARGIN = "margin"
    OI_CAP = "oi_cap"
    LIQUIDATED = "liquidated"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"
    TWAP = "twap"
    DELISTED = "delisted"
    INTERNAL = "internal"


class Method(StrEnum):
    """How a trade came about."""

    BOOK = "book"
    LIQUIDATION = "liquidation"  # the taker is a liquidation's market order
    BACKSTOP = "backstop"  # at the mark, outside of the book; the second side is the backstop
    SETTLEMENT = "settlement"  # the same, of a contract that ends


class Move(StrEnum):
    """Why money moved other than by trades and funding."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    MARGIN = "margin"  # between the balance and an isolated position
    BACKSTOP = "backstop"  # the backstop took what was left, or paid what was missing


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """`px`, `lots` and `filled` are as after the change; `value` is that of all its fills, in micro-dollars."""

    seq: int
    ts: int
    account: str
    symbol: str
    order_id: int
    change: Change
    px: int
    lots: int
    filled: int
    value: int
    reason: CancelReason | None = None
    refused: Refused | None = None
    trade_id: int = 0


@dataclass(frozen=True, slots=True)
class TradeSide:
    """One party of a trade. `order_id` is 0 outside of the book.

    `start_lots` and `start_cost` are the position's before, `end_…` after: lots signed, cost signed as lots, in
    micro-dollars (cost / lots is the average entry). `realised` is gross of fees. `fee` is positive when paid and
    contains `builder_fee` and a liquidation's fee.
    """

    account: str
    order_id: int
    client_id: str
    side: Side
    maker: bool
    fee: int
    builder_fee: int
    start_lots: int
    start_cost: int
    end_lots: int
    end_cost: int
    realised: int
    twap_id: int


@dataclass(frozen=True, slots=True)
class Traded:
    """`taker.side` is the aggressor's. `mark` is the mark price then; `liquidated`: whom, where `method` says so."""

    seq: int
    ts: int
    trade_id: int
    symbol: str
    px: int
    lots: int
    value: int
    maker: TradeSide
    taker: TradeSide
    method: Method
    mark: int
    liquidated: str = ""


@dataclass(frozen=True, slots=True)
class PositionChanged:
    """A position, its margin or its funding as after a request; `margin` is that of an isolated one."""

    seq: int
    ts: int
    account: str
    symbol: str
    lots: int
    cost: int
    isolated: bool
    margin: int


@dataclass(frozen=True, slots=True)
class LeverageChanged:
    seq: int
    ts: int
    account: str
    symbol: str
    leverage: int
    isolated: bool


@dataclass(frozen=True, slots=True)
class FundingSet:
    """The rate (1e-10) of the interval that ended, the average premium (1e-12) and how many samples made it."""

    seq: int
    ts: int
    symbol: str
    rate: int
    premium: int
    samples: int
    oracle: int
    impact_bid: int
    impact_ask: int


@dataclass(frozen=True, slots=True)
class Funded:
    """One position's payment; `amount` is received when positive."""

    seq: int
    ts: int
    account: str
    symbol: str
    lots: int
    rate: int
    oracle: int
    amount: int
    samples: int


@dataclass(frozen=True, slots=True)
class Liquidated:
    """An account (or its isolated position in `symbol`, else "") fell below maintenance; its trades follow.

    `equity`, `maintenance` and `value` (of the positions) are as of then.
    """

    seq: int
    ts: int
    account: str
    symbol: str
    method: Method
    equity: int
    maintenance: int
    value: int


class TwapState(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    ENDED = "ended"  # before its time: no position left to reduce, or the account was liquidated


@dataclass(frozen=True, slots=True)
class TwapChanged:
    seq: int
    ts: int
    account: str
    symbol: str
    twap_id: int
    state: TwapState
    filled: int
    value: int


@dataclass(frozen=True, slots=True)
class TwapSliced:
    """A slice went out as order `order_id`, wanting `lots`, and `filled` of them traded at once."""

    seq: int
    ts: int
    account: str
    symbol: str
    twap_id: int
    order_id: int
    lots: int
    filled: int


@dataclass(frozen=True, slots=True)
class MoneyMoved:
    """`amount` came to the account's balance (negative: left it); `other` is the account at the other end, or ""."""

    seq: int
    ts: int
    account: str
    move: Move
    amount: int
    balance: int
    other: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class ScheduledCancel:
    """The scheduled cancel of an account was set for `at_ts` (0: taken away), or fired and cancelled `cancelled`."""

    seq: int
    ts: int
    account: str
    at_ts: int
    fired: bool
    cancelled: int


Event = (
    OrderChanged
    | Traded
    | PositionChanged
    | LeverageChanged
    | FundingSet
    | Funded
    | Liquidated
    | TwapChanged
    | TwapSliced
    | MoneyMoved
    | ScheduledCancel
)
