"""What does a fill cost its account?"""

from __future__ import annotations

from typing import Final

from paddock.venues.exchange.accounts import EXCHANGE, Account
from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.rules import FeeTier
from paddock.venues.exchange.state import State
from paddock.venues.exchange.units import DAY_MS, scaled

FEE_DAYS: Final = 14


def rates(state: State, account: Account) -> FeeTier:
    """The rates of today: the best tier that the value traded on the 14 whole days before has reached."""
    if account.fixed_fees is not None:
        return account.fixed_fees
    today = state.now_ts // DAY_MS
    if account.fees_day != today:
        recent = sum(value for day, value in account.volumes.items() if today - FEE_DAYS <= day < today)
        reached = [tier for tier in state.rules.fee_tiers if tier.volume <= recent]
        account.fees, account.fees_day = max(reached, key=lambda tier: tier.volume), today
    return account.fees


def charge(state: State, order: Order, value: int, *, maker: bool) -> tuple[int, int]:
    """Take the fee of a fill out of the balance, and count what traded: the fee, and the builder's part of it."""
    account, rounding = order.account, state.rules.fee_rounding
    if account.house:
        return 0, 0
    tier = rates(state, account)
    rate = tier.maker if maker else tier.taker
    if order.liquidation:
        rate += _liquidation_rate(state, order, value)
    fee = scaled(value, rate, rounding)
    state.account(EXCHANGE).balance += fee
    builder, builder_fee = order.asked.builder, 0
    if builder is not None:
        builder_fee = scaled(value, builder.rate, rounding)
        state.account(builder.account).balance += builder_fee
    account.balance -= fee + builder_fee
    _count(account, value, state.now_ts // DAY_MS)
    return fee + builder_fee, builder_fee


def _liquidation_rate(state: State, order: Order, value: int) -> int:
    rule = state.rules.liquidation
    of_maintenance = rule.fee_of_maintenance // (2 * order.market.contract.largest_leverage(value))
    return max(rule.fee_rate, of_maintenance)


def _count(account: Account, value: int, today: int) -> None:
    account.volume += value
    account.volumes[today] = account.volumes.get(today, 0) + value
