"""What does a fill do to a position and to cash?"""

from __future__ import annotations

from paddock.venues.exchange.accounts import Holding
from paddock.venues.exchange.state import State
from paddock.venues.exchange.units import divided_nearest, divided_up


def book(state: State, holding: Holding, sign: int, lots: int, value: int) -> int:
    """Book a fill worth `value`; what it realised, gross of fees. A fill may close one side and open the other.

    The part of a position that closes takes the nearest share of its cost; the last to close takes all.
    """
    before = holding.lots
    closing = min(lots, abs(before)) if before * sign < 0 else 0
    realised = closed_value = 0
    if closing:
        closed_value = value * closing // lots
        realised = _close(state, holding, sign, closing, closed_value)
    if lots > closing:
        if not holding.lots:
            holding.opened_ts, holding.funding_since_open = state.now_ts, 0
        _open(holding, sign, lots - closing, value - closed_value)
    holding.changed_ts, holding.funding_since_change = state.now_ts, 0
    _note_holder(holding, before)
    state.moved[holding] = None
    return realised


def _open(holding: Holding, sign: int, lots: int, value: int) -> None:
    holding.lots += sign * lots
    holding.cost += sign * value
    if holding.isolated:
        margin = divided_up(value, holding.leverage)
        holding.margin += margin
        holding.account.balance -= margin


def _close(state: State, holding: Holding, sign: int, lots: int, value: int) -> int:
    whole = abs(holding.lots)
    cost = holding.cost if lots == whole else divided_nearest(holding.cost * lots, whole)
    realised = -sign * value - cost
    holding.lots += sign * lots
    holding.cost -= cost
    if holding.isolated:
        _release(state, holding, lots, whole, realised)
    else:
        holding.account.balance += realised
    return realised


def _release(state: State, holding: Holding, lots: int, whole: int, realised: int) -> None:
    """Give the closed part's share of an isolated margin back with what it realised.

    A loss beyond that share stays with the rest of the position; beyond all of the margin the backstop bears it.
    """
    account = holding.account
    share = holding.margin * lots // whole
    back = share + realised
    holding.margin -= share
    if holding.lots and back < 0:
        holding.margin += back
        return
    account.balance += back
    if back < 0:
        state.backstop_takes(account, back, holding.market.contract.symbol)


def _note_holder(holding: Holding, before: int) -> None:
    market, account = holding.market, holding.account
    market.open_lots += max(holding.lots, 0) - max(before, 0)
    if holding.lots:
        market.holders[account.account_id] = holding
    else:
        market.holders.pop(account.account_id, None)
    account.settle_active(holding)
