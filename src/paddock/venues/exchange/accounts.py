"""Whose is what? An account's cash, positions, open orders and settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.rules import FeeTier

if TYPE_CHECKING:
    from paddock.venues.exchange.markets import Market

EXCHANGE: Final = "exchange"  # takes the fees and what rounding leaves
BACKSTOP: Final = "backstop"  # takes over what cannot be liquidated in the book: the insurance of all others


@dataclass(slots=True, eq=False)
class Holding:
    """One contract of one account: the position, its margin, and what its open orders could add.

    `lots` and `cost` (micro-dollars) are signed alike. `margin` is an isolated position's own cash. `bids` and `asks`
    are what resting orders that are not reduce-only would trade, in ticks times lots. `reducing` holds the resting
    reduce-only orders, oldest first, and `reducing_lots` what they have left; `attached` the triggers that go when the
    position goes. Funding counts what was paid.
    """

    account: Account = field(repr=False)
    market: Market = field(repr=False)
    leverage: int
    isolated: bool
    lots: int = 0
    cost: int = 0
    margin: int = 0
    bids: int = 0
    asks: int = 0
    reducing: dict[int, Order] = field(default_factory=dict)
    reducing_lots: int = 0
    attached: dict[int, Order] = field(default_factory=dict)
    funding: int = 0
    funding_since_open: int = 0
    funding_since_change: int = 0
    opened_ts: int = 0
    changed_ts: int = 0

    @property
    def value(self) -> int:
        """Of the position at the mark, in micro-dollars, never negative."""
        return self.market.contract.micros(abs(self.lots) * self.market.mark)

    @property
    def unrealised(self) -> int:
        return (self.value if self.lots > 0 else -self.value) - self.cost


@dataclass(slots=True, eq=False)
class Account:
    """`active` are the holdings with a position or resting orders. `volumes`: traded value of each UTC day.

    `fixed_fees` overrules the tiers; `fees` is what is charged on `fees_day`. `schedule_ts`: when all orders are to be
    cancelled (0: never), `schedules_fired` how often that happened on `schedule_day`.
    """

    account_id: str
    fees: FeeTier
    house: bool = False
    balance: int = 0
    holdings: dict[str, Holding] = field(default_factory=dict)
    active: dict[str, Holding] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    client_ids: dict[str, Order] = field(default_factory=dict)
    fixed_fees: FeeTier | None = None
    fees_day: int = -1
    volume: int = 0
    volumes: dict[int, int] = field(default_factory=dict)
    schedule_ts: int = 0
    schedule_day: int = -1
    schedules_fired: int = 0
    cooldown_ts: int = 0

    def settle_active(self, holding: Holding) -> None:
        """Keep `active` true after a change of the holding."""
        symbol = holding.market.contract.symbol
        if holding.lots or holding.bids or holding.asks:
            self.active[symbol] = holding
        else:
            self.active.pop(symbol, None)
