"""An account's leverage and margin: what may be changed, and what it moves."""

from __future__ import annotations

from paddock.venues.exchange import margin
from paddock.venues.exchange.accounts import Holding
from paddock.venues.exchange.events import LeverageChanged, Move
from paddock.venues.exchange.refusals import Refusal, Refused
from paddock.venues.exchange.state import State
from paddock.venues.exchange.units import divided_up


def set_leverage(state: State, holding: Holding, leverage: int, isolated: bool) -> Refused | None:
    """Lowering it takes more margin, which has to be there; an isolated position gets what it lacks."""
    refused = _refuse_leverage(state, holding, leverage) or _refuse_mode(holding, isolated)
    if refused is not None:
        return refused
    before = holding.leverage, holding.isolated
    lacking = 0
    if isolated and holding.lots:
        lacking = max(divided_up(holding.value, leverage) - margin.used(holding), 0)
    holding.leverage, holding.isolated = leverage, isolated
    needed, there = margin.reserved(holding.account) + lacking, margin.cross_equity(holding.account)
    dearer = leverage < before[0]
    if dearer and needed > there:
        holding.leverage, holding.isolated = before
        return Refused(Refusal.MARGIN, needed, there)
    if lacking and dearer:
        move_margin(state, holding, lacking)
    _tell(state, holding)
    return None


def move_margin(state: State, holding: Holding, amount: int) -> None:
    """From the balance to an isolated position, or back when negative."""
    holding.margin += amount
    state.move(holding.account, -amount, Move.MARGIN, symbol=holding.market.contract.symbol)
    state.moved[holding] = None


def add_isolated_margin(state: State, holding: Holding, amount: int) -> Refused | None:
    """Both ways only what is free there."""
    if not holding.isolated:
        return Refused(Refusal.NOT_ISOLATED)
    if not holding.lots:
        return Refused(Refusal.NO_POSITION)
    share = state.rules.withdraw_share
    there = margin.withdrawable(holding.account, share) if amount > 0 else margin.removable(holding, share)
    if abs(amount) > there:
        return Refused(Refusal.BALANCE, abs(amount), there)
    move_margin(state, holding, amount)
    return None


def _refuse_leverage(state: State, holding: Holding, leverage: int) -> Refused | None:
    largest = holding.market.contract.max_leverage
    if not 1 <= leverage <= largest:
        return Refused(Refusal.LEVERAGE, leverage, largest)
    if holding.lots and leverage < holding.leverage and not state.rules.lower_leverage:
        return Refused(Refusal.LEVERAGE_DOWN, leverage, holding.leverage)
    return None


def _refuse_mode(holding: Holding, isolated: bool) -> Refused | None:
    if holding.market.contract.isolated_only and not isolated:
        return Refused(Refusal.ISOLATED_ONLY)
    if holding.lots and isolated != holding.isolated:
        return Refused(Refusal.MARGIN_MODE, holding.lots)
    return None


def _tell(state: State, holding: Holding) -> None:
    state.tell(
        LeverageChanged(
            state.next_seq(),
            state.now_ts,
            holding.account.account_id,
            holding.market.contract.symbol,
            holding.leverage,
            holding.isolated,
        )
    )
