"""One TWAP through its life. The exchange changes it; everybody else only reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paddock.venues.exchange.events import TwapState
from paddock.venues.exchange.requests import TwapRequest

if TYPE_CHECKING:
    from paddock.venues.exchange.accounts import Account
    from paddock.venues.exchange.markets import Market


@dataclass(slots=True, eq=False)
class Twap:
    """`slices` in all, of which `sent` have gone out; `value` is that of the fills in micro-dollars."""

    twap_id: int
    asked: TwapRequest
    account: Account = field(repr=False)
    market: Market = field(repr=False)
    slices: int
    started_ts: int
    changed_ts: int
    sent: int = 0
    filled: int = 0
    value: int = 0
    state: TwapState = TwapState.RUNNING

    @property
    def running(self) -> bool:
        return self.state is TwapState.RUNNING
