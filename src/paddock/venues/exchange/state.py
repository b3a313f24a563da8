"""All that the exchange remembers, and the list of what happened. The other modules are what it does."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from paddock.core.seams import RandomSource
from paddock.venues.exchange.accounts import BACKSTOP, Account, Holding
from paddock.venues.exchange.events import Change, Event, MoneyMoved, Move, OrderChanged
from paddock.venues.exchange.markets import Market
from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.rules import Contract, Rules
from paddock.venues.exchange.timers import Timers
from paddock.venues.exchange.twap import Twap


class State:
    """`followed`, `moved`, `stirred` and `suspects` are what the running request has left to look after: orders of
    groups that changed, holdings whose position changed, markets whose prices changed, accounts that lost equity.
    """

    def __init__(self, rules: Rules, contracts: Iterable[Contract], start_ts: int, random: RandomSource) -> None:
        self.rules, self.random, self.now_ts = rules, random, start_ts
        self.markets = {contract.symbol: Market(contract) for contract in contracts}
        self.accounts: dict[str, Account] = {}
        self.orders: dict[int, Order] = {}
        self.twaps: dict[int, Twap] = {}
        self.timers = Timers()
        self.post_only = False
        self.last_order_id = rules.first_order_id - 1
        self.last_trade_id = rules.first_trade_id - 1
        self.last_twap_id = 0
        self.seq = 0
        self.followed: deque[Order] = deque()
        self.moved: dict[Holding, None] = {}
        self.stirred: dict[Market, None] = {}
        self.suspects: dict[Account, None] = {}
        self._events: list[Event] = []
        self._forgotten = 0

    # --- what happened ---

    def next_seq(self) -> int:
        self.seq += 1
        return self.seq

    def tell(self, event: Event) -> None:
        """Add an event, numbered by `next_seq`."""
        self._events.append(event)

    def tell_order(self, order: Order, change: Change, trade_id: int = 0) -> None:
        """Its state as it now is; nothing for a house account."""
        account = order.account
        if account.house:
            return
        self.seq += 1
        self._events.append(
            OrderChanged(
                self.seq,
                self.now_ts,
                account.account_id,
                order.asked.symbol,
                order.order_id,
                change,
                order.px,
                order.lots,
                order.filled,
                order.value,
                order.reason,
                order.refused,
                trade_id,
            )
        )

    def events(self, after_seq: int) -> Sequence[Event]:
        return self._events[max(after_seq - self._forgotten, 0) :]

    def forget_events(self, up_to_seq: int) -> None:
        count = min(max(up_to_seq - self._forgotten, 0), len(self._events))
        del self._events[:count]
        self._forgotten += count

    # --- who and what ---

    def account(self, account_id: str) -> Account:
        """Made on first mention."""
        found = self.accounts.get(account_id)
        if found is None:
            found = self.accounts[account_id] = Account(account_id, self.rules.fee_tiers[0])
        return found

    def holding(self, account: Account, market: Market) -> Holding:
        """Made on first mention, with the default leverage."""
        contract = market.contract
        found = account.holdings.get(contract.symbol)
        if found is None:
            leverage = min(self.rules.default_leverage or contract.max_leverage, contract.max_leverage)
            found = account.holdings[contract.symbol] = Holding(account, market, leverage, contract.isolated_only)
        return found

    # --- money ---

    def move(self, account: Account, amount: int, move: Move, other: str = "", symbol: str = "") -> None:
        """Book `amount` to a balance and say so; the other end is the caller's."""
        account.balance += amount
        self.tell(
            MoneyMoved(self.next_seq(), self.now_ts, account.account_id, move, amount, account.balance, other, symbol)
        )

    def backstop_takes(self, account: Account, amount: int, symbol: str = "") -> None:
        """`amount` (negative: the backstop pays) from a balance to the backstop's."""
        self.account(BACKSTOP).balance += amount
        self.move(account, -amount, Move.BACKSTOP, BACKSTOP, symbol)
