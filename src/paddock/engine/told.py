"""What a living bot is told, and what it answers: plain values between the kernel's rows and the order desk.

Money is int micro-dollars, quantities int lots, prices float on the instrument's grid, times int ms UTC. `bot` is a
bot's place in its session. `number` names an order of a bot: 0, 1, 2, … as they were decided, protection when it fills.
"""

from __future__ import annotations

from dataclasses import dataclass

from paddock.core.orders import OrderKind, Reason, Refusal, Side, Tif
from paddock.engine.log import Rows
from paddock.engine.state import NO_ORDER
from paddock.market.tape import Ints

NO_RULE = -1


@dataclass(frozen=True, slots=True)
class FillReport:
    """A fill as the venue gave it. `entry`: of an entry order of ours, else of an exit or not ours.

    `number` is that of the order, NO_ORDER for protection and for an order that is not ours. `within`: it traded after
    the open of its bar. A protective `kind` (STOP, TAKE, TRAIL, LIQUIDATION) says which level it was.
    """

    bot: int
    symbol: str
    kind: OrderKind
    entry: bool
    side: Side
    lots: int
    px: float
    fee: int  # positive when paid
    maker: bool
    venue_ts: int
    number: int = NO_ORDER
    within: bool = True


@dataclass(frozen=True, slots=True)
class FundingReport:
    bot: int
    symbol: str
    amount: int  # positive when received


@dataclass(frozen=True, slots=True)
class EndReport:
    """An order is off the book without having filled: cancelled, refused or never landed, or `expired`."""

    bot: int
    symbol: str
    entry: bool
    number: int
    expired: bool = False


VenueReport = FillReport | FundingReport | EndReport


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that was decided, or a protective one that filled.

    `rule` is the rule of the program (or the action given to `act`) that asked for it, NO_RULE for a reaction of the
    policy and for protection. `live` is False when it is over already: replaced in the same decision, or protection.
    `expire_ts` 0 rests until cancelled. Percentages of the bracket are of the average entry; 0 means no such level.
    """

    bot: int
    symbol: str
    number: int
    rule: int
    entry: bool
    live: bool
    kind: OrderKind
    side: Side
    reason: Reason
    tif: Tif
    capped: bool
    lots: int
    px: float
    leverage: float
    decided_ts: int
    bound_px: float = 0.0
    slices: int = 1
    expire_ts: int = 0
    stop_pct: float = 0.0
    stop_px: float = 0.0
    take_pct: float = 0.0
    take_px: float = 0.0
    trail_pct: float = 0.0


@dataclass(frozen=True, slots=True)
class EndedOrder:
    """A working order of an earlier decision that is over for the bot: `filled`, or to be cancelled at the venue."""

    bot: int
    symbol: str
    number: int
    entry: bool
    filled: bool
    expired: bool


@dataclass(frozen=True, slots=True)
class Levels:
    """Protection that is wanted on an open position from now on; 0 means no such level.

    `stop`, `take`, `trail` say which of them this decision set, moved or took away; the others are as they were.
    """

    bot: int
    symbol: str
    rule: int
    stop: bool
    take: bool
    trail: bool
    stop_pct: float
    stop_px: float
    take_pct: float
    take_px: float
    trail_pct: float


@dataclass(frozen=True, slots=True)
class Leverage:
    bot: int
    symbol: str
    rule: int
    leverage: float


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that was not admitted, or (CAPPED) made smaller."""

    bot: int
    symbol: str
    rule: int
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that was true (or an action given to `act`) and what it is about."""

    bot: int
    symbol: str
    rule: int


@dataclass(frozen=True, slots=True)
class Booked:
    """What the reports did. `fills`, `trades` are rows of paddock.engine.log, `order` the number of a fill's order
    (NO_ORDER for one that is not ours). `bare` are the (bot, symbol) whose position a fill opened unprotected.
    """

    orders: list[NewOrder]
    ended: list[EndedOrder]
    order_rows: Rows
    fills: Rows
    trades: Rows
    bare: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided at the close time `ts`, bot by bot in the order it was done, and where each account stands.

    Orders in `ended` are to be cancelled before those in `orders` are placed. `equity` and `cash` [bots] are µ-dollars;
    `order_rows` are the rows of `orders` and `refusal_rows` of `refused` as paddock.engine.log has them.
    """

    ts: int
    fired: list[Fired]
    orders: list[NewOrder]
    ended: list[EndedOrder]
    levels: list[Levels]
    leverages: list[Leverage]
    refused: list[Refused]
    order_rows: Rows
    refusal_rows: Rows
    equity: Ints
    cash: Ints
