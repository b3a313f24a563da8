"""What the exchange shows: frozen pictures as of the moment they are taken. Units are those of `units`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class DepthLevel:
    px: int
    lots: int
    orders: int


@dataclass(frozen=True, slots=True)
class Depth:
    """A book, best levels first; `sequence` grows with each change of it."""

    symbol: str
    bids: tuple[DepthLevel, ...]
    asks: tuple[DepthLevel, ...]
    sequence: int


@dataclass(frozen=True, slots=True)
class MarketView:
    """Prices in ticks, 0 where there is none; `mid` may lie between ticks. `open_interest` in lots, one side.

    `rate` (1e-10) is of the last interval, `next_rate` of the running one as it looks now, `premium` (1e-12) as of now.
    """

    symbol: str
    mark: int
    oracle: int
    last: int
    bid: int
    ask: int
    mid: Fraction
    impact_bid: Fraction
    impact_ask: Fraction
    premium: int
    rate: int
    next_rate: int
    open_interest: int


@dataclass(frozen=True, slots=True)
class PositionView:
    """`lots` signed. `cost` signed as lots, `entry` the average price in ticks; money in micro-dollars.

    `margin`: of an isolated position, its own cash; `margin_used`: value / leverage (isolated: margin + unrealised).
    `liquidation_px` in ticks, at or below 0 where no price liquidates a long. `maintenance` its maintenance margin;
    `max_leverage` that of the tier it is in. Funding is positive when paid: in all, since the position was opened,
    since it last changed.
    """

    symbol: str
    lots: int
    cost: int
    entry: Fraction
    mark: int
    value: int
    unrealised: int
    leverage: int
    isolated: bool
    margin: int
    margin_used: int
    maintenance: int
    liquidation_px: Fraction
    max_leverage: int
    funding: int
    funding_since_open: int
    funding_since_change: int
    opened_ts: int
    changed_ts: int


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account in micro-dollars.

    `balance`: cash, with realised profit, fees and funding, without isolated margins. `cross_equity`: balance and what
    cross positions have made; `equity`: and isolated positions with their margins. `margin_used`: of all positions,
    `cross_margin_used` of cross ones; `reserved`: cross margin with that of open orders. `value`: of all positions,
    `cross_value` of cross ones. `maintenance`: of cross ones.
    """

    account: str
    balance: int
    equity: int
    cross_equity: int
    value: int
    cross_value: int
    margin_used: int
    cross_margin_used: int
    reserved: int
    maintenance: int
    withdrawable: int
    positions: tuple[PositionView, ...]


@dataclass(frozen=True, slots=True)
class FeesView:
    """Rates (1e-10) and traded values (micro-dollars): ever, and of each UTC day (days since 1970)."""

    maker: int
    taker: int
    volume: int
    days: tuple[tuple[int, int], ...]
