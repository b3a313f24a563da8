"""Hyperliquid's rules as the exchange takes them, and what a test or a person may set differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from paddock.venues.exchange import Rules
from paddock.venues.exchange.rules import Children, FeeTier, OrderCap, ScheduleRule, TwapRule
from paddock.venues.exchange.units import USD, Rounding
from paddock.venues.hyperliquid.simulator.listing import COINS, Coin

_MINUTE_MS: Final = 60_000
_MILLION: Final = 1_000_000 * USD

FEE_TIERS: Final = (
    FeeTier(0, 1_500_000, 4_500_000),
    FeeTier(5 * _MILLION, 1_200_000, 4_000_000),
    FeeTier(25 * _MILLION, 800_000, 3_500_000),
    FeeTier(100 * _MILLION, 400_000, 3_000_000),
    FeeTier(500 * _MILLION, 0, 2_800_000),
    FeeTier(2_000 * _MILLION, 0, 2_600_000),
    FeeTier(7_000 * _MILLION, 0, 2_400_000),
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a client may ask before it is told to wait; 0 for no limit.

    By IP address: `weight` a minute, and of sockets `connections`, `subscriptions`, `users` of subscriptions, `sent`
    messages a minute, `posts` unanswered. By account: `actions` before it has traded.
    """

    weight: int = 1_200
    connections: int = 100  # 10 by newer documents [?]
    subscriptions: int = 1_000
    users: int = 10
    sent: int = 2_000
    posts: int = 100
    actions: int = 10_000


UNLIMITED: Final = Allowed(0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Terms:
    """`schedule_volume`: dollars traded before a cancel may be scheduled. `book_ms`: how often a book is sent, 500 by
    the documents of January 2026, 5,000 by newer ones [?].
    """

    coins: tuple[Coin, ...] = COINS
    allowed: Allowed = Allowed()
    schedule_volume: int = 1_000_000
    book_ms: int = 500
    seed: int = 1

    @property
    def rules(self) -> Rules:
        return Rules(
            fee_tiers=FEE_TIERS,
            fee_rounding=Rounding.DOWN,
            children=Children.WHOLE,
            default_leverage=20,
            order_cap=OrderCap(1_000, 5 * _MILLION, 5_000),
            twap=TwapRule(min_ms=5 * _MINUTE_MS, max_ms=1_440 * _MINUTE_MS, min_value=10 * USD),
            schedule=ScheduleRule(volume=self.schedule_volume * USD),
            first_order_id=556_700_000_001,
        )
