"""What a test, or a person with the machine, does to the venue: prices, halts, ends of markets, agents and positions.

None of it is open to those who trade. Accounts are addresses in lower case.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from paddock.core.orders import Side
from paddock.venues.exchange import Request, Tif, prices
from paddock.venues.exchange.maker import MAKER
from paddock.venues.exchange.units import USD
from paddock.venues.hyperliquid.simulator.fills import DELEVERAGED
from paddock.venues.hyperliquid.simulator.simulator import Simulator

_COUNTERPARTY: Final = "deleverager"


class Control:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    # --- money and prices ---

    def deposit(self, user: str, dollars: int) -> None:
        """The first makes the account."""
        with self._simulator.acting() as venue:
            venue.deposit(user, dollars * USD)

    def move(self, coin: str, px: str, lots: int = 0) -> None:
        """Quote around another price, after `lots` trade on the way there; mark and oracle follow."""
        with self._simulator.acting() as venue:
            listed = venue.listing[coin]
            self._simulator.market.move(coin, int(Fraction(px) * 10**listed.px_decimals), lots)

    def mark(self, coin: str, mark: str, oracle: str) -> None:
        """Other prices than those of the book, which stays."""
        with self._simulator.acting() as venue:
            unit = 10 ** venue.listing[coin].px_decimals
            venue.exchange.set_prices(coin, int(Fraction(mark) * unit), int(Fraction(oracle) * unit))

    def empty(self, coin: str) -> None:
        """Take all quotes away until the price moves."""
        with self._simulator.acting() as venue:
            venue.exchange.cancel_all(MAKER, coin)

    # --- what trades ---

    def halt(self, coin: str, *, halted: bool = True) -> None:
        """Refuse orders of a market, or take them again."""
        with self._simulator.acting() as venue:
            venue.exchange.halt(coin, halted=halted)

    def post_only(self, *, on: bool = True) -> None:
        """As after an upgrade of the venue."""
        with self._simulator.acting() as venue:
            venue.exchange.post_only(on=on)

    def delist(self, coin: str) -> None:
        """End a market: its orders are cancelled, its positions settled at the mark; it keeps its number."""
        with self._simulator.acting() as venue:
            venue.exchange.cancel_all(MAKER, coin)
            venue.exchange.delist(coin)
            venue.listing.replace(replace(venue.listing[coin], delisted=True))

    # --- accounts ---

    def revoke(self, agent: str) -> None:
        """As when its master approves another of its name."""
        with self._simulator.acting() as venue:
            venue.members.revoke(agent)
            venue.nonces.forget(agent)

    def liquidate(self, user: str, coin: str) -> None:
        """By a price that comes and goes. Raises ValueError for a position that no price liquidates."""
        with self._simulator.acting() as venue:
            position, market = venue.exchange.position(user, coin), venue.exchange.market(coin)
            worst = position.liquidation_px
            if not position.lots or worst <= 0:
                raise ValueError(f"no price liquidates {user} in {coin}")
            mark = floor(worst) - 1 if position.lots > 0 else ceil(worst) + 1
            venue.exchange.set_prices(coin, mark)
            venue.exchange.set_prices(coin, market.mark, market.oracle)

    def deleverage(self, user: str, coin: str) -> None:
        """Close a position at the mark, for somebody else's loss that nothing else covers."""
        with self._simulator.acting() as venue:
            exchange = venue.exchange
            position, contract = exchange.position(user, coin), exchange.contracts[coin]
            side = Side.SELL if position.lots > 0 else Side.BUY
            px, lots = prices.rounded(contract, position.mark, up=side is Side.BUY), abs(position.lots)
            exchange.set_house(_COUNTERPARTY)
            exchange.cancel_all(MAKER, coin)
            exchange.submit(Request(_COUNTERPARTY, coin, Side(-side), lots, px))
            closing = Request(user, coin, side, lots, px, Tif.IOC, market=True, reduce_only=True, note=DELEVERAGED)
            exchange.submit(closing)
            self._simulator.market.move(coin, position.mark)

    # --- what is told wrongly ---

    def repeat_fundings(self, user: str) -> None:
        """Tell of the newest hour's payments once more, over the socket and by question."""
        with self._simulator.acting() as venue:
            venue.records.repeat_fundings(user)

    def forge_fill(self, user: str, **changes: Any) -> dict[str, Any]:
        """Tell of a fill that did not happen: the account's newest one, with changes. Returns it."""
        with self._simulator.acting() as venue:
            row = venue.records.of(user).fills[-1] | changes
            venue.records.write_fill(user, row)
            return row
