"""Which prices does a contract know, and how far is far?"""

from __future__ import annotations

from paddock.venues.exchange.markets import Market
from paddock.venues.exchange.rules import Contract
from paddock.venues.exchange.units import RATE_ONE


def on_grid(contract: Contract, px: int) -> bool:
    return px > 0 and px % contract.step(px) == 0


def rounded(contract: Contract, px: int, *, up: bool) -> int:
    """The nearest allowed price at or above `px` (`up`), or at or below."""
    step = contract.step(px)
    return -(-px // step) * step if up else px // step * step


def bound(market: Market, sign: int, share: int) -> int:
    """The worst allowed price of a buy (+1) or sell (-1) within `share` (1e-10) of the mark; at least one step."""
    contract = market.contract
    exact = market.mark * (RATE_ONE + sign * share)
    px = exact // RATE_ONE if sign > 0 else -(-exact // RATE_ONE)
    return max(rounded(contract, max(px, 1), up=sign < 0), contract.tick)


def beside(market: Market, sign: int, px: int) -> int:
    """`px`, or the best price of that side that does not match now."""
    touch = market.book.side(-sign).best_px()
    if not touch or (px - touch) * sign < 0:
        return px
    contract = market.contract
    return rounded(contract, touch - 1, up=False) if sign > 0 else rounded(contract, touch + 1, up=True)
