"""Pacifica's rules as the exchange takes them, and what a test or a person may set differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from paddock.venues.exchange import Rules
from paddock.venues.exchange.rules import ClientIds, FeeTier, FundingRule, LiquidationRule, OrderCap, TwapRule
from paddock.venues.exchange.units import RATE_ONE, USD, Rounding
from paddock.venues.pacifica.simulator.listing import COINS, Coin

_MILLION: Final = 1_000_000 * USD

FEE_TIERS: Final = (
    FeeTier(0, 1_500_000, 4_000_000),
    FeeTier(5 * _MILLION, 1_200_000, 3_800_000),
    FeeTier(10 * _MILLION, 900_000, 3_600_000),
    FeeTier(25 * _MILLION, 600_000, 3_400_000),
    FeeTier(50 * _MILLION, 300_000, 3_200_000),
    FeeTier(100 * _MILLION, 0, 3_000_000),
    FeeTier(250 * _MILLION, 0, 2_900_000),
    FeeTier(500 * _MILLION, 0, 2_800_000),
)
_TENTHS: Final = 10


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a client may ask before it is told to wait, in tenths of a credit each 60 seconds; 0 for no limit.

    `ip`: of an address without an API config key, `key`: of one key. `subscriptions`: of a channel on one socket.
    """

    ip: int = 100 * _TENTHS
    key: int = 300 * _TENTHS
    subscriptions: int = 20
    connections: int = 300


UNLIMITED: Final = Allowed(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Terms:
    """Where our sources differ on what the venue does [?], both can be had.

    `bump_ms`: for how long market, GTC and IOC orders are held (200 at the venue). `grid_as_500`: a wrong tick or lot
    is answered `Internal server error`, as was documented, instead of a business code. `post_only_at_once`: a post-only
    order that would match is refused at once; otherwise it gets an id, and an event says that it was rejected.
    `settings_as_object`: the newer form of `/account/settings`, which ccxt cannot read, instead of a list.

    `silent_ms`, `longest_ms`: after so long without a word from its client, and after so long anyhow, a socket is
    closed. `book_ms`: how often a book is sent. `builder_rate` (1e-10): what builders ask for, if it was approved.
    """

    coins: tuple[Coin, ...] = COINS
    allowed: Allowed = Allowed()
    bump_ms: int = 0
    grid_as_500: bool = False
    post_only_at_once: bool = False
    settings_as_object: bool = False
    silent_ms: int = 60_000
    longest_ms: int = 24 * 3_600_000
    book_ms: int = 250
    builder_rate: int = 0
    seed: int = 1

    @property
    def rules(self) -> Rules:
        return Rules(
            fee_tiers=FEE_TIERS,
            fee_rounding=Rounding.NEAREST,
            client_ids=ClientIds.EVER,
            lower_leverage=False,
            order_cap=OrderCap(200, _MILLION, 200),
            funding=FundingRule(decimals=8),
            liquidation=LiquidationRule(fee_rate=75 * RATE_ONE // 10_000, fee_of_maintenance=40 * RATE_ONE // 100),
            twap=TwapRule(min_ms=30_000, min_value=0),
            withdraw_share=0,
            first_order_id=336_500_001,
            first_trade_id=68_790_001,
        )
