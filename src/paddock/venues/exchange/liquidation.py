"""Who can no longer carry their positions, and who takes them over?

Below maintenance margin an account's orders are cancelled and its positions sent to the book as market orders, the
largest first, until it is above again; a large position first in part, and whole for a while after. Far below, the
backstop takes the positions over at the mark, with all cash that belongs to them. The backstop has no bottom: there is
no deleveraging of others.
"""

from __future__ import annotations

from paddock.core.orders import Side
from paddock.venues.exchange import entering, life, margin, prices, trading, twaps
from paddock.venues.exchange.accounts import BACKSTOP, EXCHANGE, Account, Holding
from paddock.venues.exchange.events import CancelReason, Liquidated, Method
from paddock.venues.exchange.requests import Request, Tif
from paddock.venues.exchange.state import State
from paddock.venues.exchange.units import RATE_ONE


def check(state: State) -> bool:
    """Liquidate what has to be, of all accounts that may have lost equity; whether anything was done."""
    done = False
    while state.suspects:
        account = next(iter(state.suspects))
        if not account.house and account.account_id not in {BACKSTOP, EXCHANGE}:
            done = _check(state, account) or done
        state.suspects.pop(account, None)
    return done


def _check(state: State, account: Account) -> bool:
    done = crossed = False
    for holding in list(account.active.values()):
        if not holding.isolated:
            crossed = True
        elif holding.lots:
            done = _check_isolated(state, holding) or done
    if crossed:
        done = _check_cross(state, account) or done
    if account.balance < 0 and not any(holding.lots for holding in account.active.values()):
        state.backstop_takes(account, account.balance)
    return done


def _check_cross(state: State, account: Account) -> bool:
    equity, needed = margin.cross_equity(account), margin.maintenance(account)
    held = sorted(margin.cross_positions(account), key=lambda holding: -holding.value)
    if equity >= needed or not held:
        return False
    method = _method(state, equity, needed)
    _tell(state, account, "", method, (equity, needed, sum(holding.value for holding in held)))
    _cancel_orders(state, account, None)
    if method is Method.BACKSTOP:
        for holding in held:
            trading.take_over(state, holding, Method.BACKSTOP)
        state.backstop_takes(account, account.balance)
        return True
    for holding in held:
        _send(state, holding)
        if margin.cross_equity(account) >= margin.maintenance(account):
            break
    return True


def _check_isolated(state: State, holding: Holding) -> bool:
    account, symbol = holding.account, holding.market.contract.symbol
    equity, needed = margin.used(holding), holding.market.contract.maintenance(holding.value)
    if equity >= needed:
        return False
    method = _method(state, equity, needed)
    _tell(state, account, symbol, method, (equity, needed, holding.value))
    _cancel_orders(state, account, holding)
    if method is Method.LIQUIDATION:
        _send(state, holding)
        return True
    left = equity
    trading.take_over(state, holding, Method.BACKSTOP)
    if left > 0:
        state.backstop_takes(account, left, symbol)
    return True


def _method(state: State, equity: int, needed: int) -> Method:
    share = state.rules.liquidation.backstop_share
    return Method.BACKSTOP if equity * share.denominator < needed * share.numerator else Method.LIQUIDATION


def _send(state: State, holding: Holding) -> None:
    """A market order for the position, or for the first part of a large one."""
    rule, account, contract = state.rules.liquidation, holding.account, holding.market.contract
    lots = abs(holding.lots)
    if holding.value > rule.whole_below and state.now_ts >= account.cooldown_ts:
        part = lots * rule.first_share // RATE_ONE // contract.lot * contract.lot
        lots = max(part, contract.lot)
        account.cooldown_ts = state.now_ts + rule.cooldown_ms
    side = Side.SELL if holding.lots > 0 else Side.BUY
    worst = prices.bound(holding.market, int(side), rule.slippage)
    request = Request(account.account_id, contract.symbol, side, lots, worst, Tif.IOC, market=True, reduce_only=True)
    entering.enter(state, request, liquidation=True)


def _cancel_orders(state: State, account: Account, holding: Holding | None) -> None:
    """All orders and TWAPs of the account, or of one holding of it."""
    for order in list(account.orders.values()):
        if not order.ended and (holding is None or order.holding is holding):
            life.cancel(state, order, CancelReason.LIQUIDATED)
    twaps.end_all(state, account, holding.market if holding else None)


def _tell(state: State, account: Account, symbol: str, method: Method, sums: tuple[int, int, int]) -> None:
    state.tell(Liquidated(state.next_seq(), state.now_ts, account.account_id, symbol, method, *sums))
