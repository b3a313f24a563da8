"""Whatever happens, no money and no lot is made or lost, and the same requests tell the same story."""

from collections import defaultdict
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from paddock.venues.exchange import Builder, Status, Tif, Trigger, TriggerKind, TwapRequest
from paddock.venues.exchange.events import Change, OrderChanged, Traded
from paddock.venues.exchange.rules import Children, Contract, FeeTier, LiquidationRule, MarginTier, Rules
from paddock.venues.exchange.units import RATE_ONE, USD, Rounding

from .kit import BUY, SELL, START_TS, ask, make, money

NAMES = ("ann", "bob", "cy")
# A value of a lot times a tick is a tenth of a micro-dollar, so that every value has to round.
FINE = Contract("COIN", px_decimals=3, qty_decimals=4, max_leverage=20, tick=7, lot=3, tiers=(MarginTier(2 * USD, 10),))
SIDES = st.sampled_from((BUY, SELL))
ACCOUNTS = st.sampled_from(NAMES)
PRICES = st.integers(1400, 1456).map(lambda step: step * 7)  # around 10,000 ticks: ten dollars
LOTS = st.sampled_from((3, 300, 900, 1500, 1800))
STAKE = USD // 10


class LedgerMachine(RuleBasedStateMachine):
    @initialize(
        children=st.sampled_from(Children), rounding=st.sampled_from(Rounding), fee=st.integers(-(10**6), 5 * 10**7)
    )
    def begin(self, children, rounding, fee):
        self.rules = Rules(
            fee_tiers=(FeeTier(0, -500_000, 4_500_000), FeeTier(USD, 333_333, fee)),
            fee_rounding=rounding,
            children=children,
            liquidation=LiquidationRule(whole_below=USD, fee_rate=RATE_ONE // 200),
        )
        self.put_in = 3 * STAKE
        self.done, self.ts = [], START_TS
        self.exchange = self.fresh()
        self.provide(10_003)

    def fresh(self):
        exchange = make(self.rules, FINE, mark=10_000, deposits=[(name, STAKE) for name in NAMES])
        exchange.set_house("maker")
        return exchange

    def do(self, what, *args, **kwargs):
        self.done.append((what, args, kwargs))
        return getattr(self.exchange, what)(*args, **kwargs)

    @rule(account=ACCOUNTS, side=SIDES, lots=LOTS, px=PRICES, tif=st.sampled_from(Tif), reduce_only=st.booleans())
    def limit(self, account, side, lots, px, tif, reduce_only):
        builder = Builder("cy", 1_000_000) if lots % 2 else None
        self.do("submit", ask(account, side, lots, px, tif, reduce_only=reduce_only, builder=builder))

    @rule(px=PRICES)
    def provide(self, px):
        self.do("cancel_all", "maker")
        for level in range(1, 4):
            self.do("submit", ask("maker", BUY, 3000, px - 14 * level))
            self.do("submit", ask("maker", SELL, 3000, px + 14 * level))

    @rule(account=ACCOUNTS, side=SIDES, lots=LOTS, reduce_only=st.booleans())
    def market(self, account, side, lots, reduce_only):
        self.do("submit", ask(account, side, lots, reduce_only=reduce_only))

    @rule(account=ACCOUNTS, side=SIDES, lots=LOTS, px=PRICES, at=PRICES, kind=st.sampled_from(TriggerKind))
    def trigger(self, account, side, lots, px, at, kind):
        self.do("submit", ask(account, side, lots, px, trigger=Trigger(kind, at)))

    @rule(account=ACCOUNTS, side=SIDES, lots=LOTS, px=PRICES, stop_px=PRICES, take_px=PRICES, whole=st.booleans())
    def bracket(self, account, side, lots, px, stop_px, take_px, whole):
        other = SELL if side is BUY else BUY
        children = [
            ask(
                account,
                other,
                0 if whole else lots,
                trigger=Trigger(kind, at, whole_position=whole),
                reduce_only=True,
            )
            for kind, at in ((TriggerKind.STOP, stop_px), (TriggerKind.TAKE, take_px))
        ]
        self.do("submit_bracket", ask(account, side, lots, px), children)

    @rule(account=ACCOUNTS, data=st.data())
    def cancel(self, account, data):
        orders = self.exchange.open_orders(account)
        if orders:
            self.do("cancel", account, data.draw(st.sampled_from([order.order_id for order in orders])))

    @rule(account=ACCOUNTS, data=st.data(), lots=LOTS, px=PRICES)
    def modify(self, account, data, lots, px):
        orders = self.exchange.open_orders(account)
        if orders:
            old = data.draw(st.sampled_from(orders))
            self.do("modify", account, old.order_id, ask(account, old.asked.side, lots, px, trigger=old.asked.trigger))

    @rule(account=ACCOUNTS, side=SIDES, lots=LOTS, minutes=st.integers(0, 5), randomised=st.booleans())
    def twap(self, account, side, lots, minutes, randomised):
        self.do("submit_twap", TwapRequest(account, "COIN", side, lots, minutes * 60_000, randomised=randomised))

    @rule(account=ACCOUNTS, leverage=st.sampled_from((1, 5, 10, 20)), isolated=st.booleans())
    def leverage(self, account, leverage, isolated):
        self.do("set_leverage", account, "COIN", leverage, isolated=isolated)

    @rule(account=ACCOUNTS, amount=st.integers(-USD // 10, USD // 10))
    def isolated_margin(self, account, amount):
        self.do("add_isolated_margin", account, "COIN", amount)

    @rule(account=ACCOUNTS, amount=st.integers(1, STAKE // 50))
    def deposit(self, account, amount):
        self.do("deposit", account, amount)
        self.put_in += amount

    @rule(account=ACCOUNTS, amount=st.integers(1, STAKE))
    def withdraw(self, account, amount):
        if self.do("withdraw", account, amount) is None:
            self.put_in -= amount

    @rule(percent=st.sampled_from((90, 96, 98, 100, 102, 104, 110)), oracle=st.integers(9_000, 11_000))
    def prices(self, percent, oracle):
        self.do("set_prices", "COIN", 10_000 * percent // 100, oracle)

    @rule(seconds=st.sampled_from((1, 31, 600, 3600)))
    def later(self, seconds):
        self.ts += seconds * 1000
        self.do("advance", self.ts)

    @invariant()
    def no_money_is_made_or_lost(self):
        if hasattr(self, "exchange"):
            assert money(self.exchange) == self.put_in

    @invariant()
    def the_book_is_not_crossed_and_holds_the_open_orders(self):
        if not hasattr(self, "exchange"):
            return
        depth = self.exchange.depth("COIN", levels=1000)
        if depth.bids and depth.asks:
            assert depth.bids[0].px < depth.asks[0].px
        left = defaultdict(int)
        for name in (*NAMES, "maker"):
            for order in self.exchange.open_orders(name):
                assert not order.ended
                if order.status is Status.OPEN:
                    left[order.sign, order.px] += order.left
        shown = {(1, level.px): level.lots for level in depth.bids} | {
            (-1, level.px): level.lots for level in depth.asks
        }
        assert shown == left

    @invariant()
    def reduce_only_orders_fit_their_position(self):
        if not hasattr(self, "exchange"):
            return
        for name in NAMES:
            position = self.exchange.position(name, "COIN").lots
            resting = [
                order for order in self.exchange.open_orders(name) if order.reduce_only and order.status is Status.OPEN
            ]
            assert sum(order.left for order in resting) <= abs(position)
            assert all(order.sign * position < 0 for order in resting)

    def teardown(self):
        if hasattr(self, "exchange"):
            events = self.exchange.events()
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            assert [event.ts for event in events] == sorted(event.ts for event in events)
            self.fills_make_positions(events)
            self.orders_end_once(events)
            self.told_again()

    def fills_make_positions(self, events):
        positions, filled = defaultdict(int), defaultdict(int)
        for event in events:
            if not isinstance(event, Traded):
                continue
            assert event.maker.side is not event.taker.side
            for side in (event.maker, event.taker):
                assert side.start_lots == positions[side.account]
                positions[side.account] += side.side * event.lots
                assert side.end_lots == positions[side.account]
                filled[side.order_id] += event.lots
                order = self.exchange.order(side.order_id)
                if order is not None and order.reduce_only:
                    assert side.start_lots * side.side < 0
                    assert side.start_lots * side.end_lots >= 0
        for account in self.exchange.accounts():
            assert self.exchange.position(account, "COIN").lots == positions[account]
        assert sum(positions.values()) == 0
        for order_id, lots in filled.items():
            order = self.exchange.order(order_id)
            assert order is None or (order.filled == lots and order.filled <= order.lots)

    def orders_end_once(self, events):
        ended = set()
        for event in events:
            if isinstance(event, OrderChanged):
                assert event.order_id not in ended, "told of after its end"
                if event.change in {Change.FILLED, Change.CANCELLED, Change.REJECTED}:
                    ended.add(event.order_id)
        rest = {order.order_id for name in NAMES for order in self.exchange.open_orders(name)}
        assert not rest & ended
        assert rest | ended == {event.order_id for event in events if isinstance(event, OrderChanged)}

    def told_again(self):
        again = self.fresh()
        for what, args, kwargs in self.done:
            getattr(again, what)(*args, **kwargs)
        assert again.events() == self.exchange.events()


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


def test_a_price_finer_than_money_still_conserves_it():
    """The contract of the machine above really is one whose values have to round."""
    assert FINE.micros(1) == 0
    assert FINE.tick_lots(1) == Fraction(10)
