"""One order through its life. The exchange changes it; everybody else only reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from paddock.venues.exchange.events import CancelReason
from paddock.venues.exchange.refusals import Refused
from paddock.venues.exchange.requests import Request

if TYPE_CHECKING:
    from paddock.venues.exchange.accounts import Account, Holding
    from paddock.venues.exchange.book import Level
    from paddock.venues.exchange.groups import Group
    from paddock.venues.exchange.markets import Market


class Status(Enum):
    """Where an order stands; the last three are the end."""

    NEW = "new"
    WAITING_FILL = "waiting_fill"  # for its parent
    WAITING_TRIGGER = "waiting_trigger"
    OPEN = "open"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


@dataclass(slots=True, eq=False)
class Order:
    """`asked` is as it came; `px` and `lots` are as they are now (shrunk, scaled, moved off the touch).

    `value` is that of its fills in micro-dollars. `fired`: its trigger has been reached. `changed_ts`: of its last
    change of status or size.
    """

    order_id: int
    asked: Request
    account: Account = field(repr=False)
    holding: Holding = field(repr=False)
    market: Market = field(repr=False)
    sign: int  # +1 buys, -1 sells
    px: int
    lots: int
    placed_ts: int
    changed_ts: int
    filled: int = 0
    value: int = 0
    status: Status = Status.NEW
    reason: CancelReason | None = None
    refused: Refused | None = None
    fired: bool = False
    twap_id: int = 0
    liquidation: bool = False
    group: Group | None = field(default=None, repr=False)
    level: Level | None = field(default=None, repr=False)

    @property
    def left(self) -> int:
        return self.lots - self.filled

    @property
    def ended(self) -> bool:
        status = self.status
        return status is Status.FILLED or status is Status.CANCELLED or status is Status.REJECTED

    @property
    def reduce_only(self) -> bool:
        return self.asked.reduce_only
