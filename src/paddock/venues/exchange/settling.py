"""What does a request set off before the next one? Relatives of orders, triggers, liquidations, until all is quiet."""

from __future__ import annotations

from paddock.venues.exchange import entering, funding, groups, life, liquidation, trading, twaps
from paddock.venues.exchange.accounts import BACKSTOP, Account
from paddock.venues.exchange.events import CancelReason, Method, PositionChanged, ScheduledCancel
from paddock.venues.exchange.markets import Market
from paddock.venues.exchange.refusals import Refusal, Refused
from paddock.venues.exchange.state import State
from paddock.venues.exchange.timers import Due
from paddock.venues.exchange.units import DAY_MS


def settle(state: State) -> None:
    while True:
        groups.follow(state)
        for holding in list(state.moved):
            if holding.attached:
                groups.leave_position(state, holding)
        if not (state.followed or entering.fire_due(state) or liquidation.check(state)):
            break
    _tell_positions(state)


def run_due(state: State, up_to_ts: int) -> None:
    """Do all that is due up to then, each at its own time, and let each settle."""
    while (due := state.timers.next(up_to_ts)) is not None:
        ts, what, key = due
        funding.sample(state, ts)
        state.now_ts = max(state.now_ts, ts)
        _run(state, what, key)
        settle(state)
    funding.sample(state, up_to_ts)
    state.now_ts = up_to_ts


def delist(state: State, market: Market) -> None:
    """The backstop takes all positions at the mark. Together they are none, so that it is left with none."""
    market.halted = True
    for account in state.accounts.values():
        twaps.end_all(state, account, market)
        for order in list(account.orders.values()):
            if order.market is market and not order.ended:
                life.cancel(state, order, CancelReason.DELISTED)
    for holding in list(market.holders.values()):
        if holding.account.account_id != BACKSTOP:
            trading.take_over(state, holding, Method.SETTLEMENT)
    settle(state)


def schedule_cancel(state: State, account: Account, at_ts: int) -> Refused | None:
    """Set the time, or take it away with 0."""
    rule, today = state.rules.schedule, state.now_ts // DAY_MS
    if account.volume < rule.volume:
        return Refused(Refusal.SCHEDULE_VOLUME, account.volume, rule.volume)
    if at_ts:
        if at_ts - state.now_ts < rule.ahead_ms:
            return Refused(Refusal.SCHEDULE_SOON, at_ts - state.now_ts, rule.ahead_ms)
        if account.schedule_day == today and account.schedules_fired >= rule.per_day:
            return Refused(Refusal.SCHEDULE_COUNT, account.schedules_fired, rule.per_day)
        state.timers.add(at_ts, Due.SCHEDULE, account.account_id)
    account.schedule_ts = at_ts
    _tell_schedule(state, account, at_ts)
    return None


def _run(state: State, what: Due, key: int | str) -> None:
    if what is Due.FUNDING:
        funding.settle(state)
        state.timers.add(state.now_ts + state.rules.funding.interval_ms, Due.FUNDING)
    elif what is Due.TWAP and isinstance(key, int):
        twaps.send_next(state, state.twaps[key])
    elif what is Due.EXPIRY and isinstance(key, int):
        order = state.orders.get(key)
        if order is not None and not order.ended:
            life.cancel(state, order, CancelReason.EXPIRED)
    elif what is Due.SCHEDULE and isinstance(key, str):
        _cancel_scheduled(state, state.accounts[key])


def _cancel_scheduled(state: State, account: Account) -> None:
    """Unless it was moved to another time, or taken away, since its timer was set."""
    if account.schedule_ts != state.now_ts:
        return
    today = state.now_ts // DAY_MS
    account.schedules_fired = account.schedules_fired + 1 if account.schedule_day == today else 1
    account.schedule_day, account.schedule_ts = today, 0
    cancelled = 0
    for order in list(account.orders.values()):
        if not order.ended:
            life.cancel(state, order, CancelReason.SCHEDULED)
            cancelled += 1
    _tell_schedule(state, account, state.now_ts, cancelled, fired=True)


def _tell_schedule(state: State, account: Account, at_ts: int, cancelled: int = 0, *, fired: bool = False) -> None:
    state.tell(ScheduledCancel(state.next_seq(), state.now_ts, account.account_id, at_ts, fired, cancelled))


def _tell_positions(state: State) -> None:
    for holding in state.moved:
        account = holding.account
        if not account.house:
            state.tell(
                PositionChanged(
                    state.next_seq(),
                    state.now_ts,
                    account.account_id,
                    holding.market.contract.symbol,
                    holding.lots,
                    holding.cost,
                    holding.isolated,
                    holding.margin,
                )
            )
    state.moved.clear()
