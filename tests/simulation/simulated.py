"""A simulated venue that serves on a socket: what happens there, and its own truth, in the words of the simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from paddock.core.money import MICROS
from paddock.core.orders import OrderKind
from paddock.core.seams import Clock
from paddock.venues.broker import Placement, VenuePosition
from paddock.venues.exchange import Order, Status, TriggerKind
from tests.simulation.grounds import Ground

DEEP = 10_000_000  # lots: more than anybody here asks for
_WORKING = frozenset({Status.OPEN, Status.WAITING_TRIGGER})


@dataclass(frozen=True, slots=True)
class Worked:
    """An order that the venue has, or had; its placement as far as the venue knows it."""

    asked: Placement
    live: bool
    rest: int
    filled: int
    px: float
    parent: str = ""  # levels have ids of their own here, whoever brought them


class Simulated:
    """`ground` says which venue it is. Money is in micro-dollars, prices in dollars, quantities in lots."""

    def __init__(self, ground: Ground, clock: Clock, symbols: Sequence[str]) -> None:
        self.ground, self.symbols = ground, tuple(symbols)
        self.simulator = ground.simulator(clock, symbols)
        self._owners: dict[str, str] = {}
        self._deposits: dict[str, int] = {}
        self._served = ExitStack()
        self.url = self._served.enter_context(ground.running(self.simulator))

    def close(self) -> None:
        self._served.close()

    def let_in(self, account_id: str, owner: str, agent: str, dollars: int) -> None:
        """Let somebody in, with money, for whom an agent trades."""
        self._owners[account_id], self._deposits[account_id] = owner, dollars * MICROS
        self.simulator.deposit(owner, dollars)
        self.ground.admit(self.simulator, owner, agent)

    def trade(self, symbol: str, px: float, lots: int | None = None) -> None:
        """The market goes to a price, and so many lots trade on the way."""
        with self.simulator.acting() as venue:
            decimals = venue.exchange.contracts[symbol].px_decimals
            self.simulator.market.move(symbol, round(px * 10**decimals), DEEP if lots is None else lots)

    @property
    def orders(self) -> list[Worked]:
        """All that bear an id of ours, or should: a person's have none."""
        with self.simulator.lock:
            return [
                self._worked(account_id, order)
                for account_id, owner in self._owners.items()
                for order in map(self.simulator.exchange.order, self.ground.order_ids(self.simulator, owner))
                if order is not None and order.asked.client_id
            ]

    @property
    def waiting(self) -> frozenset[str]:
        """Levels that wait for the fill of their entry: the venue tells of them as open."""
        with self.simulator.lock:
            resting = [one for owner in self._owners.values() for one in self.simulator.exchange.open_orders(owner)]
            named = [one.asked.client_id for one in resting if one.status is Status.WAITING_FILL]
        return frozenset(map(self.ground.client_id, named))

    def positions(self, account_id: str) -> list[VenuePosition]:
        with self.simulator.lock:
            views = [self.simulator.exchange.position(self._owners[account_id], symbol) for symbol in self.symbols]
            found = zip(self.symbols, views, strict=True)
            decimals = {symbol: one.px_decimals for symbol, one in self.simulator.exchange.contracts.items()}
        return [
            VenuePosition(symbol, view.lots, float(view.entry) / 10 ** decimals[symbol])
            for symbol, view in found
            if view.lots
        ]

    def gain(self, account_id: str) -> int:
        """What the account is worth more than was paid in."""
        with self.simulator.lock:
            return self.simulator.exchange.account(self._owners[account_id]).equity - self._deposits[account_id]

    def bare(self) -> Iterator[str]:
        """Positions without a stop."""
        stopped = {
            (one.asked.account_id, one.asked.symbol)
            for one in self.orders
            if one.live and one.asked.kind is OrderKind.STOP
        }
        for account_id in self._owners:
            for held in self.positions(account_id):
                if (account_id, held.symbol) not in stopped:
                    yield f"{held.lots} lots of {held.symbol}"

    def _worked(self, account_id: str, order: Order) -> Worked:
        asked, decimals = order.asked, order.market.contract.px_decimals
        placement = Placement(
            client_id=self.ground.client_id(asked.client_id),
            account_id=account_id,
            book="",
            symbol=asked.symbol,
            kind=_kind(order),
            side=asked.side,
            lots=order.lots,
            sent_ts=order.placed_ts,
            expires_ts=asked.expires_ts,
            reduce_only=asked.reduce_only,
        )
        return Worked(placement, order.status in _WORKING, order.left, order.filled, order.px / 10**decimals)


def _kind(order: Order) -> OrderKind:
    trigger = order.asked.trigger
    if trigger is not None:
        return OrderKind.STOP if trigger.kind is TriggerKind.STOP else OrderKind.TAKE
    return OrderKind.MARKET if order.asked.market else OrderKind.LIMIT
