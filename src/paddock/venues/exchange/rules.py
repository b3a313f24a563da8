"""What a venue fixes: its contracts and its rules. The exchange knows no venue by name; it is given these."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from paddock.venues.exchange.units import HOUR_MS, RATE_ONE, USD, Rounding, divided_up


@dataclass(frozen=True, slots=True)
class MarginTier:
    """From a position value of `lower` micro-dollars on, at most `max_leverage`."""

    lower: int
    max_leverage: int


@dataclass(frozen=True, slots=True)
class _Slope:
    """Maintenance margin from a lower bound on: (value * times - minus) / over."""

    lower: int
    max_leverage: int
    times: int
    minus: int
    over: int


@dataclass(frozen=True, slots=True)
class Contract:
    """One perpetual contract.

    Prices are multiples of `tick` (times `10**-px_decimals`) and, where `sig_figs` is set, carry at most that many
    significant figures; whole dollars are always allowed. Quantities are multiples of `lot` (times
    `10**-qty_decimals`). Marks and oracles need only be on `10**-px_decimals`. Values (`min_value`, `max_…_value`,
    `oi_cap`, `impact_value`) are micro-dollars, 0 for none. `px_band`: how far (1e-10) a limit may be from the mark.
    `tiers` are those above the first, which `max_leverage` gives. Maintenance margin is half the initial margin at the
    tier's largest leverage, tier by tier.
    """

    symbol: str
    px_decimals: int
    qty_decimals: int
    max_leverage: int
    tick: int = 1
    lot: int = 1
    sig_figs: int = 0
    min_px: int = 0
    max_px: int = 0
    min_value: int = 0
    max_market_value: int = 0
    max_limit_value: int = 0
    px_band: int = 0
    tiers: tuple[MarginTier, ...] = ()
    isolated_only: bool = False
    oi_cap: int = 0
    impact_value: int = 6_000 * USD
    _up: int = field(init=False, repr=False)
    _down: int = field(init=False, repr=False)
    _slopes: tuple[_Slope, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        exponent = 6 - self.px_decimals - self.qty_decimals
        object.__setattr__(self, "_up", 10 ** max(exponent, 0))
        object.__setattr__(self, "_down", 10 ** max(-exponent, 0))
        object.__setattr__(self, "_slopes", _slopes((MarginTier(0, self.max_leverage), *self.tiers)))

    def micros(self, tick_lots: int) -> int:
        """A product of ticks and lots in micro-dollars, rounded down where a product is finer than that."""
        return tick_lots * self._up // self._down

    def tick_lots(self, micros: int) -> Fraction:
        """How many ticks times lots an amount of money is."""
        return Fraction(micros * self._down, self._up)

    def step(self, px: int) -> int:
        """The distance between allowed prices around `px`."""
        if not self.sig_figs:
            return self.tick
        coarse = 10 ** max(len(str(px)) - self.sig_figs, 0)
        return max(self.tick, int(min(coarse, 10**self.px_decimals)))

    def maintenance(self, value: int) -> int:
        """Maintenance margin of a position worth `value`, rounded up."""
        slope = self._slope(value)
        return divided_up(value * slope.times - slope.minus, slope.over)

    def largest_leverage(self, value: int) -> int:
        """The leverage that a position worth `value` may have."""
        return self._slope(value).max_leverage

    def _slope(self, value: int) -> _Slope:
        slopes = self._slopes
        for slope in reversed(slopes):
            if value >= slope.lower:
                return slope
        return slopes[0]


def _slopes(tiers: tuple[MarginTier, ...]) -> tuple[_Slope, ...]:
    found: list[_Slope] = []
    deduction = rate = Fraction(0)
    for tier in tiers:
        next_rate = Fraction(1, 2 * tier.max_leverage)
        deduction += tier.lower * (next_rate - rate)
        rate = next_rate
        times = deduction.denominator * 2 * tier.max_leverage
        found.append(
            _Slope(
                tier.lower,
                tier.max_leverage,
                times=deduction.denominator,
                minus=deduction.numerator * 2 * tier.max_leverage,
                over=times,
            )
        )
    return tuple(found)


class Children(Enum):
    """How orders attached to an entry follow a partial fill of it."""

    SCALED = "scaled"  # they grow with what has filled, and stay when the rest of the entry is cancelled
    WHOLE = "whole"  # they appear when the entry has filled whole, or was cut short for lack of margin; else they go


class ClientIds(Enum):
    """When a client id is refused as a duplicate of another order of the account."""

    NEVER = "never"
    OPEN = "open"
    EVER = "ever"


@dataclass(frozen=True, slots=True)
class FeeTier:
    """Rates (1e-10; negative: a rebate) from a traded value of `volume` micro-dollars in 14 whole days on."""

    volume: int
    maker: int
    taker: int


@dataclass(frozen=True, slots=True)
class OrderCap:
    """At most `base` open orders, one more for each `per_value` traded, never above `most`.

    From `base` open orders on, reduce-only and trigger orders are refused.
    """

    base: int
    per_value: int
    most: int


@dataclass(frozen=True, slots=True)
class FundingRule:
    """rate = (P + clamp(interest - P, -clamp, clamp)) / parts, within ±cap, cut to `decimals`; P: average premium.

    Premium, interest, clamp and cap are 1e-12. Positions pay `lots * oracle * rate`, rounded by `rounding`.
    """

    interest: int = 100_000_000
    clamp: int = 500_000_000
    parts: int = 8
    cap: int = 40_000_000_000
    decimals: int = 10
    sample_ms: int = 5_000
    interval_ms: int = HOUR_MS
    rounding: Rounding = Rounding.NEAREST


@dataclass(frozen=True, slots=True)
class LiquidationRule:
    """Below maintenance: market orders into the book, `first_share` (1e-10) of a position worth more than
    `whole_below`, then all of it for `cooldown_ms`. Below `backstop_share` of maintenance the backstop takes over.

    `slippage` (1e-10) bounds those orders around the mark. `fee_rate` and `fee_of_maintenance`: the liquidated pay
    the greater of them (1e-10 of value, and of the maintenance margin) on top of the taker's fee.
    """

    first_share: int = RATE_ONE // 5
    whole_below: int = 100_000 * USD
    cooldown_ms: int = 30_000
    backstop_share: Fraction = Fraction(2, 3)
    slippage: int = RATE_ONE // 10
    fee_rate: int = 0
    fee_of_maintenance: int = 0


@dataclass(frozen=True, slots=True)
class TwapRule:
    """`min_value` is in micro-dollars for each minute."""

    interval_ms: int = 30_000
    catch_up: int = 3
    slippage: int = RATE_ONE * 3 // 100
    min_ms: int = 0
    max_ms: int = 0
    min_value: int = 0


@dataclass(frozen=True, slots=True)
class ScheduleRule:
    """The scheduled cancel: least time ahead, most that fire in a UTC day, traded value (micro-dollars) required."""

    ahead_ms: int = 5_000
    per_day: int = 10
    volume: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a venue.

    `default_leverage` 0: the contract's largest. `lower_leverage`: whether leverage may be lowered with an open
    position. `withdraw_share` (1e-10): of the value of cross positions, what has to stay. `trigger_slippage` (1e-10):
    around the mark, for market triggers without a price. `refuse_fired_triggers`: whether a trigger that would fire
    at once is refused or fires.
    """

    fee_tiers: tuple[FeeTier, ...] = (FeeTier(0, 1_500_000, 4_500_000),)
    fee_rounding: Rounding = Rounding.NEAREST
    children: Children = Children.SCALED
    client_ids: ClientIds = ClientIds.NEVER
    default_leverage: int = 0
    lower_leverage: bool = True
    order_cap: OrderCap | None = None
    withdraw_share: int = RATE_ONE // 10
    trigger_slippage: int = RATE_ONE // 10
    refuse_fired_triggers: bool = True
    funding: FundingRule = FundingRule()
    liquidation: LiquidationRule = LiquidationRule()
    twap: TwapRule = TwapRule()
    schedule: ScheduleRule = ScheduleRule()
    first_order_id: int = 1
    first_trade_id: int = 1
