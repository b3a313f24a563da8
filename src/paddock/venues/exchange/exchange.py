"""A perpetual-futures exchange: pure, deterministic, without a wire.

Units are those of `units`: prices in ticks, quantities in lots, money in micro-dollars, rates in 1e-10, time in ms UTC.
It reads no clock: `advance` says what time it is, and everything else happens at that time. The same calls give the
same events. What happens is told once, in order, as `events`; what a request did is also its answer.

A request with an unknown symbol raises KeyError: the wire translates names before it asks. An account exists from its
first mention. Refusals are values (`Refused`), never exceptions; a refused order has an id and is an Order whose
`refused` says why.

Money: a balance is cash with realised profit, fees and funding; a position carries its cost. At every moment, the
balances and isolated margins of all accounts (EXCHANGE, which takes the fees and the dust of rounding, and BACKSTOP
among them) less the signed costs of all positions are what was deposited less what was withdrawn, to the micro-dollar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from paddock.core.seams import RandomSource
from paddock.venues.exchange import admission, entering, groups, life, margin, reading, settings, settling, twaps
from paddock.venues.exchange.accounts import Account, Holding
from paddock.venues.exchange.events import CancelReason, Event, Move
from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.refusals import Refusal, Refused
from paddock.venues.exchange.requests import Request, TwapRequest
from paddock.venues.exchange.rules import Contract, FeeTier, Rules
from paddock.venues.exchange.state import State
from paddock.venues.exchange.timers import Due
from paddock.venues.exchange.twap import Twap
from paddock.venues.exchange.views import AccountView, Depth, FeesView, MarketView, PositionView


class Exchange:
    def __init__(self, rules: Rules, contracts: Iterable[Contract], start_ts: int, random: RandomSource) -> None:
        """`random` is drawn from by TWAPs that ask to be randomised, and by nothing else."""
        self._state = State(rules, contracts, start_ts, random)
        interval_ms = rules.funding.interval_ms
        self._state.timers.add((start_ts // interval_ms + 1) * interval_ms, Due.FUNDING)
        for market in self._state.markets.values():
            market.sampled = start_ts // rules.funding.sample_ms

    # --- time and prices ---

    @property
    def now_ts(self) -> int:
        return self._state.now_ts

    def advance(self, now_ts: int) -> None:
        """Do all that is due up to `now_ts`, each at its own time: TWAP slices, expiries, scheduled cancels, funding.

        Raises ValueError when time would go back.
        """
        if now_ts < self._state.now_ts:
            raise ValueError(f"time does not go back from {self._state.now_ts} to {now_ts}")
        settling.run_due(self._state, now_ts)

    def set_prices(self, symbol: str, mark: int, oracle: int = 0) -> None:
        """Move mark and oracle (0: as the mark); fires triggers, liquidates."""
        market = self._state.markets[symbol]
        market.mark, market.oracle = mark, oracle or mark
        self._state.stirred[market] = None
        for holding in market.holders.values():
            self._state.suspects[holding.account] = None
        settling.settle(self._state)

    def halt(self, symbol: str, *, halted: bool = True) -> None:
        """Refuse new orders of a contract and let its triggers wait, or go on; what rests stays."""
        market = self._state.markets[symbol]
        market.halted = halted
        self._state.stirred[market] = None
        settling.settle(self._state)

    def delist(self, symbol: str) -> None:
        """End a contract: cancel its orders (DELISTED), settle its positions at the mark, refuse what comes."""
        settling.delist(self._state, self._state.markets[symbol])

    def post_only(self, *, on: bool = True) -> None:
        """Take only post-only orders, as after an upgrade of a venue."""
        self._state.post_only = on

    # --- money ---

    def deposit(self, account: str, amount: int) -> None:
        self._state.move(self._account(account), amount, Move.DEPOSIT)

    def withdraw(self, account: str, amount: int) -> Refused | None:
        """Refused (BALANCE) beyond what is withdrawable."""
        refused = self._refuse_withdrawal(account, amount)
        if refused is None:
            self._state.move(self._account(account), -amount, Move.WITHDRAWAL)
        return refused

    def transfer(self, account: str, to: str, amount: int) -> Refused | None:
        """From one account's withdrawable cash to another's balance."""
        refused = self._refuse_withdrawal(account, amount)
        if refused is None:
            self._state.move(self._account(account), -amount, Move.TRANSFER, to)
            self._state.move(self._account(to), amount, Move.TRANSFER, account)
        return refused

    # --- orders ---

    def submit(self, request: Request) -> Order:
        """The order as it stands after everything that it set off: rejected, open, waiting, filled or cancelled."""
        order = entering.enter(self._state, request)
        settling.settle(self._state)
        return order

    def submit_bracket(self, entry: Request, children: Sequence[Request]) -> list[Order]:
        """An entry with reduce-only triggers of the other side that wait for its fill; the entry's order comes first.

        One child's fill cancels its siblings. Where a child does not belong, or is wrong by itself, all are rejected
        (for it); where the entry is refused, its children are rejected too (PARENT).
        """
        orders = groups.submit_bracket(self._state, entry, children)
        settling.settle(self._state)
        return orders

    def submit_siblings(self, children: Sequence[Request]) -> list[Order]:
        """Reduce-only triggers of one position; one's fill cancels the others, and the position's end all of them."""
        orders = groups.submit_siblings(self._state, children)
        settling.settle(self._state)
        return orders

    def cancel(self, account: str, ref: int | str, reason: CancelReason = CancelReason.USER) -> Order | Refused:
        """By order id (int) or client id (str). Refused: NOT_OPEN. Children go with their entry."""
        order = self._open(account, ref)
        if order is None:
            return Refused(Refusal.NOT_OPEN, ref if isinstance(ref, int) else 0)
        life.cancel(self._state, order, reason)
        self._state.stirred[order.market] = None
        settling.settle(self._state)
        return order

    def cancel_all(
        self,
        account: str,
        symbol: str = "",
        *,
        keep_reduce_only: bool = False,
        keep_triggers: bool = False,
        reason: CancelReason = CancelReason.USER,
    ) -> list[Order]:
        """All open orders of an account, or of one symbol of it: those that were cancelled."""
        gone: list[Order] = []
        for order in self.open_orders(account, symbol):
            kept = (keep_reduce_only and order.reduce_only) or (keep_triggers and order.asked.trigger is not None)
            if not kept and not order.ended:
                life.cancel(self._state, order, reason)
                self._state.stirred[order.market] = None
                gone.append(order)
        settling.settle(self._state)
        return gone

    def modify(self, account: str, ref: int | str, request: Request, *, always: bool = False) -> Order | Refused:
        """Cancel an open order and enter `request` under a new id, in the old one's place in its group.

        Refused (NOT_OPEN, unless `always`), or for what is wrong with the new order by itself: the old one then stays.
        """
        old = self._open(account, ref)
        if old is None and not always:
            return Refused(Refusal.NOT_OPEN, ref if isinstance(ref, int) else 0)
        refused = admission.malformed(self._state, request)
        if refused is not None:
            return refused
        if old is None:
            return self.submit(request)
        life.cancel(self._state, old, CancelReason.MODIFIED)
        order = groups.replace(self._state, old, request)
        settling.settle(self._state)
        return order

    def schedule_cancel(self, account: str, at_ts: int = 0) -> Refused | None:
        """Cancel all orders of the account at a time; 0 takes it away. Refused: SCHEDULE_SOON, _VOLUME, _COUNT."""
        return settling.schedule_cancel(self._state, self._account(account), at_ts)

    def submit_twap(self, request: TwapRequest) -> Twap | Refused:
        """The first slice goes out at once."""
        twap = twaps.submit(self._state, request)
        settling.settle(self._state)
        return twap

    def cancel_twap(self, account: str, ref: int | str) -> Twap | Refused:
        """By TWAP id (int) or client id (str). Refused: NOT_OPEN."""
        for twap in self.twaps(account):
            if twap.running and ref in {twap.twap_id, twap.asked.client_id}:
                twaps.cancel(self._state, twap)
                return twap
        return Refused(Refusal.NOT_OPEN, ref if isinstance(ref, int) else 0)

    # --- an account's settings ---

    def set_leverage(self, account: str, symbol: str, leverage: int, *, isolated: bool | None = None) -> Refused | None:
        """`isolated` None: leave the margin mode.

        Refused: LEVERAGE, LEVERAGE_DOWN, MARGIN_MODE, ISOLATED_ONLY, MARGIN.
        """
        holding = self._holding(account, symbol)
        mode = holding.isolated if isolated is None else isolated
        refused = settings.set_leverage(self._state, holding, leverage, isolated=mode)
        settling.settle(self._state)
        return refused

    def set_margin_mode(self, account: str, symbol: str, *, isolated: bool) -> Refused | None:
        """Refused with an open position (MARGIN_MODE) or where only isolated margin is allowed (ISOLATED_ONLY)."""
        return self.set_leverage(account, symbol, self._holding(account, symbol).leverage, isolated=isolated)

    def add_isolated_margin(self, account: str, symbol: str, amount: int) -> Refused | None:
        """Move money between the balance and an isolated position; a negative amount takes margin out of it.

        Refused: NOT_ISOLATED, NO_POSITION, BALANCE.
        """
        refused = settings.add_isolated_margin(self._state, self._holding(account, symbol), amount)
        settling.settle(self._state)
        return refused

    def set_fees(self, account: str, maker: int, taker: int) -> None:
        """Fix an account's rates (1e-10), whatever it has traded."""
        self._account(account).fixed_fees = FeeTier(0, maker, taker)

    def set_house(self, account: str) -> None:
        """An account that makes the market: without margin, fees and liquidation, and without order events."""
        self._account(account).house = True

    # --- reading ---

    @property
    def contracts(self) -> dict[str, Contract]:
        return {symbol: market.contract for symbol, market in self._state.markets.items()}

    def events(self, after_seq: int = 0) -> Sequence[Event]:
        return self._state.events(after_seq)

    def forget_events(self, up_to_seq: int) -> None:
        """Drop the oldest events, so that a long run stays small."""
        self._state.forget_events(up_to_seq)

    def order(self, order_id: int) -> Order | None:
        return self._state.orders.get(order_id)

    def find(self, account: str, client_id: str) -> Order | None:
        """The newest order of that client id."""
        return self._account(account).client_ids.get(client_id)

    def open_orders(self, account: str, symbol: str = "") -> list[Order]:
        """All that rest or wait, by order id."""
        orders = self._account(account).orders.values()
        return sorted((order for order in orders if symbol in {"", order.asked.symbol}), key=lambda it: it.order_id)

    def twap(self, twap_id: int) -> Twap | None:
        return self._state.twaps.get(twap_id)

    def twaps(self, account: str) -> list[Twap]:
        """All that ever were, by id."""
        return [twap for twap in self._state.twaps.values() if twap.asked.account == account]

    def account(self, account: str) -> AccountView:
        return reading.account(self._state, self._account(account))

    def accounts(self) -> list[str]:
        return list(self._state.accounts)

    def position(self, account: str, symbol: str) -> PositionView:
        """Also of a flat one, for its leverage and margin mode."""
        return reading.position(self._holding(account, symbol))

    def fees(self, account: str) -> FeesView:
        return reading.fee_rates(self._state, self._account(account))

    def market(self, symbol: str) -> MarketView:
        return reading.market(self._state, self._state.markets[symbol])

    def depth(self, symbol: str, levels: int = 20, step: int = 1) -> Depth:
        """The best `levels` a side; prices are summed to multiples of `step`, away from the middle."""
        return reading.depth(self._state.markets[symbol], levels, step)

    # --- names ---

    def _account(self, account: str) -> Account:
        return self._state.account(account)

    def _holding(self, account: str, symbol: str) -> Holding:
        return self._state.holding(self._account(account), self._state.markets[symbol])

    def _open(self, account: str, ref: int | str) -> Order | None:
        """An order of the account that has not ended."""
        owner = self._account(account)
        order = owner.orders.get(ref) if isinstance(ref, int) else owner.client_ids.get(ref)
        return None if order is None or order.ended else order

    def _refuse_withdrawal(self, account: str, amount: int) -> Refused | None:
        there = margin.withdrawable(self._account(account), self._state.rules.withdraw_share)
        return None if 0 < amount <= there else Refused(Refusal.BALANCE, amount, there)
