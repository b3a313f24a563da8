"""Why the exchange said no, with the numbers that a venue's text needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """After each: what `seen` and `limit` are (µ: micro-dollars)."""

    # the order by itself
    ZERO_SIZE = "zero_size"
    LOT = "lot"  # lots; the multiple it must be
    TICK = "tick"  # price; the step of prices there
    PX_RANGE = "px_range"  # price; the bound it broke
    PX_TOO_FAR = "px_too_far"  # price; the furthest price allowed
    MIN_VALUE = "min_value"  # µ; µ
    MAX_VALUE = "max_value"  # µ; µ
    EXPIRED = "expired"  # its expiry; now
    DUPLICATE_CLIENT_ID = "duplicate_client_id"  # order id that has it
    TRIGGER_PX = "trigger_px"  # trigger price; the price it would fire on at once (0: not a price of the contract)
    GROUP = "group"  # index of the child that does not belong; 0
    PARENT = "parent"  # order id of the parent, which was refused
    # the market
    HALTED = "halted"
    POST_ONLY_PERIOD = "post_only_period"
    NO_PRICE = "no_price"
    POST_ONLY = "post_only"  # see bid and ask
    OI_CAP_INCREASE = "oi_cap_increase"  # µ open interest after; µ cap
    OI_CAP_FLIP = "oi_cap_flip"  # the same, of an order that would turn the position round
    # the account
    REDUCE_ONLY = "reduce_only"  # position in signed lots
    MARGIN = "margin"  # µ needed; µ there
    LEVERAGE_TIER = "leverage_tier"  # leverage set; largest for that position
    TOO_MANY_ORDERS = "too_many_orders"  # open orders; most
    # other requests
    NOT_OPEN = "not_open"  # order or TWAP id, or 0
    LEVERAGE = "leverage"  # leverage asked; largest
    LEVERAGE_DOWN = "leverage_down"  # leverage asked; leverage set (with an open position)
    MARGIN_MODE = "margin_mode"  # position in signed lots
    ISOLATED_ONLY = "isolated_only"
    NOT_ISOLATED = "not_isolated"
    NO_POSITION = "no_position"
    BALANCE = "balance"  # µ asked; µ there
    TWAP_DURATION = "twap_duration"  # ms; the bound it broke
    TWAP_MIN_VALUE = "twap_min_value"  # µ; µ
    SCHEDULE_SOON = "schedule_soon"  # ms ahead; least ms ahead
    SCHEDULE_VOLUME = "schedule_volume"  # µ traded; µ required
    SCHEDULE_COUNT = "schedule_count"  # fired today; most


@dataclass(frozen=True, slots=True)
class Refused:
    """`bid` and `ask` are the best prices at the time, where the reason speaks of them; 0 for an empty side."""

    reason: Refusal
    seen: int = 0
    limit: int = 0
    bid: int = 0
    ask: int = 0
