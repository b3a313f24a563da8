"""How much may an account risk? Initial and maintenance margin, what is withdrawable, where a position is liquidated.

The margin that open orders hold: of each contract, the larger of what the position is worth at the mark, and what it
would be worth if all buys, or all sells, that are not reduce-only filled (at their limits), by the leverage set. An
isolated position has its own margin, so that only what orders would add to it counts against the account's cash.
"""

from __future__ import annotations

from fractions import Fraction

from paddock.venues.exchange.accounts import Account, Holding
from paddock.venues.exchange.units import RATE_ONE, divided_up


def exposure(position: int, bids: int, asks: int) -> int:
    """The largest value that a position, alone or with one side of its orders, can reach; in ticks times lots."""
    long, short = position + bids, asks - position
    return long if long > short else short


def need(holding: Holding, reach: int) -> int:
    """Margin held for a contract whose position and orders can reach `reach` (ticks times lots)."""
    contract = holding.market.contract
    value = contract.micros(reach)
    if holding.isolated:
        value -= contract.micros(abs(holding.market.mark * holding.lots))
    return divided_up(value, holding.leverage)


def reach(holding: Holding) -> int:
    return exposure(holding.market.mark * holding.lots, holding.bids, holding.asks)


def reserved(account: Account) -> int:
    """Initial margin of cross positions and of all open orders."""
    return sum(need(holding, reach(holding)) for holding in account.active.values())


def used(holding: Holding) -> int:
    """Initial margin of a position; what an isolated one is worth with its margin."""
    if holding.isolated:
        return holding.margin + holding.unrealised
    return divided_up(holding.value, holding.leverage)


def cross_equity(account: Account) -> int:
    """Cash and what cross positions have made."""
    equity = account.balance
    for holding in account.active.values():
        if not holding.isolated:
            equity += holding.unrealised
    return equity


def equity(account: Account) -> int:
    """Cash, isolated margins, and what all positions have made."""
    return account.balance + sum(holding.margin + holding.unrealised for holding in account.active.values())


def cross_positions(account: Account) -> list[Holding]:
    return [holding for holding in account.active.values() if holding.lots and not holding.isolated]


def maintenance(account: Account) -> int:
    """Of all cross positions."""
    return sum(held.market.contract.maintenance(held.value) for held in cross_positions(account))


def withdrawable(account: Account, share: int) -> int:
    """What may leave the balance: equity above initial margin and above `share` (1e-10) of the positions' value."""
    value = sum(held.value for held in cross_positions(account))
    kept = max(reserved(account), divided_up(value * share, RATE_ONE))
    return max(cross_equity(account) - kept, 0)


def removable(holding: Holding, share: int) -> int:
    """What may leave an isolated position by the same rule."""
    value = holding.value
    kept = max(divided_up(value, holding.leverage), divided_up(value * share, RATE_ONE))
    return max(holding.margin + holding.unrealised - kept, 0)


def starved(holding: Holding, sign: int, lots: int, px: int) -> bool:
    """Whether a fill would add to a position beyond what the account's equity carries, open orders aside."""
    account, market = holding.account, holding.market
    if account.house or holding.lots * sign < 0:
        return False
    contract, mark = market.contract, market.mark
    added = contract.micros(lots * mark)
    lost = contract.micros(lots * max((px - mark) * sign, 0))
    wanted = divided_up(added, holding.leverage) + sum(used(held) for held in cross_positions(account))
    return wanted > cross_equity(account) - lost


def liquidation_px(holding: Holding) -> Fraction:
    """The mark, in ticks, at which the position falls below maintenance if no other price moves.

    At or below 0 where no price does that to a long; 0 without a position.
    """
    if not holding.lots:
        return Fraction(0)
    market, account = holding.market, holding.account
    contract = market.contract
    if holding.isolated:
        spare = holding.margin + holding.unrealised - contract.maintenance(holding.value)
    else:
        spare = cross_equity(account) - maintenance(account)
    side = 1 if holding.lots > 0 else -1
    rate = Fraction(1, 2 * contract.largest_leverage(holding.value))
    return market.mark - side * contract.tick_lots(spare) / abs(holding.lots) / (1 - rate * side)
